// Q6, Q7, Q8, Q9, Q10 and Q11: the float side, operator sets, operators, biases, refit, and one 8-bit family a model.

internal import IngotCore
internal import IngotGraph

extension QDQLinter {
  /// Q6.
  mutating func checkFloatSide(of step: Quantizer, in quantized: QuantizedGraph) {
    guard target == .tensorrt else { return }
    let node = quantized.label(step.index)
    let float = step.isQuantize ? step.data : step.output
    if quantized.shape(step.data)?.isEmpty ?? false, !quantized.isConstant(step.data) {
      report(
        .error, .floatSide, node: node, value: quantized.name(step.data), "quantizes a scalar",
        hint: "leave the scalar float, or give it a dimension")
    }
    guard let type = quantized.graph[float].type else { return }
    if ![.float32, .float16, .bfloat16].contains(type) {
      report(
        .error, .floatSide, node: node, value: quantized.name(float), "the float side is \(type)",
        hint: "TensorRT quantizes float32, float16 and bfloat16")
    } else if let scale = quantized.graph[step.scale].type, scale != type, scale != .float8e8m0 {
      report(
        .error, .floatSide, node: node, value: quantized.name(float), "the scale is \(scale) and the data is \(type)",
        hint: "the scale has the type of the data; from operator set 19 on it may be float16")
    }
  }

  /// Q7: the operator set that this form of Q/DQ came with.
  mutating func checkOpset(of step: Quantizer, in quantized: QuantizedGraph) {
    let node = quantized.graph.nodes[step.index]
    if !node.domain.isEmpty {
      guard target == .tensorrt else { return }
      return report(
        .error, .opset, node: quantized.label(step.index), value: quantized.name(step.data),
        "is ONNX Runtime's own \(node.opType); TensorRT has the standard one only",
        hint: "the standard operator takes 16 and 4 bits from operator set 21 on; `--fix` rewrites it")
    }
    guard let (needed, form) = neededOpset(of: step, in: quantized), opset < needed else { return }
    report(
      .error, .opset, node: quantized.label(step.index), value: quantized.name(step.data),
      "\(form) came with operator set \(needed); the model has \(opset)",
      hint: "`--fix` raises the operator set, as `ingot sanitize --opset \(needed)` does")
  }

  /// Shared with the mend.
  func neededOpset(of step: Quantizer, in quantized: QuantizedGraph) -> (opset: Int64, form: String)? {
    let type = quantized.type(of: step)
    let layout = quantized.layout(of: step)
    if type == .float4e2m1 { return (23, "float4e2m1") }
    if let type, [.int4, .uint4, .int16, .uint16].contains(type) { return (21, type.description) }
    if layout == .blocks { return (21, "a scale per block") }
    let scale = quantized.graph[step.scale].type
    if scale == .float16 || scale == .bfloat16 { return (19, "a \(scale == .float16 ? "float16" : "bfloat16") scale") }
    if let type, [.float8e4m3fn, .float8e5m2, .float8e4m3fnuz, .float8e5m2fnuz].contains(type) {
      return (19, type.description)
    }
    return layout == .tensor ? nil : (13, "a scale per channel")
  }

  /// Q8. OpenVINO and ONNX Runtime read all of these.
  mutating func checkOperator(_ index: Int, in quantized: QuantizedGraph) {
    let node = quantized.graph.nodes[index]
    guard target == .tensorrt, Self.isIntegerOperator(node) else { return }
    let isDynamic = node.opType.hasPrefix("Dynamic") || node.opType.contains("Integer")
    report(
      .error, .operators, node: quantized.label(index), "TensorRT has no \(node.opType.shown)",
      hint: isDynamic
        ? "quantize statically to the QDQ format; scales of a run that has not been cannot be told"
        : "write the model in the QDQ format (onnxruntime: quant_format=QuantFormat.QDQ)")
  }

  static func isIntegerOperator(_ node: Node) -> Bool {
    node.opType.hasPrefix("QLinear") || integerOperators.contains(node.opType)
  }

  /// Q9. ONNX Runtime and OpenVINO take both; since 1.19 the former quantizes float biases itself.
  mutating func checkBias(of index: Int, in quantized: QuantizedGraph) {
    let inputs = quantized.graph.nodes[index].inputs
    guard target == .tensorrt, inputs.count > 2, let bias = inputs[2], let step = quantized.quantizer(writing: bias),
      !step.isQuantize, quantized.type(of: step) == .int32
    else { return }
    report(
      .error, .bias, node: quantized.label(index), value: quantized.name(bias),
      "its bias comes out of an int32 DequantizeLinear; TensorRT takes float biases only",
      hint: "`--fix` writes the bias in float; onnxruntime: extra_options={'QuantizeBias': False}")
  }

  mutating func noteFamily(of step: Quantizer, in quantized: QuantizedGraph) {
    guard let type = quantized.type(of: step), [.int8, .float8e4m3fn].contains(type) else { return }
    if !families.contains(where: { $0.type == type }) { families.append((type, quantized.label(step.index))) }
  }

  /// Q11.
  mutating func checkFamilies() {
    guard target == .tensorrt, families.count > 1 else { return }
    let (first, second) = (families[0], families[1])
    report(
      .error, .oneFamily, "\(first.node) quantizes to \(first.type), and \(second.node) to \(second.type)",
      hint: "TensorRT fuses one 8-bit family in a model; quantize all of it to one of them")
  }
}

private let integerOperators: Set<String> = [
  "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM",
  "MatMulIntegerToFloat", "QGemm", "QAttention", "QEmbedLayerNormalization", "MatMulNBits", "GatherBlockQuantized",
]
