// `ingot plan`: what a build would run, and why.

internal import IngotCore
internal import IngotPlan
internal import IngotRun
internal import IngotStore

extension Verb {
  static let plan = Verb(
    name: "plan", operands: "MANIFEST…", summary: "Show what a build would run and why; runs nothing.",
    details: """
      Prints each step with its state: `cached`, `run` with what changed since it last ran (or that it never did), `wait` for a
      step that must run first and may give the same bytes again, or `blocked` by an input or a runtime that is not there.
      """,
    options: [
      .flag("--explain", "print every component of every key that is known"),
      .flag("--detailed-exitcode", "exit with 2 when there is work to do"),
      Verb.json,
    ] + storeOptions + runtimeOptions
  ) { context in
    let manifests = try Manifests(paths: context.arguments.operands)
    let session = try Session(context)
    try manifests.checkPins(session.store.fileDigests)
    for remark in manifests.manifests.flatMap(remarks) { context.terminal.note("\(remark)") }
    var documents: [PlanDocument.Manifest] = []
    for plan in manifests.plans {
      let statuses = session.lookup.statuses(of: plan)
      let steps = zip(plan.steps, statuses).map { PlannedStep($0, $1, in: plan) }
      documents.append(PlanDocument.Manifest(name: plan.name, steps: steps))
    }
    session.store.close()
    let isDone = documents.flatMap(\.steps).allSatisfy { $0.state == .cached }
    if context.arguments.has("--json") {
      context.terminal.print(try jsonText(PlanDocument(manifests: documents)))
    } else {
      for document in documents { show(document, explains: context.arguments.has("--explain"), on: context.terminal) }
    }
    if let blocked = documents.flatMap(\.steps).first(where: { $0.state == .blocked }) {
      return ExitCode(blocked.failureKind ?? .input)
    }
    return !isDone && context.arguments.has("--detailed-exitcode") ? .workToDo : .success
  }

  private static func show(_ document: PlanDocument.Manifest, explains: Bool, on terminal: Terminal) {
    terminal.print(terminal.styled(document.name, .bold))
    let width = (document.steps.map(\.step.count).max() ?? 0) + 2
    for step in document.steps {
      let style: Terminal.Style = step.state == .cached ? .dim : step.state == .blocked ? .red : .yellow
      terminal.print(
        "  \(step.step.padded(to: width))\(terminal.styled(step.state.rawValue.padded(to: 8), style))\(step.reason)")
      if explains {
        for component in step.key ?? [] { terminal.print("    \(component.name): \(component.value)") }
      }
    }
  }
}

/// `ingot.plan/1`.
private struct PlanDocument: JSONDocument {
  struct Manifest: Encodable {
    var name: String
    var steps: [PlannedStep]
  }

  static let format = "ingot.plan/1"
  var manifests: [Manifest]
}

/// A step and what a build would do with it.
private struct PlannedStep: Encodable {
  enum State: String, Encodable { case cached, run, wait, blocked }

  struct Component: Encodable {
    var name: String
    var value: String
  }

  struct Change: Encodable {
    var component: String
    var from: String?
    var to: String?
  }

  var step: String
  var stage: Stage
  var state: State
  /// In words.
  var reason: String
  var changes: [Change]?
  /// Everything that the key covers, where its inputs are known.
  var key: [Component]?
  var keyDigest: String?
  /// How a build would end because of a blocked step.
  var failureKind: FailureKind?

  enum CodingKeys: String, CodingKey { case step, stage, state, reason, changes, key, keyDigest = "key-digest" }

  init(_ step: Step, _ status: StepStatus, in plan: Plan) {
    (self.step, stage, reason) = (step.label, step.stage, "")
    switch status {
    case .done(let finished):
      state = .cached
      describe(finished.resolved, of: step)
    case .missing(let resolved, let changes):
      state = .run
      describe(resolved, of: step)
      self.changes = changes?.map { Change(component: $0.name, from: $0.from, to: $0.to) }
      reason = words(for: changes)
    case .waiting(let id):
      state = .wait
      reason = "for \(plan[id].label); runs if its output changes"
    case .blocked(let error):
      state = .blocked
      reason = "\(error)"
      failureKind = error.kind
    }
  }

  private mutating func describe(_ resolved: ResolvedStep, of step: Step) {
    key = step.components(inputs: resolved.inputs, tools: resolved.tools).map {
      Component(name: $0.name, value: $0.value)
    }
    keyDigest = resolved.key.description
  }
}

/// Why a step must run.
/// - Parameter changes: of its key since it last ran; nil where it never did.
func words(for changes: [KeyChange]?) -> String {
  guard let changes else { return "has not run yet" }
  guard !changes.isEmpty else { return "its result is no longer in the store" }
  return changes.map { change in
    switch (change.from, change.to) {
    case (let from?, let to?): "\(change.name) changed from \(shortened(from)) to \(shortened(to))"
    case (nil, let to?): "\(change.name) is new: \(shortened(to))"
    case (let from?, nil): "\(change.name) is gone: was \(shortened(from))"
    case (nil, nil): change.name
    }
  }.joined(separator: "; ")
}

/// A digest's first digits; other values whole.
private func shortened(_ value: String) -> String { Digest(hex: value)?.short ?? value }
