// What happens between an image's pixels and a model's input, in this order: color, size, crop or border, numbers, layout.

internal import IngotCore

struct ImagePreprocessing: Hashable {
  enum Fit: Hashable {
    /// Only cropped.
    case none
    /// To exactly this size, whatever becomes of the proportions.
    case stretch(height: Int, width: Int)
    /// The shorter side to this size, the longer one in proportion and rounded down, as torchvision does.
    case shorterSide(Int)
    /// As large as it fits, in the middle of a border, as YOLO's loaders do.
    case letterbox(height: Int, width: Int, fill: UInt8)
  }

  enum Color: String, CaseIterable { case rgb, bgr, gray }
  enum Layout: String, CaseIterable { case nchw, nhwc }

  var fit = Fit.none
  var filter = ResizeFilter.pillowBilinear
  /// From the center; where the image is smaller, black is around it.
  var crop: Size?
  var color = Color.rgb
  var layout = Layout.nchw
  /// (pixel - mean) * scale, with pixels of 0...255: one number, or one a channel. Empty leaves pixels as they are.
  var mean: [Float] = []
  var scale: [Float] = []
  var type = ElementType.float32

  struct Size: Hashable { var height: Int, width: Int }

  static let types: [ElementType] = [.float32, .float16, .uint8, .int8]
  static let sideLimit = 16384

  var channels: Int { color == .gray ? 1 : 3 }

  /// Nil where each image would keep a size of its own.
  var size: Size? {
    if let crop { return crop }
    switch fit {
    case .none, .shorterSide: return nil
    case .stretch(let height, let width), .letterbox(let height, let width, _):
      return Size(height: height, width: width)
    }
  }

  /// Of one sample.
  func shape(of size: Size) -> [Int] {
    layout == .nchw ? [channels, size.height, size.width] : [size.height, size.width, channels]
  }

  /// The elements that reach the model, of the shape that `shape(of:)` says.
  func elements(of image: Picture) -> [UInt8] {
    var picture = color == .gray ? image.gray : image
    picture = fitted(picture)
    if let crop {
      let left = Self.halved(picture.width - crop.width)
      let top = Self.halved(picture.height - crop.height)
      picture = picture.cropped(left: left, top: top, width: crop.width, height: crop.height)
    }
    return numbers(of: picture)
  }

  private func fitted(_ picture: Picture) -> Picture {
    switch fit {
    case .none: return picture
    case .stretch(let height, let width): return picture.resized(width: width, height: height, filter)
    case .shorterSide(let side):
      let (short, long) = (min(picture.width, picture.height), max(picture.width, picture.height))
      // A very long image would be larger than any limit; the crop takes its middle in any case.
      let longer = min(side * long / short, Self.sideLimit * 4)
      let isWide = picture.width > picture.height
      return picture.resized(width: isWide ? longer : side, height: isWide ? side : longer, filter)
    case .letterbox(let height, let width, let fill):
      let ratio = min(Double(height) / Double(picture.height), Double(width) / Double(picture.width))
      func scaled(_ side: Int) -> Int { max(Int((Double(side) * ratio).rounded(.toNearestOrEven)), 1) }
      let inner = picture.resized(width: scaled(picture.width), height: scaled(picture.height), filter)
      // Of an odd border the larger part is right and below.
      return inner.cropped(
        left: -((width - inner.width) / 2), top: -((height - inner.height) / 2), width: width, height: height,
        fill: fill)
    }
  }

  /// Python's round(n / 2): halves go to the even number.
  private static func halved(_ difference: Int) -> Int { Int((Double(difference) / 2).rounded(.toNearestOrEven)) }

  private func numbers(of picture: Picture) -> [UInt8] {
    let (count, pixelCount) = (picture.channels, picture.width * picture.height)
    var values = [Float](repeating: 0, count: picture.pixels.count)
    for channel in 0..<count {
      let source = color == .bgr ? count - 1 - channel : channel
      let mean = mean.isEmpty ? 0 : mean[channel % mean.count]
      let scale = scale.isEmpty ? 1 : scale[channel % scale.count]
      for pixel in 0..<pixelCount {
        let value = (Float(picture.pixels[pixel * count + source]) - mean) * scale
        values[layout == .nchw ? channel * pixelCount + pixel : pixel * count + channel] = value
      }
    }
    switch type {
    case .float16: return littleEndianBytes(of: values.map { Float16($0) })
    case .uint8: return values.map { UInt8(max(0, min(255, $0.rounded(.toNearestOrEven)))) }
    case .int8: return littleEndianBytes(of: values.map { Int8(max(-128, min(127, $0.rounded(.toNearestOrEven)))) })
    default: return littleEndianBytes(of: values)
    }
  }

  /// Everything that decides about the numbers, in a fixed order.
  var identity: String {
    let crop = crop.map { "\($0.height)x\($0.width)" } ?? "none"
    return "fit \(fit) filter \(filter.rawValue) crop \(crop) color \(color.rawValue) layout \(layout.rawValue)"
      + " mean \(mean) scale \(scale) type \(type)"
  }
}
