// Reads what GraphText.swift writes, so that a test can say in a few lines which graph it means.

package import IngotCore

extension Graph {
  /// - Parameter text: a graph as `text(elementLimit:)` writes it. A constant is a list of elements, `hex(…)`, or one
  /// of the fills
  ///   `zeros`, `ones`, `fill(value)`, `ramp` (0, 1, 2, …; integers wrap) and `ramp(start, step)`.
  /// - Parameter path: the name of the text in error messages.
  /// - Throws: the first thing that is wrong, with its line and column.
  package init(text: String, path: String = "graph") throws(InputError) {
    var parser = GraphTextParser(text, path: path)
    self = try parser.parseWholeGraph()
  }
}

extension Model {
  /// - Parameter text: a graph's text, with or without `model ir 8 opset ai.onnx 17 opset com.microsoft 1` before it.
  package init(text: String, path: String = "graph") throws(InputError) {
    var parser = GraphTextParser(text, path: path)
    self = try parser.parseModel()
  }
}

struct GraphTextParser {
  var scanner: TextScanner
  var depth = 0
  var typeDepth = 0

  init(_ text: String, path: String) { scanner = TextScanner(text, path: path) }

  mutating func parseModel() throws(InputError) -> Model {
    var (irVersion, opsets): (Int64, [String: Int64]) = (8, [:])
    if scanner.takeWord("model") {
      if scanner.takeWord("ir") { irVersion = try parseInt() }
      opsets = try parseOpsets()
    }
    var model = Model(graph: try parseGraph(), irVersion: irVersion)
    if !opsets.isEmpty { model.opsets = opsets }
    while scanner.takeWord("function") { model.functions.append(try parseFunction()) }
    guard scanner.isAtEnd else { throw scanner.failure("expected nothing after the graph but functions") }
    return model
  }

  mutating func parseOpsets() throws(InputError) -> [String: Int64] {
    var opsets: [String: Int64] = [:]
    while scanner.takeWord("opset") {
      let domain = try scanner.takeWordOrString("a domain")
      opsets[domain == "ai.onnx" ? "" : domain] = try parseInt()
    }
    return opsets
  }

  mutating func parseWholeGraph() throws(InputError) -> Graph {
    let graph = try parseGraph()
    guard scanner.isAtEnd else { throw scanner.failure("expected nothing after the graph") }
    return graph
  }

  mutating func parseGraph() throws(InputError) -> Graph {
    guard depth < 64 else { throw scanner.failure("graphs are nested deeper than 64") }
    depth += 1
    defer { depth -= 1 }
    guard scanner.takeWord("graph") else { throw scanner.failure("expected 'graph' here") }
    var graph = Graph(name: scanner.isAt("(") ? "" : try scanner.takeWordOrString("the graph's name"))
    graph.inputs = try parseHeaderValues(in: &graph)
    try scanner.expect("->")
    graph.outputs = try parseHeaderValues(in: &graph)
    try scanner.expect("{")
    while !scanner.take("}") { try parseLine(in: &graph) }
    return graph
  }

  private mutating func parseHeaderValues(in graph: inout Graph) throws(InputError) -> [ValueID] {
    var ids: [ValueID] = []
    try scanner.expect("(")
    while !scanner.take(")") {
      if !ids.isEmpty { try scanner.expect(",") }
      ids.append(try parseTypedValue(in: &graph))
    }
    return ids
  }

  private mutating func parseLine(in graph: inout Graph) throws(InputError) {
    if scanner.takeWord("const") {
      let id = try parseName(in: &graph)
      try scanner.expect(":")
      let (type, shape) = try parseConstantType()
      try scanner.expect("=")
      let initializer = try parseElements(type, shape)
      guard graph[id].initializer == nil else { throw scanner.failure("'\(graph[id].name)' is a constant already") }
      graph[id].initializer = initializer
      if graph[id].valueType == nil {
        (graph[id].type, graph[id].shape) = (type, shape.map { .fixed($0) })
      }
    } else if scanner.takeWord("quantized") {
      graph.annotations.append(try parseAnnotation(in: &graph))
    } else if scanner.takeWord("value") {
      _ = try parseTypedValue(in: &graph)
    } else {
      try parseNode(in: &graph)
    }
  }

  private mutating func parseNode(in graph: inout Graph) throws(InputError) {
    guard scanner.isAt("%") || scanner.isAt("_") || scanner.isAt("(") else {
      throw scanner.failure("expected a node (%out = Op(%in)), 'const', 'value' or '}' here")
    }
    var outputs: [ValueID?] = []
    if scanner.take("(") {
      try scanner.expect(")")
    } else {
      repeat { outputs.append(scanner.take("_") ? nil : try parseTypedValue(in: &graph)) } while scanner.take(",")
    }
    try scanner.expect("=")
    let operation = try parseOperator()
    var inputs: [ValueID?] = []
    try scanner.expect("(")
    while !scanner.take(")") {
      if !inputs.isEmpty { try scanner.expect(",") }
      inputs.append(scanner.take("_") ? nil : try parseName(in: &graph))
    }
    var node = Node(operation.name, name: "", domain: operation.domain, inputs: inputs, outputs: outputs)
    node.overload = operation.overload
    let name = try scanner.takeNodeName()
    if name == nil, scanner.take("{") {
      while !scanner.take("}") {
        if !node.attributes.isEmpty { try scanner.expect(",") }
        node.attributes.append(try parseAttribute())
      }
      node.name = try scanner.takeNodeName() ?? ""
    } else {
      node.name = name ?? ""
    }
    graph.nodes.append(node)
  }

  mutating func parseOperator() throws(InputError) -> Function.Key {
    var key = Function.Key(domain: "", name: try scanner.takeWordOrString("an operator"))
    if scanner.take("::") {
      (key.domain, key.name) = (key.name, try scanner.takeWordOrString("an operator"))
    } else if let end = key.name.utf8.indices.last(where: { key.name[$0...].hasPrefix("::") }) {
      (key.domain, key.name) = (String(key.name[..<end]), String(key.name[end...].dropFirst(2)))
    }
    if scanner.take("[") {
      key.overload = try scanner.takeWordOrString("an overload")
      try scanner.expect("]")
    }
    return key
  }

  private mutating func parseTypedValue(in graph: inout Graph) throws(InputError) -> ValueID {
    let id = try parseName(in: &graph)
    guard scanner.take(":") else { return id }
    graph[id].valueType = try parseValueType()
    return id
  }

  mutating func parseName(in graph: inout Graph) throws(InputError) -> ValueID {
    try scanner.expect("%")
    return graph.value(named: try scanner.takeWordOrString("a value's name"))
  }

  mutating func parseInt() throws(InputError) -> Int64 {
    let text = try scanner.takeNumber()
    guard let value = Int64(text) else { throw scanner.failure("'\(text)' is no integer") }
    return value
  }
}
