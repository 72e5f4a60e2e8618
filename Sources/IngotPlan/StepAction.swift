// What a step does: one case a stage, each with exactly the manifest fields that the stage reads. `writeIdentity` puts those
// fields into the key, so a field that is not here cannot change a result.

package import IngotCore

/// Indirect, so that a step is copied by one reference: a run over a thousand manifests copies steps a lot.
package indirect enum StepAction: Hashable, Sendable {
  case sanitize(SanitizeSettings)
  case parse(ParseSettings)
  case synthesize(SynthesizeSettings)
  case reference(ReferenceSettings)
  case calibrate(CalibrateSettings)
  case search(SearchSettings)
  case lower(LowerSettings)
  case build(BuildSettings)
  case serialize(SerializeSettings)
  case verify(VerifySettings)
  case choose(ChooseSettings)

  package var stage: Stage {
    switch self {
    case .sanitize: .sanitize
    case .parse: .parse
    case .synthesize: .synthesize
    case .reference: .reference
    case .calibrate: .calibrate
    case .search: .search
    case .lower: .lower
    case .build: .build
    case .serialize: .serialize
    case .verify: .verify
    case .choose: .choose
    }
  }

  package func writeIdentity(to sink: inout some IdentitySink) {
    switch self {
    case .sanitize(let settings): settings.writeIdentity(to: &sink)
    case .parse(let settings): settings.writeIdentity(to: &sink)
    case .synthesize(let settings): settings.writeIdentity(to: &sink)
    case .reference: break
    case .calibrate(let settings): settings.writeIdentity(to: &sink)
    case .search(let settings): settings.writeIdentity(to: &sink)
    case .lower(let settings): settings.writeIdentity(to: &sink)
    case .build(let settings): settings.writeIdentity(to: &sink)
    case .serialize(let settings): settings.writeIdentity(to: &sink)
    case .verify(let settings): settings.writeIdentity(to: &sink)
    case .choose(let settings): settings.writeIdentity(to: &sink)
    }
  }
}

package struct NamedShape: Hashable, Sendable {
  package var name: String
  package var dims: [Dimension]
  package init(name: String, dims: [Dimension]) { (self.name, self.dims) = (name, dims) }
}

/// A profile as the manifest writes it; `IngotRun` resolves it against the model's inputs.
package struct ProfileSettings: Hashable, Sendable {
  package struct Range: Hashable, Sendable {
    /// A symbolic dim's name, or an input's.
    package var name: String
    package var isTensor: Bool
    package var min: [Int], opt: [Int], max: [Int]
    package init(name: String, isTensor: Bool, min: [Int], opt: [Int], max: [Int]) {
      (self.name, self.isTensor, self.min, self.opt, self.max) = (name, isTensor, min, opt, max)
    }
  }

  package var ranges: [Range]
  package init(ranges: [Range]) { self.ranges = ranges }

  func writeIdentity(index: Int, to sink: inout some IdentitySink) {
    for range in ranges {
      let kind = range.isTensor ? "tensor" : "dim"
      sink.field("profile-\(index)", "\(kind) \(range.name) min=\(range.min) opt=\(range.opt) max=\(range.max)")
    }
  }
}

package struct ParseSettings: Hashable, Sendable {
  package var backend: String
  package var profiles: [ProfileSettings]
  package init(backend: String, profiles: [ProfileSettings]) { (self.backend, self.profiles) = (backend, profiles) }

  func writeIdentity(to sink: inout some IdentitySink) {
    sink.field("backend", backend)
    for (index, profile) in profiles.enumerated() { profile.writeIdentity(index: index, to: &sink) }
  }
}

/// Makes a set of random samples, where a manifest has no data to verify with.
package struct SynthesizeSettings: Hashable, Sendable {
  /// Open dimensions other than the batch take `opt` of the first profile.
  package var profiles: [ProfileSettings]
  package init(profiles: [ProfileSettings]) { self.profiles = profiles }

  func writeIdentity(to sink: inout some IdentitySink) {
    for (index, profile) in profiles.enumerated() { profile.writeIdentity(index: index, to: &sink) }
  }
}

/// Runs the original model on the evaluation set: what verification compares with.
package struct ReferenceSettings: Hashable, Sendable {
  package init() {}
}

