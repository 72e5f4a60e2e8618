// Reading `ranges.json`: strict, because a table that is half understood gives a model that is half wrong. What each
// field means is in RangeTableText.swift.

internal import FoundationEssentials
package import IngotCore

extension RangeTable {
  /// A table's largest file: 64 MiB are some 50,000 tensors.
  package static let fileByteLimit = 64 << 20

  /// - Parameter path: the file's name for messages.
  /// - Throws: what is wrong, with the tensor that it is wrong in; all tensors' problems at once.
  package init(bytes: [UInt8], path: String) throws(InputError) {
    let parsed: ParsedTable
    do {
      parsed = try JSONDecoder().decode(ParsedTable.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw InputError(in: path, error.words(in: bytes), hint: "let `ingot build` measure the ranges again")
    } catch {
      throw InputError(in: path, "this is no range table: \(error)")
    }
    self = try parsed.table(path: path)
  }

  package init(path: String) throws(InputError) {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: Self.fileByteLimit)
    } catch {
      throw InputError(in: path, "the range table cannot be read: \(error)")
    }
    try self.init(bytes: bytes, path: path)
  }
}

/// The table as its text says it, unchecked. `extra` are keys that no version of the format has.
private struct ParsedTable: Decodable {
  var format: String
  var version: Int
  var method: String
  var percentile: Double?
  var set: String
  var samples: Int
  var model: String?
  var tensors: [ParsedTensor]

  init(from decoder: any Decoder) throws {
    let values = try decoder.strictContainer(
      ["format", "version", "method", "percentile", "set", "samples", "model", "tensors"], unless: "version")
    format = try values.decode(String.self, forKey: "format")
    version = try values.decode(Int.self, forKey: "version")
    method = try values.decode(String.self, forKey: "method")
    percentile = try values.decodeIfPresent(Double.self, forKey: "percentile")
    set = try values.decode(String.self, forKey: "set")
    samples = try values.decode(Int.self, forKey: "samples")
    model = try values.decodeIfPresent(String.self, forKey: "model")
    tensors = try values.decode([ParsedTensor].self, forKey: "tensors")
  }

  func table(path: String) throws(InputError) -> RangeTable {
    guard format == RangeTable.formatName else {
      throw InputError(in: path, "`format` is `\(shown(format))`; a range table has `\(RangeTable.formatName)`")
    }
    let isImported = method == CalibrationMethod.imported.name
    guard let known = isImported ? .imported : CalibrationMethod(name: method, percentile: percentile) else {
      throw InputError(
        in: path, "unknown method `\(shown(method))`",
        hint: "expected minmax, moving-average, entropy, percentile, mse or imported")
    }
    var problems: [Diagnostic] = []
    func refuse(_ problem: String) { problems.append(Diagnostic(in: path, problem)) }
    if percentile != nil, known.name != "percentile" {
      refuse("`percentile` is for the method percentile, not \(known.name)")
    }
    if samples < (isImported ? 0 : 1) { refuse("`samples` is \(samples); a table is made from at least one sample") }
    let digest = model.flatMap { Digest(hex: $0) }
    if model != nil, digest == nil { refuse("`model` is no SHA-256 digest") }
    var names: Set<String> = []
    var ranges: [TensorRange] = []
    for (index, tensor) in tensors.enumerated() {
      if !names.insert(tensor.name).inserted {
        refuse("tensor `\(shown(tensor.name))` is there twice, again as number \(index + 1)")
      }
      if let problem = tensor.problem(isImported: isImported) {
        refuse("tensor `\(shown(tensor.name))`: \(problem)")
      } else if let range = tensor.range {
        ranges.append(range)
      }
    }
    guard problems.isEmpty else { throw InputError(problems) }
    return RangeTable(method: known, setIdentity: set, sampleCount: samples, modelDigest: digest, tensors: ranges)
  }
}

private struct ParsedTensor: Decodable {
  var name: String
  var min: Float, max: Float, amax: Float
  var values: Int, zeros: Int
  var clipped: Double?, sqnr: Double?, divergence: Double?
  var thresholds: [String: Float]
  var histogram: ParsedHistogram?

  init(from decoder: any Decoder) throws {
    let fields = try decoder.strictContainer(
      [
        "name", "min", "max", "amax", "values", "zeros", "clipped", "sqnr", "divergence", "thresholds", "histogram",
      ])
    name = try fields.decode(String.self, forKey: "name")
    min = try fields.decode(Float.self, forKey: "min")
    max = try fields.decode(Float.self, forKey: "max")
    amax = try fields.decode(Float.self, forKey: "amax")
    values = try fields.decode(Int.self, forKey: "values")
    zeros = try fields.decode(Int.self, forKey: "zeros")
    clipped = try fields.decodeIfPresent(Double.self, forKey: "clipped")
    sqnr = try fields.decodeIfPresent(Double.self, forKey: "sqnr")
    divergence = try fields.decodeIfPresent(Double.self, forKey: "divergence")
    thresholds = try fields.decodeIfPresent([String: Float].self, forKey: "thresholds") ?? [:]
    histogram = try fields.decodeIfPresent(ParsedHistogram.self, forKey: "histogram")
  }

