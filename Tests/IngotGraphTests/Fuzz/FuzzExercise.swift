// Everything that Ingot does with a model file that it does not trust. The fuzzer calls it with each input (Tests/Fuzz), the
// tests with each input that once found something.

@testable import IngotCore
@testable import IngotGraph

/// What Ingot made of a model is not as it should be.
struct FuzzProblem: Error, CustomStringConvertible {
  var description: String
}

enum FuzzExercise {
  /// Larger results of folding are made piece by piece, as a file is written, and not read again: they would be in memory
  /// two times over, which no command of Ingot does.
  private static let rereadLimit = 4 << 20

  /// Reads, writes, checks and infers; a model without errors is raised and sanitized too.
  static func run(_ bytes: [UInt8]) throws(FuzzProblem) {
    checkLeniently(bytes)
    // Files beside the model are never opened: it has no folder.
    guard let model = try? Model.read(bytes: Bytes(bytes), path: "fuzz.onnx", baseDirectory: nil) else { return }
    let written = file(model)
    guard file(try reread(written, "the written model")) == written else {
      throw FuzzProblem(description: "a model that is read and written changes")
    }
    let problem = model.check().first { $0.severity == .error }
    _ = model.summary(includesNodes: true).description
    _ = model.text()
    var inferred = model
    try? inferShapes(&inferred)
    guard problem == nil else { return }
    var choices = FuzzChoices(of: model)
    try raise(model)
    try sanitize(model, choices.options(for: model))
  }

  /// As `ingot check`: what is wrong with the weights does not keep the rest from being checked.
  private static func checkLeniently(_ bytes: [UInt8]) {
    guard let (model, errors) = try? Model.readForCheck(bytes: Bytes(bytes), path: "fuzz.onnx", baseDirectory: nil)
    else { return }
    var problems = ModelProblems()
    for error in errors { problems.add(error) }
    _ = model.checkFully(after: problems).diagnostics(in: "fuzz.onnx").map(\.description)
  }

  private static func raise(_ model: Model) throws(FuzzProblem) {
    var raised = model
    guard (try? raiseOpset(of: &raised, to: OperatorSet.newest)) != nil else { return }
    try check(raised, "the model of the newest operator set")
  }

  private static func sanitize(_ model: Model, _ options: SanitizeOptions) throws(FuzzProblem) {
    var sanitized = model
    guard (try? IngotGraph.sanitize(&sanitized, options: options)) != nil else { return }
    let pieces = sanitized.encoded()
    if pieces.reduce(0, { $0 + $1.count }) > rereadLimit {
      for piece in pieces { piece.forEachPiece { _ in } }
      return try check(sanitized, "the sanitized model")
    }
    try check(try reread(pieces.flatMap(\.array), "the sanitized model"), "the sanitized model")
  }

  private static func check(_ model: Model, _ what: String) throws(FuzzProblem) {
    guard let problem = model.check().first(where: { $0.severity == .error }) else { return }
    throw FuzzProblem(description: "\(what) has an error: \(problem)")
  }

  private static func file(_ model: Model) -> [UInt8] { model.encoded().flatMap(\.array) }

  private static func reread(_ bytes: [UInt8], _ what: String) throws(FuzzProblem) -> Model {
    do throws(ModelError) {
      return try Model.read(bytes: Bytes(bytes), path: "fuzz.onnx", baseDirectory: nil)
    } catch {
      throw FuzzProblem(description: "\(what) cannot be read: \(error)")
    }
  }
}
