// The runtimes of this machine: found by name, identified for keys without loading them, loaded once when a stage needs one.

package import IngotBackends
internal import IngotCore
internal import IngotManifest
package import IngotPlan
package import IngotStore
internal import Synchronization

package final class RuntimeSet: Sendable {
  private let locator: RuntimeLocator
  private let fileDigests: FileDigests
  /// Of the process; variables that change what a library builds are part of its identity.
  private let environment: [String: String]
  private let allowsUntestedVersions: Bool
  /// By library file: targets may ask for several versions of one runtime.
  private let loaded = Mutex<[String: Result<any Backend, BackendError>]>([:])

  /// - Parameter allowsUntestedVersions: as `makeBackend` takes it.
  package init(
    locator: RuntimeLocator, fileDigests: FileDigests, environment: [String: String],
    allowsUntestedVersions: Bool = false
  ) {
    (self.locator, self.fileDigests) = (locator, fileDigests)
    (self.environment, self.allowsUntestedVersions) = (environment, allowsUntestedVersions)
  }

  /// Loads the runtime when it is asked for the first time.
  package func backend(for tool: ToolRequirement) throws -> any Backend {
    let located = try locate(tool)
    return try loaded.withLock { loaded in
      if let known = loaded[located.libraryPath] { return try known.get() }
      let result: Result<any Backend, BackendError>
      do throws(BackendError) {
        result = .success(try makeBackend(located, allowsUntestedVersion: allowsUntestedVersions))
      } catch {
        result = .failure(error)
      }
      loaded[located.libraryPath] = result
      return try result.get()
    }
  }

  package func reference() throws -> any ReferenceBackend {
    guard let reference = try backend(for: .reference) as? any ReferenceBackend else {
      preconditionFailure("ONNX Runtime is the reference backend")
    }
    return reference
  }

  /// Without loading anything: from the files' digests, which are remembered.
  package func identity(of tool: ToolRequirement) throws -> ToolIdentity {
    if tool == .cpu { return try Processor.current().identity }
    if tool == .cores {
      let count = "\(Processor.coreCount)"
      return ToolIdentity(name: "cores", version: count, digest: Digest(of: count))
    }
    if tool == .byteProducts { return try Processor.current().byteProducts.identity }
    if tool == .gpu { return CUDADriver.probe().identity }
    let located = try locate(tool)
    var lines: [String] = []
    for path in located.libraryPaths.sorted(by: { FileSystem.name(of: $0) < FileSystem.name(of: $1) }) {
      lines.append("\(FileSystem.name(of: path))=\(try fileDigests.digest(ofFileAt: path).hex)\n")
    }
    for name in kind(of: tool).engineEnvironment {
      if let value = environment[name] { lines.append("\(name)=\(value)\n") }
    }
    return ToolIdentity(
      name: tool.backend, version: located.declaredVersion ?? "as found", digest: Digest(of: lines.joined()))
  }

  private func locate(_ tool: ToolRequirement) throws(BackendError) -> LocatedRuntime {
    try locator.locate(kind(of: tool), version: tool.version)
  }

  private func kind(of tool: ToolRequirement) -> BackendKind {
    guard let kind = BackendKind(rawValue: tool.backend) else {
      preconditionFailure("the planner names only backends, not '\(tool.backend)'")
    }
    return kind
  }
}

extension String {
  /// Of a backend's name.
  var isTensorRT: Bool { TargetBackend(rawValue: self)?.isTensorRT ?? false }
}

extension BackendKind {
  /// Variables of the process that the runtime reads and that change what it builds.
  package var engineEnvironment: [String] {
    switch self {
    case .tensorrt, .tensorrtRTX: TensorRTBackend.engineEnvironment
    case .openvino: OpenVINOBackend.engineEnvironment
    case .onnxruntime, .onnxruntimeGPU: []
    }
  }
}

extension CUDADriver.State {
  /// The devices by name, capability and memory, and the driver's release; not which of several equal devices it is.
  fileprivate var identity: ToolIdentity {
    switch self {
    case .absent: ToolIdentity(name: "gpu", version: "no driver", digest: Digest(of: ""))
    case .failed(let text): ToolIdentity(name: "gpu", version: "driver fails", digest: Digest(of: text))
    case .present(let cuda, let release, let devices):
      ToolIdentity(
        name: "gpu",
        version: (devices.map { "\($0.name) \($0.computeCapability)" } + ["driver \(release ?? cuda)"]).joined(
          separator: ", "),
        digest: Digest(
          of: devices.map { "\($0.name) \($0.computeCapability) \($0.memory)\n" }.joined() + (release ?? cuda)))
    }
  }
}