  /// Nil where it is a range that a calibration can have found.
  /// - Parameter isImported: nobody counted the values.
  func problem(isImported: Bool) -> String? {
    guard min.isFinite, max.isFinite, min <= max else { return "min \(min) and max \(max) are no range" }
    guard amax.isFinite, amax >= TensorRange.smallestAmax else {
      return "amax is \(amax); it must be positive and finite"
    }
    guard amax <= Swift.max(min.magnitude, max.magnitude, TensorRange.smallestAmax) else {
      return "amax \(amax) is larger than every value seen (\(min) to \(max))"
    }
    guard values >= (isImported ? 0 : 1), zeros >= 0, zeros <= values else {
      return "\(zeros) zeros among \(values) values"
    }
    guard (clipped == nil) == (sqnr == nil), divergence == nil || sqnr != nil else {
      return "`clipped` and `sqnr` belong together"
    }
    if let (name, value) = thresholds.first(where: { !$0.value.isFinite || $0.value <= 0 }) {
      return "the threshold of `\(shown(name))` is \(value); it must be positive and finite"
    }
    if let clipped, !(0...1).contains(clipped) { return "`clipped` is \(clipped); it is a fraction" }
    return histogram?.problem
  }

  /// Nil where `problem` is not.
  var range: TensorRange? {
    var quality: QuantizationQuality?
    if let clipped, let sqnr { quality = QuantizationQuality(clipped: clipped, sqnr: sqnr, divergence: divergence) }
    var range = TensorRange(
      name: name, min: min, max: max, amax: amax, valueCount: values, zeroCount: zeros, histogram: histogram?.summary,
      quality: quality)
    range.thresholds = thresholds
    return range
  }
}

private struct ParsedHistogram: Decodable {
  var bins: Int, width: Float, digest: String, binsPerCount: Int, counts: [Int]

  init(from decoder: any Decoder) throws {
    let fields = try decoder.strictContainer(["bins", "width", "digest", "binsPerCount", "counts"])
    bins = try fields.decode(Int.self, forKey: "bins")
    width = try fields.decode(Float.self, forKey: "width")
    digest = try fields.decode(String.self, forKey: "digest")
    binsPerCount = try fields.decode(Int.self, forKey: "binsPerCount")
    counts = try fields.decode([Int].self, forKey: "counts")
  }

  var problem: String? {
    guard (0...(1 << 20)).contains(bins), (1...(1 << 20)).contains(binsPerCount),
      counts.count == (bins + binsPerCount - 1) / binsPerCount
    else { return "a histogram of \(bins) bins does not have \(counts.count) counts of \(binsPerCount) bins" }
    guard width.isFinite, width > 0 else { return "the histogram's width is \(width); it must be positive" }
    guard counts.allSatisfy({ $0 >= 0 }) else { return "the histogram has negative counts" }
    return Digest(hex: digest) == nil ? "the histogram's digest is no SHA-256 digest" : nil
  }

  var summary: HistogramSummary? {
    Digest(hex: digest).map {
      HistogramSummary(binCount: bins, binWidth: width, digest: $0, binsPerCount: binsPerCount, counts: counts)
    }
  }
}

/// A key that is its own text.
struct TextKey: CodingKey, ExpressibleByStringLiteral {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
  init(stringLiteral value: String) { stringValue = value }
}

extension Decoder {
  /// - Parameter versionKey: where it holds another version than this one, that is the error, not the keys that came
  ///   with it.
  fileprivate func strictContainer(
    _ known: Set<String>, unless versionKey: String? = nil
  ) throws -> KeyedDecodingContainer<TextKey> {
    let values = try container(keyedBy: TextKey.self)
    if let versionKey {
      let version = try values.decode(Int.self, forKey: TextKey(stringValue: versionKey))
      guard version == RangeTable.formatVersion else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: codingPath,
            debugDescription: "version \(version) of the format; this Ingot reads version \(RangeTable.formatVersion)"))
      }
    }
    for key in values.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath, debugDescription: "unknown key `\(shown(key.stringValue))`"))
    }
    return values
  }
}

extension DecodingError {
  fileprivate func words(in bytes: [UInt8]) -> String {
    switch self {
    case .keyNotFound(let key, let context): return "\(Self.place(context.codingPath))has no `\(key.stringValue)`"
    case .typeMismatch(let type, let context): return "\(Self.place(context.codingPath))is not \(Self.name(of: type))"
    case .valueNotFound(let type, let context):
      return "\(Self.place(context.codingPath))is null, not \(Self.name(of: type))"
    case .dataCorrupted(let context):
      if let underlying = context.underlyingError { return "this is no JSON: \(underlying)" }
      return "\(Self.place(context.codingPath, isSubject: false))\(context.debugDescription)"
    @unknown default: return "this is no range table"
    }
  }

  /// `tensors[3].amax `, or `the table `.
  private static func place(_ path: [any CodingKey], isSubject: Bool = true) -> String {
    var text = ""
    for key in path {
      if let index = key.intValue { text += "[\(index)]" } else { text += (text.isEmpty ? "" : ".") + key.stringValue }
    }
    if text.isEmpty { return isSubject ? "the table " : "" }
    return isSubject ? "`\(shown(text))` " : "`\(shown(text))`: "
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Int.Type: "a whole number"
    case is Float.Type, is Double.Type: "a number"
    default: "of the form that the format says"
    }
  }
}
