// OpenCV's resizing of 8-bit images (imgproc/src/resize.cpp): linear with weights in 11 bits, area with whole or float weights.

extension Picture {
  /// INTER_LINEAR. Half the size in both directions is INTER_AREA's, as OpenCV has it.
  func openCVLinear(_ newWidth: Int, _ newHeight: Int) -> Picture {
    if width == 2 * newWidth, height == 2 * newHeight { return openCVArea(newWidth, newHeight) }
    return interpolated(newWidth, newHeight, isArea: false)
  }

  private func interpolated(_ newWidth: Int, _ newHeight: Int, isArea: Bool) -> Picture {
    let columns = Self.linearParts(from: width, to: newWidth, isArea: isArea).map { part in
      // Columns over the edge are the edge itself; rows over it are two times the edge, which is rounded otherwise.
      part.start < 0 ? LinearPart(start: 0) : part.start >= width - 1 ? LinearPart(start: width - 1) : part
    }
    var result = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
    var upper = [Int32](repeating: 0, count: newWidth * channels)
    var lower = upper
    for (row, part) in Self.linearParts(from: height, to: newHeight, isArea: isArea).enumerated() {
      interpolate(row: max(part.start, 0), columns, into: &upper)
      interpolate(row: min(part.start + 1, height - 1), columns, into: &lower)
      let target = row * newWidth * channels
      for index in upper.indices {
        let above = (part.first &* (upper[index] >> 4)) >> 16
        let below = (part.second &* (lower[index] >> 4)) >> 16
        result[target + index] = UInt8(clamping: (above + below + 2) >> 2)
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }

  /// A pixel and its weight, and that of the next one, of 2048.
  private struct LinearPart {
    var start: Int
    var first: Int32 = 2048
    var second: Int32 = 0
  }

  /// - Parameter isArea: INTER_AREA's, which enlarges by where the new pixel's end falls.
  private static func linearParts(from size: Int, to newSize: Int, isArea: Bool) -> [LinearPart] {
    let ratio = Double(newSize) / Double(size)
    let scale = 1 / ratio
    return (0..<newSize).map { index in
      let start: Int
      var share: Float
      if isArea {
        start = Int((Double(index) * scale).rounded(.down))
        share = Float(Double(index + 1) - Double(start + 1) * ratio)
        share = share <= 0 ? 0 : share - share.rounded(.down)
      } else {
        let position = Float((Double(index) + 0.5) * scale - 0.5)
        start = Int(position.rounded(.down))
        share = position - Float(start)
      }
      return LinearPart(
        start: start, first: Int32(((1 - share) * 2048).rounded(.toNearestOrEven)),
        second: Int32((share * 2048).rounded(.toNearestOrEven)))
    }
  }

  private func interpolate(row: Int, _ columns: [LinearPart], into sums: inout [Int32]) {
    var target = 0
    for part in columns {
      let left = (row * width + part.start) * channels
      let right = (row * width + min(part.start + 1, width - 1)) * channels
      for channel in 0..<channels {
        sums[target] = Int32(pixels[left + channel]) &* part.first &+ Int32(pixels[right + channel]) &* part.second
        target += 1
      }
    }
  }

  /// INTER_AREA; it enlarges nearly as linear does.
  func openCVArea(_ newWidth: Int, _ newHeight: Int) -> Picture {
    if newWidth > width || newHeight > height { return interpolated(newWidth, newHeight, isArea: true) }
    if width % newWidth == 0, height % newHeight == 0 { return averaged(width / newWidth, height / newHeight) }
    let columns = Self.areaWeights(from: width, to: newWidth)
    let rows = Self.areaWeights(from: height, to: newHeight)
    var result = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
    var sums = [Float](repeating: 0, count: newWidth * channels)
    for (row, parts) in rows.enumerated() {
      for index in sums.indices { sums[index] = 0 }
      for (source, weight) in parts {
        var target = 0
        for column in columns {
          for channel in 0..<channels {
            var sum: Float = 0
            for (place, part) in column { sum += Float(pixels[(source * width + place) * channels + channel]) * part }
            sums[target] += sum * weight
            target += 1
          }
        }
      }
      for index in sums.indices {
        result[row * newWidth * channels + index] = UInt8(clamping: Int(sums[index].rounded(.toNearestOrEven)))
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }

  /// Whole ratios.
  private func averaged(_ across: Int, _ down: Int) -> Picture {
    let (newWidth, newHeight) = (width / across, height / down)
    let scale = 1 / Float(across * down)
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight * channels)
    for row in 0..<newHeight {
      for column in 0..<newWidth {
        for channel in 0..<channels {
          var sum = 0
          for y in 0..<down {
            let start = ((row * down + y) * width + column * across) * channels + channel
            for x in 0..<across { sum += Int(pixels[start + x * channels]) }
          }
          result.append(
            across == 2 && down == 2
              ? UInt8(truncatingIfNeeded: (sum + 2) >> 2)
              : UInt8(clamping: Int((Float(sum) * scale).rounded(.toNearestOrEven))))
        }
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }

  /// What each new pixel covers, and how much of it.
  private static func areaWeights(from size: Int, to newSize: Int) -> [[(place: Int, weight: Float)]] {
    let scale = 1 / (Double(newSize) / Double(size))
    return (0..<newSize).map { index in
      let start = Double(index) * scale
      let end = start + scale
      let cell = min(scale, Double(size) - start)
      var first = Int(start.rounded(.up))
      var last = Int(end.rounded(.down))
      last = min(last, size - 1)
      first = min(first, last)
      var parts: [(place: Int, weight: Float)] = []
      if Double(first) - start > 1e-3 { parts.append((first - 1, Float((Double(first) - start) / cell))) }
      for place in first..<last { parts.append((place, Float(1 / cell))) }
      if end - Double(last) > 1e-3 { parts.append((last, Float(min(min(end - Double(last), 1), cell) / cell))) }
      return parts
    }
  }
}
