// What a command line of an older builder asked for, in Ingot's words, with what became of each of its flags.

internal import IngotCore

/// How a flag's meaning came through.
package struct MigrationChange: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// The manifest says it, and it means something else now.
    case changed
    /// Nothing in a manifest says it.
    case dropped
    /// It is not needed any more, or it was never about the engine.
    case idle
  }

  package var kind: Kind
  /// `--fp16`.
  package var flag: String
  package var text: String
}

/// The engine that a command line described.
struct OldRecipe {
  var model: String?
  /// fp16, bf16, int8, fp8, int4, as they were allowed; `best` is all of them.
  var allowed: Set<PrecisionType> = []
  var isBest = false
  var isStronglyTyped = false
  var usesTF32 = true
  var calibrationCache: String?
  /// By profile number; in each, shapes by input.
  var profiles: [Int: [String: OldShapes]] = [:]
  /// Of `--shapes`: what one profile would be, where there is no other.
  var runShapes: [String: [Int]] = [:]
  /// In bytes.
  var workspace: Int?
  /// Build options of TensorRT targets.
  var options: [(name: String, value: String)] = []
  /// Libraries of plug-ins, each once.
  var plugins: [(path: String, isSerialized: Bool)] = []
  /// Nodes that were held at float32.
  var keptNodes: [String] = []
  var changes: [MigrationChange] = []
  var problems: [Diagnostic] = []

  mutating func note(_ kind: MigrationChange.Kind, _ flag: String, _ text: String) {
    changes.append(MigrationChange(kind: kind, flag: flag, text: text))
  }

  mutating func refuse(_ flag: String, _ problem: String, hint: String? = nil) {
    problems.append(Diagnostic(in: flag, problem, hint: hint))
  }

  mutating func set(_ option: String, _ value: String) {
    options.removeAll { $0.name == option }
    options.append((option, value))
  }
}

/// The shapes of one input in one profile.
struct OldShapes {
  var min: [Int]?
  var opt: [Int]?
  var max: [Int]?

  /// Missing ones are filled as trtexec fills them; nil where there are none.
  var completed: (min: [Int], opt: [Int], max: [Int])? {
    guard let anyShape = opt ?? max ?? min else { return nil }
    return (min ?? opt ?? anyShape, opt ?? max ?? anyShape, max ?? opt ?? anyShape)
  }
}
