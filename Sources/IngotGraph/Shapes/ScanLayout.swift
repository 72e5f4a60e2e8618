// Which inputs of a Scan go around and which are cut into slices, and along which axes.

internal import IngotCore

/// Version 8 has a batch axis and a first input with lengths; since version 9 each scan input has an axis of its own.
struct ScanLayout {
  let stateCount: Int
  let sliceCount: Int
  let hasBatch: Bool
  private let firstState: Int
  private let inputAxes: [Int64]
  private let outputAxes: [Int64]

  init(_ node: NodeFacts) {
    hasBatch = node.opset < 9
    firstState = hasBatch ? 1 : 0
    let count = max(node.inputs.count - firstState, 0)
    sliceCount = Int(min(max(node.node.int("num_scan_inputs") ?? 0, 0), Int64(count)))
    stateCount = count - sliceCount
    inputAxes = hasBatch ? [] : node.node.ints("scan_input_axes") ?? []
    outputAxes = hasBatch ? [] : node.node.ints("scan_output_axes") ?? []
  }

  /// What goes into the first iteration.
  func states(_ node: NodeFacts) -> [ValueFacts] {
    (0..<stateCount).map { index in
      var facts = node.input(firstState + index) ?? ValueFacts()
      if hasBatch {
        facts.content = nil
        facts.shape = facts.shape.map { Array($0.dropFirst()) }
      }
      return facts
    }
  }

  /// What an iteration sees of each scan input.
  func slices(_ node: NodeFacts) -> [ValueFacts] {
    (0..<sliceCount).map { index in
      let facts = node.input(firstState + stateCount + index)
      guard var shape = facts?.shape, let axis = inputAxis(index, rank: shape.count) else {
        return ValueFacts(type: facts?.type)
      }
      shape.remove(at: axis)
      if hasBatch { shape.remove(at: 0) }
      return ValueFacts(type: facts?.type, shape: shape)
    }
  }

  /// The number of iterations, where any scan input says it.
  func length(_ node: NodeFacts) throws(ShapeProblem) -> Dimension {
    var length = Dimension.unknown
    for index in 0..<sliceCount {
      guard let shape = node.shape(firstState + stateCount + index) else { continue }
      guard let axis = inputAxis(index, rank: shape.count) else {
        throw .rank(input: firstState + stateCount + index, shape: shape, expected: "the axis that is scanned")
      }
      guard let unified = length.unified(with: shape[axis]) else {
        throw .sizes("the length of a scan", length, "that of input \(firstState + stateCount + index)", shape[axis])
      }
      length = unified
    }
    return length
  }

  func batch(_ node: NodeFacts) -> Dimension {
    var batch = Dimension.unknown
    for index in node.inputs.indices.dropFirst() {
      batch = node.shape(index)?.first.flatMap { batch.unified(with: $0) } ?? batch
    }
    return batch
  }

  /// - Parameter rank: of the whole output.
  func outputAxis(_ index: Int, rank: Int) -> Int? {
    Layout.axis(outputAxes.indices.contains(index) ? outputAxes[index] : 0, rank: rank)
  }

  private func inputAxis(_ index: Int, rank: Int) -> Int? {
    if hasBatch { return rank >= 2 ? 1 : nil }
    return Layout.axis(inputAxes.indices.contains(index) ? inputAxes[index] : 0, rank: rank)
  }
}
