import Foundation
import IngotCore
import Testing

@testable import IngotBackends

/// A header as TensorRT-RTX 1.7 writes it for two GPUs, with two sections.
private func engine(byteCount: Int = 144) -> [UInt8] {
  var bytes: [UInt8] = []
  func add(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
  }
  bytes += Array("vtrt".utf8) + [0, 0, 0, 0]
  add(2)
  add(UInt64(byteCount))
  bytes += [1, 7, 1, 116] + Array("vtrt".utf8)
  add(0b1100)
  add(0)
  add(13020)
  add(16)
  bytes += Array("NGNE".utf8) + [0, 0, 0, 0]
  add(112)
  add(16)
  bytes += Array("THGW".utf8) + [0, 0, 0, 0]
  add(128)
  add(16)
  return bytes + [UInt8](repeating: 7, count: max(0, byteCount - bytes.count))
}

private func header(_ bytes: [UInt8]) throws -> TensorRTEngineHeader {
  try TensorRTEngineHeader(Bytes(bytes), path: "a.plan")
}

@Suite struct TensorRTEngineHeaderTests {
  @Test func readsAnEngineOfTensorRTRTX() throws {
    let found = try header(engine())
    #expect(found.kind == .tensorrtRTX)
    #expect(found.version == "1.7.1")
    #expect(found.buildByte == 116)
    #expect(found.computeCapabilities == [86, 89])
    #expect(found.byteCount == 144)
    #expect(found.cudaVersion == 13020)
    #expect(found.residentWeightByteCount == 16)
    #expect(found.sections == [.init(name: "ENGN", range: 112..<128), .init(name: "WGHT", range: 128..<144)])
  }

  @Test func readsAnEngineOfTensorRT10() throws {
    var bytes = [UInt8](repeating: 0, count: 64)
    bytes.replaceSubrange(0..<4, with: Array("ftrt".utf8))
    bytes.replaceSubrange(24..<28, with: [10, 16, 1, 11])
    let found = try header(bytes)
    #expect(found.kind == .tensorrt)
    #expect(found.version == "10.16.1")
    #expect(found.computeCapabilities == nil)
  }

  @Test func looksBehindTheJSONOfATool() throws {
    let found = try header([2, 0, 0, 0] + Array("{}".utf8) + engine())
    #expect(found.prefixByteCount == 6)
    #expect(found.version == "1.7.1")
  }

  @Test(arguments: [
    ([], "0 bytes are too few for a TensorRT engine"),
    (
      Array("ONNX, and nothing that an engine would have".utf8),
      "it does not begin with 'ftrt' or 'vtrt' as TensorRT's engines do"
    ),
    (Array(engine()[..<40]), "40 bytes are too few for the header of a TensorRT-RTX engine"),
    (Array(engine()[..<100]), "its header says 144 bytes, and it has 100: it is cut short or damaged"),
  ])
  func refusesWhatIsNoEngine(bytes: [UInt8], problem: String) throws {
    let error = try #require(throws: BackendError.self) { try header(bytes) }
    #expect(error.reason == .malformed("a.plan: \(problem)"))
    #expect(error.kind == .input)
  }

  @Test func survivesAnyByteChanged() {
    let whole = engine()
    for index in whole.indices {
      for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
        var bytes = whole
        bytes[index] = value
        let sections = (try? header(bytes))?.sections ?? []
        #expect(sections.allSatisfy { $0.range.upperBound <= whole.count })
      }
    }
    for count in whole.indices { _ = try? header(Array(whole[..<count])) }
  }
}
