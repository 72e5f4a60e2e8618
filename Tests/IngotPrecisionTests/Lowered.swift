// What tests of lowering share: a graph as text in, a graph as text out, with the checks that hold for every lowering.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// Reads a model, lowers it twice and returns the text of the result, without its first line where `opset` stays.
func lowered(
  _ text: String, elementLimit: Int = 4, _ lower: (inout Model) throws -> LoweringReport
) throws -> (text: String, report: LoweringReport, model: Model) {
  let original = try Model(text: text)
  var (first, second) = (original, original)
  let report = try lower(&first)
  #expect(try lower(&second) == report)
  #expect(bytes(of: first) == bytes(of: second))
  #expect(first.graph.verify(requiresOrder: true).isEmpty, "\(first.graph.verify(requiresOrder: true))")
  #expect(signature(first.graph) == signature(original.graph))
  return (first.graph.text(elementLimit: elementLimit), report, first)
}

func bytes(of model: Model) -> [UInt8] { model.encoded().flatMap(\.array) }

/// Names, types and shapes of inputs and outputs: no lowering changes them.
func signature(_ graph: Graph) -> [String] {
  (graph.inputs + graph.outputs).map { id in
    "\(graph[id].name) \(graph[id].type?.description ?? "?") \(graph[id].shape?.shapeText ?? "?")"
  }
}

func model(_ text: String) throws -> Model { try Model(text: text) }

/// The text of the error that lowering throws; the model must be as it was.
func refusal(of text: String, _ lower: (inout Model) throws -> LoweringReport) throws -> String {
  let original = try Model(text: text)
  var model = original
  let error = #expect(throws: PrecisionError.self) { _ = try lower(&model) }
  #expect(bytes(of: model) == bytes(of: original))
  return error?.description ?? ""
}

/// A node for each line of a lowered graph's text: `Op(inputs) -> outputs`, without types and attributes, for short
/// comparisons.
func wiring(_ graph: Graph) -> [String] {
  graph.nodes.map { node in
    let inputs = node.inputs.map { $0.map { graph[$0].name } ?? "_" }.joined(separator: " ")
    let outputs = node.outputs.map { $0.map { graph[$0].name } ?? "_" }.joined(separator: " ")
    return "\(outputs) = \(node.opType) \(inputs)"
  }
}
