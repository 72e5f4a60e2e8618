// Which paths a manifest may name. By name only: whether a file is there, and where links lead, is for those who open
// it.

internal import IngotCore

/// How far up from a manifest its paths may lead.
///
/// The project's root is the nearest folder at or above the manifest's that holds `.git` or `.ingot`; where none does,
/// it is the folder above the manifest's. Paths are relative to the manifest and stay inside the root.
package struct ProjectBounds: Sendable, Hashable {
  /// How many `..` lead from the manifest's folder to the root: 0 where they are the same.
  package var ascent: Int

  package init(ascent: Int) { self.ascent = ascent }

  /// For a manifest about which nothing is known.
  package static let parentFolder = ProjectBounds(ascent: 1)

  /// - Parameter directory: the manifest's folder, as the process sees it.
  package init(ofManifestIn directory: String) {
    ascent = 1
    guard var folder = try? FileSystem.realPath(directory) else { return }
    var depth = 0
    while true {
      for marker in [".git", ".ingot"] where (try? FileStatus(ofFileAt: "\(folder)/\(marker)")) != nil {
        ascent = depth
        return
      }
      if folder == "/" { return }
      (folder, depth) = (FileSystem.parent(of: folder), depth + 1)
    }
  }
}

extension YAMLField {
  /// A relative path that stays inside the project.
  func path(in bounds: ProjectBounds, _ problems: inout [Diagnostic]) -> Located<String>? {
    guard let text = text(&problems) else { return nil }
    if text.value.hasPrefix("/") {
      return refuse(
        "\(shown) is an absolute path", &problems,
        hint: "write it relative to the manifest, so that the project builds in any folder and on any machine")
    }
    if text.value.utf8.contains(0) { return refuse("\(shown) holds a zero byte", &problems) }
    if ascent(of: text.value) <= bounds.ascent { return text }
    return refuse(
      "\(shown) leaves the project, whose root is \(Self.folderAbove(bounds.ascent))", &problems,
      hint: "the root is the nearest folder above that holds .git or .ingot, else the folder above the manifest's")
  }

  /// How far above its start a path leads on its way.
  private func ascent(of path: String) -> Int {
    var (depth, lowest) = (0, 0)
    for part in path.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      depth += part.elementsEqual("..".utf8) ? -1 : 1
      lowest = min(lowest, depth)
    }
    return -lowest
  }

  private static func folderAbove(_ ascent: Int) -> String {
    switch ascent {
    case 0: "the manifest's folder"
    case 1: "the folder above the manifest's"
    default: "\(ascent) folders above the manifest's"
    }
  }
}