/// What int8 may do to a model besides ranges: each is forced, or left to the measurement.
package struct TuningSettings: Hashable, Sendable {
  package enum Toggle: String, Hashable, Sendable, CaseIterable { case auto, on, off }

  package var equalize = Toggle.auto
  package var smooth = Toggle.auto
  package var biasCorrection = Toggle.auto
  /// What stays float, which forms of the model are compared without.
  package var keepNodes: [String] = []
  package var keepOps: [String] = []
  /// Of the manifest's targets: candidates are judged as these will be lowered, because they share what is chosen.
  package var forms: [String] = []
  package init() {}

  func writeIdentity(to sink: inout some IdentitySink) {
    for (name, toggle) in [("equalize", equalize), ("smooth", smooth), ("bias-correction", biasCorrection)] {
      sink.field(name, toggle.rawValue)
    }
    for pattern in keepNodes { sink.field("keep-node", pattern) }
    for op in keepOps { sink.field("keep-op", op) }
    for form in forms { sink.field("form", form) }
  }
}

package struct CalibrateSettings: Hashable, Sendable {
  /// The method that stands for the best of all.
  package static let measured = "measured"

  /// `imported` where the ranges come from a file.
  package var method: String
  package var percentile: Double?
  /// Nil takes all samples of the set.
  package var samples: Int?
  /// Whether all float tensors are measured, not only those that will be quantized.
  package var measuresAll = false
  /// Nil measures ranges only.
  package var tuning: TuningSettings?
  /// Whether weights are rounded by what they are multiplied with, and no range is measured.
  package var roundsWeights = false
  package init(method: String, percentile: Double?, samples: Int?, tuning: TuningSettings? = nil) {
    (self.method, self.percentile, self.samples, self.tuning) = (method, percentile, samples, tuning)
  }

  func writeIdentity(to sink: inout some IdentitySink) {
    sink.field("method", method)
    if let percentile { sink.field("percentile", "\(percentile)") }
    sink.field("samples", samples.map(String.init) ?? "all")
    if measuresAll { sink.field("tensors", "all") }
    tuning?.writeIdentity(to: &sink)
    if roundsWeights { sink.field("rounds", "int4") }
  }
}

package struct LowerSettings: Hashable, Sendable {
  package var precision: String
  package var fallback: String
  /// The family of backends that int8 is written for; nil for other precisions, which are written for all.
  package var form: String?
  /// How the engine's processor adds up products of bytes, `exact` or `saturating`; nil where the step's tools say it or it
  /// does not matter.
  package var products: String?
  package var keepNodes: [String]
  package var keepOps: [String]
  /// Patterns over names of inputs and outputs that take the type too.
  package var io: [String] = []
  package var maxActivation: Double?
  package var maxDepth: Int?
  /// The least share of the compute that must have the precision, 0...1.
  package var atLeast: Double?
  package init(precision: String, fallback: String, form: String? = nil, keepNodes: [String], keepOps: [String]) {
    (self.precision, self.fallback, self.form) = (precision, fallback, form)
    (self.keepNodes, self.keepOps) = (keepNodes, keepOps)
  }

  func writeIdentity(to sink: inout some IdentitySink) {
    sink.field("precision", precision)
    sink.field("fallback", fallback)
    if let form { sink.field("form", form) }
    if let products { sink.field("byte-products", products) }
    for pattern in keepNodes { sink.field("keep-node", pattern) }
    for op in keepOps { sink.field("keep-op", op) }
    for pattern in io { sink.field("io", pattern) }
    if let maxActivation { sink.field("max-activation", "\(maxActivation)") }
    if let maxDepth { sink.field("max-depth", "\(maxDepth)") }
    if let atLeast { sink.field("at-least", "\(atLeast)") }
  }
}

/// Finds the nodes that must keep the fallback type so that gates hold.
package struct SearchSettings: Hashable, Sendable {
  package var lower: LowerSettings
  /// What must hold. No latency: kept nodes only add to it.
  package var gates: VerifySettings
  /// How each candidate's engine is built where one can run here; nil where the lowered model stands for it.
  package var build: BuildSettings?
  package init(lower: LowerSettings, gates: VerifySettings, build: BuildSettings?) {
    (self.lower, self.gates, self.build) = (lower, gates, build)
  }

  func writeIdentity(to sink: inout some IdentitySink) {
    lower.writeIdentity(to: &sink)
    gates.writeIdentity(to: &sink)
    build?.writeIdentity(to: &sink)
  }
}

