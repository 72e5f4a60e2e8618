// A model as it comes, made canonical: what the sanitize stage and `ingot sanitize` both do.

package import IngotCore
package import IngotGraph

/// Checks the model, gives its inputs the shapes that a manifest says, and runs the passes.
/// - Parameter inputShapes: by input name; names for open dimensions and sizes for them.
/// - Throws: every problem of the model.
package func sanitizeModel(
  _ model: inout Model, inputShapes: [String: [Dimension]], in path: String
) throws -> SanitizeReport {
  let problems = model.check(path: path).filter { $0.severity == .error }
  guard problems.isEmpty else { throw InputError(problems) }
  try model.graph.name(inputs: inputShapes, in: path)
  return try sanitize(&model)
}

extension Graph {
  /// Gives dimensions of inputs the names and sizes of a manifest; a fixed size is never changed.
  mutating func name(inputs shapes: [String: [Dimension]], in path: String) throws(InputError) {
    var problems: [Diagnostic] = []
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      guard let id = inputs.first(where: { self[$0].name == name }) else {
        problems.append(
          Diagnostic(
            in: path, "the model has no input '\(name)', which the manifest's model.inputs names",
            hint: "its inputs are \(inputs.map { self[$0].name }.joined(separator: ", "))"))
        continue
      }
      let known = self[id].shape ?? shape.map { _ in .unknown }
      guard known.count == shape.count else {
        problems.append(
          Diagnostic(
            in: path, "input '\(name)' has the shape \(known.shapeText), the manifest's model.inputs gives it \(shape.shapeText)",
            hint: "give each dimension one name or size"))
        continue
      }
      for (axis, (old, new)) in zip(known, shape).enumerated() {
        if case .fixed(let size) = old, new != .fixed(size) {
          problems.append(
            Diagnostic(
              in: path, "axis \(axis) of input '\(name)' is \(size) in the model and \(new) in the manifest's model.inputs",
              hint: "write \(size), or export the model with this axis open"))
        }
      }
      self[id].shape = shape
    }
    guard problems.isEmpty else { throw InputError(problems) }
  }
}
