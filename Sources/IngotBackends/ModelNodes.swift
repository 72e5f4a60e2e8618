// The names of a model's nodes, read without the rest: runtimes often name only the operator that they do not know, and a
// person needs the nodes.

internal import IngotCore

/// A node of a model file as a person finds it.
struct ModelNode: Hashable {
  var name: String
  var op: String
  var domain: String
  var outputs: [String]
  /// Its place among the nodes of its graph, from 0.
  var number: Int

  /// The name, or the number where there is none.
  var label: String { name.isEmpty ? String(number) : name }

  /// Every node of an ONNX file, those of nested graphs after the node that holds them.
  /// - Returns: as many as can be read; a broken file ends the list.
  static func all(inModelAt path: String) -> [ModelNode] {
    guard let file = try? MappedFile(path: path) else { return [] }
    var nodes: [ModelNode] = []
    file.withSpan { span in
      var model = WireReader(span)
      try? readEach(&model, field: 7) { (graph) throws(WireError) in try readGraph(&graph, into: &nodes, depth: 16) }
    }
    return nodes
  }

  private static func readGraph(
    _ graph: inout WireReader, into nodes: inout [ModelNode], depth: Int
  ) throws(WireError) {
    var number = 0
    try readEach(&graph, field: 1) { (node) throws(WireError) in
      try readNode(&node, number: number, into: &nodes, depth: depth)
      number += 1
    }
  }

  private static func readNode(
    _ reader: inout WireReader, number: Int, into nodes: inout [ModelNode], depth: Int
  ) throws(WireError) {
    let index = nodes.count
    nodes.append(ModelNode(name: "", op: "", domain: "", outputs: [], number: number))
    while let field = try reader.nextField() {
      switch (field.number, field.type) {
      case (2, .bytes): nodes[index].outputs.append(try reader.readString(field: 2))
      case (3, .bytes): nodes[index].name = try reader.readString(field: 3)
      case (4, .bytes): nodes[index].op = try reader.readString(field: 4)
      case (7, .bytes): nodes[index].domain = try reader.readString(field: 7)
      case (5, .bytes) where depth > 0:
        var attribute = reader.reader(of: try reader.readBytes())
        try readEach(&attribute, field: 6) { (graph) throws(WireError) in
          try readGraph(&graph, into: &nodes, depth: depth - 1)
        }
      default: try reader.skip(field)
      }
    }
  }

  /// Calls `body` with each message in a field of that number.
  private static func readEach(
    _ reader: inout WireReader, field number: Int, _ body: (inout WireReader) throws(WireError) -> Void
  ) throws(WireError) {
    while let field = try reader.nextField() {
      if field.number == number && field.type == .bytes {
        var inner = reader.reader(of: try reader.readBytes())
        try body(&inner)
      } else {
        try reader.skip(field)
      }
    }
  }
}
