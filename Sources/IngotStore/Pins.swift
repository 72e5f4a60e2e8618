// Digests that garbage collection keeps whatever becomes of the records that made them: what channels point to.

package import IngotCore

extension DiskStore {
  /// Keeps blobs under a name; what the name kept before is let go.
  /// - Parameter name: 1 to 128 of a-z, A-Z, 0-9, `-`, `_`, `.`, not starting with `.`.
  package func pin(_ digests: some Sequence<Digest>, as name: String) throws(StoreError) {
    guard Self.isPinName(name) else { throw StoreError(.badPinName(name)) }
    let lines = Set(digests).sorted().map { "\($0.hex)\n" }.joined()
    try install([Bytes(Array(lines.utf8))], at: "\(layout.pins)/\(name)")
  }

  package func unpin(_ name: String) throws(StoreError) {
    guard Self.isPinName(name) else { throw StoreError(.badPinName(name)) }
    try store { () throws(SystemError) in try FileSystem.remove("\(layout.pins)/\(name)") }
  }

  /// The names, sorted, and what each keeps.
  /// - Throws: `.unreadablePin` rather than to leave one out: what a pin keeps must not be removed by mistake.
  package func pins() throws(StoreError) -> [(name: String, digests: [Digest])] {
    var pins: [(name: String, digests: [Digest])] = []
    for name in try store({ () throws(SystemError) in try FileSystem.names(in: layout.pins) }) {
      let path = "\(layout.pins)/\(name)"
      let bytes = try store { () throws(SystemError) in try FileSystem.read(path) }
      guard let text = String(validating: bytes, as: UTF8.self), text.isEmpty || text.hasSuffix("\n") else {
        throw StoreError(.unreadablePin(path: path, why: "it is cut off or no text"))
      }
      var digests: [Digest] = []
      for line in text.split(separator: "\n") {
        guard let digest = Digest(hex: line) else {
          throw StoreError(.unreadablePin(path: path, why: "'\(line.prefix(80))' is no digest"))
        }
        digests.append(digest)
      }
      pins.append((name, digests))
    }
    return pins
  }

  private static func isPinName(_ name: String) -> Bool {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isPlain && (1...128).contains(name.utf8.count) && !name.hasPrefix(".")
  }
}
