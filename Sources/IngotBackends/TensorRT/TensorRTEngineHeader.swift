// The first bytes of an engine file, read without a GPU and without a library. The file is data from outside: everything is
// checked, nothing is trusted.
//
// Little endian, as engines of TensorRT-RTX 1.4 to 1.7 have it:
//
//    0  4  "vtrt"; TensorRT 10 and 11: "ftrt"
//    4  4  0
//    8  8  version of the serialization, 2 in RTX
//   16  8  bytes of the whole file
//   24  4  version of the builder, a byte each: major, minor, patch, low byte of the build number
//   28  4  "vtrt" again
//   32  8  compute capabilities, a bit each: SM75, 80, 86, 89, 120, 121
//   48  8  CUDA version, 0 where the builder does not say
//   56  8  bytes of weights that cannot be streamed
//   64 24  for each section: four letters, reversed, 4 zero bytes, offset, length
//
// TensorRT 10 and 11 share the magic number and, where the word at 4 is 0, the version; the rest of theirs is not known here.
// Some tools put a length of 4 bytes and that many bytes of JSON before an engine.

package import IngotCore

/// What an engine file says about itself.
package struct TensorRTEngineHeader: Hashable, Sendable {
  package struct Section: Hashable, Sendable {
    /// `ENGN`, `WGHT`.
    package var name: String
    package var range: Range<Int>
  }

  /// Which library wrote it, and so which can run it.
  package var kind: BackendKind
  /// `1.7.1`; nil for an engine of TensorRT that does not say.
  package var version: String?
  /// Low byte of the build number.
  package var buildByte: UInt8?
  /// What the engine runs on: 86 for sm_86. Nil where the file does not say (TensorRT 10 and 11).
  package var computeCapabilities: [Int]?
  /// Bytes of the engine, without what a tool put before it.
  package var byteCount: Int
  /// Bytes before the engine.
  package var prefixByteCount: Int
  /// 13020 for CUDA 13.2.
  package var cudaVersion: Int?
  package var residentWeightByteCount: Int?
  package var sections: [Section]

  /// - Parameter path: for messages.
  /// - Throws: `.malformed` where the bytes are no engine.
  package init(_ file: Bytes, path: String) throws(BackendError) {
    do throws(Problem) {
      try self.init(file)
    } catch {
      throw BackendError(
        error.kind ?? .tensorrt, .malformed("\(path): \(error.text)"),
        hint: "copy the engine again from where it came, or build it again")
    }
  }

  package init(path: String) throws(BackendError) {
    let file: MappedFile
    do throws(SystemError) {
      file = try MappedFile(path: path)
    } catch {
      throw BackendError(.tensorrt, .system(error))
    }
    try self.init(Bytes(file), path: path)
  }

  private struct Problem: Error {
    var kind: BackendKind?
    var text: String
  }

  private init(_ file: Bytes) throws(Problem) {
    prefixByteCount = Self.prefixByteCount(of: file)
    let engine = file[prefixByteCount..<file.count]
    guard engine.count >= 32 else { throw Problem(text: "\(file.count) bytes are too few for a TensorRT engine") }
    switch engine.integer(UInt32.self, at: 0) {
    case Self.rtxMagic: kind = .tensorrtRTX
    case Self.classicMagic: kind = .tensorrt
    default: throw Problem(text: "it does not begin with 'ftrt' or 'vtrt' as TensorRT's engines do")
    }
    byteCount = engine.count
    (sections, computeCapabilities, cudaVersion, residentWeightByteCount) = ([], nil, nil, nil)
    if engine.integer(UInt32.self, at: 4) == 0 {
      let numbers = (24..<27).map { engine.integer(UInt8.self, at: $0) }
      version = numbers.map(String.init).joined(separator: ".")
      buildByte = engine.integer(UInt8.self, at: 27)
    } else {
      (version, buildByte) = (nil, nil)
    }
    if kind == .tensorrtRTX { try readRTX(engine) }
  }

  private mutating func readRTX(_ engine: Bytes) throws(Problem) {
    guard engine.count >= 64 else {
      throw Problem(kind: kind, text: "\(engine.count) bytes are too few for the header of a TensorRT-RTX engine")
    }
    let declared = engine.integer(UInt64.self, at: 16)
    guard declared == UInt64(engine.count) else {
      throw Problem(
        kind: kind, text: "its header says \(declared) bytes, and it has \(engine.count): it is cut short or damaged")
    }
    let mask = engine.integer(UInt64.self, at: 32)
    computeCapabilities = Self.maskBits.indices.filter { mask >> UInt64($0) & 1 == 1 }.map { Self.maskBits[$0] }
    let cuda = engine.integer(UInt64.self, at: 48)
    cudaVersion = cuda == 0 ? nil : Int(exactly: cuda)
    residentWeightByteCount = Int(exactly: engine.integer(UInt64.self, at: 56))
    sections = Self.sections(of: engine)
  }

  /// Entries until the first section begins; what does not look like one ends the list.
  private static func sections(of engine: Bytes) -> [Section] {
    var sections: [Section] = []
    var position = 64
    var end = engine.count
    while position + 24 <= end, sections.count < 64 {
      let letters = (0..<4).map { engine.integer(UInt8.self, at: position + 3 - $0) }
      let (offset, length) = (
        engine.integer(UInt64.self, at: position + 8), engine.integer(UInt64.self, at: position + 16)
      )
      guard letters.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }),
        engine.integer(UInt32.self, at: position + 4) == 0, let start = Int(exactly: offset),
        let count = Int(exactly: length),
        start >= position + 24, start <= engine.count, count <= engine.count - start
      else { break }
      sections.append(Section(name: String(decoding: letters, as: UTF8.self), range: start..<start + count))
      end = min(end, start)
      position += 24
    }
    return sections
  }

  /// A tool's JSON: its length, `{` right after, and an engine's magic number behind it.
  private static func prefixByteCount(of file: Bytes) -> Int {
    guard file.count >= 8, ![classicMagic, rtxMagic].contains(file.integer(UInt32.self, at: 0)) else { return 0 }
    let length = Int(file.integer(UInt32.self, at: 0))
    guard length <= file.count - 8, file.integer(UInt8.self, at: 4) == UInt8(ascii: "{") else { return 0 }
    return [classicMagic, rtxMagic].contains(file.integer(UInt32.self, at: 4 + length)) ? 4 + length : 0
  }

  private static let classicMagic: UInt32 = 0x7472_7466  // "ftrt"
  private static let rtxMagic: UInt32 = 0x7472_7476  // "vtrt"
  /// The GPUs that TensorRT-RTX compiles for, by their bit in the header.
  static let maskBits = [75, 80, 86, 89, 120, 121]
}

extension Bytes {
  /// - Parameter offset: with the whole integer inside these bytes.
  fileprivate func integer<I: FixedWidthInteger & BitwiseCopyable>(_ type: I.Type, at offset: Int) -> I {
    precondition(offset >= 0 && offset <= count - MemoryLayout<I>.size, "\(count) bytes have no \(type) at \(offset)")
    return withSpan { span in
      I(littleEndian: unsafe span.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type))
    }
  }
}
