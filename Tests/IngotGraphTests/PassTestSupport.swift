// Runs passes on graphs written as text.

import IngotCore
import Testing

@testable import IngotGraph

/// Runs one pass and gives back the graph's text; `verify` must be content with it.
func text(of graphText: String, after pass: (inout Graph) throws -> PassReport) throws -> (
  text: String, report: PassReport
) {
  var graph = try Graph(text: graphText)
  let report = try pass(&graph)
  #expect(graph.verify().map(\.description) == [])
  return (graph.text(), report)
}

/// Runs one pass on the graph and its subgraphs, as each round of sanitizing does.
func runPass(_ pass: Pass, on graph: inout Graph, opset: Int64 = 17) throws -> PassReport {
  var inference = ShapeInference(opsets: ["": opset])
  var report = PassReport(pass.name)
  inference.whenInferred = { graph, facts in
    report.merge(pass.run(&graph, PassContext(facts: facts, opsets: ["": opset])))
  }
  _ = try inference.infer(&graph)
  return report
}
