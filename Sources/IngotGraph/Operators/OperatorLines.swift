// What ONNX's operators take and give, as text: one line a version of an operator, oldest first. The text is 90 KB where
// schemas as Swift values would be a minute of compiling; a line is parsed when somebody asks for its operator.
//
//     NAME SINCE FLAGS | INPUTS | OUTPUTS | TYPES | ATTRIBUTES
//
//     Clip 11 | input:T min?:T max?:T | output:T | T=floats
//     Clip 12 function | ^ | ^ | T=floats,ints,uints
//
// A line that starts with a space goes on with the one before it; they are joined by a space, or by nothing after a comma.
// `^` is the same field of the operator's version before. Fields at the end that are empty are left out.
//
// FLAGS       `deprecated` (no model of this opset may use it), `function` (ONNX defines it by other operators),
//             `onnxruntime` (not ONNX's: ONNX Runtime alone knows it in the standard domain).
// INPUTS      `name:type`. After the name: `?` may be left out, `*` any number, one at least, `*0` none at least,
//             `*~` any number of any types each. The type is a name of TYPES, or a set of types.
// OUTPUTS     in the same form.
// TYPES       `T=float32,seq(ints)`: sets of types. Words are element types as `ElementType` names them, or groups of them (see
//             TypeSet.swift); in `seq()`, `opt()`, `opt(seq())`, `sparse()`, or alone for tensors. `map(int64,string)`
//             and sequences of maps stand for themselves.
// ATTRIBUTES  `name:type`, the type being one of f (float), i (int), s (string), t (tensor), g (graph), p (type), z
//             (sparse tensor), with `[]` for a list of them; then `!` where it must be given; then `=` and the default.

enum OperatorLines {
  /// The lines of each operator, by domain and name.
  static let index: [String: [String: Substring]] = {
    let standard = [standardAToC, standardDToG, standardHToM, standardNToR, standardSToZ]
    var index = ["": standard.reduce(into: [:]) { operators, text in addOperators(of: text, to: &operators) }]
    for (domain, text) in [
      "ai.onnx.ml": machineLearning, "ai.onnx.preview": preview, "ai.onnx.preview.training": previewTraining,
      "com.microsoft": microsoft, "com.microsoft.nchwc": microsoftBlocked,
    ] {
      addOperators(of: text, to: &index[domain, default: [:]])
    }
    return index
  }()

  private static func addOperators(of text: String, to operators: inout [String: Substring]) {
    let bytes = text.utf8
    var (start, name) = (bytes.startIndex, text[..<bytes.startIndex])
    var line = start
    while line < bytes.endIndex {
      let end = bytes[line...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      if bytes[line] != UInt8(ascii: " ") {
        let word = text[line..<(bytes[line..<end].firstIndex(of: UInt8(ascii: " ")) ?? end)]
        if word != name {
          if !name.isEmpty { operators[String(name)] = text[start..<line] }
          (start, name) = (line, word)
        }
      }
      line = end < bytes.endIndex ? bytes.index(after: end) : end
    }
    if !name.isEmpty { operators[String(name)] = text[start...] }
  }

  /// The fields of the newest version that is not over `opset`, with `^` replaced.
  /// - Parameter lines: of one operator.
  static func fields(of lines: Substring, opset: Int64) -> (head: [Substring], fields: [String])? {
    var result: (head: [Substring], fields: [String])?
    for line in joinedLines(lines) {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false)
      let head = (parts.first ?? "").split(separator: " ")
      guard head.count >= 2, let since = Int64(head[1]), since <= opset else { break }
      var fields = [String](repeating: "", count: 4)
      for (index, part) in parts.dropFirst().prefix(4).enumerated() {
        let text = part.trimmed
        fields[index] = text == "^" ? result?.fields[index] ?? "" : String(text)
      }
      result = (head, fields)
    }
    return result
  }

  /// The versions of one operator that ONNX defines.
  static func versions(of lines: Substring) -> [Int64] {
    lines.split(separator: "\n").compactMap { line in
      if line.utf8.first == UInt8(ascii: " ") { return nil }
      let head = line.prefix { $0 != "|" }.split(separator: " ")
      return head.count > 1 && !head.contains("onnxruntime") ? Int64(head[1]) : nil
    }
  }

  private static func joinedLines(_ lines: Substring) -> [String] {
    var joined: [String] = []
    for line in lines.split(separator: "\n") {
      if line.utf8.first == UInt8(ascii: " "), let last = joined.indices.last {
        if joined[last].utf8.last != UInt8(ascii: ",") { joined[last] += " " }
        joined[last] += line.trimmed
      } else {
        joined.append(String(line))
      }
    }
    return joined
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.utf8.first == UInt8(ascii: " ") { text = text.dropFirst() }
    while text.utf8.last == UInt8(ascii: " ") { text = text.dropLast() }
    return text
  }
}
