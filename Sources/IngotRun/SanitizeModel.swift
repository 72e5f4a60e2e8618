// A model as it comes, made canonical: what the sanitize stage and `ingot sanitize` both do.

internal import IngotCore
package import IngotGraph
internal import IngotPlan

/// Checks the model, changes it as a manifest or a command line says, and runs the passes.
/// - Parameter evaluator: calculates the constants that Ingot cannot.
/// - Throws: every problem of the model.
package func sanitizeModel(
  _ model: inout Model, options: SanitizeOptions, evaluator: (any ConstantEvaluator)? = nil, in path: String
) throws -> SanitizeReport {
  let problems = model.check(path: path).filter { $0.severity == .error }
  guard problems.isEmpty else { throw InputError(problems) }
  do throws(GraphError) {
    return try sanitize(&model, options: options, evaluator: evaluator)
  } catch {
    throw InputError(error.all.map { Diagnostic(in: path, $0.description) })
  }
}

extension SanitizeOptions {
  /// - Parameter path: of the model, for messages.
  init(_ settings: SanitizeSettings, in path: String) throws(InputError) {
    self.init()
    for input in settings.inputs { inputShapes[input.name] = input.dims }
    for dim in settings.dims { dimensions[dim.name] = dim.value }
    extraction = Extraction(from: settings.extractFrom, to: settings.extractTo)
    outputs = OutputSelection(only: settings.outputs.isEmpty ? nil : settings.outputs)
    opset = settings.opset.map { Int64($0) }
    makesDoublesFloats = settings.narrowsDoubles
    for bound in settings.bounds { bounds[bound.name] = bound.value }
    for rename in settings.renames { renames[rename.name] = rename.value }
    guard !settings.passes.isEmpty else { return }
    do throws(GraphError) { passes = try PassSelection(settings.passes.joined(separator: ",")) } catch {
      throw InputError(in: path, error.description)
    }
  }
}
