// What lowering did, as a value that is written beside the model: every decision with the rule that it follows. Rule
// ids are those of fp16-lowering.md (2a, 2b …) and qdq-placement.md (P1, P2 …, Q1 …).

internal import FoundationEssentials
package import IngotCore
package import IngotGraph

/// A decision about one node.
package struct NodeDecision: Codable, Sendable, Hashable {
  package var node: String
  package var op: String
  package var rule: String
  package var reason: String
  package init(node: String, op: String, rule: String, reason: String) {
    (self.node, self.op, self.rule, self.reason) = (node, op, rule, reason)
  }
}

/// A tensor that has a scale now.
package struct QuantizedTensor: Codable, Sendable, Hashable {
  package enum Role: String, Codable, Sendable { case activation, weight }
  package var tensor: String
  package var role: Role
  package var rule: String
  /// Nil for a tensor with one scale.
  package var axis: Int?
  /// How many neighbours along the axis share a scale, where not all of a channel do.
  package var blockSize: Int?
  /// One, or one per channel; those of blocks are in the model only.
  package var scales: [Float]
  /// What is taken from the values before they are quantized; nil where nothing is.
  package var center: Float?
  /// Channels with nothing but zeros, whose scale is arbitrary.
  package var zeroChannels: Int
  /// Names of the nodes that read it through Q/DQ.
  package var readers: [String]
}

/// A constant that the narrow type could not hold as it was.
package struct ClippedTensor: Codable, Sendable, Hashable {
  package var tensor: String
  /// Elements set to the end of the type's range, with their sign.
  package var clipped: Int
  /// Elements that were closer to zero than the type's smallest number, set to it with their sign.
  package var raised: Int
}

/// What a lowering did to a model.
package struct LoweringReport: Codable, Sendable, Hashable {
  /// Version of this format.
  package var report = 2
  /// The type that was asked for, and the type of everything that could not have it.
  package var precision: String
  package var fallback: String
  package var opset: Int64
  package var opsetBefore: Int64
  /// Convolutions, matrix products and recurrent layers by the type that they compute in.
  package var computeOps: [String: Int] = [:]
  /// Their multiply-adds, by the type that they compute in, for one step of each dimension whose size is not known.
  package var multiplyAdds: [String: Int] = [:]
  /// Bytes of constants by their type; shapes and indices are not counted.
  package var weightBytes: [String: Int] = [:]
  /// For int8 that runs on a processor: what the weights were scaled for.
  package var products: ByteProducts?
  /// What was counted there, in graph order.
  package var layers: [ComputeLayer] = []
  /// The least share of the multiply-adds that had to have the precision, 0...1; nil where nobody said.
  package var requiredShare: Double?
  package var quantized: [QuantizedTensor] = []
  /// What placement said about each node, in graph order.
  package var placement: [NodeDecision] = []
  /// Nodes that keep float32 though they have float inputs or outputs, in graph order.
  package var kept: [NodeDecision] = []
  package var clipped: [ClippedTensor] = []
  /// For float16: whether activations were measured before. Where not, no one knows whether they fit.
  package var activationsMeasured: Bool?
  /// For int4: how weights were rounded.
  package var rounding: String?
  package var castsAdded = 0
  package var castsRemoved = 0

  package init(precision: ElementType, fallback: ElementType, opset: Int64) {
    (self.precision, self.fallback, self.opset, opsetBefore) = (
      precision.description, fallback.description, opset, opset
    )
  }

  /// Of a model that computes as it came.
  package init(unlowered model: Model) {
    self.init(precision: .float32, fallback: .float32, opset: model.opsets[""] ?? 0)
    countTypes(of: model.graph, into: &self)
  }

  /// What a table says of the lowering.
  package var notes: [(name: String, text: String)] {
    var notes = [("compute", sharesText(multiplyAdds)), ("weights", sharesText(weightBytes))]
    if products == .saturating { notes.append(("weights", "bounded for processors without VNNI")) }
    if activationsMeasured == false {
      notes.append(("activations", "not measured: overflow is unknown without `calibration`"))
    }
    if let rounding { notes.append(("rounding", rounding)) }
    if !clipped.isEmpty { notes.append(("clipped", "\(clipped.count) tensors")) }
    return notes
  }

  /// The same bytes for the same report, on every machine.
  package func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(self) else { fatalError("BUG: a lowering report cannot be encoded") }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  /// - Parameter json: a report's file; a damaged one or one of another version gives nil.
  package init?(json: [UInt8]) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let report = try? decoder.decode(LoweringReport.self, from: Data(json)), report.report == 2 else {
      return nil
    }
    self = report
  }
}

/// `float16 97%, float32 3%`: the largest share first; nothing where there is nothing to share.
package func sharesText(_ counts: [String: Int]) -> String {
  let total = Double(counts.values.reduce(0, +))
  let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.filter { $0.value > 0 }
  return sorted.map { "\($0.key) \(fixed(Double($0.value) / total * 100, digits: 1))%" }.joined(separator: ", ")
}
