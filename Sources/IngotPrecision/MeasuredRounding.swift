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
  private static let ends: [Float] = (0...10).map { 1 - Float($0) * 0.05 }

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
      let rows = start..<start + blockSize
      var targets = Array(tile[rows])
      var largest = SIMD16<Float>.zero
      for row in rows {
        feedback.subtract(errors, 0..<start, from: &targets[row - start], row: row)
        let target = targets[row - start]
        let magnitude = target.replacing(with: -target, where: target .< 0)
        largest.replace(with: magnitude, where: magnitude .> largest)
      }
      var best = RoundedBlock(targets.count)
      for end in Self.ends {
        let scale = (largest * (end / self.largest)).clamped(
          lowerBound: SIMD16(repeating: 0x1p-100), upperBound: SIMD16(repeating: .infinity))
        let tried = round(targets, scale, rows, tile, &errors, feedback)
        best.replace(with: tried, where: tried.cost .< best.cost)
      }
      for row in rows { errors[row] = best.codes[row - start] * best.scale - tile[row] }
      codes += best.codes
      scales.append(best.scale.replacing(with: 0, where: largest .== 0))
    }
    return (codes, scales)
  }

  /// One block with one scale a column; `errors` holds those of the rows before it, and its own as far as it has come.
  private func round(
    _ targets: [SIMD16<Float>], _ scale: SIMD16<Float>, _ rows: Range<Int>, _ tile: [SIMD16<Float>],
    _ errors: inout [SIMD16<Float>], _ feedback: ErrorFeedback
  ) -> RoundedBlock {
    var block = RoundedBlock(targets.count)
    (block.scale, block.cost) = (scale, .zero)
    for row in rows {
      var target = targets[row - rows.lowerBound]
      feedback.subtract(errors, rows.lowerBound..<row, from: &target, row: row)
      let code = nearest(target / scale)
      let difference = code * scale - target
      errors[row] = code * scale - tile[row]
      block.codes[row - rows.lowerBound] = code
      block.cost += difference * difference * feedback.costs[row]
    }
    return block
  }

  /// Integers, ties to even.
  private func nearest(_ values: SIMD16<Float>) -> SIMD16<Float> {
    values.clamped(lowerBound: SIMD16(repeating: smallest), upperBound: SIMD16(repeating: largest)) + Self.rounder
      - Self.rounder
  }

  private func packed(_ codes: [Int8]) -> [UInt8] {
    guard self == .int4 else { return codes.map { UInt8(bitPattern: $0) } }
    var bytes = [UInt8](repeating: 0, count: (codes.count + 1) / 2)
    for (index, code) in codes.enumerated() {
      bytes[index / 2] |= (UInt8(bitPattern: code) & 0xf) << UInt8(index % 2 * 4)
    }
    return bytes
  }
}

/// One block of 16 columns.
private struct RoundedBlock {
  var codes: [SIMD16<Float>]
  var scale = SIMD16<Float>.zero
  var cost = SIMD16<Float>(repeating: .infinity)

  init(_ rowCount: Int) { codes = [SIMD16<Float>](repeating: .zero, count: rowCount) }

  mutating func replace(with other: RoundedBlock, where mask: SIMDMask<SIMD16<Int32>>) {
    for row in codes.indices { codes[row].replace(with: other.codes[row], where: mask) }
    scale.replace(with: other.scale, where: mask)
    cost.replace(with: other.cost, where: mask)
  }
}
