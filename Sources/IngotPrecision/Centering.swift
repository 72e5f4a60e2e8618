// C1: activations that reach much farther to one side than to the other, as behind Gelu and SiLU. Codes that are symmetric, or
// unsigned without a zero point, leave up to half of their steps unused there. A constant is taken from such values before they are
// quantized; what the layers that read them lose by it depends on their weights alone, and is added to what they write.

internal import IngotCore
internal import IngotGraph

extension Placement {
  /// The activations of which every reader can be given back what was taken: each is a layer that adds up all weights of a channel
  /// wherever it looks, so that a constant comes out as a constant. What a Concat writes shares the scale of what it reads (P5), and
  /// would lose it.
  func centrable(in graph: Graph) -> Set<ValueID> {
    let layers = Set(
      weights.flatMap(\.edges).filter { $0.input == 1 && graph.nodes[$0.node].carriesConstants(in: graph) }.map(\.node))
    let joined = Set(joins.flatMap(\.results))
    return Set(
      activations.filter { activation in
        activation.range == activation.name && !joined.contains(activation.tensor)
          && activation.edges.allSatisfy { $0.input == 0 && layers.contains($0.node) }
      }.map(\.tensor))
  }
}

extension ActivationRange {
  /// The most that a lopsided range takes of symmetric codes: where it takes more, there is less to win than 2.5 dB.
  private static let lopsidedShare: Float = 0.75

  /// The ends of the values that codes span.
  var ends: (low: Float, high: Float) {
    (Swift.min(0, Swift.max(min, -amax)), Swift.max(0, Swift.min(max, amax)))
  }

  /// Values without a sign are left alone: behind a Relu the quantization is part of the kernel in front of it, and a step between
  /// them would part the two.
  var isLopsided: Bool {
    let (low, high) = ends
    return low < 0 && high - low <= 2 * amax * Self.lopsidedShare
  }
}

extension Node {
  /// Whether a constant added to the data adds a constant to each channel of the result, for which there is a place.
  fileprivate func carriesConstants(in graph: Graph) -> Bool {
    guard let weight = inputs[1].flatMap(graph.constant), let linear = LinearShape(self, weight: weight.shape) else {
      return false
    }
    switch opType {
    case "MatMul": return true
    case "Gemm":
      return float("alpha") ?? 1 == 1 && float("beta") ?? 1 == 1 && hasPlaceForBias(of: linear.outputCount, in: graph)
    case "Conv":
      // What is padded with zeros would have to be padded with the constant.
      let isPadded = (ints("pads") ?? []).contains { $0 != 0 } || (string("auto_pad") ?? "NOTSET").hasPrefix("SAME")
      return !isPadded && hasPlaceForBias(of: linear.outputCount, in: graph)
    default: return false
    }
  }

  private func hasPlaceForBias(of channels: Int, in graph: Graph) -> Bool {
    guard inputs.count > 2, let bias = inputs[2] else { return true }
    guard let tensor = graph.constant(bias) else { return false }
    return tensor.type == .float32 && tensor.shape == [channels]
  }
}

extension LinearShape {
  /// What each output channel makes of data that is one everywhere.
  func sums(_ weight: ScaledWeight) -> [Double] {
    let (codes, scales) = (weight.values.elements(as: Int8.self), weight.scales.elements(as: Float.self))
    var sums = [Double](repeating: 0, count: outputCount)
    forEachWeight { index, output, _ in sums[output] += Double(codes[index]) * Double(scales[output]) }
    return sums
  }
}
