// How a model is trained on, as the format can say it: graphs that make and change the main graph's initializers.

package import IngotCore

/// One training algorithm.
package struct TrainingInfo: Sendable {
  /// Which graph output goes into which initializer.
  package struct Binding: Hashable, Sendable {
    package var initializer: String
    package var output: String

    package init(initializer: String, output: String) { (self.initializer, self.output) = (initializer, output) }
  }

  /// Makes the initializers' first values; it has no inputs.
  package var initialization: Graph?
  /// One step. It reads values of the main graph by their names, as a subgraph does.
  package var algorithm: Graph?
  package var initializationBindings: [Binding] = []
  package var updateBindings: [Binding] = []
  /// Fields that Ingot does not know, as they stood.
  package var unknownFields = Bytes()

  package init(initialization: Graph? = nil, algorithm: Graph? = nil) {
    (self.initialization, self.algorithm) = (initialization, algorithm)
  }
}
