// P1, P2, P4, P6, P8, P9, P10 and P11: where the model's pairs differ from those that Ingot would have placed.

internal import IngotCore
internal import IngotGraph

extension QDQLinter {
  mutating func checkPlacement(of quantized: QuantizedGraph) {
    guard target == .tensorrt, !quantized.quantizers.isEmpty else { return checkSums(in: quantized) }
    let form = FloatForm(quantized)
    let placement: Placement
    do throws(PrecisionError) { placement = try place(form.graph) } catch { return }
    var wanted: [Edge: String] = [:]
    for activation in placement.activations {
      for edge in activation.edges {
        wanted[Edge(node: form.places[edge.node], input: edge.input)] = activation.rule
      }
    }
    var decisions: [Int: NodeDecision] = [:]
    for decision in placement.decisions { decisions[Int(decision.node) ?? -1] = decision }
    var told: Set<Int> = []
    for step in quantized.quantizers where !step.isQuantize && !quantized.isConstant(step.data) {
      checkUse(of: step, in: quantized, wanted: wanted, decisions: decisions, told: &told)
    }
    for (edge, rule) in wanted.sorted(by: { $0.key < $1.key }) where rule != QDQRule.bothOperands.rawValue {
      checkAbsence(at: edge, rule: rule, in: quantized)
    }
  }

  /// A pair whose readers do not compute in int8.
  /// - Parameter told: nodes that were reported.
  private mutating func checkUse(
    of step: Quantizer, in quantized: QuantizedGraph, wanted: [Edge: String], decisions: [Int: NodeDecision],
    told: inout Set<Int>
  ) {
    let readers = quantized.readers(of: step.output)
    for edge in readers.edges where wanted[edge] == nil && !isQuestionElsewhere(edge, of: step, in: quantized) {
      guard let decision = decisions[edge.node], told.insert(edge.node).inserted else { continue }
      reportUnwanted(at: edge, reads: step, decision, in: quantized)
    }
    guard readers.edges.isEmpty, readers.reachesOutput else { return }
    let producer = quantized.quantizer(writing: step.data).flatMap { quantized.uses.producer(of: $0.data) }
    let isLinear = producer.map(quantized.isLinear) ?? false
    report(
      .note, isLinear ? .resultStaysFloat : .unpaired, node: quantized.label(step.index),
      value: quantized.name(step.data),
      "only the model's output reads it: it costs accuracy and a kernel, and saves none",
      hint: "take the pair away; onnxruntime: extra_options={'OpTypesToExcludeOutputQuantization': […]}")
  }

  /// Readers that other rules speak of.
  private func isQuestionElsewhere(_ edge: Edge, of step: Quantizer, in quantized: QuantizedGraph) -> Bool {
    let node = quantized.graph.nodes[edge.node]
    switch node.opType {
    case "QuantizeLinear", "DequantizeLinear", "Concat", "Shape", "Size": return true
    case "Gemm", "MatMul", "Conv", "ConvTranspose": return edge.input > 1 || quantized.isConstant(step.data)
    case "Resize", "Upsample": return edge.input == 0
    // P3.
    case let op where Self.fusedBehindLinear.contains(op): return isBehindFused(step, in: quantized)
    // P9's exception: the convolution in front of it gives int8.
    case "LayerNormalization": return edge.input == 0 && isBehindConvolution(step, in: quantized)
    default: return false
    }
  }

  private func isBehindFused(_ step: Quantizer, in quantized: QuantizedGraph) -> Bool {
    guard let first = quantized.quantizer(writing: step.data) else { return false }
    return quantized.uses.producer(of: first.data).map { Self.isFused($0, in: quantized) } ?? false
  }

  private func isBehindConvolution(_ step: Quantizer, in quantized: QuantizedGraph) -> Bool {
    guard let first = quantized.quantizer(writing: step.data) else { return false }
    var next = quantized.uses.producer(of: first.data)
    for _ in 0..<8 {
      guard let index = next else { return false }
      if quantized.graph.nodes[index].opType == "Conv" { return true }
      guard quantized.graph.nodes[index].commutesWithQuantization else { return false }
      next = (quantized.graph.nodes[index].inputs.first ?? nil).flatMap(quantized.uses.producer)
    }
    return false
  }

