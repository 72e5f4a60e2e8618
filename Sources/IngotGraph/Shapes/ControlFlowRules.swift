// If, Loop and Scan, from what is known about their bodies (`BodyInference.swift`).

internal import IngotCore

enum ControlFlowRules {
  static let table: [String: ShapeRule] = ["If": branches, "Loop": loop, "Scan": scan]

  @Sendable private static func branches(_ node: inout NodeFacts) {
    guard let first = node.bodies["then_branch"], let second = node.bodies["else_branch"] else { return }
    let condition = node.input(0)?.constant.flatMap { $0.elementCount == 1 && $0.type == .bool ? $0.isTrue : nil }
    for index in node.outputs.indices where index < first.count && index < second.count {
      switch condition {
      case true?: node.outputs[index] = first[index]
      case false?: node.outputs[index] = second[index]
      case nil: node.outputs[index] = first[index].common(with: second[index])
      }
    }
  }

  /// The body's outputs are the condition, what is carried, then slices of the scan outputs.
  @Sendable private static func loop(_ node: inout NodeFacts) {
    guard let body = node.bodies["body"] else { return }
    let carriedCount = max(node.inputs.count - 2, 0)
    for index in node.outputs.indices where index + 1 < body.count {
      let facts = body[index + 1]
      if index < carriedCount {
        node.outputs[index] = facts
      } else {
        node.set(index, type: facts.type, shape: facts.shape.map { [length(node)] + $0 })
      }
    }
  }

  /// No iteration for a negative count.
  private static func length(_ node: NodeFacts) -> Dimension { .maximum(node.tripCount, .fixed(0)) }

  @Sendable private static func scan(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard let body = node.bodies["body"] else { return }
    let scan = ScanLayout(node)
    let (length, batch) = (try scan.length(node), scan.batch(node))
    for index in node.outputs.indices where index < body.count {
      let facts = body[index]
      guard var shape = facts.shape else { node.set(index, type: facts.type, shape: nil); continue }
      if index >= scan.stateCount {
        guard let axis = scan.outputAxis(index - scan.stateCount, rank: shape.count + 1) else {
          throw .axis(node.node.ints("scan_output_axes")?[index - scan.stateCount] ?? 0, rank: shape.count + 1)
        }
        shape.insert(length, at: axis)
      }
      node.set(index, type: facts.type, shape: scan.hasBatch ? [batch] + shape : shape)
    }
  }
}
