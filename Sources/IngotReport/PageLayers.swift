// The parts of a page about single layers: the table of all, and the pictures of what the worst of them read.

internal import IngotCalibration
internal import IngotCore
internal import IngotPrecision

extension EnginePage {
  /// More rows than that make no page that can be used.
  private static let rowLimit = 2000
  private static let pictureLimit = 50

  var layerTable: HTML {
    guard !layers.rows.isEmpty else { return .nothing }
    let shownRows = layers.rows.prefix(Self.rowLimit)
    let rows: [HTML] = shownRows.map { layerRow($0) }
    let left = layers.rows.count - shownRows.count
    let rest: HTML = left > 0 ? "<p class=\"dim small\">And \(left) more layers; the JSON has all.</p>" : .nothing
    let columns: [(HTML, Bool)] = [
      ("#", true), ("layer", false), ("op", false), ("type", false), ("output dB", true), ("weight dB", true),
      ("input dB", true), ("clipped", true), ("range", true), ("compute", true), ("reads", false), ("why", false),
    ]
    let heads: [HTML] = columns.map { title, isNumber in
      isNumber ? "<th class=\"n\"><button>\(title)</button></th>" : "<th><button>\(title)</button></th>"
    }
    return """
      <h2>Layers</h2>
      <p class="dim small">\(summary)</p>
      <div class="card scroll"><table>
      <thead><tr>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      \(rest)
      """
  }

  private var summary: HTML {
    guard layers.rankedCount > 0 else {
      return "\(layers.rows.count) layers, none with weights that were rounded to codes: largest first."
    }
    return "\(layers.rows.count) layers, \(layers.rankedCount) of them quantized, worst first \(layers.orderText)."
  }

  private func layerRow(_ row: LayerTable.Row) -> HTML {
    func number(_ value: Double?, _ text: String) -> HTML {
      "<td class=\"n\" data-v=\"\(value.map { "\($0)" } ?? "")\">\(text)</td>"
    }
    let type = [row.type, row.weightType == row.type ? nil : row.weightType.map { "weights \($0)" }]
    // Why a layer has the precision is its rule; why not takes words.
    let reason = row.rank == nil ? [row.reason, row.rule.map { "(\($0))" }] : [row.rule]
    let amax = row.range.flatMap { $0.map(\.magnitude).max() }
    let cells: [HTML] = [
      number(row.rank.map(Double.init), row.rank.map(String.init) ?? ""), "<td class=\"name\">\(row.node)</td>",
      "<td>\(row.op)</td>", "<td>\(type.compactMap(\.self).joined(separator: ", "))</td>",
      number(row.outputSQNR, decibels(row.outputSQNR)), number(row.weightSQNR, decibels(row.weightSQNR)),
      number(row.inputSQNR, decibels(row.inputSQNR)),
      number(row.clipped, row.clipped.map { percentText($0, digits: 3) } ?? "-"),
      number(amax.map(Double.init), rangeText(row.range)),
      number(row.share, row.share.map { percentText($0) } ?? "-"), "<td class=\"name\">\(row.input)</td>",
      "<td class=\"why\">\(reason.compactMap(\.self).joined(separator: " "))</td>",
    ]
    let isLeft = ![row.type, row.weightType].contains(documents.lowering?.precision)
    return isLeft ? "<tr class=\"off\">\(cells)</tr>\n" : "<tr>\(cells)</tr>\n"
  }

  /// One a tensor, in the order of the layers that read them, then those that no layer of the table reads.
  var pictures: HTML {
    guard let table = documents.ranges else { return .nothing }
    var readers: [String: LayerTable.Row] = [:]
    for row in layers.rows where row.rank != nil && readers[row.input] == nil { readers[row.input] = row }
    let found = table.tensors.compactMap { tensor in
      HistogramPicture(tensor, method: table.method.description).map { (tensor: tensor, picture: $0) }
    }
    guard !found.isEmpty else {
      return """
        <h2>Activations</h2>
        <p class="dim small">No histograms: ranges by \(table.method.description) keep none.</p>
        """
    }
    func place(_ tensor: TensorRange) -> (Int, Double) {
      (readers[tensor.name]?.rank ?? .max, tensor.quality?.sqnr ?? .infinity)
    }
    // Stable: equal places stay in the model's order.
    let sorted = found.enumerated().sorted { a, b in
      let (x, y) = (place(a.element.tensor), place(b.element.tensor))
      return x != y ? x < y : a.offset < b.offset
    }.map(\.element)
    let figures: [HTML] = sorted.prefix(Self.pictureLimit).map {
      figure($0.tensor, $0.picture, readers[$0.tensor.name])
    }
    let count: HTML =
      sorted.count > Self.pictureLimit
      ? "The \(Self.pictureLimit) worst of \(sorted.count) tensors" : "\(sorted.count) tensors, the worst first"
    return """
      <h2>Activations</h2>
      <p class="dim small">\(count), measured by \(table.method.description) on \(table.sampleCount) samples: magnitudes from zero \
      up, counts on a logarithmic scale. The lines are thresholds; beyond the chosen one values are clipped. Zeros are not drawn.</p>
      <div class="pictures">
      \(figures)</div>
      """
  }

  private func figure(_ tensor: TensorRange, _ picture: HistogramPicture, _ reader: LayerTable.Row?) -> HTML {
    let zeros = tensor.valueCount > 0 ? Double(tensor.zeroCount) / Double(tensor.valueCount) : 0
    let quality: HTML =
      tensor.quality.map { "\(percentText($0.clipped, digits: 3)) clipped, \(decibels($0.sqnr)) dB in int8, " }
      ?? .nothing
    let read: HTML = reader.map { "read by #\($0.rank ?? 0) \($0.node)<br>" } ?? .nothing
    return """
      <figure class="card"><h3>\(tensor.name)</h3>
      \(picture.svg)\(picture.legend)
      <figcaption>\(read)\(short(tensor.min)) … \(short(tensor.max)), \(quality)\(percentText(zeros)) zeros</figcaption></figure>

      """
  }
}
