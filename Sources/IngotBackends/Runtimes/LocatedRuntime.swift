// A runtime whose files are known and not yet opened, and the way from there to a backend.

internal import IngotCore

package struct LocatedRuntime: Hashable, Sendable {
  package enum Origin: Hashable, Sendable, CustomStringConvertible {
    /// A path that somebody named.
    case path(String)
    /// `ingot runtimes install` put it there.
    case managed(String)
    /// The system's loader knows it.
    case system

    package var description: String {
      switch self {
      case .path(let path): "named path \(path)"
      case .managed(let path): "installed in \(path)"
      case .system: "system library path"
      }
    }
  }

  package var kind: BackendKind
  /// Every file that takes part, absolute, links resolved, sorted; the first two that matter are `libraryPath`,
  /// `parserPath`.
  package var libraryPaths: [String]
  /// What is opened.
  package var libraryPath: String
  /// The ONNX parser, where it is a library of its own.
  package var parserPath: String?
  /// The version that a file or folder name tells, perhaps only its major number; nil where none does.
  package var declaredVersion: String?
  package var origin: Origin
  /// Folders where the libraries that it needs may be, besides those that the system's loader knows.
  package var neighbours: [String] = []

  /// The files of a folder that are a runtime of that kind; nil where there is none.
  /// - Parameter name: of the library in that folder; nil takes the newest.
  init?(_ kind: BackendKind, inFolder folder: String, library name: String? = nil, version: String?, origin: Origin) {
    guard let names = try? FileSystem.names(in: folder) else { return nil }
    let parts = names.filter { kind.isPart($0) || $0 == name }
    func newest(_ prefix: String) -> String? {
      let candidates = parts.filter { $0 == prefix || $0.hasPrefix("\(prefix).") }
      let file = candidates.max { isOlder(kind.version(fromFileName: $0) ?? "", kind.version(fromFileName: $1) ?? "") }
      return file.flatMap { try? FileSystem.realPath("\(folder)/\($0)") }
    }
    let named = name.flatMap { try? FileSystem.realPath("\(folder)/\($0)") }
    guard let library = named ?? newest(kind.libraryName) else { return nil }
    let parser = kind.parserName.flatMap(newest)
    guard kind.parserName == nil || parser != nil else { return nil }
    let files = Set(parts.compactMap { try? FileSystem.realPath("\(folder)/\($0)") })
    self.kind = kind
    libraryPaths = files.sorted()
    (libraryPath, parserPath) = (library, parser)
    declaredVersion = version ?? kind.version(fromFileName: FileSystem.name(of: library))
    self.origin = origin
  }

  func agrees(with version: String?) -> Bool {
    guard let version, let declaredVersion else { return true }
    return versionsAgree(version, declaredVersion)
  }
}

/// Loads a runtime.
/// - Parameter allowsUntestedVersion: also of a TensorRT version that was never tested, where its self-check passes.
/// - Throws: `.loadFailed`, `.unknownVersion`, `.cannotRunHere`.
package func makeBackend(
  _ located: LocatedRuntime, allowsUntestedVersion: Bool = false
) throws(BackendError) -> any Backend {
  switch located.kind {
  case .onnxruntime: return try OnnxRuntimeBackend(libraryPath: located.libraryPath)
  case .onnxruntimeGPU:
    return try OnnxRuntimeBackend(
      libraryPath: located.libraryPath, kind: .onnxruntimeGPU, libraryPaths: located.libraryPaths,
      neighbours: located.neighbours)
  case .openvino: return try OpenVINOBackend(libraryPath: located.libraryPath)
  case .tensorrt, .tensorrtRTX:
    guard let parser = located.parserPath else {
      preconditionFailure("\(located.kind.rawValue) is located with its parser")
    }
    return try TensorRTBackend(
      libraryPath: located.libraryPath, parserPath: parser, kind: located.kind,
      allowsUntestedVersion: allowsUntestedVersion)
  }
}
