// The values in a graph's text: attributes and the elements of constants.

internal import IngotCore

extension GraphTextParser {
  mutating func parseAttribute() throws(InputError) -> Attribute {
    let name = try scanner.takeWordOrString("an attribute's name")
    try scanner.expect("=")
    return Attribute(name: name, value: try parseAttributeValue())
  }

  mutating func parseAttributeValue() throws(InputError) -> Attribute.Value {
    if scanner.isAt("\"") { return .string(try scanner.takeString()) }
    if scanner.isAt("[") { return try parseListAttribute() }
    if scanner.isAtNumber {
      let text = try scanner.takeNumber()
      if let value = Int64(text) { return .int(value) }
      guard let value = Float(text) else { throw scanner.failure("'\(text)' is no number") }
      return .float(value)
    }
    switch scanner.peekWord() {
    case "graph": return .graph(try parseGraph())
    case "graphs": return .graphs(try parseList("graphs") { (parser) throws(InputError) in try parser.parseGraph() })
    case "tensors":
      return .tensors(try parseList("tensors") { (parser) throws(InputError) in try parser.parseTensor() })
    case "ints": return .ints(try parseList("ints") { (parser) throws(InputError) in try parser.parseInt() })
    case "floats": return .floats(try parseList("floats") { (parser) throws(InputError) in try parser.parseFloat() })
    case "strings":
      return .strings(try parseList("strings") { (parser) throws(InputError) in try parser.scanner.takeString() })
    case "sparse_tensors":
      return .sparseTensors(
        try parseList("sparse_tensors") { (parser) throws(InputError) in try parser.parseTensor() })
    case "type":
      _ = scanner.takeWord("type")
      try scanner.expect("(")
      let type = try parseValueType() ?? .tensor(nil, nil)
      try scanner.expect(")")
      return .type(type)
    case "types":
      return .types(
        try parseList("types") { (parser) throws(InputError) in try parser.parseValueType() ?? .tensor(nil, nil) })
    case "ref": return try parseReference()
    case "opaque":
      _ = scanner.takeWord("opaque")
      return .opaque(Bytes(try parseHex()))
    default:
      let tensor = try parseTensor()
      if case .sparse = tensor.storage { return .sparseTensor(tensor) }
      return .tensor(tensor)
    }
  }

  private mutating func parseReference() throws(InputError) -> Attribute.Value {
    _ = scanner.takeWord("ref")
    try scanner.expect("(")
    let name = try scanner.takeWordOrString("an attribute's name")
    try scanner.expect(",")
    let number = try parseInt()
    guard let type = Int32(exactly: number) else { throw scanner.failure("\(number) is no attribute type") }
    try scanner.expect(")")
    return .reference(name: name, type: type)
  }

  /// `[1,2]` are ints, `[1.0,2]` floats, `["a"]` strings; `[]` is read as ints.
  private mutating func parseListAttribute() throws(InputError) -> Attribute.Value {
    try scanner.expect("[")
    if scanner.isAt("\"") {
      return .strings(try parseItems { (parser) throws(InputError) in try parser.scanner.takeString() })
    }
    let texts = try parseItems { (parser) throws(InputError) in try parser.scanner.takeNumber() }
    let ints = texts.compactMap { Int64($0) }
    if ints.count == texts.count { return .ints(ints) }
    let floats = texts.compactMap { Float($0) }
    guard floats.count == texts.count else { throw scanner.failure("this list holds something that is no number") }
    return .floats(floats)
  }

  private mutating func parseFloat() throws(InputError) -> Float {
    let text = try scanner.takeNumber()
    guard let value = Float(text) else { throw scanner.failure("'\(text)' is no number") }
    return value
  }

  private mutating func parseList<Item>(
    _ word: String, _ parse: (inout Self) throws(InputError) -> Item
  ) throws(InputError) -> [Item] {
    _ = scanner.takeWord(word)
    try scanner.expect("[")
    return try parseItems(parse)
  }

  /// After the opening bracket, with the closing one.
  private mutating func parseItems<Item>(_ parse: (inout Self) throws(InputError) -> Item) throws(InputError) -> [Item]
  {
    var items: [Item] = []
    while !scanner.take("]") {
      if !items.isEmpty { try scanner.expect(",") }
      items.append(try parse(&self))
    }
    return items
  }

  private mutating func parseTensor() throws(InputError) -> Initializer {
    let (type, shape) = try parseConstantType()
    return try parseElements(type, shape)
  }

