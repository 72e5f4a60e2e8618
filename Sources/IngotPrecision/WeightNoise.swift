// What a scaled format did to weights: the numbers that a lowered graph stores against those that the float graph has.

internal import IngotCalibration
internal import IngotCore
package import IngotGraph

extension LoweringReport {
  /// Fills in each layer's `weightSQNR`.
  ///
  /// - Parameters:
  ///   - float: the graph before its weights were rounded.
  ///   - lowered: the same after it.
  package mutating func measureWeights(from float: Graph, in lowered: Graph) {
    let (before, after) = (float.computeNodes, lowered.computeNodes)
    // Lowering keeps compute nodes and their order; of products it may make convolutions.
    guard before.map(\.name) == after.map(\.name) else { return }
    let uses = Uses(lowered)
    var noise: [String: Double] = [:]
    for (old, new) in zip(before, after) {
      guard old.inputs.count > 1, let weight = old.inputs[1].flatMap(float.constant),
        let stored = new.inputs[1].flatMap({ StoredWeight($0, lowered, uses) })
      else { continue }
      let product = old.opType == new.opType ? nil : ProductConvolution(old, weight: weight.shape, in: float)
      noise[new.name] = stored.sqnr(against: product?.kernels(weight) ?? weight)
    }
    for index in layers.indices { layers[index].weightSQNR = noise[layers[index].node] }
  }
}

extension Graph {
  fileprivate var computeNodes: [Node] { nodes.filter { computeOperators.contains($0.opType) } }
}

/// A weight as a DequantizeLinear reads it.
private struct StoredWeight {
  private let codes: Tensor
  private let scales: [Float]
  private let zeros: [Float]
  private let groups: ScaleIndex

  /// - Returns: nil where the value is none, or of a form that no lowering writes.
  init?(_ id: ValueID, _ graph: Graph, _ uses: Uses) {
    guard let node = dequantizer(of: id, graph, uses), node.inputs.count >= 2,
      let codes = node.inputs[0].flatMap(graph.constant), let scales = node.inputs[1].flatMap(graph.constant),
      let axis = node.int("axis").flatMap({ Int(exactly: $0) }), codes.shape.indices.contains(axis),
      let values = scales.decoded
    else { return nil }
    let blockSize = Int(clamping: node.int("block_size") ?? 0)
    self.codes = codes
    (self.scales, zeros) = (values, node.inputs.count > 2 ? node.inputs[2].flatMap(graph.constant)?.decoded ?? [] : [])
    groups = ScaleIndex(codes.shape, blockSize > 0 ? .blocks(axis: axis, size: blockSize) : .channels(axis: axis))
    guard values.count == groups.count, codes.decoded(0..<0) != nil else { return nil }
  }

  init(_ weight: ScaledWeight, by grouping: ScaleGroups) {
    (codes, scales, zeros) = (weight.values, weight.scales.elements(as: Float.self), [])
    groups = ScaleIndex(codes.shape, grouping)
  }

  /// In decibels; 200 where nothing is lost.
  func sqnr(against weight: Tensor) -> Double? {
    guard weight.type == .float32, weight.shape == codes.shape else { return nil }
    var (signal, noise) = (0.0, 0.0)
    let count = weight.elementCount
    for start in stride(from: 0, to: count, by: 1 << 16) {
      let range = start..<min(start + 1 << 16, count)
      let exact = weight.bytes[range.lowerBound * 4..<range.upperBound * 4].withSpan { $0.elements(as: Float.self) }
      guard let found = codes.decoded(range) else { return nil }
      for (offset, group) in groups.groups(of: range).enumerated() {
        let value = (found[offset] - (zeros.isEmpty ? 0 : zeros[group])) * scales[group]
        let error = Double(value - exact[offset])
        signal += Double(exact[offset]) * Double(exact[offset])
        noise += error * error
      }
    }
    return decibels(signal: signal, noise: noise)
  }
}

extension ScaledWeight {
  /// Of the numbers that are stored, in decibels; 200 where nothing is lost.
  /// - Parameter grouping: that it was quantized by, to scales of float32.
  func sqnr(against weight: Tensor, by grouping: ScaleGroups) -> Double? {
    StoredWeight(self, by: grouping).sqnr(against: weight)
  }
}

extension Tensor {
  fileprivate var decoded: [Float]? { decoded(0..<elementCount) }

  /// Elements as float32; nil for types that neither codes nor scales have.
  /// - Parameter range: starts at an even element.
  fileprivate func decoded(_ range: Range<Int>) -> [Float]? {
    let bits = type.bitCount ?? 8
    let part = bytes[range.lowerBound * bits / 8..<(range.upperBound * bits + 7) / 8]
    switch type {
    case .float32: return part.withSpan { $0.elements(as: Float.self) }
    case .float16: return part.withSpan { $0.elements(as: Float16.self) }.map { Float($0) }
    case .bfloat16: return part.withSpan { $0.elements(as: UInt16.self) }.map { Float(bitPattern: UInt32($0) << 16) }
    case .int8: return part.withSpan { $0.elements(as: Int8.self) }.map { Float($0) }
    case .uint8: return part.withSpan { $0.elements(as: UInt8.self) }.map { Float($0) }
    case .float8e4m3fn: return part.withSpan { $0.elements(as: UInt8.self) }.map(ScaledFormat.float8)
    case .int4:
      let packed = part.withSpan { $0.elements(as: Int8.self) }
      // The first of two in the low bits; the shifts carry the sign.
      return (0..<range.count).map { place -> Float in
        let pair = packed[place / 2]
        let value: Int8 = place % 2 == 0 ? (pair << 4) >> 4 : pair >> 4
        return Float(value)
      }
    default: return nil
    }
  }
}
