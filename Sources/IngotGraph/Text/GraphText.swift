// A graph as text: what `ingot inspect --nodes` prints and what tests of passes are written in. It shows structure,
// types, attributes and small constants; doc strings and fields that Ingot does not know are left out.
//
//   graph main(%x: float32[batch,3,8,8]) -> (%y: float32[batch,8,8,8]) {
//     const %w: float32[8,3,3,3] = ramp
//     const %b: float32[8] = [0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
//     %y: float32[batch,8,8,8] = Conv(%x, %w, %b) {kernel_shape=[3,3], pads=[1,1,1,1]} # conv1
//   }
//
// A name is `%` and letters, digits and `_ . / - :` (a colon only before another of these), or `%"any text"`. `_`
// stands for an input or output that is left out. A type is an element type with a shape, `float32[2,?,batch]`; without
// brackets the rank is unknown, and `?[2]` is a shape without a type. Other types are `sequence(float32[2])`, `optional(…)`,
// `map(int64, float32)`, `sparse(float32[2,2])` and `opaque("domain", "name")`. An operator of another domain is
// `com.microsoft::Gelu`, one with an overload `custom::Op[fast]`. What follows `#` after a node is its name; a line that starts with `#` is a comment. A number
// with a point, an exponent, `inf` or `nan` is a float. Functions of the model follow its graph:
//
//   function custom::Scaled[fast] opset ai.onnx 17 {factor, bias=1.0} graph(%x) -> (%y) { … }

internal import IngotCore

extension Graph {
  /// - Parameter elementLimit: a constant with more elements is shown as `elided(count)`, which cannot be read back.
  package func text(elementLimit: Int = 16) -> String {
    var printer = GraphPrinter(elementLimit: elementLimit)
    printer.print(self)
    return printer.text + "\n"
  }
}

extension Model {
  /// A line with the versions, the graph, then the functions. Training information is left out.
  package func text(elementLimit: Int = 16) -> String {
    let opsets = opsets.sorted { $0.key < $1.key }.map {
      "opset \(TextName.word($0.key, empty: "ai.onnx")) \($0.value)"
    }
    var printer = GraphPrinter(elementLimit: elementLimit)
    for function in functions { printer.print(function) }
    return "model ir \(irVersion) \(opsets.joined(separator: " "))\n" + graph.text(elementLimit: elementLimit)
      + printer.text
  }
}

/// How names stand in the text.
enum TextName {
  /// - Parameter name: a value's name.
  static func value(_ name: String) -> String {
    isPlain(name) ? "%\(name)" : "%\(quoted(Array(name.utf8)))"
  }

  static func word(_ text: String, empty: String = "\"\"") -> String {
    text.isEmpty ? empty : isPlain(text) && !text.contains("::") ? text : quoted(Array(text.utf8))
  }

  /// Bytes outside printable ASCII are kept where the whole is UTF-8 and written `\xHH` where it is not.
  static func quoted(_ bytes: [UInt8]) -> String {
    let isText = String(validating: bytes, as: UTF8.self) != nil
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): result += Array(#"\n"#.utf8)
      case UInt8(ascii: "\t"): result += Array(#"\t"#.utf8)
      case 0..<0x20, 0x7f: result += Array(#"\x"#.utf8) + hexDigits(byte)
      case 0x80...: result += isText ? [byte] : Array(#"\x"#.utf8) + hexDigits(byte)
      default: result.append(byte)
      }
    }
    return String(decoding: result + [UInt8(ascii: "\"")], as: UTF8.self)
  }

  static func hexDigits(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    guard let last = name.utf8.last, isWordByte(last) else { return false }
    return name.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ":") }
  }

  static func type(_ type: ValueType) -> String {
    switch type {
    case .tensor(let type, let shape):
      (type?.description ?? "?") + (shape.map { "[\($0.map(dimension).joined(separator: ","))]" } ?? "")
    case .sparseTensor(let type, let shape): "sparse(\(self.type(.tensor(type, shape))))"
    case .sequence(let element): "sequence(\(self.type(element)))"
    case .optional(let element): "optional(\(self.type(element)))"
    case .map(let key, let value): "map(\(key?.description ?? "?"), \(self.type(value)))"
    case .opaque(let domain, let name): "opaque(\(quoted(Array(domain.utf8))), \(quoted(Array(name.utf8))))"
    }
  }

  /// `custom::Op[overload]`.
  static func operation(_ domain: String, _ name: String, _ overload: String) -> String {
    (domain.isEmpty ? "" : "\(word(domain))::") + word(name) + (overload.isEmpty ? "" : "[\(word(overload))]")
  }

  private static func dimension(_ dimension: Dimension) -> String {
    switch dimension {
    case .fixed(let size): String(size)
    case .unknown: "?"
    case .symbolic(let name):
      isPlain(name) && !name.contains(":") && Int(name) == nil ? name : quoted(Array(name.utf8))
    }
  }
}

struct GraphPrinter {
  var elementLimit: Int
  private(set) var text = ""
  private var indent = ""

  init(elementLimit: Int) { self.elementLimit = elementLimit }

