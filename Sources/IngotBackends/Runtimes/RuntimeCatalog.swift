// What `ingot runtimes install` can install: wheels of the Python Package Index, each pinned by its digest. Only the
// libraries in them are kept, with their licences; no Python takes part afterwards.

package import IngotCore

/// A runtime in the form of a wheel.
package struct InstallableRuntime: Hashable, Sendable {
  /// What a person calls it: `ingot runtimes install NAME`.
  package var name: String
  package var kind: BackendKind
  package var version: String
  /// The wheel's distribution, and its bytes.
  package var package: String
  package var digest: Digest
  /// The download's size in bytes, for a person to see first.
  package var byteCount: Int
  /// Files of the wheel that are kept: how their paths in it start.
  package var libraries: [String]
  package var licences: [String]
  /// Who says how it may be used.
  package var licence: String

  package init(
    name: String, kind: BackendKind, version: String, package: String, digest: Digest, byteCount: Int,
    libraries: [String],
    licences: [String], licence: String
  ) {
    (self.name, self.kind, self.version, self.package) = (name, kind, version, package)
    (self.digest, self.byteCount, self.libraries) = (digest, byteCount, libraries)
    (self.licences, self.licence) = (licences, licence)
  }
}

package enum RuntimeCatalog {
  package static let all: [InstallableRuntime] = [
    InstallableRuntime(
      name: "onnxruntime", kind: .onnxruntime, version: "1.31.1", package: "onnxruntime",
      digest: pinned("5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f"), byteCount: 23_753_652,
      libraries: ["onnxruntime/capi/libonnxruntime.so."],
      licences: ["onnxruntime/LICENSE", "onnxruntime/ThirdPartyNotices.txt"], licence: "MIT"),
    InstallableRuntime(
      name: "onnxruntime-gpu", kind: .onnxruntimeGPU, version: "1.31.1", package: "onnxruntime-gpu",
      digest: pinned("e26c475fe361b2015f45b4b824bd13f0bb20204e59b62814e6f0acd5f3d491a6"), byteCount: 255_560_985,
      libraries: ["onnxruntime/capi/libonnxruntime"],
      licences: ["onnxruntime/LICENSE", "onnxruntime/ThirdPartyNotices.txt"], licence: "MIT"),
    // The ONNX and IR readers only: the others try whatever the ONNX reader refuses, and write to standard error.
    InstallableRuntime(
      name: "openvino", kind: .openvino, version: "2026.4.1", package: "openvino",
      digest: pinned("2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf"), byteCount: 59_130_756,
      libraries: [
        "openvino/libs/libopenvino.so.", "openvino/libs/libopenvino_c.so.",
        "openvino/libs/libopenvino_intel_cpu_plugin.so",
        "openvino/libs/libopenvino_onnx_frontend.so.", "openvino/libs/libopenvino_ir_frontend.so.",
        "openvino/libs/libtbb.so.",
        "openvino/libs/libtbbmalloc.so.", "openvino/libs/libtbbbind_2_5.so.", "openvino/libs/libhwloc.so.",
      ], licences: ["openvino-2026.4.1.dist-info/licenses/"], licence: "Apache-2.0"),
    InstallableRuntime(
      name: "tensorrt-rtx", kind: .tensorrtRTX, version: "1.7.1.116", package: "tensorrt-rtx-cu13-libs",
      digest: pinned("e3fd45fed001240d63304e77a2d4006319b839994237cb294b6e7ad72acaabcd"), byteCount: 95_153_708,
      libraries: ["tensorrt_rtx_libs/libtensorrt_rtx.so.", "tensorrt_rtx_libs/libtensorrt_onnxparser_rtx.so."],
      licences: ["tensorrt_rtx_cu13_libs-1.7.1.116.dist-info/licenses/"],
      licence: "NVIDIA's licence agreement, which comes with it"),
  ]

  package static func named(_ name: String) -> InstallableRuntime? { all.first { $0.name == name } }

  private static func pinned(_ hex: String) -> Digest {
    guard let digest = Digest(hex: hex) else { preconditionFailure("'\(hex)' is no digest") }
    return digest
  }
}
