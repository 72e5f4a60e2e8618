// V3 and P7: a Q commutes with what only moves elements and with a MaxPool, to the bit. So it may go up to where codes pay more:
// into the table that rows are taken from, and for OpenVINO to the kernel that then writes codes.

internal import IngotCore
internal import IngotGraph

/// P7: rows that are taken from a table and then quantized are taken from a table of codes: a quarter of the table, and no work
/// in a run. Codes are moved on to the DequantizeLinear.
func quantizeTables(_ graph: inout Graph) {
  let uses = Uses(graph)
  var replaced: Set<Int> = []
  for (index, quantizer) in graph.nodes.enumerated() where quantizer.opType == "QuantizeLinear" {
    guard let rows = QuantizedRows(quantizer, in: graph, uses) else { continue }
    rows.take(in: &graph)
    replaced.insert(index)
  }
  graph.nodes = graph.nodes.enumerated().filter { !replaced.contains($0.offset) }.map(\.element)
}

/// V3: what a quantized layer writes is quantized before it is moved or pooled. OpenVINO makes a Q part of the kernel in front of
/// it, but does not look for one behind a pool: there the kernel writes floats, and the pool reads them.
func moveQuantizersUp(_ graph: inout Graph) {
  let uses = Uses(graph)
  var (moved, pairs): (Set<Int>, [Int: [Node]]) = ([], [:])
  for (index, quantizer) in graph.nodes.enumerated() where quantizer.opType == "QuantizeLinear" {
    guard let pair = MovablePair(index, in: graph, uses) else { continue }
    moved.formUnion([pair.quantizer, pair.dequantizer])
    pairs[pair.moves.nodes[0]] = pair.move(in: &graph)
  }
  graph.nodes = graph.nodes.enumerated().flatMap { index, node in
    moved.contains(index) ? [] : (pairs[index] ?? []) + [node]
  }
}

extension Node {
  /// Whether it writes elements of its first input, some or all, in another order or shape and nothing else; it takes any type.
  fileprivate var onlyMoves: Bool {
    domain.isEmpty && outputs.count == 1
      && ["Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity", "Slice"].contains(opType)
  }

  fileprivate var movesOrPools: Bool { onlyMoves || domain.isEmpty && outputs.count == 1 && opType == "MaxPool" }
}

/// Nodes in a row that a value went through, each of which is the only reader of the one before.
private struct Moves {
  /// In graph order; may be none.
  private(set) var nodes: [Int] = []
  private(set) var source: ValueID

  /// - Returns: nil where something else reads a value on the way, the first and the last included.
  init?(to result: ValueID, in graph: Graph, _ uses: Uses, through isMove: (Node) -> Bool) {
    source = result
    while true {
      guard uses.readers(of: source).count == 1, !uses.isPinned(source) else { return nil }
      guard let producer = uses.producer(of: source), isMove(graph.nodes[producer]),
        let data = graph.nodes[producer].inputs.first ?? nil
      else { return }
      nodes.insert(producer, at: 0)
      source = data
    }
  }

  /// With what stands in front of them.
  func behind(_ node: Int) -> Moves {
    var all = self
    all.nodes.insert(node, at: 0)
    return all
  }

  /// Gives what they write other types and names, which end with `suffix`; what the last one writes becomes `result`.
  func rewrite(from first: ValueID, type: ElementType, suffix: String, to result: ValueID, in graph: inout Graph) {
    var data = first
    for index in nodes {
      graph.nodes[index].inputs[0] = data
      guard let old = graph.nodes[index].outputs[0] else { continue }
      data =
        index == nodes.last
        ? result : graph.addValue(freshName: graph[old].name + suffix, type: type, shape: graph[old].shape)
      graph.nodes[index].outputs[0] = data
    }
  }
}

/// From a constant table through a Gather and moves to a Q.
private struct QuantizedRows {
  private let table: ValueID
  private let codes: Tensor
  /// The Gather among them.
  private let moves: Moves
  private let result: ValueID

