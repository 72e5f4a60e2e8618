// Paths to digests, remembered by the files' status, so that nothing that has not changed is read again.

internal import IngotBackends
internal import IngotCalibration
package import IngotCore
internal import IngotGraph
package import IngotPlan
internal import IngotRelease
package import IngotStore

package struct DiskResolver: InputResolver {
  private let fileDigests: FileDigests
  private let channels: Channels
  private let runtimes: RuntimeSet

  package init(store: DiskStore, runtimes: RuntimeSet) {
    (fileDigests, channels, self.runtimes) = (store.fileDigests, Channels(in: store), runtimes)
  }

  package func digest(ofModelAt path: String) throws -> Digest {
    let digest = try fileDigests.digest(ofFileAt: try existing(path))
    // Which files a model refers to follows from its bytes; they are parsed once and the answer is remembered.
    let external = try fileDigests.note("external-data", forFileAt: path) {
      try Model.read(path: path).externalFiles.joined(separator: "\n")
    }
    if external.isEmpty { return digest }
    var lines = ["\(digest.hex)\n"]
    for name in external.split(separator: "\n") {
      let file = FileSystem.join(FileSystem.parent(of: path), String(name))
      guard (try? FileStatus(ofFileAt: file))?.isRegularFile == true else {
        throw InputError(
          in: path, "its weights are in '\(name)', which is not there",
          hint: "copy the file that was exported with the model into the folder of the model")
      }
      lines.append("\(name)=\(try fileDigests.digest(ofFileAt: file).hex)\n")
    }
    return Digest(of: lines.joined())
  }

  package func digest(ofCalibrationSetAt path: String) throws -> Digest {
    let set = try CalibrationSet.open(directory: path)
    var lines = set.identity.map { "\($0.name)=\($0.text)\n" }
    for file in set.filePaths {
      lines.append("\(FileSystem.name(of: file))=\(try fileDigests.digest(ofFileAt: file).hex)\n")
    }
    return Digest(of: lines.joined())
  }

  package func digest(ofFileAt path: String) throws -> Digest {
    guard let status = try? FileStatus(ofFileAt: path), status.isRegularFile else {
      throw InputError(in: path, "there is no such file", hint: "check the path")
    }
    return try fileDigests.digest(ofFileAt: path)
  }

  /// Not the bundle's: that one changes with the verdict that is judged by this digest.
  package func digest(ofChannel name: String) throws -> Digest {
    guard let bundle = try channels.bundle(servedBy: name) else { return Digest(of: "") }
    var lines = bundle.files.filter { $0.path == bundle.engine || $0.path == "build.json" }
      .map { "\($0.path)=\($0.digest.hex)\n" }
    let backend = bundle.compatibility.backend
    // With its provider for GPUs, which its options may name.
    for kind in BackendKind.allCases where kind.rawValue == backend || kind.rawValue == "\(backend)-gpu" {
      let runtime = try? runtimes.identity(of: ToolRequirement(backend: kind.rawValue))
      lines.append("\(kind.rawValue)=\(runtime?.digest.hex ?? "not here")\n")
    }
    return Digest(of: lines.joined())
  }

  package func identity(of tool: ToolRequirement) throws -> ToolIdentity { try runtimes.identity(of: tool) }

  private func existing(_ path: String) throws(InputError) -> String {
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus(ofFileAt: path)
    } catch {
      throw InputError(
        in: path, error.isNotFound ? "there is no such model" : error.description,
        hint: "model.path is relative to the manifest; check its spelling")
    }
    guard status.isRegularFile else {
      throw InputError(in: path, "this is no regular file", hint: "model.path must name an ONNX file")
    }
    return path
  }
}

extension Model {
  /// The files beside the model that hold weights, as the model names them, sorted.
  fileprivate var externalFiles: [String] {
    let locations = allInitializers.compactMap { _, initializer in
      if case .external(let location, _, _) = initializer.storage { location } else { nil }
    }
    return Set(locations).sorted()
  }
}
