// What can be wrong with a graph that was read without trouble: facts. The words are in GraphErrorText.swift.

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
    /// A size that an option gives makes this tensor one over any memory.
    case overMemory(String, shape: [Dimension])
    case nestedTooDeep(limit: Int)
    /// Options name what is not there, or what cannot be; all of it.
    case several([GraphError])
    case noSuchTensor(String, near: String?)
    case insideSubgraph(String, node: String)
    /// An input or a constant, where an option asks for what a node makes.
    case notMade(String, option: String)
    case noSuchOutput(String, outputs: [String])
    case noOutputs
    /// A tensor to start from that no output depends on.
    case unreadInput(String)
    /// Inputs of the model that a part of it still needs.
    case uncutInputs([String])
    case undeclaredInput(String, type: ElementType?, shape: [Dimension]?)
    case inputType(String, model: ElementType, asked: ElementType)
    case sameName(String, String, String)
    /// A tensor that is to be renamed to an empty name.
    case emptyName(String)
    case nameTaken(String, String)
    case boundSize(String, Int)
    case unboundable(String, UnboundableReason)
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

  /// The single errors where it is several.
  package var all: [GraphError] { if case .several(let errors) = reason { errors } else { [self] } }
}

/// Why an operation cannot be done on what it is given.
package enum ShapeProblem: Error, Hashable, Sendable {
  case missingInput(Int)
  /// The operation takes more inputs than these, or fewer.
  case inputCount(Int)
  case outputCount(Int)
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
