import Foundation
import IngotCore
import Testing

private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

@Suite struct DigestTests {
  @Test func isSHA256HoweverTheBytesArrive() {
    #expect(Digest(of: "abc").hex == abc)
    #expect(Digest(of: "").hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    var stream = DigestStream()
    for start in stride(from: 0, to: bytes.count, by: 777) {
      stream.update(Array(bytes[start..<min(start + 777, bytes.count)]))
    }
    #expect(stream.finalize() == Digest(of: bytes))
    #expect(DigestStream().finalize() == Digest(of: ""))
  }

  @Test func isReadAsItIsWritten() throws {
    let digest = try #require(Digest(hex: abc))
    #expect(digest == Digest(of: "abc") && digest.description == "sha256:\(abc)" && digest.short == "ba7816bf8f01")
    #expect(Digest(hex: digest.description) == digest && Digest(hex: abc.uppercased()) == digest)
    #expect(Digest(hex: abc.prefix(64)) == digest && Digest(rawBytes: digest.rawBytes) == digest)
    #expect(Digest(rawBytes: digest.rawBytes.reversed()) != digest)
    #expect(digest.rawBytes.prefix(3) == [0xba, 0x78, 0x16])
  }

  @Test(arguments: [
    "", "sha256:", String(abc.dropLast()), abc + "0", "g" + abc.dropFirst(), "sha1:" + abc, " " + abc.dropFirst(),
  ])
  func refusesWhatIsNoDigest(text: String) {
    #expect(Digest(hex: text) == nil)
  }

  @Test func sortsLikeItsText() {
    let digests = (0..<200).map { Digest(of: "\($0)") }
    #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
  }

  @Test func isTextInJSON() throws {
    let digest = Digest(of: "abc")
    let data = try JSONEncoder().encode([digest])
    #expect(String(decoding: data, as: UTF8.self) == "[\"sha256:\(abc)\"]")
    #expect(try JSONDecoder().decode([Digest].self, from: data) == [digest])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Digest].self, from: Data("[\"\(abc)\"]".utf8)) }
  }
}
