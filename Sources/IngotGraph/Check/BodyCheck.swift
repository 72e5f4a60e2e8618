// Whether the bodies of If, Loop and Scan take and give what the node around them gives and takes.

internal import IngotCore

extension ModelChecker {
  /// What a body must have: a number of inputs and outputs, and the node's values that they are.
  private struct Contract {
    var inputCount: Int
    var outputCount: Int
    /// The node's input whose type a body's input has, nil where there is none.
    var inputs: [Int?] = []
    /// The node's output whose type a body's output has.
    var outputs: [Int?] = []
  }

  mutating func checkBodies(of node: Node, _ label: String, in scope: Scope) {
    guard node.domain.isEmpty, node.hasSubgraphs, let contract = Self.contract(of: node, schemas.opsets[""] ?? 0) else {
      return
    }
    for (attribute, body) in node.subgraphs {
      let counts = [
        (body.inputs.count, contract.inputCount, ProblemCode.inputCount, "input", "takes"),
        (body.outputs.count, contract.outputCount, .outputCount, "output", "gives"),
      ]
      for (found, expected, code, noun, verb) in counts where found != expected {
        report(
          code, node: label,
          "the graph of \(attribute) \(verb) \(Self.words(found...found, noun)), and should have \(expected) here",
          hint: "export the model again")
      }
      for (id, outer) in zip(body.inputs, contract.inputs.map { $0.flatMap { node.inputs[$0] } }) {
        checkAgreement(body, id, outer, "input", attribute, label, in: scope)
      }
      for (id, outer) in zip(body.outputs, contract.outputs.map { $0.flatMap { node.outputs[$0] } }) {
        checkAgreement(body, id, outer, "output", attribute, label, in: scope)
      }
    }
  }

  private static func contract(of node: Node, _ opset: Int64) -> Contract? {
    let (inputs, outputs) = (node.inputs.count, node.outputs.count)
    switch node.opType {
    case "If": return Contract(inputCount: 0, outputCount: outputs, outputs: Array(0..<outputs))
    case "Loop":
      let carried = max(inputs - 2, 0)
      return Contract(
        inputCount: 2 + carried, outputCount: outputs + 1, inputs: [nil, nil] + (0..<carried).map { 2 + $0 },
        outputs: [nil] + Array(0..<outputs))
    case "Scan" where opset >= 9:
      return Contract(
        inputCount: inputs, outputCount: outputs, inputs: Array(0..<inputs), outputs: Array(0..<outputs))
    default: return nil
    }
  }

  /// - Parameter id: in the body.
  /// - Parameter outer: in the graph of the node.
  private mutating func checkAgreement(
    _ body: Graph, _ id: ValueID, _ outer: ValueID?, _ noun: String, _ attribute: String, _ label: String,
    in scope: Scope
  ) {
    guard let outer, let inside = body[id].initializer?.type ?? body[id].type,
      let outside = elementType(of: outer, in: scope),
      inside != outside
    else { return }
    report(
      .type, node: label, value: body[id].name,
      "\(noun) '\(body[id].name.shown)' of the graph of \(attribute) is \(inside), and '\(scope.graph[outer].name.shown)' is"
        + " \(outside)", hint: "a Cast is missing, or one of the two is declared wrongly")
  }
}
