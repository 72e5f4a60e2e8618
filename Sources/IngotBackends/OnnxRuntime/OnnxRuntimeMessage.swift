// ONNX Runtime's texts, read: what only its authors can use is taken off, and the nodes that a refusal is about are
// found where the text names them. It stops at the first problem, so a model may have more than one text says.

enum OnnxRuntimeMessage {
  /// `a.onnx: Unsupported model IR version` for `Load model from a.onnx failed:/src/graph/model.cc:256 Model::Model(…)
  /// Unsupported model IR version`.
  static func cleaned(_ text: String) -> String {
    var words = text[...]
    while let last = words.last, last.isWhitespace { words.removeLast() }
    if words.hasPrefix("Load model from "), let end = words.firstRange(of: " failed:") {
      let path = words[..<end.lowerBound].dropFirst("Load model from ".count)
      return "\(path): \(withoutSourceLocation(words[end.upperBound...]))"
    }
    return String(withoutSourceLocation(words))
  }

  /// The nodes that a refusal names, or all nodes of the operator that it names.
  /// - Parameter nodes: the model's.
  /// - Returns: empty where it names neither.
  static func unsupportedNodes(in text: String, of nodes: [ModelNode]) -> [UnsupportedNode] {
    if let (domain, op) = unregisteredOp(in: text) {
      let named = nodes.filter { $0.op == op && (domain == nil || $0.domain == domain) }
      let reason = "ONNX Runtime has no operator \(domain.map { $0.isEmpty ? op : "\($0):\(op)" } ?? op)"
      if named.isEmpty { return [UnsupportedNode(name: "", op: op, reason: reason)] }
      return named.map { UnsupportedNode(name: $0.label, op: op, reason: reason) }
    }
    guard let (name, op) = namedNode(in: text) else { return [] }
    let known = nodes.first { $0.name == name && (op == nil || $0.op == op) }
    let reason = text.firstRange(of: ", Error ").map { String(text[$0.upperBound...]) } ?? text
    return [UnsupportedNode(name: known?.label ?? name, op: op ?? known?.op ?? "", reason: reason)]
  }

  private static func unregisteredOp(in text: String) -> (domain: String?, op: String)? {
    if let op = text.between("No Op registered for ", " with domain_version") { return (nil, op) }
    // Fatal error: com.example:Foo(-1) is not a registered function/op
    guard let name = text.between("Fatal error: ", "("), text.contains("is not a registered function") else {
      return nil
    }
    guard let colon = name.lastIndex(of: ":") else { return ("", name) }
    let domain = String(name[..<colon])
    return (domain == "ai.onnx" ? "" : domain, String(name[name.index(after: colon)...]))
  }

  private static func namedNode(in text: String) -> (name: String, op: String?)? {
    // In Node, ("n1", Foo, "com.zzz", -1) : …
    if let name = text.between("In Node, (\"", "\", ") { return (name, text.between("In Node, (\"\(name)\", ", ",")) }
    // Could not find an implementation for Conv(11) node with name 'c1'
    if let name = text.between("node with name '", "'") { return (name, text.between("implementation for ", "(")) }
    // Node (mm) Op (MatMul) [ShapeInferenceError] …
    if let name = text.between("Node (", ") Op (") { return (name, text.between(") Op (", ")")) }
    // Type 'tensor(bfloat16)' of input parameter (x) of operator (Conv) in node (/c/Conv) is invalid.
    if let name = text.between(" in node (", ")") {
      return (name, text.between("of operator (", ")") ?? text.between("of Optype (", ")"))
    }
    return nil
  }

  private static func withoutSourceLocation(_ text: Substring) -> Substring {
    for suffix in [".cc:", ".h:"] {
      guard let mark = text.firstRange(of: suffix), let end = text[mark.upperBound...].firstIndex(of: " "),
        end > mark.upperBound, text[mark.upperBound..<end].allSatisfy(\.isNumber)
      else { continue }
      let start = text[..<mark.lowerBound].lastIndex(of: " ").map(text.index(after:)) ?? text.startIndex
      let rest = withoutSignature(text[text.index(after: end)...])
      return rest.isEmpty ? text : Substring(String(text[..<start]) + rest)
    }
    return text
  }

  /// What follows a function's signature with its arguments, or its name alone.
  private static func withoutSignature(_ text: Substring) -> Substring {
    guard let space = text.firstIndex(of: " ") else { return text }
    guard let open = text.firstIndex(of: "("), text[..<open].contains("::") else {
      return text[text.index(after: space)...]
    }
    var depth = 0
    for index in text[open...].indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      guard depth == 0 else { continue }
      var rest = text[text.index(after: index)...]
      if rest.hasPrefix(" const ") { rest = rest.dropFirst(6) }
      return rest.drop { $0 == " " }
    }
    return text
  }
}

extension String {
  /// What stands between the first `start` and the next `end`.
  func between(_ start: String, _ end: String) -> String? {
    guard let from = firstRange(of: start)?.upperBound, let to = self[from...].firstRange(of: end)?.lowerBound else {
      return nil
    }
    return String(self[from..<to])
  }
}
