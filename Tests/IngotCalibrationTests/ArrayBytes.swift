// Array files as bytes, right ones and wrong ones, and a folder to put them in.

import Foundation
import IngotCore

/// A folder that is removed when the test ends.
final class TestFolder {
  let path: String

  init(_ files: [String: [UInt8]] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString)").path
    try FileSystem.makeDirectory(path)
    for (name, bytes) in files { try write(bytes, to: name) }
  }

  deinit { try? FileSystem.remove(path) }

  func write(_ bytes: [UInt8], to name: String) throws {
    try FileSystem.writeAtomically([Bytes(bytes)], to: "\(path)/\(name)", isDurable: false)
  }
}

/// A .npy file.
/// - Parameter length: the header length that the file claims, where it is not the true one.
func npy(
  _ descr: String = "'<f4'", _ shape: String = "(4, 2)", fortran: String = "False", header: String? = nil,
  length: Int? = nil,
  version: (UInt8, UInt8) = (1, 0), data: [UInt8] = [UInt8](repeating: 0, count: 32)
) -> [UInt8] {
  let text = Array((header ?? "{'descr': \(descr), 'fortran_order': \(fortran), 'shape': \(shape), }\n").utf8)
  let claimed = length ?? text.count
  let width = version.0 == 1 ? 2 : 4
  let lengthBytes = (0..<width).map { UInt8(truncatingIfNeeded: claimed >> (8 * $0)) }
  return [0x93] + Array("NUMPY".utf8) + [version.0, version.1] + lengthBytes + text + data
}

func floats(_ values: [Float]) -> [UInt8] { littleEndianBytes(of: values) }

/// A member of a ZIP file that holds it as it is.
struct ZipMember {
  var name: String
  var data: [UInt8]
  var method: UInt16 = 0
  var flags: UInt16 = 0
  var checksum: UInt32?
  var byteCount: Int?
  var localName: String?
  var isZip64 = false
}

/// A ZIP file, written by the specification and not by the code under test.
func zip(_ members: [ZipMember], claimedCount: Int? = nil) -> [UInt8] {
  var file: [UInt8] = []
  var directory: [UInt8] = []
  for member in members {
    let offset = file.count
    let checksum = member.checksum ?? crc32(member.data)
    let size = member.byteCount ?? member.data.count
    let localName = Array((member.localName ?? member.name).utf8)
    file += le32(0x0403_4b50) + le16(20) + le16(member.flags) + le16(member.method) + le32(0) + le32(checksum)
    file += le32(UInt32(member.data.count)) + le32(UInt32(size)) + le16(UInt16(localName.count)) + le16(0) + localName
    file += member.data
    let full: UInt32 = 0xffff_ffff
    let extra = member.isZip64 ? le16(1) + le16(24) + le64(size) + le64(member.data.count) + le64(offset) : []
    directory += le32(0x0201_4b50) + le16(20) + le16(20) + le16(member.flags) + le16(member.method) + le32(0)
    directory += le32(checksum) + le32(member.isZip64 ? full : UInt32(member.data.count))
    directory += le32(member.isZip64 ? full : UInt32(size)) + le16(UInt16(member.name.utf8.count))
    directory += le16(UInt16(extra.count)) + le16(0) + le16(0) + le16(0) + le32(0)
    directory += le32(member.isZip64 ? full : UInt32(offset)) + Array(member.name.utf8) + extra
  }
  let start = file.count
  file += directory
  if members.contains(where: \.isZip64) {
    let record = file.count
    file +=
      le32(0x0606_4b50) + le64(44) + le16(45) + le16(45) + le32(0) + le32(0) + le64(members.count) + le64(members.count)
    file += le64(directory.count) + le64(start)
    file += le32(0x0706_4b50) + le32(0) + le64(record) + le32(1)
    return file + le32(0x0605_4b50) + le16(0) + le16(0) + le16(0xffff) + le16(0xffff) + le32(0xffff_ffff)
      + le32(0xffff_ffff) + le16(0)
  }
  let count = UInt16(claimedCount ?? members.count)
  return file + le32(0x0605_4b50) + le16(0) + le16(0) + le16(count) + le16(count) + le32(UInt32(directory.count))
    + le32(UInt32(start)) + le16(0)
}

