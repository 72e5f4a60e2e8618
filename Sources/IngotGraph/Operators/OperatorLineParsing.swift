// From an operator line's fields to a schema; OperatorLines.swift specifies them.

internal import IngotCore

extension OperatorSchema {
  static func parse(_ head: [Substring], _ fields: [String], domain: String) -> OperatorSchema? {
    guard head.count >= 2, let since = Int64(head[1]), fields.count == 4 else { return nil }
    var constraints: [String: TypeSet] = [:]
    for word in fields[2].split(separator: " ") {
      let parts = word.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { constraints[String(parts[0])] = TypeSet(words: parts[1]) }
    }
    let flags = head.dropFirst(2)
    return OperatorSchema(
      name: String(head[0]), domain: domain, sinceVersion: since,
      inputs: fields[0].split(separator: " ").map { OperatorParameter($0, constraints) },
      outputs: fields[1].split(separator: " ").map { OperatorParameter($0, constraints) },
      attributes: fields[3].split(separator: " ").compactMap { OperatorAttribute($0) }, constraints: constraints,
      isDeprecated: flags.contains("deprecated"), isFunction: flags.contains("function"),
      isOfOnnxRuntimeOnly: flags.contains("onnxruntime"))
  }
}

extension OperatorParameter {
  fileprivate init(_ word: Substring, _ constraints: [String: TypeSet]) {
    let parts = word.split(separator: ":", maxSplits: 1)
    let (name, type) = (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    (constraint, types) =
      if let set = constraints[String(type)] { (String(type), set) } else { (nil, TypeSet(words: type)) }
    let marks = name.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    if marks.count == 2 {
      isHomogeneous = !marks[1].hasSuffix("~")
      let minimum = Int(isHomogeneous ? marks[1] : marks[1].dropLast()) ?? 1
      (self.name, count) = (String(marks[0]), .variadic(minimum: minimum))
    } else {
      isHomogeneous = true
      let isOptional = name.hasSuffix("?")
      (self.name, count) = (String(isOptional ? name.dropLast() : name), isOptional ? .optional : .one)
    }
  }
}

extension OperatorAttribute {
  fileprivate init?(_ word: Substring) {
    guard let colon = word.firstIndex(of: ":") else { return nil }
    name = String(word[..<colon])
    let parts = word[word.index(after: colon)...].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    var letters = parts.first ?? ""
    isRequired = letters.hasSuffix("!")
    if isRequired { letters = letters.dropLast() }
    guard let type = Self.types[String(letters)] else { return nil }
    self.type = type
    defaultValue = parts.count > 1 ? Self.value(parts[1], type) : nil
  }

  private static let types: [String: AttributeType] = [
    "f": .float, "i": .int, "s": .string, "t": .tensor, "g": .graph, "p": .typeProto, "z": .sparseTensor,
    "f[]": .floats, "i[]": .ints, "s[]": .strings, "t[]": .tensors, "g[]": .graphs, "p[]": .typeProtos,
    "z[]": .sparseTensors,
  ]

  private static func value(_ text: Substring, _ type: AttributeType) -> Attribute.Value? {
    let items = text.dropFirst().dropLast().split(separator: ",")
    return switch type {
    case .float: Float(text).map { .float($0) }
    case .int: Int64(text).map { .int($0) }
    case .string: .string(Array(text.utf8))
    case .floats: .floats(items.compactMap { Float($0) })
    case .ints: .ints(items.compactMap { Int64($0) })
    case .strings: .strings(items.map { Array($0.utf8) })
    case .undefined, .tensor, .tensors, .graph, .graphs, .sparseTensor, .sparseTensors, .typeProto, .typeProtos: nil
    }
  }
}
