// `ingot check`: all that is wrong with models, and what may be.

internal import IngotCore
internal import IngotGraph

extension Verb {
  static let check = Verb(
    name: "check", operands: "MODEL…", summary: "Say everything that is wrong with models; needs no runtime.",
    details: """
      Reads each ONNX model and reports all of its problems with the node's path, into subgraphs and functions: structure,
      operators and their attributes, types and shapes, external data, functions, versions, names.

      An error is what no runtime can run or what ONNX forbids; a warning may be a mistake, or not run everywhere; a note is what
      `ingot sanitize` would clean up. Exit code 0 where there are no errors, 2 where there are.
      """,
    options: [.flag("--strict", "let warnings fail too"), Verb.json]
  ) { context in
    let paths = context.arguments.operands
    guard !paths.isEmpty else { throw UsageError("name at least one model") }
    var models: [CheckedModel] = []
    for path in paths {
      try Interrupt.check()
      let model = CheckedModel(path: path, Model.checkFile(path: path), isStrict: context.arguments.has("--strict"))
      if !context.arguments.has("--json") { context.terminal.print(model.text) }
      models.append(model)
    }
    if context.arguments.has("--json") { context.terminal.print(try jsonText(CheckDocument(models: models))) }
    return models.allSatisfy(\.isGood) ? .success : ExitCode(.input)
  }
}

/// `ingot.check/1`.
struct CheckDocument: JSONDocument {
  static let format = "ingot.check/1"
  var models: [CheckedModel]
}

/// One model of the document.
struct CheckedModel: Encodable {
  struct Problem: Encodable {
    var severity: String
    /// `unknown-operator`; `ProblemCode` lists them.
    var code: String
    /// Empty for the main graph.
    var graph: String
    var node: String?
    var value: String?
    var message: String
    var hint: String
  }

  var path: String
  /// No errors, and with `--strict` no warnings.
  var isGood: Bool
  var errors: Int
  var warnings: Int
  var notes: Int
  /// At most a hundred of each severity.
  var problems: [Problem]
  private var lines: [Diagnostic]

  private enum CodingKeys: String, CodingKey { case path, isGood, errors, warnings, notes, problems }

  init(path: String, _ found: ModelProblems, isStrict: Bool) {
    self.path = path
    (errors, warnings, notes) = (found.count(.error), found.count(.warning), found.count(.note))
    isGood = errors == 0 && (warnings == 0 || !isStrict)
    problems = found.all.map {
      Problem(
        severity: $0.severity.rawValue, code: $0.code.rawValue, graph: $0.graph, node: $0.node, value: $0.value,
        message: $0.problem, hint: $0.hint)
    }
    lines = found.diagnostics(in: path)
  }

  /// A paragraph a problem, and the counts.
  var text: String {
    let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")].filter { $0.0 > 0 }.map { count, word in
      "\(count) \(word)\(count == 1 ? "" : "s")"
    }
    let summary = counts.isEmpty ? "no problems" : counts.joined(separator: ", ")
    return (lines.map(\.description) + ["\(path): \(summary)"]).joined(separator: "\n")
  }
}
