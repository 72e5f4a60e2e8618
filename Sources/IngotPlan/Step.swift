// One unit of work, as a value: equal identities give equal results. A step knows of no disk, no device and no cache; the
// executor (IngotRun) resolves its inputs, looks its key up and, on a miss, runs it.

internal import IngotCore

/// The stages of the pipeline, in the order in which they follow each other.
package enum Stage: String, Hashable, Sendable, CaseIterable, Codable {
  case sanitize, parse, synthesize, reference, calibrate, search, lower, build, verify, choose, serialize

  /// Raised when the stage's own code changes what it makes of the same inputs: all its keys change with it.
  package var version: Int {
    switch self {
    case .parse, .synthesize, .reference, .serialize: 1
    case .sanitize, .choose: 2
    case .search: 3
    case .build: 4
    case .calibrate: 5
    case .verify: 6
    case .lower: 8
    }
  }
}

/// A step's number in its plan.
package struct StepID: Hashable, Sendable {
  package var index: Int
  package init(_ index: Int) { self.index = index }
}

/// Where the bytes of an input come from.
package enum StepSource: Hashable, Sendable {
  /// A model file; its digest covers the external data that it refers to.
  case model(path: String)
  /// A calibration set's directory; its digest covers the arrays that reach the model.
  case calibrationSet(path: String)
  /// A file whose own bytes are all that counts.
  case file(path: String)
  /// The engine that a channel serves; its digest covers the engine, how it was built, and the runtime that it needs.
  case channel(String)
  /// A named output of an earlier step.
  case output(of: StepID, name: String)
}

/// An input under the name that the stage knows it by.
package struct StepInput: Hashable, Sendable {
  package var name: String
  package var source: StepSource
  /// Whether it is absent where the step before had no reason to write it. Any other input is always there.
  package var isOptional: Bool

  package init(_ name: String, _ source: StepSource, isOptional: Bool = false) {
    (self.name, self.source, self.isOptional) = (name, source, isOptional)
  }
}

/// A runtime whose identity is resolved at run time and belongs to the key.
package struct ToolRequirement: Hashable, Sendable {
  /// The backend's name as manifests write it: `onnxruntime`.
  package var backend: String
  /// The version that the manifest asks for, if any.
  package var version: String?
  package init(backend: String, version: String? = nil) { (self.backend, self.version) = (backend, version) }
}

package struct Step: Hashable, Sendable {
  package var action: StepAction
  package var inputs: [StepInput]
  package var tools: [ToolRequirement]
  /// What people call it: `int8-rtx/build`. Not part of the key.
  package var label: String

  package init(_ action: StepAction, inputs: [StepInput], tools: [ToolRequirement] = [], label: String) {
    (self.action, self.inputs, self.tools, self.label) = (action, inputs, tools, label)
  }

  package var stage: Stage { action.stage }
}

/// The steps that lead to one manifest's engines, inputs before those who use them.
package struct Plan: Hashable, Sendable {
  /// One engine of the manifest: a precision on a target.
  package struct Engine: Hashable, Sendable {
    /// `int8-rtx`.
    package var variant: String
    package var precision: String
    package var target: String
    package var backend: String
    package var serialize: StepID
    /// Nil where the manifest asks for no verification.
    package var verify: StepID?
    /// Every step that the engine depends on, in plan order.
    package var steps: [StepID]
  }

  /// The manifest's `name`.
  package var name: String
  package var steps: [Step]
  package var engines: [Engine]

  package init(name: String, steps: [Step] = [], engines: [Engine] = []) {
    (self.name, self.steps, self.engines) = (name, steps, engines)
  }

  package subscript(id: StepID) -> Step { steps[id.index] }

  /// These steps and all that they depend on, in plan order.
  package func ancestors(of ids: [StepID]) -> [StepID] {
    var found: Set<StepID> = []
    var open = ids
    while let next = open.popLast() {
      guard found.insert(next).inserted else { continue }
      for input in self[next].inputs {
        if case .output(let source, _) = input.source { open.append(source) }
      }
    }
    return found.sorted { $0.index < $1.index }
  }
}
