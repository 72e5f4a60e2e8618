// What a manifest says that some or all of its engines do not depend on: worth a word, and no error, since one manifest may have
// targets of several backends.

package import IngotCore
package import IngotManifest

/// - Returns: notes, and warnings where no target heeds what is said.
package func remarks(on manifest: Manifest) -> [Diagnostic] {
  let others = manifest.targets.filter { !$0.backend.value.isTensorRT }
  guard let workspace = manifest.workspace, !others.isEmpty else { return [] }
  let names = others.map { "'\($0.name.value)' (\($0.backend.value.rawValue))" }.joined(separator: ", ")
  let isHeeded = others.count < manifest.targets.count
  return [
    Diagnostic(
      isHeeded ? .note : .warning, at: workspace.place,
      "`workspace` has no effect on \(names): it is the device memory of TensorRT's tactics",
      hint: isHeeded ? nil : "remove it")
  ]
}
