// The seam to a runtime that calculates constants which the native evaluator does not know. This module knows no runtime; whoever
// sanitizes a model may bring one.

package import IngotCore

/// Runs models that have no inputs.
package protocol ConstantEvaluator {
  /// - Parameter model: its outputs are tensors of numbers, of types and shapes that it declares.
  /// - Returns: a tensor for each output, by name.
  func evaluate(_ model: Model) throws(EvaluationRefusal) -> [String: Tensor]
}

/// Why a model was not run.
package struct EvaluationRefusal: Error, Hashable, Sendable {
  /// The evaluator's own words.
  package var reason: String
  package init(_ reason: String) { self.reason = reason }
}
