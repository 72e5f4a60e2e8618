// `ingot check --qdq`: asks every rule of a quantized model, whoever made it. Nothing is changed; QDQMends.swift does that.

internal import IngotCore
package import IngotGraph

/// Which rules of Q/DQ placement a model breaks on its way to a runtime.
/// - Parameter model: as it was read; its types are inferred here where they can be.
package func lintQDQ(_ model: Model, for target: QDQTarget) -> QDQProblems {
  var typed = model
  do throws(GraphError) { try inferShapes(&typed) } catch { typed = model }
  var linter = QDQLinter(opset: model.opsets[""] ?? 1, target: target)
  linter.lint(typed.graph, outer: [:], depth: 0)
  linter.checkFamilies()
  return linter.problems
}

struct QDQLinter {
  let opset: Int64
  let target: QDQTarget
  private(set) var problems = QDQProblems()
  /// 8-bit types in use, each with the node that was met first.
  var families: [(type: ElementType, node: String)] = []
  /// P4: inputs of the main graph's sums that read a pair and should not.
  var pathsToBare: [Edge] = []
  /// The graph at work, in words.
  private var location = ""

  init(opset: Int64, target: QDQTarget) { (self.opset, self.target) = (opset, target) }

  /// - Parameter outer: constants of the graphs around this one.
  mutating func lint(_ graph: Graph, outer: [String: Tensor], depth: Int) {
    let quantized = QuantizedGraph(graph, outer: outer)
    for step in quantized.quantizers {
      checkZeroPoint(of: step, in: quantized)
      checkScale(of: step, in: quantized)
      checkCodes(of: step, in: quantized)
      checkChannels(of: step, in: quantized)
      checkFloatSide(of: step, in: quantized)
      checkOpset(of: step, in: quantized)
      noteFamily(of: step, in: quantized)
      checkPair(at: step, in: quantized)
    }
    for index in graph.nodes.indices {
      checkOperator(index, in: quantized)
      if quantized.isLinear(index) { checkLinear(index, in: quantized) }
      if graph.nodes[index].opType == "Concat" { checkConcat(index, in: quantized) }
    }
    if depth == 0 { checkPlacement(of: quantized) }
    lintBodies(of: graph, outer: outer, depth: depth)
  }

  /// What bodies of If, Loop and Scan quantize; where pairs pay off is asked of the main graph alone.
  private mutating func lintBodies(of graph: Graph, outer: [String: Tensor], depth: Int) {
    guard depth < 16, graph.nodes.contains(where: \.hasSubgraphs) else { return }
    var known = outer
    for value in graph.values { if let tensor = value.initializer?.tensor { known[value.name] = tensor } }
    for node in graph.nodes where node.opType == "Constant" {
      if let output = node.outputs.first ?? nil { known[graph[output].name] = node.constantValue }
    }
    let around = location
    for (index, node) in graph.nodes.enumerated() {
      for (attribute, body) in node.subgraphs {
        let step = "\(node.label(at: index)), \(attribute.shown)"
        location = around.isEmpty ? step : "\(around): \(step)"
        lint(body, outer: known, depth: depth + 1)
      }
    }
    location = around
  }

  mutating func report(
    _ severity: Diagnostic.Severity, _ rule: QDQRule, node: String? = nil, value: String? = nil, _ problem: String,
    hint: String
  ) {
    problems.add(
      QDQProblem(
        rule: rule, severity: severity, graph: location, node: node, value: value, problem: problem, hint: hint))
  }
}
