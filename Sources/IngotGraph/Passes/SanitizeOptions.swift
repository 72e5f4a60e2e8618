// What a manifest or a command line wants of sanitizing besides the canonical form.

package import IngotCore

/// Changes to the model that are asked for, and what runs. Names are those that the model comes with, whatever is renamed.
package struct SanitizeOptions: Hashable, Sendable {
  /// The part of the graph to keep.
  package var extraction = Extraction()
  package var outputs = OutputSelection()
  /// New shapes of inputs, by name, all axes; `.unknown` leaves an axis as it is.
  package var inputShapes: [String: [Dimension]] = [:]
  /// Types of inputs, by name, where the model says none.
  package var inputTypes: [String: ElementType] = [:]
  /// Sizes, or other names, for symbolic dimensions, by name.
  package var dimensions: [String: Dimension] = [:]
  /// The version of the standard operator set to raise the model to.
  package var opset: Int64?
  /// The largest sizes of tensors whose sizes the data decides, by name.
  package var bounds: [String: Int] = [:]
  /// New names of tensors, by old ones.
  package var renames: [String: String] = [:]
  package var passes = PassSelection.all
  /// Whether float64 between inputs and outputs becomes float32, which rounds more.
  package var makesDoublesFloats = false
  /// Bytes by which constants may grow in all when nodes are replaced by what they compute.
  package var foldLimit: Int

  package init(
    inputShapes: [String: [Dimension]] = [:], dimensions: [String: Dimension] = [:], opset: Int64? = nil,
    passes: PassSelection = .all, foldLimit: Int = Allowance.growthLimit
  ) {
    (self.inputShapes, self.dimensions, self.opset, self.passes) = (inputShapes, dimensions, opset, passes)
    self.foldLimit = foldLimit
  }
}
