// The values of one tensor as a picture: bars of the logarithm of their counts, from zero to the largest magnitude, and the
// threshold of each method as a line. What lies beyond the chosen one is drawn as clipped.

internal import IngotCalibration

struct HistogramPicture {
  private static let (width, height, floor) = (320.0, 110.0, 96.0)
  private static let columnLimit = 64

  let range: TensorRange
  let histogram: HistogramSummary
  /// The method that was chosen.
  let method: String

  init?(_ range: TensorRange, method: String) {
    guard let histogram = range.histogram, histogram.counts.contains(where: { $0 > 0 }) else { return nil }
    (self.range, self.histogram, self.method) = (range, histogram, method)
  }

  /// One line a method, those with the same threshold together; the chosen one first.
  private var thresholds: [(methods: [String], value: Float, isChosen: Bool)] {
    var lines: [(methods: [String], value: Float, isChosen: Bool)] = [([method], range.amax, true)]
    for (name, value) in range.thresholds.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) where name != method {
      if let index = lines.firstIndex(where: { $0.value == value }) {
        lines[index].methods.append(name)
      } else {
        lines.append(([name], value, false))
      }
    }
    return lines
  }

  private var largest: Double {
    let seen = Double(histogram.binWidth) * Double(histogram.binCount)
    return max(seen, Double(thresholds.map(\.value).max() ?? 0), .leastNormalMagnitude)
  }

  private func x(_ value: Double) -> Double { min(max(value / largest, 0), 1) * Self.width }

  /// Bars on either side of the threshold, as one path each: a rectangle `M x,floor V top H x+w V floor z`.
  private var bars: (kept: HTML, clipped: HTML) {
    let merged = max(1, (histogram.counts.count + Self.columnLimit - 1) / Self.columnLimit)
    let columns = stride(from: 0, to: histogram.counts.count, by: merged).map { start in
      histogram.counts[start..<min(start + merged, histogram.counts.count)].reduce(0) { $0 &+ $1 }
    }
    let columnWidth = Double(histogram.binWidth) * Double(histogram.binsPerCount) * Double(merged)
    let highest = log(columns.max() ?? 0)
    var (kept, clipped): ([HTML], [HTML]) = ([], [])
    for (index, count) in columns.enumerated() where count > 0 {
      let (left, right) = (x(columnWidth * Double(index)), x(columnWidth * Double(index + 1)))
      let top = Self.floor - (Self.floor - 6) * log(count) / highest
      let bar: HTML = "M\(left) \(Self.floor)V\(top)H\(max(right - 0.6, left + 0.4))V\(Self.floor)z"
      if columnWidth * Double(index) >= Double(range.amax) { clipped.append(bar) } else { kept.append(bar) }
    }
    return ("\(kept)", "\(clipped)")
  }

  /// At least one step for one value.
  private func log(_ count: Int) -> Double {
    var (value, steps) = (Double(max(count, 0)) + 1, 0.0)
    // Two places of the binary logarithm are enough for a picture.
    while value >= 2 { (value, steps) = (value / 2, steps + 1) }
    return steps + value - 1
  }

  var svg: HTML {
    let (kept, clipped) = bars
    let lines: [HTML] = thresholds.enumerated().reversed().map { index, line in
      let place = x(Double(line.value))
      return "<path class=\"t \(Self.style(index))\" d=\"M\(place) 0V\(Self.floor)\"/>"
    }
    return """
      <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-label="histogram of magnitudes">\
      <path class="kept" d="\(kept)"/><path class="clip" d="\(clipped)"/>\
      <path class="axis" d="M0 \(Self.floor)H\(Self.width)"/>\(lines)\
      <text x="0" y="108">0</text><text x="\(Self.width)" y="108" text-anchor="end">\(short(Float(largest)))</text></svg>
      """
  }

  /// What the lines are.
  var legend: HTML {
    let entries: [HTML] = thresholds.enumerated().map { index, line in
      let names = line.methods.joined(separator: ", ")
      let text: HTML = line.isChosen ? "<b>\(names) \(short(line.value))</b>" : "\(names) \(short(line.value))"
      return """
        <li><svg class="key" viewBox="0 0 14 8" aria-hidden="true"><path class="t \(Self.style(index))" d="M0 4H14"/></svg>\
        \(text)</li>
        """
    }
    return "<ul class=\"keys\">\(entries)</ul>"
  }

  private static func style(_ index: Int) -> HTML {
    switch index {
    case 0: "t0"
    case 1: "t1"
    case 2: "t2"
    case 3: "t3"
    default: "t4"
    }
  }
}
