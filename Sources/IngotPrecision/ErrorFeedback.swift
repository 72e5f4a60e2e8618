// What an error in one row of a weight costs, and how much of it later rows can take back (Frantar et al. 2022, "GPTQ").
//
// With H the second moments of what a product reads and D the errors of its weight, those of its output are tr(DᵀHD). A
// factor H = UUᵀ, U upper triangular, makes that
//
//     Σ_k U_kk² · |d_k + Σ_{j<k} U_jk / U_kk · d_j|²
//
// so row k makes up for the rows before it where it is rounded to what is nearest to w_k - Σ_{j<k} U_jk / U_kk · d_j.

internal import IngotCalibration

struct ErrorFeedback: Sendable {
  let rowCount: Int
  /// Of each row: U_kk², or H_kk where nothing is taken back.
  let costs: [Float]
  /// [k][j]: how much of row j's error goes into row k, for j < k; empty where nothing is taken back.
  private let shares: [Float]

  /// Added to every H_kk, as a share of their mean: samples are few, and what they do not show may still come.
  private static let damping: Float = 0.05

  /// - Parameter takesBack: false weighs rows only.
  init(_ moments: SecondMoments, takesBack: Bool) {
    rowCount = moments.channelCount
    let diagonal = (0..<moments.channelCount).map { moments.sums[$0 * moments.channelCount + $0] }
    let mean = diagonal.reduce(0, +) / Float(max(diagonal.count, 1))
    let added = mean > 0 ? mean * Self.damping : 1
    guard takesBack else {
      (costs, shares) = (diagonal.map { $0 + added }, [])
      return
    }
    var factor = Factor(moments.sums, size: rowCount, added: added)
    factor.run()
    (costs, shares) = factor.rows
  }

  /// Subtracts what the rows of a range leave to row `k` of 16 columns.
  func subtract(_ errors: [SIMD16<Float>], _ range: Range<Int>, from target: inout SIMD16<Float>, row k: Int) {
    guard !shares.isEmpty else { return }
    precondition(range.upperBound <= errors.count && k < rowCount && range.upperBound <= rowCount, "rows \(range)")
    let (errors, shares) = (errors.span, shares.span)
    var (even, odd) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
    var j = range.lowerBound
    // Unchecked, and in two sums, because most of the time of rounding is spent here; the ranges are checked above.
    while j + 1 < range.upperBound {
      unsafe even += errors[unchecked: j] * shares[unchecked: k * rowCount + j]
      unsafe odd += errors[unchecked: j + 1] * shares[unchecked: k * rowCount + j + 1]
      j += 2
    }
    if j < range.upperBound { even += errors[j] * shares[k * rowCount + j] }
    target -= even + odd
  }
}

/// The rows of Uᵀ, found from the last one up, eight at a time.
private struct Factor {
  private let size: Int
  private let added: Float
  /// H where rows are not done, Uᵀ where they are; both are read up to the diagonal.
  private var matrix: [Float]

  init(_ moments: [Float], size: Int, added: Float) {
    precondition(moments.count == size * size, "\(moments.count) moments of \(size) channels")
    (matrix, self.size, self.added) = (moments, size, added)
  }

  mutating func run() {
    var end = size
    while end > 0 {
      let start = max(0, end - 8)
      var panel = [SIMD8<Float>](repeating: .zero, count: end)
      for lane in 0..<end - start {
        for column in 0..<end { panel[column][lane] = matrix[(start + lane) * size + column] }
        panel[start + lane][lane] += added
      }
      for row in end..<size { subtract(row, lanes(row, start, end), from: &panel, columns: end) }
      finish(&panel, start, end)
      end = start
    }
  }

  private func lanes(_ row: Int, _ start: Int, _ end: Int) -> SIMD8<Float> {
    var lanes = SIMD8<Float>.zero
    for lane in 0..<end - start { lanes[lane] = matrix[row * size + start + lane] }
    return lanes
  }

  private func subtract(_ row: Int, _ lanes: SIMD8<Float>, from panel: inout [SIMD8<Float>], columns: Int) {
    precondition(columns <= panel.count && columns <= size && row < size, "row \(row)")
    let matrix = matrix.span
    var panel = panel.mutableSpan
    // Unchecked: a check in this loop, which is nearly all of the factor's time, would double it.
    for column in 0..<columns { unsafe panel[unchecked: column] -= lanes * matrix[unchecked: row * size + column] }
  }

  private mutating func finish(_ panel: inout [SIMD8<Float>], _ start: Int, _ end: Int) {
    for lane in (0..<end - start).reversed() {
      let row = start + lane
      // Rounding may leave nothing of what was added.
      let root = max(panel[row][lane], added * 0.01).squareRoot()
      for column in 0..<row { matrix[row * size + column] = panel[column][lane] / root }
      matrix[row * size + row] = root
      subtract(row, lanes(row, start, row), from: &panel, columns: row)
    }
  }

  /// U_kk² and U_jk / U_kk.
  var rows: (costs: [Float], shares: [Float]) {
    var (costs, shares) = ([Float](), matrix)
    for row in 0..<size {
      let root = matrix[row * size + row]
      costs.append(root * root)
      for column in 0..<row { shares[row * size + column] /= root }
    }
    return (costs, shares)
  }
}
