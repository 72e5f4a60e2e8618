// What the sanitize step reads of a manifest: the changes to the model, in the manifest's order.

package import IngotCore
package import IngotManifest

package struct SanitizeSettings: Hashable, Sendable {
  /// The dims that the manifest gives the inputs.
  package var inputs: [NamedShape]
  package var dims: [Pair<Dimension>] = []
  package var extractFrom: [String] = []
  package var extractTo: [String] = []
  /// Empty leaves the model's.
  package var outputs: [String] = []
  package var opset: Int?
  package var narrowsDoubles = false
  package var bounds: [Pair<Int>] = []
  package var renames: [Pair<String>] = []
  /// As the manifest writes them; empty is all.
  package var passes: [String] = []
  /// The runtime that calculates constants which Ingot cannot, if any; its identity is part of the key too.
  package var foldWith: String?

  package struct Pair<Content: Hashable & Sendable>: Hashable, Sendable {
    package var name: String
    package var value: Content
    package init(name: String, value: Content) { (self.name, self.value) = (name, value) }
  }

  package init(inputs: [NamedShape]) { self.inputs = inputs }

  package init(_ model: ModelSpec) {
    inputs = model.inputs.map { NamedShape(name: $0.name.value, dims: $0.shape) }
    let changes = model.changes
    dims = changes.dims.map { Pair(name: $0.name.value, value: $0.size.dimension) }
    (extractFrom, extractTo) = (changes.extractFrom.map(\.value), changes.extractTo.map(\.value))
    outputs = changes.outputs.map(\.value)
    opset = changes.opset?.value
    narrowsDoubles = changes.narrowsDoubles?.value ?? false
    bounds = changes.bounds.map { Pair(name: $0.tensor.value, value: $0.size) }
    renames = changes.renames.map { Pair(name: $0.old.value, value: $0.new) }
    passes = changes.passes.map(\.value)
    foldWith = changes.foldWith?.value.rawValue
  }

  /// What is not asked for writes nothing, so that keys stay as they are when a new kind of change is added here.
  func writeIdentity(to sink: inout some IdentitySink) {
    for input in inputs { sink.field("input-shape", "\(input.name)=\(input.dims.shapeText)") }
    for dim in dims { sink.field("dim", "\(dim.name)=\(dim.value)") }
    for name in extractFrom { sink.field("extract-from", name) }
    for name in extractTo { sink.field("extract-to", name) }
    for name in outputs { sink.field("output", name) }
    if let opset { sink.field("opset", "\(opset)") }
    if narrowsDoubles { sink.field("float64-to-float32", "true") }
    for bound in bounds { sink.field("bound", "\(bound.name)=\(bound.value)") }
    for rename in renames { sink.field("rename", "\(rename.name)=\(rename.value)") }
    for pass in passes { sink.field("pass", pass) }
    if let foldWith { sink.field("fold-with", foldWith) }
  }
}
