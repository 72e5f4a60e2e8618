import IngotCore
import Testing

/// Every field of a message as text, messages inside one another not taken apart.
private func fields(of bytes: [UInt8]) throws(WireError) -> [String] {
  try Bytes(bytes).withSpan { (span) throws(WireError) in
    var reader = WireReader(span)
    var texts: [String] = []
    while let field = try reader.nextField() {
      switch field.type {
      case .varint: texts.append("\(field.number): \(try reader.readVarint())")
      case .fixed32: texts.append("\(field.number): 0x\(String(try reader.readFixed32(), radix: 16))")
      case .fixed64: texts.append("\(field.number): 0x\(String(try reader.readFixed64(), radix: 16))")
      case .bytes: texts.append("\(field.number): '\(try reader.readString(field: field.number))'")
      case .startGroup, .endGroup:
        try reader.skip(field)
        texts.append("\(field.number): group")
      }
    }
    return texts
  }
}

@Suite struct WireTests {
  @Test func readsWhatItWrites() throws {
    var inner = WireWriter()
    inner.writeString(1, "x")
    var writer = WireWriter()
    writer.writeVarint(1, 0)
    writer.writeVarint(2, 300)
    writer.writeVarint(536_870_911, .max)
    writer.writeFixed32(4, 0xdead_beef)
    writer.writeString(5, "zoë")
    writer.writeArray(6, [])
    writer.writeMessage(7, inner)
    let expected: [UInt8] = [
      0x08, 0x00, 0x10, 0xac, 0x02,  // 1: 0, 2: 300
      0xf8, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,  // the largest of both
      0x25, 0xef, 0xbe, 0xad, 0xde,  // 4: fixed32
      0x2a, 0x04, 0x7a, 0x6f, 0xc3, 0xab, 0x32, 0x00, 0x3a, 0x03, 0x0a, 0x01, 0x78,  // 5, 6, 7
    ]
    #expect(writer.array == expected && writer.byteCount == expected.count)
    #expect(
      try fields(of: expected) == [
        "1: 0", "2: 300", "536870911: 18446744073709551615", "4: 0xdeadbeef", "5: 'zoë'", "6: ''", "7: '\n\u{1}x'",
      ])
  }

  @Test func keepsLargeValuesWhereTheyAre() {
    let large = Bytes([UInt8](repeating: 7, count: 100_000))
    var writer = WireWriter()
    writer.writeVarint(1, 1)
    writer.writeBytes(2, large)
    writer.writeVarint(3, 1)
    #expect(writer.pieces.count == 3 && writer.pieces[1] == large)
    #expect(writer.array.count == writer.byteCount && writer.byteCount == 2 + 4 + 100_000 + 2)
    var outer = WireWriter()
    outer.writeMessage(9, writer)
    #expect(outer.byteCount == 1 + 3 + writer.byteCount && outer.array.suffix(2) == [0x18, 1])
  }

  @Test func skipsGroups() throws {
    #expect(try fields(of: [0x0b, 0x13, 0x08, 0x01, 0x14, 0x0c, 0x18, 0x05]) == ["1: group", "3: 5"])
  }

  @Test(
    arguments: [
      ([0x08], "at byte 1: the bytes end in the middle of a value"),
      ([0x08, 0x80], "at byte 2: the bytes end in the middle of a value"),
      ([0x08] + [UInt8](repeating: 0xff, count: 10), "at byte 11: a number has more than ten bytes"),
      ([0x0d, 1, 2, 3], "at byte 1: the bytes end in the middle of a value"),
      ([0x09, 1, 2, 3, 4, 5, 6, 7], "at byte 1: the bytes end in the middle of a value"),
      ([0x0a, 5, 1], "at byte 1: a field says it has 5 bytes, more than are left"),
      (
        [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        "at byte 1: a field says it has 18446744073709551615 bytes, more than are left"
      ),
      ([0x00, 0x00], "at byte 0: 0 is no field tag"),
      ([0x0e], "at byte 0: 6 is no wire type"),
      ([0x0a, 1, 0xff], "at byte 1: the text in field 1 is not UTF-8"),
      ([0x0b], "at byte 1: the bytes end in the middle of a value"),
      ([0x0c], "at byte 0: 4 is no wire type"),
      ([UInt8](repeating: 0x0b, count: 100_000), "at byte 64: messages are nested too deep"),
    ] as [([UInt8], String)])
  func refusesBytesThatAreNoMessage(bytes: [UInt8], message: String) throws {
    let error = #expect(throws: WireError.self) { try fields(of: bytes) }
    #expect(error?.description == message)
  }
}
