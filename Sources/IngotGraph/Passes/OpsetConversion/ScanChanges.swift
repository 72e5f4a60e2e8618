// Scan, which had a batch axis until operator set 9: a scan over the batch around the scan over the sequence.

internal import IngotCore

enum ScanChanges {
  static let all = [OpsetChange("Scan", 9, convert)]

  @Sendable private static func convert(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    guard let scanned = node.int("num_scan_inputs"), case .graph(let body)? = node.attribute("body"),
      scanned >= 1, scanned < node.inputs.count
    else { throw .attribute("num_scan_inputs") }
    guard node.inputs[0] == nil else { throw .sequenceLengths }
    let inputs = Array(node.inputs.dropFirst())
    var inner = Node(
      "Scan", name: "\(node.label(in: rewriter.graph))_sequence", inputs: [], outputs: [],
      attributes: [
        Attribute(name: "body", value: .graph(body)), Attribute("num_scan_inputs", int: scanned),
      ])
    if let directions = node.ints("directions") { inner.set("scan_input_directions", .ints(directions)) }
    var sample = Graph(name: "\(body.name)_sample")
    for (index, input) in inputs.enumerated() {
      let shape = rewriter.shape(of: input).map { Array($0.dropFirst()) }
      let name = rewriter.freshName("sample_in_\(index)", of: node)
      sample.inputs.append(sample.addValue(Value(name: name, type: rewriter.type(of: input), shape: shape)))
    }
    for (index, output) in node.outputs.enumerated() {
      guard output != nil else { inner.outputs.append(nil); continue }
      let name = rewriter.freshName("sample_out_\(index)", of: node)
      let shape = rewriter.shape(of: output).map { Array($0.dropFirst()) }
      let id = sample.addValue(Value(name: name, type: rewriter.type(of: output), shape: shape))
      sample.outputs.append(id)
      inner.outputs.append(id)
    }
    inner.inputs = sample.inputs
    sample.nodes = [inner]
    node = Node(
      "Scan", name: node.name, inputs: inputs, outputs: node.outputs.filter { $0 != nil },
      attributes: [
        Attribute(name: "body", value: .graph(sample)), Attribute("num_scan_inputs", int: Int64(inputs.count)),
      ])
  }
}
