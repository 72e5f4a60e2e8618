// The runtimes that `ingot runtimes install` unpacked: one folder each, `onnxruntime-1.31.1`, named in full and
// complete from the moment it is there.

internal import IngotCore

/// An installed runtime.
package struct ManagedRuntime: Hashable, Sendable {
  package var kind: BackendKind
  package var version: String
  package var folder: String

  package init(kind: BackendKind, version: String, folder: String) {
    (self.kind, self.version, self.folder) = (kind, version, folder)
  }
}

package enum ManagedRuntimes {
  /// By kind, newest first. Reads one folder and opens nothing; a folder that is not there has no runtimes.
  package static func list(in directory: String) -> [ManagedRuntime] {
    guard let names = try? FileSystem.names(in: directory) else { return [] }
    var found: [ManagedRuntime] = []
    for kind in BackendKind.allCases {
      let prefix = "\(kind.rawValue)-"
      let versions = names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      // `tensorrt-rtx-1.7` is no version of tensorrt.
      for version in versions.filter({ $0.first?.isNumber == true }).sorted(by: { isOlder($1, $0) }) {
        found.append(
          ManagedRuntime(kind: kind, version: version, folder: FileSystem.join(directory, "\(prefix)\(version)")))
      }
    }
    return found
  }
}
