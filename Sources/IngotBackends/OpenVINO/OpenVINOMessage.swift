// OpenVINO's texts, read: the trail of its source files is taken off, and the operators and nodes that a refusal is
// about are found where the text names them.
//
//   Exception from src/inference/src/cpp/core.cpp:84:
//   Check 'false' failed at src/frontends/common_translators/src/unconverted_ops_report.cpp:151:
//   FrontEnd API failed with OpConversionFailure:
//   Model wasn't fully converted. Failed operations detailed log:
//   -- MatMul-17 with a message:
//   While validating ONNX node '<Node(MatMul): y>': Check 'DimType::merge(…)' failed at src/…/matmul_shape_inference.hpp:65:
//   While validating node 'opset1::MatMul MatMul_264 (…) -> (dynamic[...])' with friendly_name 'MatMul_264':
//   Incompatible MatMul matrix dimension. First input dimension=4 …
//
//   Summary:
//   -- Conversion is failed for: MatMul-17
//   -- No conversion rule found for operations: com.example.Foo, Frob-17
//
// or, before 2026: `OpenVINO does not support the following ONNX operations: com.example.Foo, Frob`.

enum OpenVINOMessage {
  /// What is left without the lines that only its authors can use.
  static func cleaned(_ text: String) -> String {
    text.split(separator: "\n").filter { !isTrail($0) }.joined(separator: "\n")
  }

  /// The nodes that a refusal names, or all nodes of the operators that it names.
  /// - Parameter text: cleaned.
  /// - Parameter nodes: the model's.
  /// - Returns: empty where it names neither.
  static func unsupportedNodes(in text: String, of nodes: [ModelNode]) -> [UnsupportedNode] {
    failedNodes(in: text, of: nodes) + unknownOps(in: text, of: nodes)
  }

  private static func unknownOps(in text: String, of nodes: [ModelNode]) -> [UnsupportedNode] {
    let starts = [
      "-- No conversion rule found for operations: ", "OpenVINO does not support the following ONNX operations: ",
    ]
    let lists = text.split(separator: "\n").compactMap { line in
      starts.first { line.hasPrefix($0) }.map { line.dropFirst($0.count) }
    }
    guard let list = lists.first else { return [] }
    return list.split(separator: ",").flatMap { item in
      let label = String(item.trimmed)
      let reason = "OpenVINO has no conversion rule for \(label)"
      let named = nodes.filter { $0.isWritten(as: label) }
      if named.isEmpty { return [UnsupportedNode(name: "", op: label, reason: reason)] }
      return named.map { UnsupportedNode(name: $0.label, op: $0.op, reason: reason) }
    }
  }

  private static func failedNodes(in text: String, of nodes: [ModelNode]) -> [UnsupportedNode] {
    var found: [UnsupportedNode] = []
    for part in text.split(separator: "While validating ONNX node '<Node(").dropFirst() {
      let part = String(part)
      guard let nameEnd = part.firstRange(of: "): "), let outputEnd = part.firstRange(of: ">'") else { continue }
      let op = String(part[..<nameEnd.lowerBound])
      let outputs = part[nameEnd.upperBound..<outputEnd.lowerBound].split(separator: ",").map { String($0.trimmed) }
      let lines = part[outputEnd.upperBound...].split(separator: "\n")
      let message = lines.drop { $0.contains("failed at ") }.prefix { $0 != "Summary:" && !$0.hasPrefix("-- ") }
      let node = nodes.first { $0.op == op && $0.outputs == outputs }
      found.append(
        UnsupportedNode(
          name: node?.label ?? outputs.joined(separator: ", "), op: op,
          reason: message.map { $0.trimmed }.joined(separator: " ")))
    }
    return found
  }

  /// A line that names a source file or wraps the one that matters.
  private static func isTrail(_ line: Substring) -> Bool {
    line.hasPrefix("Exception from ") || line.hasPrefix("Check '") && line.hasSuffix(":")
      || line.hasPrefix("FrontEnd API failed")
      || line.hasPrefix("Loading input model") || line.hasPrefix("While validating node ")
  }
}

extension ModelNode {
  /// OpenVINO writes `Foo-17` for the standard's operators of version 17 and `com.example.Foo` for others.
  fileprivate func isWritten(as label: String) -> Bool {
    if !domain.isEmpty { return label == "\(domain).\(op)" }
    guard let dash = label.lastIndex(of: "-") else { return label == op }
    return label[..<dash] == op && label[label.index(after: dash)...].allSatisfy(\.isNumber)
  }
}

extension StringProtocol {
  /// Without spaces at either end.
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
  }
}
