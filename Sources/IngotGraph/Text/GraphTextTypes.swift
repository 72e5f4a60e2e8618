// The types in a graph's text.

internal import IngotCore

extension GraphTextParser {
  mutating func parseValueType() throws(InputError) -> ValueType? {
    guard typeDepth < 64 else { throw scanner.failure("types are nested deeper than 64") }
    typeDepth += 1
    defer { typeDepth -= 1 }
    let word = scanner.peekWord()
    guard ["sequence", "optional", "map", "sparse", "opaque"].contains(word), scanner.takeWord(word) else {
      let (type, shape) = try parseType()
      return type == nil && shape == nil ? nil : .tensor(type, shape)
    }
    try scanner.expect("(")
    let type: ValueType
    switch word {
    case "sequence": type = .sequence(of: try parseValueType() ?? .tensor(nil, nil))
    case "optional": type = .optional(of: try parseValueType() ?? .tensor(nil, nil))
    case "map":
      let key = scanner.take("?") ? nil : try parseElementType()
      try scanner.expect(",")
      type = .map(key: key, value: try parseValueType() ?? .tensor(nil, nil))
    case "sparse":
      let (element, shape) = try parseType()
      type = .sparseTensor(element, shape)
    default:
      let domain = try scanner.takeWordOrString("a domain")
      try scanner.expect(",")
      type = .opaque(domain: domain, name: try scanner.takeWordOrString("a type's name"))
    }
    try scanner.expect(")")
    return type
  }

  mutating func parseType() throws(InputError) -> (ElementType?, [Dimension]?) {
    let type = scanner.take("?") ? nil : try parseElementType()
    guard scanner.take("[") else { return (type, nil) }
    var shape: [Dimension] = []
    while !scanner.take("]") {
      if !shape.isEmpty { try scanner.expect(",") }
      if scanner.take("?") {
        shape.append(.unknown)
      } else if scanner.isAt("\"") {
        shape.append(.symbolic(try scanner.takeWordOrString("a dimension")))
      } else {
        let word = try scanner.takeWordOrString("a dimension")
        shape.append(Int(word).map { .fixed($0) } ?? .symbolic(word))
      }
    }
    return (type, shape)
  }

  mutating func parseElementType() throws(InputError) -> ElementType {
    let word = scanner.peekWord()
    guard let type = ElementType(name: word) else {
      throw scanner.failure(
        "'\(word)' is no element type",
        hint: "write one of \(ElementType.allCases.map(\.description).joined(separator: ", "))")
    }
    _ = scanner.takeWord(word)
    return type
  }

  mutating func parseConstantType() throws(InputError) -> (ElementType, [Int]) {
    let (type, shape) = try parseType()
    guard let type, let shape = shape?.sizes else {
      throw scanner.failure("a constant needs an element type and a shape of numbers, such as float32[2,3]")
    }
    return (type, shape)
  }
}
