// Rounding a weight's blocks by what it is multiplied with: 16 columns at a time, so that processors' vector instructions do it.

internal import IngotCore

/// A weight as it is read here: rows are added up, columns are the outputs.
struct RowsAndColumns {
  let rowCount: Int
  let columnCount: Int
  private let isRowFirst: Bool

  /// - Parameter axis: of the rows, of a shape of two.
  init(_ shape: [Int], axis: Int) {
    (rowCount, columnCount, isRowFirst) = (shape[axis], shape[1 - axis], axis == 0)
  }

  func place(row: Int, column: Int) -> Int { isRowFirst ? row * columnCount + column : column * rowCount + row }
  /// With so many rows together.
  func place(block: Int, of size: Int, column: Int) -> Int {
    isRowFirst ? block * columnCount + column : column * (rowCount / size) + block
  }
}

extension ScaledFormat {
  /// Ends of a block's range that are tried, as shares of its largest magnitude: 1 to 0.5.
  private static let ends: [Float] = (0...20).map { 1 - Float($0) * 0.025 }

  /// - Parameters:
  ///   - tensor: float32 of two axes, finite.
  ///   - axis: of what is added up; `blockSize` divides it.
  ///   - feedback: of the tensor that the product reads.
  /// - Precondition: an integer format.
  func quantize(_ tensor: Tensor, axis: Int, blockSize: Int, _ feedback: ErrorFeedback) -> ScaledWeight {
    let layout = RowsAndColumns(tensor.shape, axis: axis)
    precondition(feedback.rowCount == layout.rowCount && layout.rowCount % blockSize == 0, "of another weight")
    let weights = tensor.elements(as: Float.self)
    var scalesShape = tensor.shape
    scalesShape[axis] /= blockSize
    var codes = [Int8](repeating: 0, count: weights.count)
    var scales = [Float](repeating: 0, count: weights.count / blockSize)
    var zeroGroups = 0
    for start in stride(from: 0, to: layout.columnCount, by: 16) {
      let columns = start..<min(start + 16, layout.columnCount)
      var tile = [SIMD16<Float>](repeating: .zero, count: layout.rowCount)
      for row in 0..<layout.rowCount {
        for column in columns { tile[row][column - start] = weights[layout.place(row: row, column: column)] }
      }
      let rounded = round(tile, blockSize, feedback)
      for column in columns {
        for row in 0..<layout.rowCount {
          codes[layout.place(row: row, column: column)] = Int8(rounded.codes[row][column - start])
        }
        for (block, scale) in rounded.scales.enumerated() {
          if scale[column - start] == 0 { zeroGroups += 1 }
          let own = scale[column - start] == 0 ? Self.scaleOfZeros : scale[column - start]
          scales[layout.place(block: block, of: blockSize, column: column)] = own
        }
      }
    }
    return ScaledWeight(
      values: Tensor(type: type, shape: tensor.shape, bytes: Bytes(packed(codes))),
      scales: Tensor(scales, shape: scalesShape), zeroGroups: zeroGroups)
  }

  /// - Returns: codes by row, and scales by block: 0 where all of it is zero.
  private func round(
    _ tile: [SIMD16<Float>], _ blockSize: Int, _ feedback: ErrorFeedback
  ) -> (codes: [SIMD16<Float>], scales: [SIMD16<Float>]) {
    var errors = [SIMD16<Float>](repeating: .zero, count: tile.count)
    var (codes, scales) = ([SIMD16<Float>](), [SIMD16<Float>]())
    for start in stride(from: 0, to: tile.count, by: blockSize) {
      var targets = Array(tile[start..<start + blockSize])
      for row in 0..<blockSize { feedback.subtract(errors, 0..<start, from: &targets[row], row: start + row) }
      let scale = scale(of: targets, feedback.costs[start..<start + blockSize])
      let divisor = scale.replacing(with: 1, where: scale .== 0)
      for row in start..<start + blockSize {
        var target = targets[row - start]
        feedback.subtract(errors, start..<row, from: &target, row: row)
        let code = nearest(target / divisor)
        errors[row] = code * scale - tile[row]
        codes.append(code)
      }
      scales.append(scale)
    }
    return (codes, scales)
  }

  /// The scales with which the rows, each at its cost, come out nearest.
  private func scale(of rows: [SIMD16<Float>], _ costs: ArraySlice<Float>) -> SIMD16<Float> {
    var largest = SIMD16<Float>.zero
    for row in rows {
      let magnitude = row.replacing(with: -row, where: row .< 0)
      largest.replace(with: magnitude, where: magnitude .> largest)
    }
    var (best, least) = (SIMD16<Float>.zero, SIMD16<Float>(repeating: .infinity))
    for end in Self.ends {
      var scale = largest * (end / self.largest)
      scale.replace(with: SIMD16(repeating: 0x1p-100), where: scale .< 0x1p-100)
      var error = SIMD16<Float>.zero
      for (row, cost) in zip(rows, costs) {
        let difference = nearest(row / scale) * scale - row
        error += difference * difference * cost
      }
      best.replace(with: scale, where: error .< least)
      least.replace(with: error, where: error .< least)
    }
    return best.replacing(with: 0, where: largest .== 0)
  }

  /// Integers, ties to even.
  private func nearest(_ values: SIMD16<Float>) -> SIMD16<Float> {
    values.clamped(lowerBound: SIMD16(repeating: smallest), upperBound: SIMD16(repeating: largest)) + Self.rounder
      - Self.rounder
  }

  private func packed(_ codes: [Int8]) -> [UInt8] {
    guard self == .int4 else { return codes.map { UInt8(bitPattern: $0) } }
    var bytes = [UInt8](repeating: 0, count: (codes.count + 1) / 2)
    for (index, code) in codes.enumerated() { bytes[index / 2] |= (UInt8(bitPattern: code) & 0xf) << UInt8(index % 2 * 4) }
    return bytes
  }
}