package struct BuildSettings: Hashable, Sendable {
  package var backend: String
  package var compute: [String]
  package var profiles: [ProfileSettings]
  /// Bytes.
  package var workspace: Int?
  /// Sorted by name.
  package var options: [NamedOption]
  /// The step reads their files, in this order, as `plugin-0` …
  package var plugins: [Plugin] = []
  /// What the engine should compute in; nil where that is float32, and for weights alone.
  package var asked: Demand?

  /// A library of plug-ins.
  package struct Plugin: Hashable, Sendable {
    package var fileName: String
    package var isSerialized: Bool
    package init(fileName: String, isSerialized: Bool) {
      (self.fileName, self.isSerialized) = (fileName, isSerialized)
    }

    func writeIdentity(to sink: inout some IdentitySink) {
      sink.field("plugin", fileName)
      if isSerialized { sink.field("serialized plugin", fileName) }
    }
  }

  /// A type, and the least share of the compute that must have it, 0...1.
  package struct Demand: Hashable, Sendable {
    package var precision: String
    package var atLeast: Double?
    package init(precision: String, atLeast: Double?) { (self.precision, self.atLeast) = (precision, atLeast) }
  }

  package init(
    backend: String, compute: [String], profiles: [ProfileSettings], workspace: Int?, options: [NamedOption]
  ) {
    (self.backend, self.compute, self.profiles, self.workspace, self.options) =
      (backend, compute, profiles, workspace, options)
  }

  func writeIdentity(to sink: inout some IdentitySink) {
    sink.field("backend", backend)
    for capability in compute { sink.field("compute", capability) }
    for (index, profile) in profiles.enumerated() { profile.writeIdentity(index: index, to: &sink) }
    if let workspace { sink.field("workspace", "\(workspace)") }
    for option in options { sink.field("option \(option.name)", option.value) }
    for plugin in plugins { plugin.writeIdentity(to: &sink) }
    if let asked {
      sink.field("asked", asked.precision)
      if let least = asked.atLeast { sink.field("at-least", "\(least)") }
    }
  }
}

package struct NamedOption: Hashable, Sendable {
  package var name: String
  package var value: String
  package init(name: String, value: String) { (self.name, self.value) = (name, value) }
}

/// Puts an engine and the facts about it into a bundle.
package struct SerializeSettings: Hashable, Sendable {
  /// The manifest's name.
  package var name: String
  package var variant: String
  package var precision: String
  package var target: String
  package var build: BuildSettings
  package init(name: String, variant: String, precision: String, target: String, build: BuildSettings) {
    (self.name, self.variant, self.precision, self.target, self.build) = (name, variant, precision, target, build)
  }

  func writeIdentity(to sink: inout some IdentitySink) {
    sink.field("name", name)
    sink.field("variant", variant)
    sink.field("precision", precision)
    sink.field("target", target)
    build.writeIdentity(to: &sink)
  }
}

