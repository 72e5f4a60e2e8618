// SHA-256 digests, as the store, the keys and the manifest write them. The computation is libcrypto's.

internal import CCrypto

/// The SHA-256 of some bytes.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  private let words: (UInt64, UInt64, UInt64, UInt64)  // big endian, so that comparing words compares hex

  /// - Parameter bytes: exactly 32 of them.
  package init(rawBytes bytes: some Collection<UInt8>) {
    precondition(bytes.count == Self.byteCount, "a SHA-256 digest has 32 bytes, not \(bytes.count)")
    self.init(bytes: Array(bytes))
  }

  /// - Parameter hex: 64 hexadecimal digits, with or without `sha256:` before them; nil for anything else.
  package init?(hex: some StringProtocol) { self.init(hexText: Array(String(hex).utf8)) }

  // Not generic, because other modules call the generic ones unspecialized: a store reads thousands of digests a run.
  private init?(hexText text: [UInt8]) {
    let start = text.starts(with: "sha256:".utf8) ? 7 : 0
    guard text.count - start == 2 * Self.byteCount else { return nil }
    var bytes = [UInt8](repeating: 0, count: Self.byteCount)
    for index in bytes.indices {
      guard let high = Self.value(ofHexDigit: text[start + 2 * index]),
        let low = Self.value(ofHexDigit: text[start + 2 * index + 1])
      else { return nil }
      bytes[index] = high << 4 | low
    }
    self.init(bytes: bytes)
  }

  private init(bytes: [UInt8]) {
    func word(_ start: Int) -> UInt64 { (start..<start + 8).reduce(0) { $0 << 8 | UInt64(bytes[$1]) } }
    words = (word(0), word(8), word(16), word(24))
  }

  package init(of bytes: [UInt8]) {
    self = unsafe bytes.withUnsafeBytes { unsafe Digest(ofBuffer: $0) }
  }

  package init(of text: String) { self.init(of: Array(text.utf8)) }

  package init(of span: borrowing RawSpan) {
    self = unsafe span.withUnsafeBytes { unsafe Digest(ofBuffer: $0) }
  }

  private init(ofBuffer buffer: UnsafeRawBufferPointer) {
    var output = [UInt8](repeating: 0, count: Self.byteCount)
    let input = unsafe buffer.bindMemory(to: UInt8.self)
    _ = unsafe output.withUnsafeMutableBufferPointer { unsafe SHA256(input.baseAddress, input.count, $0.baseAddress) }
    self.init(rawBytes: output)
  }

  package static let byteCount = 32

  package var rawBytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
  }

  /// 64 lower-case hexadecimal digits.
  package var hex: String {
    let digits: StaticString = "0123456789abcdef"
    return unsafe String(unsafeUninitializedCapacity: 64) { buffer in
      var index = 0
      for word in [words.0, words.1, words.2, words.3] {
        for shift in stride(from: 60, through: 0, by: -4) {
          unsafe buffer[index] = unsafe digits.utf8Start[Int(word >> UInt64(shift) & 15)]
          index += 1
        }
      }
      return index
    }
  }

  /// The first 12 digits: enough for a person to tell two apart.
  package var short: String { String(hex.prefix(12)) }

  /// `sha256:` and the 64 digits.
  package var description: String { "sha256:\(hex)" }

  package static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }
  package static func < (a: Digest, b: Digest) -> Bool { a.words < b.words }
  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  private static func value(ofHexDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// In JSON: the text `sha256:…`.
extension Digest: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard text.hasPrefix("sha256:"), let digest = Digest(hex: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text.prefix(80))' is no digest; expected sha256: and 64 hexadecimal digits"
      )
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// SHA-256 of bytes that arrive in pieces.
@safe package struct DigestStream: ~Copyable {
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      fatalError("BUG: libcrypto has no SHA-256")
    }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  package mutating func update(_ span: borrowing RawSpan) {
    unsafe span.withUnsafeBytes { unsafe _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
  }

  package mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  package consuming func finalize() -> Digest {
    var output = [UInt8](repeating: 0, count: Digest.byteCount)
    unsafe output.withUnsafeMutableBufferPointer { unsafe _ = EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
    return Digest(rawBytes: output)
  }
}
