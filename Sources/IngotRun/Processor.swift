// This machine's processor, where a result depends on it: kernels are chosen by instruction set, and a verdict names its device.

internal import Glibc
internal import IngotBackends
package import IngotCore
internal import IngotPlan
package import IngotPrecision

package struct Processor: Hashable, Sendable {
  /// `AMD EPYC 9B14`.
  package var name: String
  /// Instruction set extensions, as Linux names them.
  package var flags: String

  package init(name: String, flags: String) { (self.name, self.flags) = (name, flags) }

  /// Cores of this machine.
  package static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// - Throws: where /proc is not mounted.
  package static func current() throws(SystemError) -> Processor {
    let bytes = try FileSystem.read("/proc/cpuinfo", limit: 16 << 20)
    // One block of lines a core; the first one says it all, and machines with hundreds of cores have megabytes of them.
    var lines: [String] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 64, omittingEmptySubsequences: false).prefix(64) {
      if line.isEmpty && !lines.isEmpty { break }
      lines.append(String(decoding: line, as: UTF8.self))
    }
    func value(_ field: String) -> String? {
      lines.first { $0.hasPrefix(field) }?.split(separator: ":", maxSplits: 1).last.map {
        String($0.drop { $0 == " " })
      }
    }
    return Processor(name: value("model name") ?? "unknown processor", flags: value("flags") ?? value("Features") ?? "")
  }

  /// x86 names its flags here, other processors name others.
  package var byteProducts: ByteProducts {
    let flags = Set(flags.split(separator: " "))
    return flags.contains("sse2") && flags.isDisjoint(with: ["avx512_vnni", "avx_vnni"]) ? .saturating : .exact
  }

  var identity: ToolIdentity { ToolIdentity(name: "cpu", version: name, digest: Digest(of: flags)) }
}

extension BackendKind {
  /// The GPU that runs an engine with these options; nil where the processor does.
  func gpuNumber(_ options: [String: String]) -> Int? {
    switch self {
    case .tensorrt, .tensorrtRTX: 0
    case .onnxruntime, .onnxruntimeGPU:
      options["provider"] ?? "cpu" == "cpu" ? nil : options["device-id"].flatMap { Int($0) } ?? 0
    case .openvino: nil
    }
  }
}

extension CUDADriver.State {
  /// `NVIDIA H200 (sm_90), driver 580.65.06`; nil where there is no such GPU.
  func name(ofGPU number: Int) -> String? {
    guard case .present(let cuda, let release, let devices) = self, devices.indices.contains(number) else { return nil }
    let device = devices[number]
    return "\(device.name) (\(device.computeCapability)), driver \(release ?? "for CUDA \(cuda)")"
  }
}

extension ByteProducts {
  var identity: ToolIdentity { ToolIdentity(name: "byte-products", version: rawValue, digest: Digest(of: rawValue)) }

  /// - Returns: nil for the identity of another tool.
  init?(_ tool: ToolIdentity) {
    guard tool.name == "byte-products" else { return nil }
    self.init(rawValue: tool.version)
  }
}