package struct VerifySettings: Hashable, Sendable {
  package struct OutputGate: Hashable, Sendable {
    package var output: String
    /// The least cosine similarity, 0...1.
    package var cosine: Double?
    package var maxAbs: Double?
    package var maxRelative: Double?
    /// The least signal to quantization noise ratio, in dB.
    package var sqnr: Double?
    package init(output: String, cosine: Double?, maxAbs: Double?, maxRelative: Double?, sqnr: Double?) {
      (self.output, self.cosine, self.maxAbs, self.maxRelative, self.sqnr) = (output, cosine, maxAbs, maxRelative, sqnr)
    }
  }

  package struct AccuracyGate: Hashable, Sendable {
    /// `top1` or `top5`.
    package var metric: String
    /// The array of the set that holds the labels.
    package var labels: String
    /// Nil takes the model's only output.
    package var output: String?
    /// How far below the reference's score is allowed, as a fraction: 0.01 is one point.
    package var maxDrop: Double?
    /// The least score, as a fraction.
    package var min: Double?
    package init(metric: String, labels: String, output: String?, maxDrop: Double?, min: Double?) {
      (self.metric, self.labels, self.output, self.maxDrop, self.min) = (metric, labels, output, maxDrop, min)
    }
  }

  /// How far a metric may drop below the original model's.
  package struct Drop: Hashable, Sendable {
    /// `top1`, `top5`, or `cosine` of any output.
    package var metric: String
    /// As a fraction: 0.01 is one point.
    package var bound: Double
    package init(metric: String, bound: Double) { (self.metric, self.bound) = (metric, bound) }
  }

  /// Samples a second, at least.
  package struct ThroughputGate: Hashable, Sendable {
    package var min: Double
    /// Nil takes what the profile calls common.
    package var batch: Int?
    package init(min: Double, batch: Int?) { (self.min, self.batch) = (min, batch) }
  }

  /// How much slower than a channel's engine, at most.
  package struct RegressionGate: Hashable, Sendable {
    package var channel: String
    /// As a fraction of that engine's time.
    package var max: Double
    package init(channel: String, max: Double) { (self.channel, self.max) = (channel, max) }
  }

  package var backend: String
  /// The batch sizes that the engine takes.
  package var profiles: [ProfileSettings]
  package var outputs: [OutputGate]
  package var accuracy: AccuracyGate?
  /// What the precision itself promises.
  package var drops: [Drop] = []
  /// Percentile name and seconds, in the manifest's order.
  package var latency: [NamedOption]
  package var throughput: ThroughputGate?
  package var regression: RegressionGate?
  /// As in `BuildSettings`: some of them (threads, streams) say how an engine runs. Empty where the engine is not run here.
  package var options: [NamedOption]
  /// As in `BuildSettings`, and read likewise: the engine calls them.
  package var plugins: [BuildSettings.Plugin] = []
  package init(
    backend: String, profiles: [ProfileSettings], outputs: [OutputGate], accuracy: AccuracyGate?,
    latency: [NamedOption],
    options: [NamedOption] = []
  ) {
    (self.backend, self.profiles, self.options) = (backend, profiles, options)
    (self.outputs, self.accuracy, self.latency) = (outputs, accuracy, latency)
  }

  /// What the engine computes is judged, not how long it takes.
  package var withoutTimes: VerifySettings {
    var settings = self
    (settings.latency, settings.throughput, settings.regression) = ([], nil, nil)
    return settings
  }

  func writeIdentity(to sink: inout some IdentitySink) {
    sink.field("backend", backend)
    for (index, profile) in profiles.enumerated() { profile.writeIdentity(index: index, to: &sink) }
    for gate in outputs {
      let bounds = [
        ("cosine", gate.cosine), ("max-abs", gate.maxAbs), ("max-relative", gate.maxRelative), ("sqnr", gate.sqnr),
      ]
      for (name, bound) in bounds {
        if let bound { sink.field("gate \(gate.output) \(name)", "\(bound)") }
      }
    }
    if let accuracy {
      sink.field("accuracy", accuracy.metric)
      sink.field("accuracy labels", accuracy.labels)
      if let output = accuracy.output { sink.field("accuracy output", output) }
      if let drop = accuracy.maxDrop { sink.field("accuracy max-drop", "\(drop)") }
      if let min = accuracy.min { sink.field("accuracy min", "\(min)") }
    }
    for drop in drops { sink.field("max-drop \(drop.metric)", "\(drop.bound)") }
    for bound in latency { sink.field("latency \(bound.name)", bound.value) }
    if let throughput {
      sink.field("throughput min", "\(throughput.min)")
      if let batch = throughput.batch { sink.field("throughput batch", "\(batch)") }
    }
    if let regression {
      sink.field("regression channel", regression.channel)
      sink.field("regression max", "\(regression.max)")
    }
    for option in options { sink.field("option \(option.name)", option.value) }
    for plugin in plugins { plugin.writeIdentity(to: &sink) }
  }
}

/// Keeps one of several precisions of an engine.
package struct ChooseSettings: Hashable, Sendable {
  /// Labels of precisions; the first is the fallback, which the others must beat.
  package var candidates: [String]
  package var backend: String
  package var profiles: [ProfileSettings]
  /// As in `VerifySettings`.
  package var options: [NamedOption]
  /// The metric that the record tells.
  package var metric: String?
  package init(
    candidates: [String], backend: String, profiles: [ProfileSettings], options: [NamedOption], metric: String?
  ) {
    (self.candidates, self.backend, self.profiles) = (candidates, backend, profiles)
    (self.options, self.metric) = (options, metric)
  }

  func writeIdentity(to sink: inout some IdentitySink) {
    for candidate in candidates { sink.field("candidate", candidate) }
    sink.field("backend", backend)
    for (index, profile) in profiles.enumerated() { profile.writeIdentity(index: index, to: &sink) }
    for option in options { sink.field("option \(option.name)", option.value) }
    if let metric { sink.field("metric", metric) }
  }
}
