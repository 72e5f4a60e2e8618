// The CUDA driver of this machine and its GPUs: what they are. Nothing runs on them from here.

internal import CCUDA
internal import Glibc
internal import IngotCore

/// A GPU as the driver describes it.
package struct CUDADevice: Hashable, Sendable {
  package var name: String
  /// Major and minor compute capability: 8 and 6.
  package var computeMajor: Int
  package var computeMinor: Int
  package var multiprocessorCount: Int
  /// Bytes of device memory.
  package var memory: Int
  /// `GPU-` and 32 hexadecimal digits in groups, as nvidia-smi writes it.
  package var uuid: String
  /// Where it is plugged in: `0000:3b:00.0`.
  package var pci: String

  /// `sm_86`.
  package var computeCapability: String { "sm_\(computeMajor)\(computeMinor)" }
}

package enum CUDADriver {
  package enum State: Hashable, Sendable {
    /// There is no driver: the loader's words.
    case absent(reason: String)
    /// There is one and it does not work: the call and the driver's words.
    case failed(String)
    /// It works. `cuda` is the newest CUDA version it supports (`13.0`), `release` its own (`580.65.06`) where the
    /// kernel tells.
    case present(cuda: String, release: String?, devices: [CUDADevice])
  }

  /// - Parameters:
  ///   - libraryPath: of the driver library; nil: the system's `libcuda.so.1`.
  ///   - releasePath: where the kernel module says what it is.
  package static func probe(
    libraryPath: String? = nil, releasePath: String = "/proc/driver/nvidia/version"
  ) -> State {
    var report: OpaquePointer?
    var text: UnsafeMutablePointer<CChar>?
    let code = unsafe ingot_cuda_probe(libraryPath, &report, &text)
    guard let report = unsafe report else {
      let words = unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)"
      unsafe ingot_cuda_free_text(text)
      return code == Int32(INGOT_CUDA_ABSENT) ? .absent(reason: words) : .failed(words)
    }
    defer { unsafe ingot_cuda_release(report) }
    var devices: [CUDADevice] = []
    while let device = unsafe ingot_cuda_device_at(report, devices.count)?.pointee {
      unsafe devices.append(CUDADevice(device))
    }
    let version = unsafe ingot_cuda_version(report)
    return .present(
      cuda: "\(version / 1000).\(version % 1000 / 10)", release: release(in: releasePath), devices: devices)
  }

  /// `580.65.06` of `NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 …`. Read without
  /// `FileSystem.read`, which trusts a file's size: in /proc it is 0.
  private static func release(in path: String) -> String? {
    guard let file = unsafe fopen(path, "re") else { return nil }
    defer { unsafe fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = unsafe fread(&buffer, 1, buffer.count, file)
    let words = String(decoding: buffer[..<count], as: UTF8.self).split { $0 == " " || $0.isNewline }
    guard let module = words.firstIndex(of: "Module") else { return nil }
    return words[module...].first { word in
      let parts = word.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count >= 2 && parts.allSatisfy { Int($0) != nil }
    }.map(String.init)
  }
}

extension CUDADriver.State {
  /// As if there were no others.
  var firstGPU: Self {
    guard case .present(let cuda, let release, let devices) = self else { return self }
    return .present(cuda: cuda, release: release, devices: Array(devices.prefix(1)))
  }
}

extension CUDADriver.State: CustomStringConvertible {
  package var description: String {
    switch self {
    case .absent(let reason): "no CUDA driver (\(reason))"
    case .failed(let words): "the CUDA driver does not work: \(words)"
    case .present(let cuda, let release, let devices):
      "CUDA driver \(release.map { "\($0) " } ?? "")for CUDA \(cuda), "
        + (devices.isEmpty ? "no GPU" : devices.count == 1 ? "1 GPU" : "\(devices.count) GPUs")
    }
  }
}

extension CUDADevice {
  fileprivate init(_ device: ingot_cuda_device) {
    name = unsafe device.name.map { unsafe String(cString: $0) } ?? ""
    pci = unsafe device.pci.map { unsafe String(cString: $0) } ?? ""
    (computeMajor, computeMinor) = unsafe (Int(device.compute_major), Int(device.compute_minor))
    multiprocessorCount = unsafe Int(device.multiprocessor_count)
    memory = unsafe Int(clamping: device.byte_count)
    let bytes = unsafe withUnsafeBytes(of: device.uuid) { unsafe Array($0) }
    var digits = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { digits += "-" }
      digits += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    uuid = "GPU-\(digits)"
  }
}
