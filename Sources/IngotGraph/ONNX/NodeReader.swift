// Reads NodeProto. Attributes are read last, so that their errors can say which node they are of.

internal import IngotCore

extension ModelReader {
  mutating func readNode(
    _ file: RawSpan, _ range: Range<Int>, index: Int, in graph: inout Graph
  ) throws(ModelError) -> Node {
    var message = MessageReader(file, range, .node, path: path)
    var node = Node("", name: "", inputs: [], outputs: [])
    var attributes: [Range<Int>] = []
    while let field = try message.next() {
      switch field.number {
      case NodeField.input: node.inputs.append(try readName(field, of: &message, in: &graph))
      case NodeField.output: node.outputs.append(try readName(field, of: &message, in: &graph))
      case NodeField.name: node.name = try message.string(field)
      case NodeField.opType: node.opType = try message.string(field)
      case NodeField.domain: node.domain = standardDomain(try message.string(field))
      case NodeField.overload: node.overload = try message.string(field)
      case NodeField.docString: node.docString = try message.string(field)
      case NodeField.attribute: attributes.append(try message.range(field))
      default: try message.keep(field)
      }
    }
    node.unknownFields = joined(message.kept)
    node.attributes.reserveCapacity(attributes.count)
    for attribute in attributes {
      try countItem(at: attribute.lowerBound)
      node.attributes.append(try readAttribute(file, attribute, of: .node(node, index: index)))
    }
    return node
  }

  /// The value of a name; nil for the empty name of one that is left out.
  @_lifetime(message: copy message)
  private mutating func readName(
    _ field: WireField, of message: inout MessageReader, in graph: inout Graph
  ) throws(ModelError) -> ValueID? {
    try countItem(at: field.offset)
    let name = try message.string(field)
    return name.isEmpty ? nil : graph.value(named: name)
  }
}

extension Node {
  /// `node 'conv1' (Conv)`, or `node 17 (Conv)` where it has no name.
  /// - Parameter index: its place in its graph.
  package func label(at index: Int) -> String { Self.label(name: name, opType: opType, index: index) }

  static func label(name: String, opType: String, index: Int) -> String {
    (name.isEmpty ? "node \(index)" : "node '\(name.shown)'") + (opType.isEmpty ? "" : " (\(opType.shown))")
  }
}