  init?(_ quantizer: Node, in graph: Graph, _ uses: Uses) {
    guard quantizer.inputs.count == 3, let data = quantizer.inputs[0], let result = quantizer.outputs[0],
      let scale = quantizer.inputs[1].flatMap(graph.constant)?.floats, scale.count == 1,
      let zero = quantizer.inputs[2].flatMap(graph.constant),
      let moves = Moves(to: data, in: graph, uses, through: \.onlyMoves),
      let gather = uses.producer(of: moves.source), graph.nodes[gather].domain.isEmpty,
      graph.nodes[gather].opType == "Gather", let table = graph.nodes[gather].inputs[0],
      uses.isConstant(table, in: graph), uses.readers(of: table).count == 1, !uses.isPinned(table),
      let numbers = graph.constant(table), numbers.type == .float32, Self.isFinite(numbers)
    else { return nil }
    (self.table, self.moves, self.result) = (table, moves.behind(gather), result)
    codes = Self.codes(of: numbers, scale: scale[0], zero: zero)
  }

  /// What `QuantizeLinear` makes of a NaN differs by runtime.
  private static func isFinite(_ tensor: Tensor) -> Bool {
    var isFinite = true
    tensor.forEachPiece(as: Float.self) { piece in isFinite = isFinite && piece.allSatisfy(\.isFinite) }
    return isFinite
  }

  /// As `QuantizeLinear` does it: to nearest with ties to even, moved by the zero point, kept in range.
  private static func codes(of numbers: Tensor, scale: Float, zero: Tensor) -> Tensor {
    let isSigned = zero.type == .int8
    let zeroPoint = isSigned ? Float(zero.elements(as: Int8.self)[0]) : Float(zero.elements(as: UInt8.self)[0])
    let (low, high): (Float, Float) = isSigned ? (-128, 127) : (0, 255)
    return numbers.mappingElements(to: zero.type) { bits in
      bits.map { bits in
        let code = (Float(bitPattern: bits) / scale).rounded(.toNearestOrEven) + zeroPoint
        return UInt8(truncatingIfNeeded: Int32(max(low, min(high, code))))
      }
    }
  }

  func take(in graph: inout Graph) {
    let rows = graph.addInitializer(freshName: "\(graph[table].name)_quantized", codes)
    graph[table].initializer = nil
    moves.rewrite(from: rows, type: codes.type, suffix: "_quantized", to: result, in: &graph)
  }
}

/// A Q, its DQ, and what a quantized layer's result goes through before it comes to them.
private struct MovablePair {
  let moves: Moves
  let quantizer: Int
  let dequantizer: Int

  init?(_ quantizer: Int, in graph: Graph, _ uses: Uses) {
    guard let data = graph.nodes[quantizer].inputs[0], let codes = graph.nodes[quantizer].outputs[0],
      let moves = Moves(to: data, in: graph, uses, through: \.movesOrPools), !moves.nodes.isEmpty,
      uses.readers(of: codes).count == 1, isWrittenByKernel(moves.source, graph, uses)
    else { return nil }
    let reader = uses.readers(of: codes)[0].node
    guard graph.nodes[reader].opType == "DequantizeLinear" else { return nil }
    (self.moves, self.quantizer, dequantizer) = (moves, quantizer, reader)
  }

  /// - Returns: the pair as it stands in front of the moves.
  func move(in graph: inout Graph) -> [Node] {
    var pair = [graph.nodes[quantizer], graph.nodes[dequantizer]]
    guard let codes = pair[0].outputs[0], let result = pair[1].outputs[0] else { return [] }
    let (name, shape) = (graph[moves.source].name, graph[moves.source].shape)
    let integers = graph.addValue(freshName: "\(name)_quantized", type: graph[codes].type, shape: shape)
    let floats = graph.addValue(freshName: "\(name)_dequantized", type: .float32, shape: shape)
    (pair[0].inputs[0], pair[0].outputs[0]) = (moves.source, integers)
    (pair[1].inputs[0], pair[1].outputs[0]) = (integers, floats)
    moves.rewrite(from: floats, type: .float32, suffix: "_dequantized", to: result, in: &graph)
    return pair
  }
}

/// Whether a quantized layer writes the value, behind what is fused into the layer.
private func isWrittenByKernel(_ id: ValueID, _ graph: Graph, _ uses: Uses, depth: Int = 8) -> Bool {
  guard depth > 0, let producer = uses.producer(of: id) else { return false }
  let node = graph.nodes[producer]
  if linearOperators.contains(node.opType) {
    return node.inputs[1].map { dequantizer(of: $0, graph, uses) != nil } ?? false
  }
  guard fusedOperators.contains(node.opType) else { return false }
  return node.inputs.contains { $0.map { isWrittenByKernel($0, graph, uses, depth: depth - 1) } ?? false }
}
