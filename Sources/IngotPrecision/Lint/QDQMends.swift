// `ingot check --qdq --fix`: the mends whose result the model itself tells. What would have to be guessed (a scale for an
// asymmetric tensor, one for a channel-wise activation) is left as it is, and stays a finding.

internal import IngotCore
package import IngotGraph

/// What was changed, and under which rule.
package struct QDQChange: Hashable, Sendable {
  package var rule: QDQRule
  /// `node 'q1' (QuantizeLinear)`; nil where it is about the model.
  package var node: String?
  /// What is different now, and what that does to the numbers.
  package var change: String

  package var text: String { "\(rule.rawValue): \(node.map { "\($0): " } ?? "")\(change)" }
}

/// Mends the main graph; what bodies of If, Loop and Scan quantize stays as it is.
/// - Parameter model: changed only where something is mended; then its values have inferred types.
package func mendQDQ(_ model: inout Model, for target: QDQTarget) -> [QDQChange] {
  var changes: [QDQChange] = []
  var mended = model
  if let change = mendOpset(of: &mended, for: target) { changes.append(change) }
  do throws(GraphError) { try inferShapes(&mended) } catch { return [] }
  var mender = QDQMender(mended.graph)
  if target == .tensorrt {
    mender.moveToStandardDomain(opset: mended.opsets[""] ?? 1)
    mender.makeSigned()
    mender.makeBiasesFloat()
    mender.moveChannelAxes()
  }
  mender.removeRepetitions()
  mender.shareScales()
  if target == .tensorrt { mender.bareShortcutPaths(opset: mended.opsets[""] ?? 1) }
  changes += mender.changes
  guard !changes.isEmpty else { return [] }
  mended.graph = mender.finish()
  model = mended
  return changes
}

/// Q7.
private func mendOpset(of model: inout Model, for target: QDQTarget) -> QDQChange? {
  var typed = model
  do throws(GraphError) { try inferShapes(&typed) } catch { return nil }
  let have = model.opsets[""] ?? 1
  let linter = QDQLinter(opset: have, target: target)
  let quantized = QuantizedGraph(typed.graph)
  let needs = quantized.quantizers.compactMap { step -> (Int64, String)? in
    let isForeign = !quantized.graph.nodes[step.index].domain.isEmpty
    guard !isForeign || target == .tensorrt else { return nil }
    return linter.neededOpset(of: step, in: quantized)
  }
  guard let most = needs.max(by: { $0.0 < $1.0 }), most.0 > have else { return nil }
  do throws(GraphError) { _ = try raiseOpset(of: &model, to: most.0) } catch { return nil }
  return QDQChange(
    rule: .opset, node: nil, change: "operator set \(have) raised to \(most.0) for \(most.1); the numbers are the same")
}

/// The state of one mending. Each kind of mend is in a file of its own.
struct QDQMender {
  var graph: Graph
  private(set) var changes: [QDQChange] = []

  init(_ graph: Graph) { self.graph = graph }

  mutating func note(_ rule: QDQRule, _ index: Int, _ change: String) {
    changes.append(QDQChange(rule: rule, node: graph.nodes[index].label(at: index), change: change))
  }

  mutating func setInput(_ slot: Int, of index: Int, to id: ValueID) {
    while graph.nodes[index].inputs.count <= slot { graph.nodes[index].inputs.append(nil) }
    graph.nodes[index].inputs[slot] = id
  }

  /// Without pairs that nothing reads any more, and without the constants that were theirs.
  mutating func finish() -> Graph {
    var isLeft = true
    while isLeft {
      let uses = Uses(graph)
      let count = graph.nodes.count
      graph.nodes.removeAll { node in
        guard ["QuantizeLinear", "DequantizeLinear"].contains(node.opType), node.outputs.count == 1 else {
          return false
        }
        return node.outputs.allSatisfy { id in id.map { uses.readers(of: $0).isEmpty && !uses.isPinned($0) } ?? true }
      }
      isLeft = graph.nodes.count < count
    }
    let uses = Uses(graph)
    for index in graph.values.indices {
      let id = ValueID(index)
      guard graph[id].initializer != nil, uses.readers(of: id).isEmpty, !uses.isPinned(id), !uses.isGraphInput(id)
      else {
        continue
      }
      graph[id].initializer = nil
    }
    return graph
  }
}
