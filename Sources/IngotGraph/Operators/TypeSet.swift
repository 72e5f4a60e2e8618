// Which types an operator's input or output may have.

package import IngotCore

/// Types of values, in the form of one bit for each element type.
package struct TypeSet: Hashable, Sendable {
  /// What is around the elements.
  package enum Form: Int, CaseIterable, Hashable, Sendable {
    case tensor, sequence, optional, optionalSequence, sparse
  }

  /// For each form, the bits of element types, by ONNX's numbers.
  private var bits = [UInt32](repeating: 0, count: Form.allCases.count)
  /// Maps and sequences of maps, as the operator lines write them.
  private(set) var others: Set<String> = []

  package init() {}

  package func contains(_ type: ElementType, as form: Form = .tensor) -> Bool {
    bits[form.rawValue] >> UInt32(type.rawValue) & 1 == 1
  }

  package mutating func insert(_ type: ElementType, as form: Form = .tensor) {
    bits[form.rawValue] |= 1 << UInt32(type.rawValue)
  }

  package var isEmpty: Bool { others.isEmpty && bits.allSatisfy { $0 == 0 } }
  /// Whether only tensors are in it.
  package var isOfTensors: Bool { others.isEmpty && bits.dropFirst().allSatisfy { $0 == 0 } }
  package func has(_ form: Form) -> Bool { bits[form.rawValue] != 0 }

  /// The element types of tensors in it, in ONNX's order.
  package var elementTypes: [ElementType] { ElementType.allCases.filter { contains($0) } }

  package mutating func formUnion(_ other: TypeSet) {
    for index in bits.indices { bits[index] |= other.bits[index] }
    others.formUnion(other.others)
  }
}

extension TypeSet {
  /// - Parameter words: in the form that OperatorLines.swift specifies; unknown words are left out.
  init(words: some StringProtocol) {
    self.init()
    for word in Self.split(words) { insert(word, form: .tensor) }
  }

  private static let forms: [(prefix: String, form: Form)] = [
    ("opt(seq(", .optionalSequence), ("opt(", .optional), ("seq(", .sequence), ("sparse(", .sparse),
  ]

  private mutating func insert(_ word: Substring, form: Form) {
    if word.hasPrefix("map(") || word.hasPrefix("seq(map(") {
      others.insert(String(word))
      return
    }
    if let (prefix, form) = Self.forms.first(where: { word.hasPrefix($0.prefix) }) {
      let inner = word.dropFirst(prefix.count).dropLast(form == .optionalSequence ? 2 : 1)
      for word in inner.split(separator: ",") { insert(word, form: form) }
      return
    }
    switch word {
    case "floats": bits[form.rawValue] |= Self.bits([.float16, .float32, .float64])
    case "ints": bits[form.rawValue] |= Self.bits([.int8, .int16, .int32, .int64])
    case "uints": bits[form.rawValue] |= Self.bits([.uint8, .uint16, .uint32, .uint64])
    case "complexes": bits[form.rawValue] |= Self.bits([.complex64, .complex128])
    case "float8s":
      bits[form.rawValue] |= Self.bits([.float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz])
    case "int4s": bits[form.rawValue] |= Self.bits([.int4, .uint4])
    case "int2s": bits[form.rawValue] |= Self.bits([.int2, .uint2])
    // ONNX's float6e2m3 and float6e3m2, which `ElementType` does not have.
    case "float6s": bits[form.rawValue] |= 1 << 27 | 1 << 28
    default: if let type = ElementType(name: word) { insert(type, as: form) }
    }
  }

  private static func bits(_ types: [ElementType]) -> UInt32 { types.reduce(0) { $0 | 1 << UInt32($1.rawValue) } }

  /// At the commas that are in no parentheses.
  private static func split(_ words: some StringProtocol) -> [Substring] {
    let text = Substring(words)
    var (parts, depth, start): ([Substring], Int, Substring.Index) = ([], 0, text.startIndex)
    for index in text.utf8.indices {
      switch text.utf8[index] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        parts.append(text[start..<index])
        start = text.utf8.index(after: index)
      default: break
      }
    }
    parts.append(text[start...])
    return parts.filter { !$0.isEmpty }
  }
}

extension TypeSet: CustomStringConvertible {
  /// For messages: `float16, float32 or a sequence`.
  package var description: String {
    var words = elementTypes.map(\.description)
    if has(.sequence) || others.contains(where: { $0.hasPrefix("seq(") }) { words.append("a sequence") }
    if has(.optional) || has(.optionalSequence) { words.append("an optional") }
    if has(.sparse) { words.append("a sparse tensor") }
    if others.contains(where: { $0.hasPrefix("map(") }) { words.append("a map") }
    guard words.count > 1, let last = words.last else { return words.first ?? "nothing" }
    return "\(words.dropLast().joined(separator: ", ")) or \(last)"
  }
}
