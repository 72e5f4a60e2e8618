// How sizes of images are changed: as Pillow does or as OpenCV does, to the bit. The two differ in every mode of the same name:
//
// - Pillow's filters widen with the reduction, so that every pixel of the source counts (antialiasing); OpenCV's linear takes the
//   four pixels around a point whatever the reduction, and skips the rest. At a quarter of the size they differ by tens of levels.
// - OpenCV's area averages what a pixel covers, which is near Pillow's box; between whole ratios box takes a pixel or leaves
//   it, and area weighs the parts of it.
// - Pillow's nearest takes the pixel under the center of the new one, OpenCV's the pixel under its corner: up to one pixel apart.

/// A library's mode.
enum ResizeFilter: String, CaseIterable {
  case pillowNearest = "pillow-nearest", pillowBox = "pillow-box", pillowBilinear = "pillow-bilinear"
  case pillowHamming = "pillow-hamming", pillowBicubic = "pillow-bicubic", pillowLanczos = "pillow-lanczos"
  case openCVNearest = "opencv-nearest", openCVLinear = "opencv-linear", openCVArea = "opencv-area"
}

extension Picture {
  func resized(width: Int, height: Int, _ filter: ResizeFilter) -> Picture {
    if width == self.width, height == self.height { return self }
    switch filter {
    case .pillowNearest:
      return nearest(columns: pillowCenters(self.width, width), rows: pillowCenters(self.height, height))
    case .pillowBox: return resampled(width, height, PillowKernel(support: 0.5) { $0 > -0.5 && $0 <= 0.5 ? 1 : 0 })
    case .pillowBilinear: return resampled(width, height, .bilinear)
    case .pillowHamming: return resampled(width, height, .hamming)
    case .pillowBicubic: return resampled(width, height, .bicubic)
    case .pillowLanczos: return resampled(width, height, .lanczos)
    case .openCVNearest:
      return nearest(columns: openCVCorners(self.width, width), rows: openCVCorners(self.height, height))
    case .openCVLinear: return openCVLinear(width, height)
    case .openCVArea: return openCVArea(width, height)
    }
  }

  private func nearest(columns: [Int], rows: [Int]) -> Picture {
    var result: [UInt8] = []
    result.reserveCapacity(columns.count * rows.count * channels)
    for row in rows {
      for column in columns {
        let start = (row * width + column) * channels
        result += pixels[start..<start + channels]
      }
    }
    return Picture(width: columns.count, height: rows.count, channels: channels, pixels: result)
  }

  /// Pillow adds the step up, in float64, and so does this.
  private func pillowCenters(_ size: Int, _ newSize: Int) -> [Int] {
    let step = Double(size) / Double(newSize)
    var (position, centers): (Double, [Int]) = (step * 0.5, [])
    for _ in 0..<newSize {
      centers.append(min(Int(position), size - 1))
      position += step
    }
    return centers
  }

  private func openCVCorners(_ size: Int, _ newSize: Int) -> [Int] {
    let step = 1 / (Double(newSize) / Double(size))
    return (0..<newSize).map { min(Int((Double($0) * step).rounded(.down)), size - 1) }
  }
}
