// What OpenVINO says of a compiled node, in Ingot's words.

internal import IngotCore

extension EngineKernel {
  /// - Parameters:
  ///   - name: the model's node; what was fused in or split off is behind it: `/conv1/Conv/WithoutBiases`.
  ///   - kernel: `brgconv_avx2_f32`, `jit_avx2_I8`: the type is the last word.
  ///   - op: `Convolution`, `FullyConnected`.
  /// - Returns: nil for nodes that compute nothing, and for kernels without a type.
  init?(openVINO name: String, kernel: String, op: String) {
    let isCompute =
      ["Convolution", "Deconvolution", "FullyConnected", "MatMul", "GroupConvolution", "RNN", "LSTM", "GRU"]
      .contains { op.hasPrefix($0) } || op.hasSuffix("Sequence") || op.hasPrefix("ScaledDotProduct")
    guard isCompute, let word = kernel.split(separator: "_").last,
      let type = Self.openVINOTypes[word.lowercased()]
    else { return nil }
    let node = name.firstRange(of: "/WithoutBiases").map { String(name[..<$0.lowerBound]) } ?? name
    self.init(node: node, kernel: kernel, type: type)
  }

  /// Unsigned activations with signed weights are int8 as people count it.
  private static let openVINOTypes: [String: ElementType] = [
    "f32": .float32, "f16": .float16, "bf16": .bfloat16, "i8": .int8, "u8": .int8,
  ]
}
