// `ingot inspect` of ranges: the tensors that quantization costs most first, and where the ranges come from.

internal import IngotCalibration
internal import IngotCore

extension RangeTable {
  /// A table for people; tensors with a histogram are sorted by their signal to noise, the worst first.
  var inspection: String {
    var lines = ["ranges      \(tensors.count) tensors, \(method)"]
    lines.append(
      method == .imported ? "from        \(setIdentity)" : "set         \(setIdentity), \(sampleCount) samples")
    if let modelDigest { lines.append("model       \(modelDigest)") }
    let sorted = tensors.enumerated().sorted { a, b in
      let (x, y) = (a.element.quality?.sqnr ?? .infinity, b.element.quality?.sqnr ?? .infinity)
      return x != y ? x < y : a.offset < b.offset
    }.map(\.element)
    let rows = [["tensor", "min", "max", "amax", "clipped", "SQNR dB", "zeros", "magnitudes"]] + sorted.map(\.row)
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      // Names to the left, numbers to the right, the picture as it is.
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : column == row.count - 1 ? cell : space + cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}

extension TensorRange {
  fileprivate var row: [String] {
    let zeros = valueCount > 0 ? "\(fixed(Double(zeroCount) / Double(valueCount) * 100, digits: 1))%" : "-"
    return [
      name, "\(min)", "\(max)", "\(amax)", quality.map { "\(fixed($0.clipped * 100, digits: 3))%" } ?? "-",
      quality.map { fixed($0.sqnr, digits: 1) } ?? "-", zeros, histogram?.picture ?? "",
    ]
  }
}

extension HistogramSummary {
  /// Sixteen columns from zero to the largest magnitude, each as high as its count's logarithm.
  fileprivate var picture: String {
    let columns = 16
    let sums = (0..<columns).map { column in
      counts[column * counts.count / columns..<(column + 1) * counts.count / columns].reduce(0, +)
    }
    func height(_ count: Int) -> Int { count == 0 ? 0 : Int.bitWidth - count.leadingZeroBitCount }
    let highest = Swift.max(sums.map(height).max() ?? 0, 1)
    let bars = Array(" ▁▂▃▄▅▆▇█")
    return String(sums.map { $0 == 0 ? " " : bars[Swift.max(1, height($0) * (bars.count - 1) / highest)] })
  }
}

/// `ingot.inspect-ranges/1`.
struct RangesDocument: JSONDocument {
  struct Row: Encodable {
    var name: String
    var min: Float
    var max: Float
    var amax: Float
    /// Absent where nobody counted.
    var values: Int?
    var zeros: Int?
    /// Absent without a histogram.
    var clipped: Double?
    var sqnr: Double?
    var divergence: Double?
    /// What each method that was compared would have chosen; absent where none were.
    var thresholds: [String: Float]?
    var histogram: Histogram?
  }

  struct Histogram: Encodable {
    var bins: Int
    var width: Float
    var digest: String
    var binsPerCount: Int
    var counts: [Int]
  }

  static let format = "ingot.inspect-ranges/1"
  var method: String
  var set: String
  var samples: Int
  var model: String?
  var tensors: [Row]

  init(_ table: RangeTable) {
    (method, set, samples) = (table.method.description, table.setIdentity, table.sampleCount)
    model = table.modelDigest?.description
    tensors = table.tensors.map { tensor in
      let isCounted = tensor.valueCount > 0
      return Row(
        name: tensor.name, min: tensor.min, max: tensor.max, amax: tensor.amax,
        values: isCounted ? tensor.valueCount : nil, zeros: isCounted ? tensor.zeroCount : nil,
        clipped: tensor.quality?.clipped, sqnr: tensor.quality?.sqnr, divergence: tensor.quality?.divergence,
        thresholds: tensor.thresholds.isEmpty ? nil : tensor.thresholds,
        histogram: tensor.histogram.map {
          Histogram(
            bins: $0.binCount, width: $0.binWidth, digest: $0.digest.description, binsPerCount: $0.binsPerCount,
            counts: $0.counts)
        })
    }
  }
}