  private mutating func reportUnwanted(
    at edge: Edge, reads step: Quantizer, _ decision: NodeDecision, in quantized: QuantizedGraph
  ) {
    let (node, value) = (quantized.label(edge.node), quantized.name(step.data))
    let op = quantized.graph.nodes[edge.node].opType
    switch QDQRule(rawValue: decision.rule) ?? .neverQuantized {
    case .shortcut:
      if quantized.quantizer(writing: quantized.graph.nodes[edge.node].inputs[edge.input] ?? step.data) != nil {
        pathsToBare.append(edge)
      }
      report(
        .warning, .shortcut, node: node, value: value,
        "input \(edge.input) is quantized too: \(decision.reason)",
        hint: "quantize the shortcut alone, so that the convolution, the Add and what follows become one kernel")
    case .smallWork:
      report(
        .note, .smallWork, node: node, value: value, "reads int8 for \(decision.reason)",
        hint: "leave it float: the conversions cost more than the kernel saves")
    case .pointwise:
      report(
        .note, .pointwise, node: node, value: value, "reads a quantized tensor: \(decision.reason)",
        hint: "leave the pair out; the operator fuses into its neighbours in float")
    case .pool:
      report(
        .note, .pool, node: node, value: value, "reads a quantized tensor, but \(decision.reason)",
        hint: "quantize what the pool writes too, or nothing of it")
    case .attention, .bothOperands: break  // both operands are quantized, which is as good
    default:
      report(
        .warning, .neverQuantized, node: node, value: value,
        "\(op.shown) reads a quantized tensor and computes in float: \(decision.reason)",
        hint: "take the pair away: it costs accuracy and saves nothing")
    }
  }

  /// A pair that is missing beside others.
  private mutating func checkAbsence(at edge: Edge, rule: String, in quantized: QuantizedGraph) {
    let node = quantized.graph.nodes[edge.node]
    guard let id = node.inputs[edge.input], quantized.dequantizer(behind: id) == nil else { return }
    switch QDQRule(rawValue: rule) {
    case .shortcut:
      // A float path has no int8 kernel that the shortcut could join.
      guard let path = node.inputs[1 - edge.input], isBehindQuantizedLinear(path, in: quantized) else { return }
      let isOtherQuantized = quantized.dequantizer(behind: path) != nil
      report(
        isOtherQuantized ? .warning : .note, .shortcut, node: quantized.label(edge.node), value: quantized.name(id),
        isOtherQuantized
          ? "the convolution's path is quantized and the shortcut is not: it should be the other way round"
          : "the shortcut is float: what comes out of the convolution's kernel is too",
        hint: "quantize the shortcut '\(quantized.name(id))' alone")
    case .pool:
      report(
        .note, .pool, node: quantized.label(edge.node), value: quantized.name(id),
        "reads float between quantized neighbours", hint: "quantize what it reads, as what it writes is")
    case .resize:
      guard isBehindQuantizedLinear(id, in: quantized) else { return }
      report(
        .note, .resize, node: quantized.label(edge.node), value: quantized.name(id),
        "reads float from a convolution that computes in int8", hint: "quantize its data: a quarter of it is moved")
    default: break
    }
  }

  /// Through what is fused into a linear operator.
  /// - Parameter op: how its type starts.
  private func isBehindQuantizedLinear(_ id: ValueID, _ op: String = "", in quantized: QuantizedGraph) -> Bool {
    var next = quantized.uses.producer(of: id)
    for _ in 0..<12 {
      guard let index = next else { return false }
      if quantized.isLinear(index) {
        return quantized.graph.nodes[index].opType.hasPrefix(op) && areBothQuantized(index, in: quantized)
      }
      let operands = quantized.graph.nodes[index].inputs.compactMap { $0 }.filter { !quantized.isConstant($0) }
      guard let operand = operands.first else { return false }
      next = quantized.uses.producer(of: operand)
    }
    return false
  }

  /// P4 for runtimes with integer sums: both operands, or neither. OpenVINO's convolutions take a shortcut into their kernels
  /// as TensorRT's do.
  private mutating func checkSums(in quantized: QuantizedGraph) {
    guard target != .tensorrt else { return }
    for (index, node) in quantized.graph.nodes.enumerated() where node.opType == "Add" && node.inputs.count == 2 {
      let operands = node.inputs.compactMap { $0 }.filter { !quantized.isConstant($0) }
      let float = operands.filter { quantized.dequantizer(behind: $0) == nil }
      guard operands.count == 2, float.count == 1 else { continue }
      if target == .openvino, isBehindQuantizedLinear(float[0], "Conv", in: quantized) { continue }
      report(
        .warning, .shortcut, node: quantized.label(index), value: quantized.name(float[0]),
        "one operand is quantized and the other is float: it runs in float",
        hint: target == .openvino
          ? "quantize both operands, or none; alone only the shortcut around a convolution"
          : "quantize both operands and the sum; TensorRT and OpenVINO want the shortcut only")
    }
  }
}
