// Pillow's resampling of 8-bit images (libImaging/Resample.c): a pass over rows, then one over columns, each with weights in 22
// bits behind the point and its sums rounded to 8 bits. Pillow 13 turns the passes round for some tall images, which then differ by one
// level here and there; this is the order of all versions before it.

internal import Glibc

/// A filter over distances from a new pixel's center, in pixels of the source where it enlarges.
struct PillowKernel: Sendable {
  var support: Double
  var weight: @Sendable (Double) -> Double

  static let bilinear = PillowKernel(support: 1) { max(1 - $0.magnitude, 0) }

  static let hamming = PillowKernel(support: 1) { x in
    let x = x.magnitude
    if x == 0 { return 1 }
    if x >= 1 { return 0 }
    return sin(x * .pi) / (x * .pi) * (0.54 + 0.46 * cos(x * .pi))
  }

  static let bicubic = PillowKernel(support: 2) { x in
    let (x, a) = (x.magnitude, -0.5)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  static let lanczos = PillowKernel(support: 3) { x in -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0 }

  private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }

  /// For each new pixel where its weights start in the source, and the weights.
  func weights(from size: Int, to newSize: Int) -> [(start: Int, weights: [Int32])] {
    let scale = Double(size) / Double(newSize)
    let filterScale = max(scale, 1)
    let reach = support * filterScale
    return (0..<newSize).map { index in
      let center = (Double(index) + 0.5) * scale
      let start = max(Int(center - reach + 0.5), 0)
      let end = min(Int(center + reach + 0.5), size)
      let inverse = 1 / filterScale
      let raw = (start..<max(end, start)).map { weight((Double($0) - center + 0.5) * inverse) }
      let sum = raw.reduce(0, +)
      return (
        start,
        raw.map { value in
          let share = (sum == 0 ? value : value / sum) * Double(1 << Self.fractionBits)
          return Int32(share < 0 ? share - 0.5 : share + 0.5)
        }
      )
    }
  }

  static let fractionBits = 22
}

extension Picture {
  func resampled(_ newWidth: Int, _ newHeight: Int, _ kernel: PillowKernel) -> Picture {
    var result = self
    if newWidth != width { result = result.horizontally(kernel.weights(from: width, to: newWidth)) }
    if newHeight != height { result = result.vertically(kernel.weights(from: height, to: newHeight)) }
    return result
  }

  private func horizontally(_ columns: [(start: Int, weights: [Int32])]) -> Picture {
    var result = [UInt8](repeating: 0, count: columns.count * height * channels)
    var target = 0
    for row in 0..<height {
      for (start, weights) in columns {
        for channel in 0..<channels {
          var sum: Int32 = 1 << (PillowKernel.fractionBits - 1)
          var source = (row * width + start) * channels + channel
          for weight in weights {
            sum &+= Int32(pixels[source]) &* weight
            source += channels
          }
          result[target] = Self.clipped(sum)
          target += 1
        }
      }
    }
    return Picture(width: columns.count, height: height, channels: channels, pixels: result)
  }

  private func vertically(_ rows: [(start: Int, weights: [Int32])]) -> Picture {
    let stride = width * channels
    var result = [UInt8](repeating: 0, count: rows.count * stride)
    var sums = [Int32](repeating: 0, count: stride)
    for (row, (start, weights)) in rows.enumerated() {
      for index in 0..<stride { sums[index] = 1 << (PillowKernel.fractionBits - 1) }
      for (offset, weight) in weights.enumerated() {
        let source = (start + offset) * stride
        for index in 0..<stride { sums[index] &+= Int32(pixels[source + index]) &* weight }
      }
      for index in 0..<stride { result[row * stride + index] = Self.clipped(sums[index]) }
    }
    return Picture(width: width, height: rows.count, channels: channels, pixels: result)
  }

  private static func clipped(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> Int32(PillowKernel.fractionBits)) }
}