  mutating func parseElements(_ type: ElementType, _ shape: [Int]) throws(InputError) -> Initializer {
    guard let count = Initializer.checkedElementCount(shape), count <= 1 << 28 else {
      throw scanner.failure("the shape \(shape) is negative or too large")
    }
    if scanner.takeWord("sparse") { return try parseSparse(type, shape) }
    if scanner.take("[") {
      if type == .string {
        let strings = try parseItems { (parser) throws(InputError) in try parser.scanner.takeString() }
        try require(strings.count, of: count)
        return Initializer(type: type, shape: shape, storage: .strings(strings))
      }
      let texts = try parseItems { (parser) throws(InputError) in try parser.scanner.takeNumber() }
      try require(texts.count, of: count)
      var bytes: [UInt8] = []
      for text in texts {
        guard let element = TensorText.bytes(of: text, as: type) else {
          throw scanner.failure("'\(text)' is no \(type)")
        }
        bytes += element
      }
      return Initializer(type: type, shape: shape, storage: .raw(Bytes(bytes)))
    }
    let bytes = try parseFill(type, count: count)
    guard bytes.count == type.byteCount(of: count) else {
      throw scanner.failure("\(type) \(shape) does not take \(bytes.count) bytes")
    }
    return Initializer(type: type, shape: shape, storage: .raw(Bytes(bytes)))
  }

  /// `(float32[2] [1.0, 2.0], int64[2] [0, 5])`.
  private mutating func parseSparse(_ type: ElementType, _ shape: [Int]) throws(InputError) -> Initializer {
    guard typeDepth < 64 else { throw scanner.failure("sparse tensors are nested deeper than 64") }
    typeDepth += 1
    defer { typeDepth -= 1 }
    try scanner.expect("(")
    var elements = SparseElements(values: try parseTensor(), indices: nil)
    if scanner.take(",") { elements.indices = try parseTensor() }
    try scanner.expect(")")
    guard elements.values.type == type else { throw scanner.failure("these values are no \(type)") }
    if let problem = elements.formProblem(shape: shape) { throw scanner.failure("\(problem)") }
    return Initializer(type: type, shape: shape, storage: .sparse(elements))
  }

  private func require(_ found: Int, of count: Int) throws(InputError) {
    if found != count { throw scanner.failure("the shape takes \(count) elements, and here are \(found)") }
  }

  private mutating func parseFill(_ type: ElementType, count: Int) throws(InputError) -> [UInt8] {
    let word = scanner.peekWord()
    _ = scanner.takeWord(word)
    switch word {
    case "zeros": return [UInt8](repeating: 0, count: type.byteCount(of: count) ?? 0)
    case "hex": return try parseHex()
    case "ones": return try ramp(type, count, 1, 0)
    case "fill":
      try scanner.expect("(")
      let value = Double(try parseFloatingText())
      try scanner.expect(")")
      return try ramp(type, count, value, 0)
    case "ramp":
      guard scanner.take("(") else { return try ramp(type, count, 0, 1) }
      let start = try parseFloatingText()
      try scanner.expect(",")
      let step = try parseFloatingText()
      try scanner.expect(")")
      return try ramp(type, count, start, step)
    case "elided", "external": throw scanner.failure("a constant's elements are not in the text; write them, or a fill")
    default:
      throw scanner.failure(
        "expected elements here", hint: "write [1.0, 2.0], hex(…), zeros, ones, fill(value), ramp or ramp(start, step)")
    }
  }

  private mutating func parseFloatingText() throws(InputError) -> Double {
    let text = try scanner.takeNumber()
    guard let value = Double(text), value.isFinite else { throw scanner.failure("'\(text)' is no finite number") }
    return value
  }

  private func ramp(_ type: ElementType, _ count: Int, _ start: Double, _ step: Double) throws(InputError) -> [UInt8] {
    guard let bytes = TensorText.ramp(type, count: count, start: start, step: step) else {
      throw scanner.failure("\(type) has no ramp", hint: "write zeros or hex(…)")
    }
    return bytes
  }

  private mutating func parseHex() throws(InputError) -> [UInt8] {
    try scanner.expect("(")
    let digits = scanner.isAt(")") ? [] : Array(try scanner.takeWordOrString("hexadecimal digits").utf8)
    try scanner.expect(")")
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[start..<min(start + 2, digits.count)], as: UTF8.self), radix: 16),
        start + 2 <= digits.count
      else { throw scanner.failure("hex(…) takes pairs of hexadecimal digits") }
      bytes.append(byte)
    }
    return bytes
  }
}
