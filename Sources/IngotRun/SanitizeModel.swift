// A model as it comes, made canonical: what the sanitize stage and `ingot sanitize` both do.

internal import IngotCore
package import IngotGraph

/// Checks the model, changes it as a manifest or a command line says, and runs the passes.
/// - Throws: every problem of the model.
package func sanitizeModel(
  _ model: inout Model, options: SanitizeOptions, in path: String
) throws -> SanitizeReport {
  let problems = model.check(path: path).filter { $0.severity == .error }
  guard problems.isEmpty else { throw InputError(problems) }
  do {
    return try sanitize(&model, options: options)
  } catch {
    throw InputError(in: path, error.description)
  }
}
