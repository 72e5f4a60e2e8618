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
  do {
    return try sanitize(&model, options: SanitizeOptions(inputShapes: inputShapes))
  } catch {
    throw InputError(in: path, error.description)
  }
}
