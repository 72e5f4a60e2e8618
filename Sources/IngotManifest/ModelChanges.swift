// What a manifest changes about its model before an engine is made of it: the part of `model` beside path, digest and inputs.

internal import IngotCore

/// Changes to a model. Names of tensors are those of the model file.
package struct ModelChanges: Sendable, Hashable {
  /// Sizes, or other names, for symbolic dimensions.
  package var dims: [NamedSize] = []
  /// Tensors that become the inputs and outputs; empty leaves the model's.
  package var extractFrom: [Located<String>] = []
  package var extractTo: [Located<String>] = []
  /// Exactly these outputs, as names with `*` and `?`; empty leaves the model's.
  package var outputs: [Located<String>] = []
  package var opset: Located<Int>?
  /// Whether what the model calculates in float64 is calculated in float32.
  package var narrowsDoubles: Located<Bool>?
  package var bounds: [SizeBound] = []
  package var renames: [Rename] = []
  /// Passes to run, or to leave out where each has a `-` before it; `all` and `none` stand alone.
  package var passes: [Located<String>] = []
  package var foldWith: Located<FoldingRuntime>?

  package init() {}

  /// Runtimes that calculate constants for Ingot.
  package enum FoldingRuntime: String, Sendable, Hashable, CaseIterable { case onnxruntime }

  package struct NamedSize: Sendable, Hashable {
    package var name: Located<String>
    package var size: DimensionSpec
  }

  /// The largest size of a tensor whose size the data decides.
  package struct SizeBound: Sendable, Hashable {
    package var tensor: Located<String>
    package var size: Int
  }

  package struct Rename: Sendable, Hashable {
    package var old: Located<String>
    package var new: String
  }
}
