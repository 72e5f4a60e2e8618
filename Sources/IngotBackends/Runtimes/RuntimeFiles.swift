// Which files are a runtime, by their names: what is opened, what belongs to it, what the system's loader calls it.

internal import IngotCore

extension BackendKind {
  /// The library that is opened: `libonnxruntime.so`, `.so.1`, `.so.1.31.1`.
  var libraryName: String {
    switch self {
    case .onnxruntime, .onnxruntimeGPU: "libonnxruntime.so"
    case .openvino: "libopenvino_c.so"
    case .tensorrt: "libnvinfer.so"
    case .tensorrtRTX: "libtensorrt_rtx.so"
    }
  }

  /// The library that must be beside it: the ONNX parser, where it is one of its own; the provider for GPUs.
  var parserName: String? {
    switch self {
    case .onnxruntime, .openvino: nil
    case .onnxruntimeGPU: "libonnxruntime_providers_cuda.so"
    case .tensorrt: "libnvonnxparser.so"
    case .tensorrtRTX: "libtensorrt_onnxparser_rtx.so"
    }
  }

  /// How the names of all files start whose bytes decide what the runtime does.
  var partPrefixes: [String] {
    switch self {
    case .onnxruntime, .onnxruntimeGPU: ["libonnxruntime"]
    case .openvino: ["libopenvino", "libtbb", "libhwloc"]
    case .tensorrt: ["libnvinfer.so", "libnvinfer_builder_resource", "libnvonnxparser.so"]
    case .tensorrtRTX: ["libtensorrt_rtx", "libtensorrt_onnxparser_rtx"]
    }
  }

  /// Names that the system's loader may know the library and its parser by, newest first.
  var systemNames: [(library: String, parser: String?)] {
    switch self {
    case .onnxruntime: [("libonnxruntime.so.1", nil), ("libonnxruntime.so", nil)]
    // A provider cannot be opened to ask where it is.
    case .onnxruntimeGPU: []
    case .openvino: [("libopenvino_c.so", nil), ("libopenvino_c.so.2641", nil)]
    case .tensorrt: [("libnvinfer.so.11", "libnvonnxparser.so.11"), ("libnvinfer.so.10", "libnvonnxparser.so.10")]
    case .tensorrtRTX: [("libtensorrt_rtx.so.1", "libtensorrt_onnxparser_rtx.so.1")]
    }
  }

  /// Functions of the library and its parser, by whose address the loader tells where the files are.
  var landmarks: (library: String, parser: String) {
    switch self {
    case .onnxruntime, .onnxruntimeGPU: ("OrtGetApiBase", "")
    case .openvino: ("ov_core_create", "")
    case .tensorrt, .tensorrtRTX: ("getInferLibVersion", "getNvOnnxParserVersion")
    }
  }

  func isPart(_ name: String) -> Bool { name.contains(".so") && partPrefixes.contains { name.hasPrefix($0) } }

  /// Where packages put the library below the folder that a person names: itself, a prefix, a Python environment's
  /// packages.
  static let folders = [
    ".", "lib", "lib64", "lib/x86_64-linux-gnu", "onnxruntime/capi", "openvino/libs", "tensorrt_libs",
    "tensorrt_rtx_libs",
  ]

  /// `1.31.1` of `libonnxruntime.so.1.31.1`, `2026.4.1` of `libopenvino_c.so.2641`; nil where the name does not tell.
  func version(fromFileName name: String) -> String? {
    guard let end = name.firstRange(of: ".so.")?.upperBound else { return nil }
    let digits = String(name[end...])
    guard !digits.isEmpty, digits.split(separator: ".").allSatisfy({ Int($0) != nil }) else { return nil }
    if self == .openvino {
      // 2641: year, release and patch.
      guard digits.count >= 4, !digits.contains(".") else { return nil }
      let parts = Array(digits)
      return "20\(parts[0])\(parts[1]).\(String(parts[2..<parts.count - 1])).\(parts[parts.count - 1])"
    }
    return digits
  }
}

/// Whether versions written with dots agree as far as both go: `11` and `11.4.0` do.
func versionsAgree(_ a: String, _ b: String) -> Bool {
  zip(a.split(separator: "."), b.split(separator: ".")).allSatisfy { Int($0) == Int($1) && Int($0) != nil }
}

/// By their numbers, so that 1.31 is newer than 1.4.
func isOlder(_ a: String, _ b: String) -> Bool {
  let left = a.split(separator: ".").map { Int($0) ?? 0 }, right = b.split(separator: ".").map { Int($0) ?? 0 }
  for (x, y) in zip(left, right) where x != y { return x < y }
  return left.count < right.count
}
