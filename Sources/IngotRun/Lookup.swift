// The synchronous half of a run: which steps are done already. Walks a plan once, from inputs to engines; a step whose inputs are
// all known gets its key and is looked up. When everything is a hit, this is all that a run does.

package import IngotCore
package import IngotPlan

/// What is known of a step before anything runs.
package enum StepStatus: Sendable {
  case done(FinishedStep)
  /// Must run; its key is known.
  case missing(ResolvedStep, changes: [KeyChange]?)
  /// Must wait for a step that has to run first: whether it runs depends on that step's output.
  case waiting(for: StepID)
  /// Cannot run: an input or a tool is not there.
  case blocked(any ReportableError)

  package var finished: FinishedStep? { if case .done(let finished) = self { finished } else { nil } }
}

/// A step with everything that its key covers.
package struct ResolvedStep: Sendable {
  package var key: Digest
  package var inputs: [Digest]
  package var tools: [ToolIdentity]
}

/// A step that is done: what it was made from and what came out. A class, so that the statuses of a thousand manifests are copied by
/// one reference a step.
package final class FinishedStep: Sendable {
  package let step: Step
  package let resolved: ResolvedStep
  package let record: StepRecord

  package init(step: Step, resolved: ResolvedStep, record: StepRecord) {
    (self.step, self.resolved, self.record) = (step, resolved, record)
  }
}

/// Resolves and looks up; remembers what it has resolved, so that a thousand manifests with one model ask for it once.
package final class Lookup {
  private let store: any ResultStore
  private let resolver: any InputResolver
  private let journal: any KeyJournal
  private var sources: [StepSource: Result<Digest, StepFailure>] = [:]
  private var tools: [ToolRequirement: Result<ToolIdentity, StepFailure>] = [:]

  package init(store: any ResultStore, resolver: any InputResolver, journal: any KeyJournal) {
    (self.store, self.resolver, self.journal) = (store, resolver, journal)
  }

  package func statuses(of plan: Plan) -> [StepStatus] {
    var statuses: [StepStatus] = []
    statuses.reserveCapacity(plan.steps.count)
    for step in plan.steps { statuses.append(status(of: step, in: plan, after: statuses)) }
    return statuses
  }

  /// The digest of a source that is no step's output.
  func digest(of source: StepSource) throws(StepFailure) -> Digest {
    if let known = sources[source] { return try known.get() }
    let result: Result<Digest, StepFailure> = resolving {
      switch source {
      case .model(let path): try self.resolver.digest(ofModelAt: path)
      case .calibrationSet(let path): try self.resolver.digest(ofCalibrationSetAt: path)
      case .file(let path): try self.resolver.digest(ofFileAt: path)
      case .channel(let name): try self.resolver.digest(ofChannel: name)
      case .output: preconditionFailure("an output's digest comes from its step's record")
      }
    }
    sources[source] = result
    return try result.get()
  }

  func identity(of tool: ToolRequirement) throws(StepFailure) -> ToolIdentity {
    if let known = tools[tool] { return try known.get() }
    let result: Result<ToolIdentity, StepFailure> = resolving { try self.resolver.identity(of: tool) }
    tools[tool] = result
    return try result.get()
  }

  /// Everything that a step's key covers, given the records of the steps that it reads from.
  func resolve(_ step: Step, record: (StepID) -> StepRecord) throws(StepFailure) -> ResolvedStep {
    var inputs: [Digest] = []
    for input in step.inputs {
      if case .output(let id, let name) = input.source {
        inputs.append(record(id).digest(ofOutputs: name))
      } else {
        inputs.append(try digest(of: input.source))
      }
    }
    var identities: [ToolIdentity] = []
    for tool in step.tools { identities.append(try identity(of: tool)) }
    return ResolvedStep(key: step.key(inputs: inputs, tools: identities), inputs: inputs, tools: identities)
  }

  /// Asks anew whether the files and tools that a step used while it ran are those that its key covers.
  /// - Throws: `InputChanged`, naming the first that is not; then what the step made belongs to no key.
  func requireUnchanged(_ step: Step, _ resolved: ResolvedStep) throws(StepFailure) {
    for (input, before) in zip(step.inputs, resolved.inputs) {
      let name: String
      switch input.source {
      case .output: continue
      case .model(let path), .calibrationSet(let path), .file(let path): name = path
      case .channel(let channel): name = "channel '\(channel)'"
      }
      sources[input.source] = nil
      guard try digest(of: input.source) == before else { throw StepFailure(error: InputChanged(name: name)) }
    }
    for (tool, before) in zip(step.tools, resolved.tools) {
      tools[tool] = nil
      guard try identity(of: tool) == before else { throw StepFailure(error: InputChanged(name: tool.backend)) }
    }
  }

  private func status(of step: Step, in plan: Plan, after statuses: [StepStatus]) -> StepStatus {
    for input in step.inputs {
      guard case .output(let id, _) = input.source else { continue }
      switch statuses[id.index] {
      case .done: continue
      case .missing, .waiting, .blocked: return .waiting(for: id)
      }
    }
    do throws(StepFailure) {
      let resolved = try resolve(step) { id in
        guard let finished = statuses[id.index].finished else { preconditionFailure("all inputs were found done") }
        return finished.record
      }
      if let record = store.record(for: resolved.key) {
        return .done(FinishedStep(step: step, resolved: resolved, record: record))
      }
      let before = journal.components(of: "\(plan.name)/\(step.label)")
      let after = step.components(inputs: resolved.inputs, tools: resolved.tools)
      return .missing(resolved, changes: before.map { KeyChange.changes(from: $0, to: after) })
    } catch {
      return .blocked(error.error)
    }
  }

  private func resolving<R>(_ body: () throws -> R) -> Result<R, StepFailure> {
    do {
      return .success(try body())
    } catch let error as any ReportableError {
      return .failure(StepFailure(error: error))
    } catch {
      return .failure(StepFailure(error: UnexpectedError(error)))
    }
  }
}

/// Why a step could not run: an error of whichever module it comes from.
package struct StepFailure: Error {
  package var error: any ReportableError
}

/// A file or a runtime was replaced while a step used it.
package struct InputChanged: ReportableError {
  /// The path, the channel, or the runtime's name.
  package var name: String
  package var kind: FailureKind { .step }
  package var description: String {
    "\(name) changed while it was used, so the result was thrown away; build again when nothing writes to it"
  }
}

/// An error of a type that no module of Ingot declares.
package struct UnexpectedError: ReportableError {
  package var description: String
  init(_ error: any Error) { description = "\(error)" }
  package var kind: FailureKind { .step }
}

extension StepRecord {
  /// The digest of the output of that name; where files belong to it (`model.onnx.data` to `model.onnx`), one over them all.
  func digest(ofOutputs name: String) -> Digest {
    let files = outputs(belongingTo: name)
    if files.count == 1 { return files[0].digest }
    return Digest(of: files.map { "\($0.name)=\($0.digest.hex)\n" }.joined())
  }

  /// The output of that name and those that belong to it, the named one first.
  func outputs(belongingTo name: String) -> [StepOutput] {
    outputs.filter { $0.name == name } + outputs.filter { $0.name.hasPrefix("\(name).") }
  }
}
