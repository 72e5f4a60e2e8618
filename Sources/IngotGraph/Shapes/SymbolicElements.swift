// Follows sizes through shape arithmetic where only a run knows some of them: `Concat(Gather(Shape(x), 0), [-1])` is
// [batch, -1]. Operations that move elements are evaluated on numbered placeholders; few others are understood.

internal import IngotCore

enum SymbolicElements {
  /// Operations that hand elements on unchanged, and which of their inputs they take them from.
  private enum Movers {
    static let first: Set<String> = [
      "Gather", "Slice", "Squeeze", "Unsqueeze", "Reshape", "Flatten", "Transpose", "Expand", "Tile", "Split",
      "Identity",
    ]
  }

  /// - Returns: elements per output; nil for an output, or everything, that is not known.
  static func elements(of node: NodeFacts) -> [[Dimension]?] {
    guard node.node.domain.isEmpty else { return [] }
    switch node.node.opType {
    case "Shape":
      guard let shape = node.shape(0) else { return [] }
      return [Array(shape[ShapeEvaluators.shapeBounds(node.node, rank: shape.count)])]
    case "Size":
      return node.shape(0).map { [[$0.product]] } ?? []
    case "Cast":
      let type = node.outputs.first?.type
      return type == .int64 || type == .int32 ? [node.input(0)?.elements] : []
    case "Concat": return moved(node, from: Array(node.inputs.indices))
    case let name where Movers.first.contains(name): return moved(node, from: [0])
    case "Add", "Sub", "Mul", "Div": return [calculated(node)]
    default: return []
    }
  }

  /// Runs the node on the numbers of its elements and looks them up afterwards.
  private static func moved(_ node: NodeFacts, from sources: [Int]) -> [[Dimension]?] {
    var (inputs, known): ([Tensor?], [Dimension]) = ([], [])
    for (index, facts) in node.inputs.enumerated() {
      guard sources.contains(index), let facts else {
        inputs.append(facts?.constant)
        if facts != nil, facts?.constant == nil { return [] }
        continue
      }
      guard let elements = facts.elements, let shape = facts.shape?.sizes, Layout.count(shape) == elements.count,
        known.count + elements.count <= ValueFacts.elementLimit
      else { return [] }
      inputs.append(Tensor(elements.indices.map { Int64(known.count + $0) }, shape: shape))
      known += elements
    }
    let results = node.node.evaluated(inputs, opset: node.opset, byteLimit: ValueFacts.elementLimit * 8)
    return results?.map { $0.int64s?.map { known[Int($0)] } } ?? []
  }

  private static func calculated(_ node: NodeFacts) -> [Dimension]? {
    guard let a = node.input(0)?.elements, let b = node.input(1)?.elements else { return nil }
    guard a.count == b.count || a.count == 1 || b.count == 1 else { return nil }
    guard let type = node.outputs.first?.type, type == .int64 || type == .int32 else { return nil }
    return (0..<(a.count == 1 ? b.count : a.count)).map { index in
      calculated(node.node.opType, a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
    }
  }

  /// Division rounds towards zero at run time: the same as down where nothing is negative.
  private static func calculated(_ operation: String, _ a: Dimension, _ b: Dimension) -> Dimension {
    switch operation {
    case "Add": return small(a + b)
    case "Sub": return small(a - b)
    case "Mul": return small(a * b)
    case "Div":
      if case (.fixed(let x), .fixed(let y)) = (a, b) { return small(x, dividedBy: y) }
      return a.isAtLeast(.fixed(0)) && b.isAtLeast(.fixed(0)) ? a.floorDivided(by: b) : .unknown
    default: return .unknown
    }
  }

  private static func small(_ a: Int, dividedBy b: Int) -> Dimension {
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    return overflow ? .unknown : small(.fixed(quotient))
  }

  /// Numbers that int32 would wrap are no sizes to reason with.
  private static func small(_ result: Dimension) -> Dimension {
    if let size = result.size, size.magnitude > 1 << 30 { return .unknown }
    return result
  }
}
