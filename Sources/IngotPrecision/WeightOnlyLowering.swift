// Weights in int4 or int8, everything else in the fallback type: a DequantizeLinear stands before each reader, and no
// activation is quantized.

package import IngotCore
package import IngotGraph

/// Stores weights of matrix products, and for int8 of convolutions, with scales: int4 with one scale per block along the
/// axis that is added up (operator set 21), int8 with one per output channel.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - type: int4 or int8.
///   - fallback: float32, float16 or bfloat16.
///   - rounded: what calibration made of weights; the others are rounded to what is nearest.
/// - Throws: `.unmatchedPatterns`, `.alreadyQuantized`, `.nonFiniteWeight`, `.opset`, `.recipe`; `.nothingLowered` when there
///   is no weight for it. The model is then as it was.
package func lowerWeights(
  _ model: inout Model, to type: ElementType, fallback: ElementType = .float32, keep: KeepList = KeepList(),
  rounded: RoundedWeights? = nil
) throws(PrecisionError) -> LoweringReport {
  guard let format = ScaledFormat(type), format != .float8 else {
    throw PrecisionError(.unsupportedType(type, use: "the type of weights alone"))
  }
  try requireFloats(in: model.graph)
  var placer = WeightPlacer(model.graph, format: format, kept: try keep.resolve(in: model.graph))
  placer.run()
  guard !placer.weights.isEmpty else {
    throw PrecisionError(.nothingLowered(type: type, reasons: summary(of: placer.decisions)))
  }
  let weights = placer.weights
  var report = try lowerScaled(&model, format, fallback: fallback, keep: keep, decisions: placer.decisions) {
    (writer) throws(PrecisionError) in
    for (weight, blockSize) in weights {
      try writer.quantize(weight, blockSize: blockSize, as: rounded?.weights[weight.name])
    }
  }
  if format == .int4 { report.rounding = rounded?.rounding ?? "to nearest: there is no calibration data" }
  return report
}

/// A weight that int4 is made of, and what it is multiplied with.
package struct BlockedWeight: Sendable {
  package var name: String
  /// The tensors that its readers multiply it with; empty where one of them reads in another way.
  package var data: [String]
  /// Names of its readers, and of their results.
  package var readers: [(node: String, op: String, output: String)]
  /// Of what is added up.
  var axis: Int
  var blockSize: Int
}

/// The weights of a model that int4 is made of, in graph order.
/// - Throws: `.alreadyQuantized`.
package func blockedWeights(_ graph: Graph) throws(PrecisionError) -> [BlockedWeight] {
  try requireFloats(in: graph)
  var placer = WeightPlacer(graph, format: .int4, kept: [:])
  placer.run()
  return placer.weights.compactMap { weight, blockSize in
    guard let blockSize else { return nil }
    let nodes = weight.edges.map { graph.nodes[$0.node] }
    let isPlain = nodes.allSatisfy { ($0.int("transA") ?? 0) == 0 }
    let data = isPlain ? nodes.compactMap { $0.inputs[0].map { graph[$0].name } } : []
    var names: [String] = []
    for name in data where !names.contains(name) { names.append(name) }
    return BlockedWeight(
      name: weight.name, data: names,
      readers: nodes.map { ($0.name, $0.opType, ($0.outputs.first ?? nil).map { graph[$0].name } ?? "") },
      axis: weight.axis, blockSize: blockSize)
  }
}

private struct WeightPlacer {
  private(set) var weights: [(weight: Placement.Weight, blockSize: Int?)] = []
  private(set) var decisions: [NodeDecision] = []

  private let graph: Graph
  private let uses: Uses
  private let format: ScaledFormat
  private let kept: [Int: String]

  /// The first that divides the axis is taken. TensorRT has kernels for blocks of 64 (and of 128, which lose more).
  private static let blockSizes = [64, 32, 16]

  init(_ graph: Graph, format: ScaledFormat, kept: [Int: String]) {
    (self.graph, self.format, self.kept) = (graph, format, kept)
    uses = Uses(graph)
  }

  mutating func run() {
    let operators: Set<String> = format == .int4 ? ["Gemm", "MatMul"] : linearOperators
    for (index, node) in graph.nodes.enumerated() where node.domain.isEmpty && operators.contains(node.opType) {
      let (rule, reason) = place(index, node)
      decisions.append(NodeDecision(node: node.name, op: node.opType, rule: rule, reason: reason))
    }
  }

  private mutating func place(_ index: Int, _ node: Node) -> (rule: String, reason: String) {
    if let pattern = kept[index] { return ("2a", "kept by '\(pattern)'") }
    guard node.inputs.count >= 2, let id = node.inputs[1], uses.isConstant(id, in: graph), let data = node.inputs[0],
      graph[data].type == .float32, let tensor = graph.constant(id), tensor.type == .float32
    else { return ("4.4", "it has no weight in float32") }
    let shape = tensor.shape
    let isProduct = node.opType == "Gemm" || node.opType == "MatMul"
    guard isProduct ? shape.count == 2 : shape.count >= 3, !shape.contains(0) else {
      return ("Q4", "a weight of shape \(shape) has no output channels to scale")
    }
    let isTransposed = node.opType == "Gemm" && (node.int("transB") ?? 0) != 0
    let outputAxis = node.opType == "Conv" || isTransposed ? 0 : 1
    guard format == .int4 else {
      add(id, index, axis: outputAxis, blockSize: nil)
      return ("4.4", "a scale per output channel on axis \(outputAxis)")
    }
    let depth = shape[1 - outputAxis]
    guard let blockSize = Self.blockSizes.first(where: { depth % $0 == 0 }) else {
      return ("4.4", "its \(depth) rows cannot be cut into blocks of 16 or more")
    }
    add(id, index, axis: 1 - outputAxis, blockSize: blockSize)
    return ("4.4", "a scale per \(blockSize) rows")
  }

  private mutating func add(_ id: ValueID, _ index: Int, axis: Int, blockSize: Int?) {
    let edge = Edge(node: index, input: 1)
    if let known = weights.firstIndex(where: { $0.weight.tensor == id && $0.weight.axis == axis }) {
      weights[known].weight.edges.append(edge)
    } else {
      weights.append((.init(tensor: id, name: graph[id].name, axis: axis, edges: [edge]), blockSize))
    }
  }
}
