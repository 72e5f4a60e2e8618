// Array files that are wrong, each in one way.

import Foundation
import Testing

/// A wrong file of a calibration set and the words that its error must hold.
struct BrokenArray: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var words: String
  var file = "a.npy"
  var bytes: [UInt8]

  init(_ testDescription: String, _ words: String, _ bytes: [UInt8], file: String = "a.npy") {
    (self.testDescription, self.words, self.bytes, self.file) = (testDescription, words, bytes, file)
  }

  static let all: [BrokenArray] = [
    BrokenArray("an empty file", "the file is empty", []),
    BrokenArray("a picture", "this is no .npy file", Array("\u{89}PNG....".utf8)),
    BrokenArray("cut in the magic", "4 bytes are no .npy file", Array(npy().prefix(4))),
    BrokenArray("cut in the header", "is cut off after 30", Array(npy().prefix(40))),
    BrokenArray("cut in the data", "there are 1023", npy(data: 1023)),
    BrokenArray("more data than the shape says", "there are 1025", npy(data: 1025)),
    BrokenArray("version 9", "version 9.0 is not one that Ingot knows", npy(version: 9)),
    BrokenArray("Python objects", "the array holds pickled Python objects", npy("'|O'")),
    BrokenArray("a structure", "the array has a structured type", npy("[('x', '<f4')]")),
    BrokenArray("text", "'<U5' is not one that models take", npy("'<U5'")),
    BrokenArray("a negative size", "has the size -2", npy(shape: "(4, -2)")),
    BrokenArray("a size that overflows", "is larger than the limit", npy(shape: "(4, 4611686018427387904, 8)")),
    BrokenArray("a size over 64 bits", "a number that 64 bits do not hold", npy(shape: "(4, 99999999999999999999)")),
    BrokenArray("no samples", "the array holds no samples", npy(shape: "(0, 1, 8, 8)", data: 0)),
    BrokenArray("a single number", "the array is a single number", npy(shape: "()", data: 4)),
    BrokenArray("Fortran order", "the array is stored in Fortran order", npy(fortran: "True")),
    BrokenArray(
      "a header that is code", "the .npy header is not understood at byte 20",
      npy("x", header: "{'descr': __import__('os')}")),
    BrokenArray("a header that nests", "brackets nest too deep", npy("x", header: String(repeating: "(", count: 5000))),
    BrokenArray(
      "no archive", "this is no .npz file, or it is cut off", Array("text, no archive at all".utf8), file: "a.npz"),
    BrokenArray(
      "half an archive", "this is no .npz file, or it is cut off", Array(digits.prefix(digits.count / 2)), file: "a.npz"
    ),
  ]

  private static let digits: [UInt8] =
    (try? Array(Data(contentsOf: TestSpace.repository.appending(path: "Calibration/digits/digits.npz")))) ?? []
}

/// A .npy file of four 8 x 8 images, or of what its header claims instead.
/// - Parameter data: bytes after the header.
private func npy(
  _ type: String = "'<f4'", shape: String = "(4, 1, 8, 8)", fortran: String = "False", version: UInt8 = 1,
  header: String? = nil,
  data: Int = 1024
) -> [UInt8] {
  let text = Array((header ?? "{'descr': \(type), 'fortran_order': \(fortran), 'shape': \(shape), }\n").utf8)
  let length = [UInt8(text.count & 0xff), UInt8(text.count >> 8)]
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + [UInt8](repeating: 0, count: data)
}
