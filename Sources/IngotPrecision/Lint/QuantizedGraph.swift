// A graph with Q/DQ in it, as the linter's rules and mends ask about it: its quantizers with their parameters, constants behind
// whatever a tool wrote them as, and the way through operators that only move elements.

internal import IngotCore
internal import IngotGraph

/// A QuantizeLinear or a DequantizeLinear.
struct Quantizer {
  /// In `Graph.nodes`.
  var index: Int
  var isQuantize: Bool
  var data: ValueID
  var scale: ValueID
  var zeroPoint: ValueID?
  var output: ValueID
  /// As the node says it, 1 by default; negative from the end.
  var axis: Int64
  /// 0 where there are no blocks.
  var blockSize: Int64

  init?(_ node: Node, at index: Int) {
    guard ["", "com.microsoft"].contains(node.domain), node.inputs.count >= 2 else { return nil }
    switch node.opType {
    case "QuantizeLinear": isQuantize = true
    case "DequantizeLinear": isQuantize = false
    default: return nil
    }
    guard let data = node.inputs[0], let scale = node.inputs[1], let output = node.outputs.first ?? nil else {
      return nil
    }
    (self.index, self.data, self.scale, self.output) = (index, data, scale, output)
    zeroPoint = node.inputs.count > 2 ? node.inputs[2] : nil
    (axis, blockSize) = (node.int("axis") ?? 1, node.int("block_size") ?? 0)
  }
}

/// What one scale is for.
enum ScaleLayout: Equatable {
  case tensor
  case channels(axis: Int)
  case blocks
}

struct QuantizedGraph {
  let graph: Graph
  let uses: Uses
  /// In node order.
  let quantizers: [Quantizer]
  private let places: [Int: Int]
  /// Constants of the graphs around this one, by name.
  private let outer: [String: Tensor]

  init(_ graph: Graph, outer: [String: Tensor] = [:]) {
    (self.graph, self.outer) = (graph, outer)
    uses = Uses(graph)
    quantizers = graph.nodes.enumerated().compactMap { Quantizer($0.element, at: $0.offset) }
    places = Dictionary(quantizers.enumerated().map { ($0.element.index, $0.offset) }) { first, _ in first }
  }

  func name(_ id: ValueID) -> String { graph[id].name.shown }
  func label(_ index: Int) -> String { graph.nodes[index].label(at: index) }

  /// The quantizer that writes the value.
  func quantizer(writing id: ValueID) -> Quantizer? {
    uses.producer(of: id).flatMap { places[$0] }.map { quantizers[$0] }
  }

  func quantizer(at index: Int) -> Quantizer? { places[index].map { quantizers[$0] } }

  /// The number of a constant, behind Constant and Identity nodes.
  func constant(_ id: ValueID?) -> Tensor? {
    var next = id
    for _ in 0..<16 {
      guard let id = next else { return nil }
      if let tensor = graph.constant(id) { return tensor }
      guard let producer = uses.producer(of: id) else { return outer[graph[id].name] }
      let node = graph.nodes[producer]
      if node.opType == "Constant" { return node.constantValue }
      guard node.opType == "Identity" else { return nil }
      next = node.inputs.first ?? nil
    }
    return nil
  }

  /// Whether the value is known before a run: `constant` may still be nil, where a Cast or more is in between.
  func isConstant(_ id: ValueID) -> Bool {
    var pending = [id]
    var seen = Set(pending)
    while let id = pending.popLast() {
      if graph[id].initializer != nil { continue }
      guard let producer = uses.producer(of: id) else {
        if outer[graph[id].name] != nil { continue }
        return false
      }
      let node = graph.nodes[producer]
      let inputs = node.inputs.compactMap { $0 }
      guard node.opType == "Constant" || !inputs.isEmpty, seen.count < 256 else { return false }
      pending += inputs.filter { seen.insert($0).inserted }
    }
    return true
  }

  /// The quantized type of a quantizer; nil where nothing says it.
  func type(of step: Quantizer) -> ElementType? {
    if let zero = step.zeroPoint { return graph[zero].type ?? constant(zero)?.type }
    guard step.isQuantize else { return graph[step.data].type ?? constant(step.data)?.type }
    let stated = graph.nodes[step.index].int("output_dtype").flatMap { Int32(exactly: $0) }.flatMap(ElementType.init)
    return stated ?? .uint8
  }

