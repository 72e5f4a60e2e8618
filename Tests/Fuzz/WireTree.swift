// A file in protobuf's wire format as a tree of fields, without knowing the messages: what the mutator works on.

/// One field: its number, and what stands in it.
struct WireField {
  var number: Int
  var content: Content

  enum Content {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    /// Texts, weights, packed numbers.
    case bytes([UInt8])
    case message([WireField])
  }

  /// Fields that are messages in onnx.proto (ModelProto and what is in it): by the kind of message that they stand in.
  enum Kind {
    case model, graph, node, attribute, valueInfo, tensor, type, tensorType, shape, dimension, elementType, opset,
      function, entry, sparse
    case other

    func inner(_ number: Int) -> Kind? {
      switch (self, number) {
      case (.model, 7), (.attribute, 6), (.attribute, 11): .graph
      case (.model, 8), (.function, 9): .opset
      case (.model, 14), (.graph, 16), (.node, 9), (.valueInfo, 4), (.function, 14), (.tensor, 13), (.tensor, 16):
        .entry
      case (.model, 25): .function
      case (.model, 20), (.graph, 14), (.tensor, 3): .other
      case (.graph, 1), (.function, 7): .node
      case (.graph, 5), (.attribute, 5), (.attribute, 10), (.sparse, 1), (.sparse, 2): .tensor
      case (.graph, 11), (.graph, 12), (.graph, 13), (.function, 12): .valueInfo
      case (.graph, 15), (.attribute, 22), (.attribute, 23): .sparse
      case (.node, 5), (.function, 11): .attribute
      case (.valueInfo, 2), (.attribute, 14), (.attribute, 15), (.elementType, 1), (.elementType, 2): .type
      case (.type, 1), (.type, 8): .tensorType
      case (.type, 4), (.type, 5), (.type, 9): .elementType
      case (.tensorType, 2): .shape
      case (.shape, 1): .dimension
      default: nil
      }
    }
  }

  /// The fields of a message, or nil where the bytes are none.
  static func parse(_ bytes: ArraySlice<UInt8>, as kind: Kind = .model, depth: Int = 0) -> [WireField]? {
    var (fields, rest) = ([WireField](), bytes)
    while !rest.isEmpty {
      guard let key = takeVarint(&rest), key >> 3 > 0, key >> 3 < 1 << 29 else { return nil }
      let number = Int(key >> 3)
      switch key & 7 {
      case 0:
        guard let value = takeVarint(&rest) else { return nil }
        fields.append(WireField(number: number, content: .varint(value)))
      case 1:
        guard let value = takeFixed(8, &rest) else { return nil }
        fields.append(WireField(number: number, content: .fixed64(value)))
      case 5:
        guard let value = takeFixed(4, &rest) else { return nil }
        fields.append(WireField(number: number, content: .fixed32(UInt32(value))))
      case 2:
        guard let count = takeVarint(&rest), count <= rest.count else { return nil }
        let content = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        if let inner = kind.inner(number), depth < 40, let message = parse(content, as: inner, depth: depth + 1) {
          fields.append(WireField(number: number, content: .message(message)))
        } else {
          fields.append(WireField(number: number, content: .bytes(Array(content))))
        }
      default: return nil
      }
    }
    return fields
  }

  private static func takeVarint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while shift < 64, let byte = bytes.popFirst() {
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  private static func takeFixed(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    guard bytes.count >= count else { return nil }
    let value = bytes.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    bytes = bytes.dropFirst(count)
    return value
  }

  static func encode(_ fields: [WireField]) -> [UInt8] {
    var out: [UInt8] = []
    for field in fields {
      let key = UInt64(field.number) << 3
      switch field.content {
      case .varint(let value):
        append(key, to: &out)
        append(value, to: &out)
      case .fixed64(let value):
        append(key | 1, to: &out)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { out.append(UInt8(truncatingIfNeeded: value >> shift)) }
      case .fixed32(let value):
        append(key | 5, to: &out)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { out.append(UInt8(truncatingIfNeeded: value >> shift)) }
      case .bytes(let bytes): append(bytes, key: key, to: &out)
      case .message(let fields): append(encode(fields), key: key, to: &out)
      }
    }
    return out
  }

  private static func append(_ bytes: [UInt8], key: UInt64, to out: inout [UInt8]) {
    append(key | 2, to: &out)
    append(UInt64(bytes.count), to: &out)
    out += bytes
  }

  private static func append(_ value: UInt64, to out: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    out.append(UInt8(rest))
  }
}
