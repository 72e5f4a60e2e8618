// Benchmarks as a page: for each engine its throughput and its times by size of batch, as pictures, then the table and what the
// figures are of. The page asks nothing of any other place.

internal import IngotCore
package import IngotVerify

package struct BenchPage {
  private let benchmarks: [Benchmark]

  package init(_ benchmarks: [Benchmark]) { self.benchmarks = benchmarks }

  package var text: String {
    let pictures = benchmarks.map { benchmark -> HTML in
      """
      <h2>\(benchmark.title)</h2><div class="pictures">\(Self.throughput(of: benchmark))\(Self.times(of: benchmark))</div>
      <p class="small dim">\(benchmark.conditions.dropFirst().map { line -> HTML in "\(line)<br>" })</p>

      """
    }
    let tables = [TextTable(benchmarks: benchmarks)] + [TextTable(layersOf: benchmarks)].compactMap(\.self)
    let page: HTML = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>ingot bench</title>
      <style>\(PageStyle.css)</style></head><body><main><h1>How fast engines are on this machine</h1>
      \(pictures)\(tables.map(Self.card))
      </main></body></html>

      """
    return page.text
  }

  private static func card(_ table: TextTable) -> HTML {
    let head = table.header.map { name -> HTML in "<th>\(name)</th>" }
    let rows = table.rows.map { row -> HTML in
      let cells = row.enumerated().map { column, cell -> HTML in
        table.numeric.contains(column) ? "<td class=\"n\">\(cell)</td>" : "<td>\(cell)</td>"
      }
      return "<tr>\(cells)</tr>"
    }
    return """
      <div class="card scroll"><table><thead><tr>\(head)</tr></thead><tbody>\(rows)</tbody></table></div>

      """
  }

  private static let (width, height, floor) = (320.0, 130.0, 104.0)

  private static func throughput(of benchmark: Benchmark) -> HTML {
    let most = benchmark.rows.map(\.samplesPerSecond).max() ?? 1
    let bars = benchmark.rows.enumerated().map { index, row -> HTML in
      let (x, step) = place(index, of: benchmark.rows.count)
      let top = floor - (floor - 14) * row.samplesPerSecond / max(most, .leastNormalMagnitude)
      return """
        <path class="kept" d="M\(x) \(floor)V\(top)H\(x + step * 0.7)V\(floor)z"/>\
        <text x="\(x)" y="\(top - 3)">\(significant(row.samplesPerSecond))</text><text x="\(x)" y="118">\(row.batch)</text>
        """
    }
    return picture("samples per second by size of batch", bars)
  }

  /// A line from the 50th to the 99th percentile, with the 90th and 95th as marks.
  private static func times(of benchmark: Benchmark) -> HTML {
    let most = benchmark.rows.map(\.latency.p99).max() ?? 1
    let marks = benchmark.rows.enumerated().map { index, row -> HTML in
      let (left, step) = place(index, of: benchmark.rows.count)
      let x = left + step * 0.35
      func y(_ time: Double) -> Double { floor - (floor - 14) * time / max(most, .leastNormalMagnitude) }
      let (low, high) = (y(row.latency.p50), y(row.latency.p99))
      let between = [row.latency.p90, row.latency.p95].map { time -> HTML in "M\(x - 4) \(y(time))H\(x + 4)" }
      return """
        <path class="t t0" d="M\(x) \(low)V\(high)M\(x - 8) \(low)H\(x + 8)\(between)"/>\
        <text x="\(x + 6)" y="\(low - 3)">\(significant(row.latency.p50))</text><text x="\(left)" y="118">\(row.batch)</text>
        """
    }
    return picture("milliseconds of a run by size of batch: p50 (wide), p90, p95, p99 (end of the line)", marks)
  }

  private static func place(_ index: Int, of count: Int) -> (x: Double, step: Double) {
    let step = width / Double(max(count, 1))
    return (step * Double(index) + step * 0.1, step)
  }

  private static func picture(_ caption: String, _ marks: [HTML]) -> HTML {
    """
    <figure class="card"><svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(caption)">\
    <path class="axis" d="M0 \(floor)H\(width)"/>\(marks)</svg><figcaption>\(caption)</figcaption></figure>
    """
  }
}