/// CRC-32 bit by bit (ISO 3309).
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var value: UInt32 = 0xffff_ffff
  for byte in bytes {
    value ^= UInt32(byte)
    for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0) }
  }
  return ~value
}

private func le16(_ value: UInt16) -> [UInt8] { littleEndianBytes(of: [value]) }
private func le32(_ value: UInt32) -> [UInt8] { littleEndianBytes(of: [value]) }
private func le64(_ value: Int) -> [UInt8] { littleEndianBytes(of: [UInt64(value)]) }

/// What numpy 2.4.6 wrote: `image` is float32 [10, 4] with arange(40) / 8 - 2, `labels` is int64 arange(10) % 3.
enum WrittenByNumpy {
  static let savez = decoded(
    """
    UEsDBC0AAAAAAAAAIQAqv8Vi//////////8JABQAaW1hZ2UubnB5AQAQACABAAAAAAAAIAEAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjQn
    LCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMTAsIDQpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg
    ICAgICAgICAgICAgICAgICAgCgAAAMAAAPC/AADgvwAA0L8AAMC/AACwvwAAoL8AAJC/AACAvwAAYL8AAEC/AAAgvwAAAL8AAMC+AACAvgAAAL4A
    AAAAAAAAPgAAgD4AAMA+AAAAPwAAID8AAEA/AABgPwAAgD8AAJA/AACgPwAAsD8AAMA/AADQPwAA4D8AAPA/AAAAQAAACEAAABBAAAAYQAAAIEAA
    AChAAAAwQAAAOEBQSwMELQAAAAAAAAAhANZ0Uwv//////////woAFABsYWJlbHMubnB5AQAQANAAAAAAAAAA0AAAAAAAAACTTlVNUFkBAHYAeydk
    ZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMTAsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAg
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAAAAAQAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAACAAAAAAAAAAAAAAAA
    AAAAAQAAAAAAAAACAAAAAAAAAAAAAAAAAAAAUEsBAi0DLQAAAAAAAAAhACq/xWIgAQAAIAEAAAkAAAAAAAAAAAAAAIABAAAAAGltYWdlLm5weVBL
    AQItAy0AAAAAAAAAIQDWdFML0AAAANAAAAAKAAAAAAAAAAAAAACAAVsBAABsYWJlbHMubnB5UEsFBgAAAAACAAIAbwAAAGcCAAAAAA==
    """)
  static let savezCompressed = decoded(
    """
    UEsDBC0AAAAIAAAAIQAqv8Vi//////////8JABQAaW1hZ2UubnB5AQAQACABAAAAAAAApQAAAAAAAACdyrEJwlAYxPHPTqwsLV/3IqSIkEJENJWd
    YmNhZYK+YCFGErERISMEXCAjZAJ9I2SEjJAR/GcFD37FHffe7NbbfU8e8tQnkx1TPVN6HvvaVTpO0nsaXQ9JejLdvooumWHPztHN0J2J5yp/7KqX
    +jcDEbEi7VekQQ2LCiUK5AgRQEG6z4cd0umyoMNClvwQIESOAiUqWNRo0EICkT6GGEHBgYdp8ANQSwMELQAAAAgAAAAhANZ0Uwv//////////woA
    FABsYWJlbHMubnB5AQAQANAAAAAAAAAAUAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ck
    FqQC+RqGBjqaOgq1CuQDLgYoYITSTAyogFRxAFBLAQItAy0AAAAIAAAAIQAqv8VipQAAACABAAAJAAAAAAAAAAAAAACAAQAAAABpbWFnZS5ucHlQ
    SwECLQMtAAAACAAAACEA1nRTC1AAAADQAAAACgAAAAAAAAAAAAAAgAHgAAAAbGFiZWxzLm5weVBLBQYAAAAAAgACAG8AAABsAQAAAAA=
    """)

  private static func decoded(_ text: String) -> [UInt8] {
    Array(Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
  }
}
