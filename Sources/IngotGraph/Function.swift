// Functions that a model brings along: an operator that is a graph of others. A node calls the function of its domain, operator
// and overload.

package import IngotCore

/// An operator made of nodes.
package struct Function: Sendable {
  /// What calls know a function by; unique in a model.
  package struct Key: Hashable, Sendable {
    package var domain: String
    package var name: String
    package var overload: String

    package init(domain: String, name: String, overload: String = "") {
      (self.domain, self.name, self.overload) = (domain, name, overload)
    }
  }

  package var key: Key
  /// Names of the attributes that a call must give.
  package var attributes: [String]
  /// Attributes that a call may give, with the values that they have otherwise.
  package var defaults: [Attribute]
  /// Inputs and outputs are in the order of a call's; types are there only where the file says them. An attribute of a node in
  /// it may be a `reference` to one of the function's. The format has no initializers here, and no name of its own.
  package var body: Graph
  /// Versions of the operator sets that the body is written for, by domain; empty for the standard one.
  package var opsets: [String: Int64]
  package var docString: String?
  /// Fields that Ingot does not know, as they stood.
  package var unknownFields = Bytes()

  package init(
    _ key: Key, attributes: [String] = [], defaults: [Attribute] = [], body: Graph, opsets: [String: Int64] = [:]
  ) {
    (self.key, self.attributes, self.defaults, self.body, self.opsets) = (key, attributes, defaults, body, opsets)
  }
}

extension Node {
  /// The function that the node calls, if the model has one of this name.
  package var functionKey: Function.Key { Function.Key(domain: domain, name: opType, overload: overload) }
}

extension Model {
  /// The function that a node calls. Searches all functions: for many nodes, take `functionIndices` once.
  package func function(for node: Node) -> Function? {
    let key = node.functionKey
    return functions.first { $0.key == key }
  }

  /// Places in `functions`, the first where a broken model has two of one key.
  package func functionIndices() -> [Function.Key: Int] {
    Dictionary(functions.enumerated().map { ($0.element.key, $0.offset) }) { first, _ in first }
  }
}
