// Range tables as text: the specification of `ranges.json`, and its writer. Equal tables give equal bytes.
//
// {
//   "format": "ingot-ranges",              always
//   "version": 1,
//   "method": "percentile",                minmax, moving-average, entropy, percentile, mse; imported: see below
//   "percentile": 0.9999,                  with percentile only
//   "set": "sha256:…",                     what names the calibration data
//   "samples": 500,
//   "model": "sha256:…",                   optional
//   "tensors": [                           one line a tensor
//     {"name": "conv1_out", "min": -3.5, "max": 12.25, "amax": 11.5, "values": 64000, "zeros": 120,
//      "clipped": 0.0001, "sqnr": 41.2, "divergence": 0.0031,          with a histogram; divergence with entropy only
//      "thresholds": {"entropy": 11.5, "minmax": 12.25},               where methods were compared: what each would choose
//      "histogram": {"bins": 3136, "width": 0.00390625, "digest": "sha256:…", "binsPerCount": 32, "counts": […]}}
//   ]
// }
//
// Numbers are the shortest decimals that read back as the same float32 (min, max, amax, width) or float64 (the rest).
// The threshold is in the tensor's units: an int8 scale is amax / 127. Imported ranges were measured by another tool:
// `set` names its file, and `samples`, `values` and `zeros` are 0. `TensorRange` and `HistogramSummary` say what
// each field means.

internal import IngotCore

extension RangeTable {
  package static let formatName = "ingot-ranges"
  package static let formatVersion = 1

  /// The bytes of `ranges.json`.
  package var text: String {
    var lines = [
      "{", "  \"format\": \(jsonString(Self.formatName)),", "  \"version\": \(Self.formatVersion),",
      "  \"method\": \(jsonString(method.name)),",
    ]
    if case .percentile(let fraction) = method { lines.append("  \"percentile\": \(fraction),") }
    lines.append("  \"set\": \(jsonString(setIdentity)),")
    lines.append("  \"samples\": \(sampleCount),")
    if let modelDigest { lines.append("  \"model\": \(jsonString(modelDigest.description)),") }
    lines.append("  \"tensors\": [")
    for (index, tensor) in tensors.enumerated() {
      lines.append("    \(tensor.text)\(index + 1 < tensors.count ? "," : "")")
    }
    lines += ["  ]", "}", ""]
    return lines.joined(separator: "\n")
  }
}

extension TensorRange {
  fileprivate var text: String {
    var fields = [
      "\"name\": \(jsonString(name))", "\"min\": \(min)", "\"max\": \(max)", "\"amax\": \(amax)",
      "\"values\": \(valueCount)",
      "\"zeros\": \(zeroCount)",
    ]
    if let quality {
      fields += ["\"clipped\": \(quality.clipped)", "\"sqnr\": \(quality.sqnr)"]
      if let divergence = quality.divergence { fields.append("\"divergence\": \(divergence)") }
    }
    if !thresholds.isEmpty {
      let list = thresholds.sorted { $0.key < $1.key }.map { "\(jsonString($0.key)): \($0.value)" }
      fields.append("\"thresholds\": {\(list.joined(separator: ", "))}")
    }
    if let histogram { fields.append("\"histogram\": \(histogram.text)") }
    return "{\(fields.joined(separator: ", "))}"
  }
}

extension HistogramSummary {
  fileprivate var text: String {
    let list = counts.map(String.init).joined(separator: ", ")
    return "{\"bins\": \(binCount), \"width\": \(binWidth), \"digest\": \(jsonString(digest.description)), "
      + "\"binsPerCount\": \(binsPerCount), \"counts\": [\(list)]}"
  }
}

/// A JSON string literal (RFC 8259, 7): only what must be escaped is.
func jsonString(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case "\n": literal += "\\n"
    case "\r": literal += "\\r"
    case "\t": literal += "\\t"
    case _ where scalar.value < 0x20:
      let hex = String(scalar.value, radix: 16)
      literal += "\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)"
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}