  mutating func print(_ graph: Graph) {
    let inputs = graph.inputs.map { typed(graph[$0]) }.joined(separator: ", ")
    let outputs = graph.outputs.map { typed(graph[$0]) }.joined(separator: ", ")
    text += "graph \(TextName.word(graph.name))(\(inputs)) -> (\(outputs)) {\n"
    let outer = indent
    indent += "  "
    let header = graph.inputs + graph.outputs
    let rest = Set(graph.values.indices.map(ValueID.init)).subtracting(header).sorted()
    var shownConstants: Set<ValueID> = []
    for id in header + rest where shownConstants.insert(id).inserted {
      let value = graph[id]
      guard let initializer = value.initializer else { continue }
      text += "\(indent)const \(TextName.value(value.name)): \(tensor(initializer, separator: " = "))\n"
    }
    printUnproducedTypes(of: graph)
    for annotation in graph.annotations {
      let parameters = annotation.parameters.map { "\(TextName.word($0.key))=\(TextName.value(graph[$0.value].name))" }
      let tensor = TextName.value(graph[annotation.tensor].name)
      text += "\(indent)quantized \(tensor) {\(parameters.joined(separator: ", "))}\n"
    }
    for node in graph.nodes { print(node, in: graph) }
    indent = outer
    text += "\(indent)}"
  }

  mutating func print(_ function: Function) {
    let key = function.key
    text += "function \(TextName.operation(key.domain, key.name, key.overload))"
    for (domain, version) in function.opsets.sorted(by: { $0.key < $1.key }) {
      text += " opset \(TextName.word(domain, empty: "ai.onnx")) \(version)"
    }
    if !function.attributes.isEmpty || !function.defaults.isEmpty {
      text += " {\(function.attributes.map { TextName.word($0) }.joined(separator: ", "))"
      if !function.attributes.isEmpty && !function.defaults.isEmpty { text += ", " }
      print(function.defaults)
      text += "}"
    }
    text += " "
    print(function.body)
    text += "\n"
  }

  private mutating func print(_ attributes: [Attribute]) {
    for (index, attribute) in attributes.enumerated() {
      text += "\(index == 0 ? "" : ", ")\(TextName.word(attribute.name))="
      print(attribute.value)
    }
  }

  /// Types of values that no line of the graph shows, such as those of the outer graph's values.
  private mutating func printUnproducedTypes(of graph: Graph) {
    var shown = Set(graph.inputs + graph.outputs)
    for node in graph.nodes { shown.formUnion(node.outputs.compactMap(\.self)) }
    for (index, value) in graph.values.enumerated() where value.initializer == nil && !shown.contains(ValueID(index)) {
      if value.valueType != nil { text += "\(indent)value \(typed(value))\n" }
    }
  }

  private func typed(_ value: Value) -> String {
    TextName.value(value.name) + (value.valueType.map { ": \(TextName.type($0))" } ?? "")
  }

  private mutating func print(_ node: Node, in graph: Graph) {
    let outputs = node.outputs.map { $0.map { typed(graph[$0]) } ?? "_" }.joined(separator: ", ")
    let inputs = node.inputs.map { $0.map { TextName.value(graph[$0].name) } ?? "_" }.joined(separator: ", ")
    let operation = TextName.operation(node.domain, node.opType, node.overload)
    text += "\(indent)\(outputs.isEmpty ? "()" : outputs) = \(operation)(\(inputs))"
    if !node.attributes.isEmpty {
      text += " {"
      print(node.attributes)
      text += "}"
    }
    if !node.name.isEmpty { text += " # \(Self.comment(node.name))" }
    text += "\n"
  }

  private mutating func print(_ value: Attribute.Value) {
    switch value {
    case .float(let value): text += TensorText.number(value)
    case .int(let value): text += String(value)
    case .string(let bytes): text += TextName.quoted(bytes)
    case .tensor(let initializer), .sparseTensor(let initializer): text += tensor(initializer, separator: " ")
    case .graph(let graph): print(graph)
    case .floats(let values): text += values.isEmpty ? "floats[]" : list(values.map(TensorText.number))
    case .ints(let values): text += list(values.map(String.init))
    case .strings(let values): text += values.isEmpty ? "strings[]" : list(values.map(TextName.quoted))
    case .tensors(let values): text += "tensors\(list(values.map { tensor($0, separator: " ") }))"
    case .graphs(let graphs):
      text += "graphs["
      for (index, graph) in graphs.enumerated() {
        if index > 0 { text += ", " }
        print(graph)
      }
      text += "]"
    case .sparseTensors(let values): text += "sparse_tensors\(list(values.map { tensor($0, separator: " ") }))"
    case .type(let type): text += "type(\(TextName.type(type)))"
    case .types(let types): text += "types\(list(types.map(TextName.type)))"
    case .reference(let name, let type): text += "ref(\(TextName.word(name)), \(type))"
    case .opaque(let bytes): text += "opaque(\(TensorText.hex(bytes)))"
    }
  }

  private func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }

  private func tensor(_ initializer: Initializer, separator: String) -> String {
    let type = TextName.type(.tensor(initializer.type, initializer.shape.map { .fixed($0) }))
    guard case .sparse(let elements) = initializer.storage else {
      return type + separator + TensorText.elements(of: initializer, limit: elementLimit)
    }
    let values = tensor(elements.values, separator: " ")
    let indices = elements.indices.map { ", \(tensor($0, separator: " "))" } ?? ""
    return "\(type)\(separator)sparse(\(values)\(indices))"
  }

  /// A node's name as it is, or quoted where it would not be read back the same.
  private static func comment(_ name: String) -> String {
    let isPlain =
      name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } && !name.hasPrefix("\"") && name.first != " "
      && name.last != " "
    return isPlain ? name : TextName.quoted(Array(name.utf8))
  }
}