  /// The scales, where they are constant floats.
  func scales(of step: Quantizer) -> [Float]? { constant(step.scale).flatMap(Self.floats) }

  static func floats(_ tensor: Tensor) -> [Float]? {
    switch tensor.type {
    case .float32: tensor.floats
    case .float16, .bfloat16: NarrowFloat.widen(tensor).floats
    default: nil
    }
  }

  /// Whether all zero points are zero; nil where nobody knows before a run.
  func hasZeroZeroPoint(_ step: Quantizer) -> Bool? {
    guard let zero = step.zeroPoint else { return true }
    return constant(zero).map { tensor in tensor.bytes.array.allSatisfy { $0 == 0 } }
  }

  func layout(of step: Quantizer) -> ScaleLayout {
    let shape = constant(step.scale).map { $0.shape.map { Dimension.fixed($0) } } ?? graph[step.scale].shape ?? []
    let isOne = shape.allSatisfy { $0.size == 1 }
    if shape.count <= 1 && isOne { return .tensor }
    if step.blockSize > 0 || shape.count > 1 { return .blocks }
    return .channels(axis: resolvedAxis(of: step) ?? Int(clamping: step.axis))
  }

  /// The axis counted from the front; nil where the rank is not known or has no such axis.
  func resolvedAxis(of step: Quantizer) -> Int? {
    guard let rank = shape(step.data)?.count else { return step.axis >= 0 ? Int(clamping: step.axis) : nil }
    let axis = step.axis < 0 ? Int(clamping: step.axis) + rank : Int(clamping: step.axis)
    return (0..<rank).contains(axis) ? axis : nil
  }

  func shape(_ id: ValueID) -> [Dimension]? { graph[id].shape ?? constant(id)?.shape.map { .fixed($0) } }

  /// Whether two quantizers have the same parameters.
  func haveEqualParameters(_ a: Quantizer, _ b: Quantizer) -> Bool {
    guard type(of: a) == type(of: b), layout(of: a) == layout(of: b) else { return false }
    guard isSame(a.scale, b.scale) else { return false }
    if let left = a.zeroPoint, let right = b.zeroPoint { return isSame(left, right) }
    return hasZeroZeroPoint(a) == true && hasZeroZeroPoint(b) == true
  }

  private func isSame(_ a: ValueID, _ b: ValueID) -> Bool {
    if a == b { return true }
    guard let left = constant(a), let right = constant(b), left.type == right.type else { return false }
    return left.elementCount == right.elementCount && left.bytes == right.bytes
  }

  /// The DequantizeLinear whose result the value is, perhaps moved about, and the operators in between.
  func dequantizer(behind id: ValueID) -> (step: Quantizer, through: [Int])? {
    guard let (producer, through) = uses.producer(behindMoves: id, in: graph), let step = quantizer(at: producer),
      !step.isQuantize
    else { return nil }
    return (step, through)
  }

  /// Inputs that read the value, perhaps moved about, and whether it is an output of the graph.
  func readers(of id: ValueID) -> (edges: [Edge], reachesOutput: Bool) {
    var (edges, reachesOutput, pending): ([Edge], Bool, [ValueID]) = ([], false, [id])
    var seen = Set(pending)
    while let id = pending.popLast() {
      if uses.isPinned(id) { reachesOutput = true }
      for edge in uses.readers(of: id) {
        let reader = graph.nodes[edge.node]
        guard edge.input == 0, reader.commutesWithQuantization else { edges.append(edge); continue }
        pending += reader.outputs.compactMap { $0 }.filter { seen.insert($0).inserted }
      }
    }
    return (edges.sorted(), reachesOutput)
  }

  func isLinear(_ index: Int) -> Bool {
    graph.nodes[index].domain.isEmpty && linearOperators.contains(graph.nodes[index].opType)
  }
}

extension Node {
  /// What a Constant node holds, where it is numbers.
  var constantValue: Tensor? {
    switch attributes.first(where: { $0.name.hasPrefix("value") })?.value {
    case .tensor(let initializer): initializer.tensor
    case .float(let value): Tensor([value], shape: [])
    case .floats(let values): Tensor(values)
    case .int(let value): Tensor([value], shape: [])
    case .ints(let values): Tensor(values)
    default: nil
    }
  }
}
