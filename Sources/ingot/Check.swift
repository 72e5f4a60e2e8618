// `ingot check`: all that is wrong with models, and what may be.

internal import IngotCore
internal import IngotGraph
internal import IngotPrecision

extension Verb {
  static let check = Verb(
    name: "check", operands: "MODEL…", summary: "Say everything that is wrong with models; needs no runtime.",
    details: """
      Reads each ONNX model and reports all of its problems with the node's path, into subgraphs and functions: structure,
      operators and their attributes, types and shapes, external data, functions, versions, names.

      An error is what no runtime can run or what ONNX forbids; a warning may be a mistake, or not run everywhere; a note is what
      `ingot sanitize` would clean up. Exit code 0 where there are no errors, 2 where there are.

      With --qdq, quantized models are also held to the rules of Q/DQ placement, whoever made them: Q1 to Q11 are what a build
      fails on or changes meaning by, P1 to P12 what costs speed or accuracy. --fix mends what the model itself tells how to
      mend, says what it changed, and checks the result; what would have to be guessed stays a problem.
      """,
    options: [
      .flag("--strict", "let warnings fail too"),
      .flag("--qdq", "hold Q/DQ to the placement rules of the target"),
      .value("--target", "NAME", "for --qdq: tensorrt (the default), onnxruntime or openvino"),
      .flag("--fix", "for --qdq: mend what can be mended, and write it to OUT"),
      .value("--out", short: "-o", "OUT", "the file that --fix writes"),
      Verb.json,
    ]
  ) { context in
    let paths = context.arguments.operands
    guard !paths.isEmpty else { throw UsageError("name at least one model") }
    let question = try QDQQuestion(context.arguments)
    var models: [CheckedModel] = []
    for path in paths {
      try Interrupt.check()
      let model = try checked(path, question, isStrict: context.arguments.has("--strict"))
      if !context.arguments.has("--json") { context.terminal.print(model.text) }
      models.append(model)
    }
    if context.arguments.has("--json") { context.terminal.print(try jsonText(CheckDocument(models: models))) }
    return models.allSatisfy(\.isGood) ? .success : ExitCode(.input)
  }
}

/// What `--qdq` asks, and where `--fix` writes.
private struct QDQQuestion {
  var target: QDQTarget
  /// Nil without `--fix`.
  var out: String?

  /// Nil without `--qdq`.
  init?(_ arguments: Arguments) throws {
    guard arguments.has("--qdq") else {
      for option in ["--target", "--fix", "--out"] where arguments.has(option) || arguments.value(option) != nil {
        throw UsageError("\(option) goes with --qdq")
      }
      return nil
    }
    let name = arguments.value("--target") ?? QDQTarget.tensorrt.rawValue
    guard let target = QDQTarget(rawValue: name) else {
      let targets = QDQTarget.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--target takes \(targets), not '\(name)'")
    }
    self.target = target
    out = arguments.value("--out")
    guard arguments.has("--fix") == (out != nil) else { throw UsageError("--fix and -o OUT go together") }
    if out != nil, arguments.operands.count != 1 { throw UsageError("--fix takes one model") }
  }
}

private func checked(_ path: String, _ question: QDQQuestion?, isStrict: Bool) throws -> CheckedModel {
  guard let question else { return CheckedModel(path: path, Model.checkFile(path: path), isStrict: isStrict) }
  let found = Model.checkFile(path: path)
  // A model that nothing can work with is not mended, and only its own problems are news.
  guard found.count(.error) == 0 else { return CheckedModel(path: path, found, isStrict: isStrict) }
  var model = try Model.read(path: path)
  guard let out = question.out else {
    return CheckedModel(path: path, found, lintQDQ(model, for: question.target), isStrict: isStrict)
  }
  let changes = mendQDQ(&model, for: question.target)
  try model.write(to: out, weights: .automatic, isDurable: false)
  return CheckedModel(
    path: out, Model.checkFile(path: out), lintQDQ(model, for: question.target), changes, isStrict: isStrict)
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
    /// `unknown-operator`, as `ProblemCode` lists them, or the id of a placement rule, `Q1`.
    var code: String
    /// Empty for the main graph.
    var graph: String
    var node: String?
    var value: String?
    var message: String
    var hint: String
  }

  /// One mend of `--fix`.
  struct Change: Encodable {
    var rule: String
    var node: String?
    var change: String
  }

  /// The written one's where `--fix` wrote one.
  var path: String
  /// No errors, and with `--strict` no warnings.
  var isGood: Bool
  var errors: Int
  var warnings: Int
  var notes: Int
  /// At most a hundred of each severity, and of each placement rule.
  var problems: [Problem]
  /// What `--fix` did; nil without it.
  var changes: [Change]?
  private var lines: [Diagnostic]

  private enum CodingKeys: String, CodingKey { case path, isGood, errors, warnings, notes, problems, changes }

  init(
    path: String, _ found: ModelProblems, _ placement: QDQProblems = QDQProblems(), _ changes: [QDQChange]? = nil,
    isStrict: Bool
  ) {
    self.path = path
    errors = found.count(.error) + placement.count(.error)
    warnings = found.count(.warning) + placement.count(.warning)
    notes = found.count(.note) + placement.count(.note)
    isGood = errors == 0 && (warnings == 0 || !isStrict)
    problems = found.all.map {
      Problem(
        severity: $0.severity.rawValue, code: $0.code.rawValue, graph: $0.graph, node: $0.node, value: $0.value,
        message: $0.problem, hint: $0.hint)
    }
    problems += placement.all.map {
      Problem(
        severity: $0.severity.rawValue, code: $0.rule.rawValue, graph: $0.graph, node: $0.node, value: $0.value,
        message: $0.problem, hint: $0.hint)
    }
    self.changes = changes?.map { Change(rule: $0.rule.rawValue, node: $0.node, change: $0.change) }
    lines = (changes ?? []).map { Diagnostic(.note, in: path, "fixed \($0.text)") }
    lines += found.diagnostics(in: path) + placement.diagnostics(in: path)
  }

  /// A paragraph a change and a problem, and the counts.
  var text: String {
    let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")].filter { $0.0 > 0 }.map { count, word in
      "\(count) \(word)\(count == 1 ? "" : "s")"
    }
    let summary = counts.isEmpty ? "no problems" : counts.joined(separator: ", ")
    return (lines.map(\.description) + ["\(path): \(summary)"]).joined(separator: "\n")
  }
}
