// Reads FunctionProto.

internal import IngotCore

/// Extents of a function's parts.
private struct FunctionParts {
  var (inputs, outputs): ([String], [String]) = ([], [])
  var nodes: [Range<Int>] = []
  var valueInfos: [Range<Int>] = []
  var defaults: [Range<Int>] = []
}

extension ModelReader {
  mutating func readFunction(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> Function {
    try countItem(at: range.lowerBound)
    var function = Function(Function.Key(domain: "", name: ""), body: Graph(name: ""))
    let parts = try readFunctionParts(file, range, into: &function)
    var body = Graph(name: "")
    for part in parts.valueInfos { _ = try declare(try readValueInfo(file, part), in: &body) }
    body.inputs = parts.inputs.map { body.value(named: $0) }
    body.outputs = parts.outputs.map { body.value(named: $0) }
    body.nodes.reserveCapacity(parts.nodes.count)
    for (index, part) in parts.nodes.enumerated() {
      body.nodes.append(try readNode(file, part, index: index, in: &body))
    }
    function.body = body
    for part in parts.defaults {
      function.defaults.append(try readAttribute(file, part, of: .function(function.key.name)))
    }
    return function
  }

  private mutating func readFunctionParts(
    _ file: RawSpan, _ range: Range<Int>, into function: inout Function
  ) throws(ModelError) -> FunctionParts {
    var message = MessageReader(file, range, .function, path: path)
    var parts = FunctionParts()
    while let field = try message.next() {
      try countItem(at: field.offset)
      switch field.number {
      case FunctionField.name: function.key.name = try message.string(field)
      case FunctionField.domain: function.key.domain = standardDomain(try message.string(field))
      case FunctionField.overload: function.key.overload = try message.string(field)
      case FunctionField.input: parts.inputs.append(try message.string(field))
      case FunctionField.output: parts.outputs.append(try message.string(field))
      case FunctionField.attribute: function.attributes.append(try message.string(field))
      case FunctionField.attributeProto: parts.defaults.append(try message.range(field))
      case FunctionField.node: parts.nodes.append(try message.range(field))
      case FunctionField.valueInfo: parts.valueInfos.append(try message.range(field))
      case FunctionField.docString: function.docString = try message.string(field)
      case FunctionField.opsetImport: try readOpset(file, try message.range(field), into: &function.opsets)
      default: try message.keep(field)
      }
    }
    function.unknownFields = joined(message.kept)
    return parts
  }
}
