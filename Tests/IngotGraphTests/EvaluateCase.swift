// What the tables of the evaluators' tests are made of.

import IngotCore
import Testing

@testable import IngotGraph

/// A node on constants and the text of the constant that it becomes; nil where it must stay.
struct EvaluateCase: CustomTestStringConvertible, Sendable {
  var constants: [String]
  var operation: String
  var expected: String?

  init(_ constants: [String], _ operation: String, _ expected: String?) {
    (self.constants, self.operation, self.expected) = (constants, operation, expected)
  }

  var testDescription: String { "\(operation) of \(constants.joined(separator: ", "))" }

  /// - Parameter byteLimit: results over this are refused.
  func check(opset: Int64 = 17, byteLimit: Int = 4000) throws {
    let names = ["a", "b", "c", "d", "e"]
    let constants = zip(names, constants).map { "const %\($0): \($1)" }.joined(separator: "\n")
    let graph = try Graph(text: "graph g() -> () {\n\(constants)\n%y = \(operation)\n}")
    let node = graph.nodes[0]
    let results = node.evaluated(node.inputs.map { graph.constant($0) }, opset: opset, byteLimit: byteLimit)
    #expect(results?.first.map { Self.text($0) } == expected)
  }

  private static func text(_ tensor: Tensor) -> String {
    var graph = Graph(name: "g")
    let id = graph.addValue(Value(name: "y"))
    graph[id].initializer = Initializer(tensor)
    let line = graph.text(elementLimit: 1000).split(separator: "\n")[1]
    return String(line.drop { $0 != ":" }.dropFirst(2))
  }
}
