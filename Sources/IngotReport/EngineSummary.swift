// What there is to say about one engine of a run, from records alone: nothing here opens a file or knows how a step is done.

internal import IngotCore
package import IngotPlan

/// A row of the result.
package struct EngineSummary: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable {
    /// Built, and verified where the manifest asks for it.
    case passed
    /// Built; a gate did not hold.
    case rejected = "gate-failed"
    /// A step did not finish.
    case failed
  }

  package struct StepTime: Sendable, Hashable, Codable {
    package var label: String
    package var stage: Stage
    /// How long it took when it ran.
    package var seconds: Double
    package var wasCached: Bool
  }

  package var manifest: String
  package var variant: String
  package var precision: String
  package var target: String
  package var state: State
  /// `graph` or `engine`; nil where nothing was verified.
  package var level: String?
  /// True where the samples were random numbers; nil where they were data.
  package var synthetic: Bool?
  /// Of the engine, and of the original model, in 0...1.
  package var accuracy: Double?
  package var referenceAccuracy: Double?
  package var metric: String?
  /// Decibels, of the worst output.
  package var sqnr: Double?
  package var engineBytes: Int?
  /// `sha256:…` of the bundle.
  package var bundle: String?
  /// Where the bundle was written.
  package var path: String?
  /// In words, one a failed gate or step.
  package var problems: [String]
  /// Gates that held, each with what was measured and what was asked.
  package var held: [String]
  /// Gates that could not be judged, each with the reason.
  package var unjudged: [String]
  package var steps: [StepTime]

  package var wasCached: Bool { steps.allSatisfy(\.wasCached) }

  /// - Parameter record: the record of a step, nil where it did not finish.
  /// - Parameter problems: what failed, in words.
  package init(_ engine: Plan.Engine, of plan: Plan, problems: [String], path: String?, record: (StepID) -> StepRecord?)
  {
    manifest = plan.name
    (variant, precision, target) = (engine.variant, engine.precision, engine.target)
    let serialize = record(engine.serialize)
    let verify = engine.verify.flatMap(record)
    level = verify?.fact("level")
    synthetic = verify?.fact("synthetic").map { $0 == "true" }
    metric = verify?.fact("metric")
    accuracy = verify?.fact("accuracy").flatMap(Double.init)
    referenceAccuracy = verify?.fact("reference-accuracy").flatMap(Double.init)
    sqnr = verify?.fact("sqnr").flatMap(Double.init)
    engineBytes = serialize?.fact("engine-bytes").flatMap { Int($0) }
    bundle = serialize?.output("bundle.json").map { $0.digest.description }
    self.path = path
    let isComplete = serialize != nil && (engine.verify == nil || verify != nil)
    func told(_ name: String) -> [String] {
      verify?.facts.filter { $0.name.hasPrefix(name) }.map(\.value) ?? []
    }
    self.problems = problems + told("failed gate ")
    (held, unjudged) = (told("held gate "), told("unjudged gate"))
    let isAccepted = verify.map { $0.fact("passed") == "true" } ?? true
    state = !isComplete ? .failed : isAccepted ? .passed : .rejected
    steps = engine.steps.compactMap { id in
      record(id).map {
        StepTime(label: plan[id].label, stage: plan[id].stage, seconds: $0.duration.seconds, wasCached: $0.wasCached)
      }
    }
  }

  /// Seconds that a stage took when it ran; nil where the engine has no such step.
  package func seconds(of stage: Stage) -> Double? {
    let times = steps.filter { $0.stage == stage }.map(\.seconds)
    return times.isEmpty ? nil : times.reduce(0, +)
  }
}

extension Duration {
  package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
