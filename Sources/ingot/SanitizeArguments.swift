// The options of `ingot sanitize` as the changes that they ask for. All that are wrong are reported together.

internal import IngotCore
internal import IngotGraph

extension Verb {
  static let surgeonOptions: [Option] = [
    .value("--input", "NAME:SHAPE", "an input's shape, with its type where the model says none: x:float32[n,3,?]"),
    .value("--dim", "NAME=SIZE", "a size, or another name, for a symbolic dimension"),
    .value("--from", "TENSORS", "cut the graph there: these tensors become the inputs, with commas between them"),
    .value("--to", "TENSORS", "these tensors become the outputs, and what they do not need goes"),
    .value("--outputs", "TENSORS", "exactly these outputs; * and ? stand for any text and any character"),
    .value("--add-output", "TENSORS", "outputs besides those that the model has"),
    .value("--remove-output", "TENSORS", "outputs to leave out"),
    .value("--bound", "TENSOR=N", "the largest size where the data decides: in a tensor of sizes, or of an open axis"),
    .value("--rename", "OLD=NEW", "another name for a tensor"),
    .flag("--float64-to-float32", "calculate in float32 where the model does in float64"),
    .value("--opset", "N", "raise the standard operator set to this version"),
    .value("--fold-limit", "SIZE", "what constants may grow by when nodes become what they compute (32MiB)"),
    .value("--fold-with", "RUNTIME", "have it calculate the constants that Ingot cannot; onnxruntime is the only one"),
    .value(
      "--passes", "LIST",
      "run only these, with commas; with a '-' before each: all but these; none: infer shapes only"),
  ]
}

extension SanitizeOptions {
  /// - Throws: `UsageError` with every option that cannot be understood; `GraphError` for passes that there are not.
  init(_ arguments: Arguments) throws {
    self.init()
    var problems: [String] = []
    extraction = Extraction(from: Self.list(arguments.all("--from")), to: Self.list(arguments.all("--to")))
    outputs = OutputSelection(
      only: arguments.value("--outputs") == nil ? nil : Self.list(arguments.all("--outputs")),
      added: Self.list(arguments.all("--add-output")), removed: Self.list(arguments.all("--remove-output")))
    for text in arguments.all("--input") { readInput(text, &problems) }
    for (name, value) in Self.pairs("--dim", "NAME=SIZE", arguments, &problems) {
      guard let size = Dimension(argument: value) else {
        problems.append("--dim takes a size of 1 or more or a name, not '\(value)'")
        continue
      }
      dimensions[name] = size
    }
    for (name, value) in Self.pairs("--bound", "TENSOR=N", arguments, &problems) {
      guard let bound = Int(value), bound >= 1 else {
        problems.append("--bound takes a whole number of 1 or more, not '\(value)'")
        continue
      }
      bounds[name] = bound
    }
    for (old, new) in Self.pairs("--rename", "OLD=NEW", arguments, &problems) { renames[old] = new }
    if let text = arguments.value("--fold-limit") {
      if let limit = ByteCount(text) {
        foldLimit = limit.count
      } else {
        problems.append("--fold-limit takes a size like 32MiB, not '\(text)'")
      }
    }
    guard problems.isEmpty else { throw UsageError(problems.joined(separator: "\n  ")) }
    makesDoublesFloats = arguments.has("--float64-to-float32")
    opset = try arguments.count("--opset", in: 1...Int(OperatorSet.newest)).map { Int64($0) }
    if let text = arguments.value("--fold-limit") {
      guard let limit = ByteCount(text) else { throw UsageError("--fold-limit takes a size like 32MiB, not '\(text)'") }
      foldLimit = limit.count
    }
    if let text = arguments.value("--passes") { passes = try PassSelection(text) }
  }

  private static func list(_ texts: [String]) -> [String] {
    texts.flatMap { $0.split(separator: ",").map(String.init) }
  }

  /// Split at the last `=`, because names of tensors may hold one.
  private static func pairs(
    _ option: String, _ form: String, _ arguments: Arguments, _ problems: inout [String]
  ) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for text in arguments.all(option) {
      guard let sign = text.lastIndex(of: "="), sign != text.startIndex, text.index(after: sign) != text.endIndex else {
        problems.append("\(option) takes \(form), not '\(text)'")
        continue
      }
      let (name, value) = (String(text[..<sign]), String(text[text.index(after: sign)...]))
      if pairs.contains(where: { $0.0 == name }) { problems.append("\(option) names '\(name)' twice") }
      pairs.append((name, value))
    }
    return pairs
  }

  /// `NAME:[1,n,?]` or `NAME:float32[1,n,?]`; a name may hold colons.
  private mutating func readInput(_ text: String, _ problems: inout [String]) {
    let problem = "--input takes NAME:SHAPE as in x:[n,3,?] or x:float32[n,3,?], not '\(text)'"
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return problems.append(problem) }
    let name = String(text[..<colon])
    let rest = text[text.index(after: colon)...]
    guard let bracket = rest.firstIndex(of: "["), rest.hasSuffix("]") else { return problems.append(problem) }
    let word = String(rest[..<bracket])
    if !word.isEmpty {
      guard let type = ElementType.allCases.first(where: { $0.description == word }) else {
        let near = suggestion(for: word, among: ElementType.allCases.map(\.description))
        return problems.append("--input: there is no type '\(word)'" + (near.map { "; did you mean \($0)?" } ?? ""))
      }
      inputTypes[name] = type
    }
    var shape: [Dimension] = []
    for size in rest[rest.index(after: bracket)...].dropLast().split(separator: ",", omittingEmptySubsequences: false) {
      let size = size.filter { $0 != " " }
      if size.isEmpty, rest.hasSuffix("[]") { break }
      guard let dimension = size == "?" ? .unknown : Dimension(argument: size) else { return problems.append(problem) }
      shape.append(dimension)
    }
    if inputShapes.updateValue(shape, forKey: name) != nil { problems.append("--input names '\(name)' twice") }
  }
}

extension Dimension {
  /// A size of 1 or more, or a name.
  fileprivate init?(argument text: some StringProtocol) {
    if let size = Int(text) {
      guard size >= 1 else { return nil }
      self = .fixed(size)
    } else {
      guard let first = text.first, first == "_" || first.isLetter else { return nil }
      self = .symbolic(String(text))
    }
  }
}
