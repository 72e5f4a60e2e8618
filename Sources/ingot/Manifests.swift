// Reads the manifests that a command was given: all of them, so that every problem in every one is reported at once.

internal import IngotCore
internal import IngotManifest
internal import IngotPlan
internal import IngotRun
internal import IngotStore

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

  /// Holds models and libraries of plug-ins to the digests that their manifests pin.
  /// - Throws: every file that is another one.
  func checkPins(_ fileDigests: FileDigests) throws {
    var problems: [Diagnostic] = []
    for manifest in manifests {
      problems += pluginProblems(of: manifest) { try fileDigests.digest(ofFileAt: $0) }
      guard let pinned = manifest.model.digest else { continue }
      let path = manifest.resolve(manifest.model.path.value)
      // A model that is not there is reported by the steps that need it.
      guard let found = try? fileDigests.digest(ofFileAt: path), found != pinned.value else { continue }
      problems += digestMismatch(pinned, found: found).diagnostics
    }
    guard problems.isEmpty else { throw InputError(problems) }
  }
}
