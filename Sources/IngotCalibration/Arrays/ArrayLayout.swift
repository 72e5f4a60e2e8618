// How an array's elements lie in its bytes, whatever the file that holds them.

internal import IngotCore

/// An array's type and shape: samples along the first axis, row-major.
struct ArrayLayout: Hashable {
  let type: ElementType
  /// The number of samples, then the shape of one.
  let shape: [Int]
  let isBigEndian: Bool
  let sampleByteCount: Int
  /// Of the whole array.
  let byteCount: Int

  /// - Parameter type: of whole bytes.
  /// - Parameter shape: as the file says it; anything.
  init(type: ElementType, shape: [Int], isBigEndian: Bool = false) throws(ArrayProblem) {
    guard let first = shape.first else {
      throw ArrayProblem("the array is a single number", hint: "its first axis must count the samples")
    }
    guard shape.count <= ArrayLimits.rank else {
      throw ArrayProblem("the array has \(shape.count) axes; 32 is the limit")
    }
    if let negative = shape.first(where: { $0 < 0 }) {
      throw ArrayProblem("the shape \(shapeText(shape)) has the size \(negative)")
    }
    guard first > 0 else { throw ArrayProblem("the array holds no samples: its shape is \(shapeText(shape))") }
    guard !shape.contains(0) else { throw ArrayProblem("the array holds no numbers: its shape is \(shapeText(shape))") }
    guard first <= ArrayLimits.sampleCount else {
      throw ArrayProblem("the array claims \(first) samples; \(ArrayLimits.sampleCount) is the limit")
    }
    guard let sample = type.byteCount(of: shape.dropFirst()), sample <= ArrayLimits.sampleByteCount else {
      throw ArrayProblem("one sample of the shape \(shapeText(shape)) is larger than the limit of 1 GiB")
    }
    let (whole, overflow) = sample.multipliedReportingOverflow(by: first)
    guard !overflow, whole <= ArrayLimits.byteCount else {
      throw ArrayProblem("an array of the shape \(shapeText(shape)) is larger than the limit of 64 TiB")
    }
    (self.type, self.shape, self.isBigEndian) = (type, shape, isBigEndian)
    (sampleByteCount, byteCount) = (sample, whole)
  }

  var sampleShape: [Int] { Array(shape.dropFirst()) }
  var elementByteCount: Int { (type.bitCount ?? 8) / 8 }

  /// The bytes with each element's order reversed.
  func swapped(_ bytes: [UInt8]) -> [UInt8] {
    let size = elementByteCount
    guard size > 1 else { return bytes }
    var result = bytes
    var start = 0
    while start + size <= result.count {
      result[start..<start + size].reverse()
      start += size
    }
    return result
  }
}
