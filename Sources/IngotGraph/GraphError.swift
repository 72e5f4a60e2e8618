// What can be wrong with a graph that was read without trouble: facts, and at the end of this file the words.

package import IngotCore

/// A graph that no runtime could run as it stands, or an option that does not fit it.
package struct GraphError: ReportableError, Hashable {
  package enum Reason: Hashable, Sendable {
    /// Nodes that wait for one another, in graph order.
    case cycle(nodes: [String])
    case node(String, opType: String, ShapeProblem)
    /// A declared type or shape that the nodes before it rule out.
    case contradiction(value: String, declared: String, inferred: String)
    /// An option names an input that the graph does not have.
    case noSuchInput(String, inputs: [String])
    case inputShape(String, model: [Dimension], asked: [Dimension])
    case noSuchDimension(String, dimensions: [String])
    case dimensionSize(String, Int)
    case nestedTooDeep(limit: Int)
    /// A selection of passes names some that there are not.
    case noSuchPass([String], passes: [String])
    /// A selection names passes to run and passes to leave out.
    case mixedPasses(String)
    case olderOpset(have: Int64, asked: Int64)
    case newerOpset(asked: Int64, newest: Int64)
    /// The operator set cannot be raised because of these nodes.
    case opsetObstacles(have: Int64, asked: Int64, [OpsetObstacle])
  }

  package var reason: Reason

  package init(_ reason: Reason) { self.reason = reason }

  package var kind: FailureKind { .input }
}

/// Why an operation cannot be done on what it is given.
package enum ShapeProblem: Error, Hashable, Sendable {
  case missingInput(Int)
  case rank(input: Int, shape: [Dimension], expected: String)
  case axis(Int64, rank: Int)
  case broadcast([Dimension], [Dimension])
  case sizes(String, Dimension, String, Dimension)
  case attribute(String, expected: String)
  case elementCount(from: [Dimension], to: [Dimension])
  case types(ElementType, ElementType)
  /// An output would have a negative size, or more elements than can be counted.
  case outputSize
}

extension GraphError {
  package var description: String {
    switch reason {
    case .cycle(let nodes):
      """
      \(Self.count(nodes.count, "node")) wait for each other's outputs: \(Self.list(nodes))
        hint: an ONNX graph has no loops except inside Loop and Scan; export the model again
      """
    case .node(let name, let opType, let problem):
      "node '\(name)' (\(opType)): \(problem)\n  hint: no runtime can run this; check how the model was exported"
    case .contradiction(let value, let declared, let inferred):
      """
      '\(value)' is declared as \(declared), and the nodes before it make \(inferred)
        hint: the model was edited after its shapes were written; export it again, or remove the declaration
      """
    case .noSuchInput(let name, let inputs):
      "the model has no input '\(name)'\n  hint: its inputs are \(Self.list(inputs))"
    case .inputShape(let name, let model, let asked):
      "input '\(name)' is \(model.shapeText) in the model and cannot be \(asked.shapeText)"
        + "\n  hint: keep the rank and the fixed sizes, and name or fix the others"
    case .noSuchDimension(let name, let dimensions):
      "no input of the model has a dimension '\(name)'\n  hint: its symbolic dimensions are \(Self.list(dimensions))"
    case .dimensionSize(let name, let size):
      "dimension '\(name)' cannot be \(size)\n  hint: give it a size of 1 or more"
    case .olderOpset(let have, let asked):
      "the model's operator set is \(have) and cannot be lowered to \(asked)\n  hint: ask for \(have) or a newer one"
    case .newerOpset(let asked, let newest):
      "operator set \(asked) is not known\n  hint: the newest that models are raised to is \(newest)"
    case .opsetObstacles(let have, let asked, let obstacles): Self.obstacles(have, asked, obstacles)
    case .noSuchPass(let names, let passes): names.map { Self.noSuchPass($0, passes) }.joined(separator: "\n")
    case .mixedPasses(let text):
      "'\(text)' names passes to run and, with a '-', passes to leave out\n  hint: give one kind; the others follow"
    case .nestedTooDeep(let limit): "subgraphs are nested deeper than \(limit)\n  hint: no exporter writes this"
    }
  }

  private static func obstacles(_ have: Int64, _ asked: Int64, _ obstacles: [OpsetObstacle]) -> String {
    let shown = obstacles.prefix(8).map {
      "\n  node '\($0.node)' (\($0.opType)), which changes in operator set \($0.version): \($0.reason)"
    }
    let rest = obstacles.count > shown.count ? "\n  and \(obstacles.count - shown.count) more" : ""
    return "the model's operator set \(have) cannot be raised to \(asked) because of \(count(obstacles.count, "node"))"
      + shown.joined() + rest + "\n  hint: export the model with operator set \(asked) or newer"
  }

  private static func noSuchPass(_ name: String, _ passes: [String]) -> String {
    let hint =
      suggestion(for: name, among: passes).map { "did you mean '\($0)'?" }
      ?? "there are \(passes.joined(separator: ", ")); all and none"
    return "there is no pass '\(name)'\n  hint: \(hint)"
  }

  private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}

extension ShapeProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missingInput(let index): "input \(index) is missing"
    case .rank(let input, let shape, let expected): "input \(input) is \(shape.shapeText) and should have \(expected)"
    case .axis(let axis, let rank): "axis \(axis) is outside a tensor with \(rank) axes"
    case .broadcast(let a, let b): "shapes \(a.shapeText) and \(b.shapeText) cannot be broadcast together"
    case .sizes(let what, let size, let other, let otherSize): "\(what) is \(size) and \(other) is \(otherSize)"
    case .attribute(let name, let expected): "attribute '\(name)' should be \(expected)"
    case .elementCount(let from, let to):
      "\(from.shapeText) cannot become \(to.shapeText): the numbers of elements differ"
    case .types(let a, let b): "inputs of type \(a) and \(b) do not go together"
    case .outputSize: "the output would have a negative size or too many elements"
    }
  }
}
