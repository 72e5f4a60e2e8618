// A decoded image, and how files become one.

internal import CImage
internal import Glibc
internal import IngotCore

/// 8-bit pixels, row by row, the channels of a pixel side by side.
struct Picture: Equatable {
  var width: Int
  var height: Int
  /// 3, or 1 for gray.
  var channels = 3
  var pixels: [UInt8]

  /// Against files that claim absurd sizes: a 7000 x 7000 photo fits.
  static let pixelLimit = 50_000_000

  init(width: Int, height: Int, channels: Int = 3, pixels: [UInt8]) {
    precondition(pixels.count == width * height * channels, "\(width) x \(height) has not \(pixels.count) bytes")
    (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
  }

  /// Red, green and blue of a JPEG or PNG file.
  init(decoding bytes: Bytes) throws(ArrayProblem) {
    var image = unsafe ingot_image()
    let status = bytes.withSpan { span in
      unsafe span.withUnsafeBytes { buffer in
        let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe ingot_image_decode(start, buffer.count, Int64(Self.pixelLimit), &image)
      }
    }
    guard status == 0, let pixels = unsafe image.pixels else {
      let message = unsafe withUnsafeBytes(of: &image.message) { raw in
        unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw ArrayProblem("the image cannot be read: \(message)")
    }
    defer { unsafe free(pixels) }
    let (width, height) = (Int(unsafe image.width), Int(unsafe image.height))
    self.init(
      width: width, height: height,
      pixels: unsafe Array(UnsafeBufferPointer(start: pixels, count: width * height * 3)))
  }

  /// Luminance, as Pillow's convert("L") calculates it: ITU-R 601 in 16 bits.
  var gray: Picture {
    var result: [UInt8] = []
    result.reserveCapacity(width * height)
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let red = UInt32(pixels[start]) * 19595
      let green = UInt32(pixels[start + 1]) * 38470
      let blue = UInt32(pixels[start + 2]) * 7471
      result.append(UInt8(truncatingIfNeeded: (red + green + blue + 0x8000) >> 16))
    }
    return Picture(width: width, height: height, channels: 1, pixels: result)
  }

  /// - Parameters: a rectangle that may reach over the edges; what is outside is `fill`.
  func cropped(left: Int, top: Int, width newWidth: Int, height newHeight: Int, fill: UInt8 = 0) -> Picture {
    var result = [UInt8](repeating: fill, count: newWidth * newHeight * channels)
    let columns = max(left, 0)..<max(min(left + newWidth, width), max(left, 0))
    for row in max(top, 0)..<max(min(top + newHeight, height), max(top, 0)) where !columns.isEmpty {
      let source = (row * width + columns.lowerBound) * channels
      let target = ((row - top) * newWidth + columns.lowerBound - left) * channels
      let count = columns.count * channels
      result.replaceSubrange(target..<target + count, with: pixels[source..<source + count])
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }
}
