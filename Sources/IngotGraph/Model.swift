// A model: its main graph, and what a file says besides.

package import IngotCore

/// A model file: a graph and what it needs to be understood.
package struct Model: Sendable {
  package var irVersion: Int64
  /// Versions of the operator sets, by domain; empty for the standard one.
  package var opsets: [String: Int64]
  package var producerName: String
  package var producerVersion: String
  package var domain: String
  package var modelVersion: Int64
  package var docString: String?
  package var graph: Graph
  /// Key and value, in file order.
  package var metadata: [(key: String, value: String)]
  package var functions: [Function] = []
  package var training: [TrainingInfo] = []
  /// Fields that Ingot does not know (device configurations …), as they stood.
  package var unknownFields = Bytes()

  package init(graph: Graph, irVersion: Int64 = 8, opset: Int64 = 17) {
    self.graph = graph
    self.irVersion = irVersion
    opsets = ["": opset]
    (producerName, producerVersion, domain, modelVersion) = ("", "", "", 0)
    metadata = []
  }
}

extension Model {
  /// Before IR version 3 a model names no operator sets and means the first of each domain; from 3 on it must name them.
  package mutating func raiseIRVersion(to version: Int64) {
    guard irVersion < version else { return }
    if irVersion < 3, version >= 3, opsets.isEmpty {
      opsets[""] = 1
      for (domain, _) in graph.firstUses() { opsets[domain] = 1 }
    }
    irVersion = version
  }

  /// The main graph, the functions' bodies and the training graphs, in this order; not the graphs inside them.
  package var allGraphs: [Graph] {
    [graph] + functions.map(\.body) + training.flatMap { [$0.initialization, $0.algorithm].compactMap(\.self) }
  }

  /// Dense tensors of all graphs and functions, the parts of sparse ones among them. A tensor of an attribute has the attribute's
  /// name.
  package var allInitializers: [(name: String, initializer: Initializer)] {
    var result = allGraphs.flatMap(\.allInitializers)
    for attribute in functions.flatMap(\.defaults) { result += attribute.initializers }
    return result
  }

  /// Gives the memory of weights that were read from files back to the system: they are read again when somebody asks.
  package func releasePages() {
    var released: Set<ObjectIdentifier> = []
    for (_, initializer) in allInitializers {
      for file in initializer.tensor?.bytes.files ?? [] where released.insert(ObjectIdentifier(file)).inserted {
        file.releasePages()
      }
    }
  }
}
