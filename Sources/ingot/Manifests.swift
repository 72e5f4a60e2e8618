// Reads the manifests that a command was given: all of them, so that every problem in every one is reported at once.

internal import IngotCore
internal import IngotManifest
internal import IngotPlan

/// Manifests that were read, and the plans they ask for.
struct Manifests {
  var manifests: [Manifest] = []
  var plans: [Plan] = []

  /// - Parameter paths: manifest files, as the user gave them.
  init(paths: [String]) throws {
    guard !paths.isEmpty else { throw UsageError("name at least one manifest") }
    var problems: [Diagnostic] = []
    for path in paths {
      do {
        let manifest = try Manifest.read(path)
        plans.append(try Plan(manifest))
        manifests.append(manifest)
      } catch {
        problems += error.diagnostics
      }
    }
    guard problems.isEmpty else { throw InputError(problems) }
  }
}
