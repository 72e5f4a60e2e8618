// What a manifest or a command line wants of sanitizing besides the canonical form.

package import IngotCore

/// Changes to the model that are asked for, and what runs.
package struct SanitizeOptions: Hashable, Sendable {
  /// New shapes of inputs, by name, all axes; `.unknown` leaves an axis as it is.
  package var inputShapes: [String: [Dimension]]
  /// Sizes for symbolic dimensions, by name.
  package var dimensions: [String: Int]
  /// The version of the standard operator set to raise the model to.
  package var opset: Int64?
  package var passes: PassSelection
  /// Whether float64 between inputs and outputs becomes float32, which rounds more.
  package var makesDoublesFloats = false
  /// Bytes by which constants may grow in all when nodes are replaced by what they compute.
  package var foldLimit: Int

  package init(
    inputShapes: [String: [Dimension]] = [:], dimensions: [String: Int] = [:], opset: Int64? = nil,
    passes: PassSelection = .all, foldLimit: Int = Allowance.growthLimit
  ) {
    (self.inputShapes, self.dimensions, self.opset, self.passes) = (inputShapes, dimensions, opset, passes)
    self.foldLimit = foldLimit
  }
}
