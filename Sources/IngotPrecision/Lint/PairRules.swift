// P3, P5, P6, P7, P10 and P12 as far as pairs themselves tell: what stands between them, and whether they meet in one scale.

internal import IngotCore
internal import IngotGraph

extension QDQLinter {
  /// One quantizer and its neighbours.
  mutating func checkPair(at step: Quantizer, in quantized: QuantizedGraph) {
    if step.isQuantize {
      checkRepetition(of: step, in: quantized)
      checkPartner(of: step, in: quantized)
    } else if quantized.quantizer(writing: step.data) == nil, !quantized.isConstant(step.data),
      let producer = quantized.uses.producer(of: step.data),
      !Self.isIntegerOperator(quantized.graph.nodes[producer])
    {
      reportUnpaired(step, "dequantizes what no QuantizeLinear wrote", in: quantized)
    }
  }

  private mutating func checkPartner(of step: Quantizer, in quantized: QuantizedGraph) {
    let readers = quantized.readers(of: step.output)
    let isPaired = readers.edges.contains { edge in
      let isPartner = quantized.quantizer(at: edge.node).map { !$0.isQuantize && edge.input == 0 } ?? false
      return isPartner || Self.isIntegerOperator(quantized.graph.nodes[edge.node])
    }
    if !isPaired, !readers.reachesOutput { reportUnpaired(step, "nothing dequantizes its result", in: quantized) }
    guard target == .tensorrt, let producer = quantized.uses.producer(of: step.data) else { return }
    checkFusion(of: step, writtenBy: producer, in: quantized)
  }

  private mutating func reportUnpaired(_ step: Quantizer, _ problem: String, in quantized: QuantizedGraph) {
    report(
      .warning, .unpaired, node: quantized.label(step.index), value: quantized.name(step.data), problem,
      hint: "a Q without its DQ, or a DQ without its Q, is a kernel of its own")
  }

  /// P6, P7 and P12: a tensor that is quantized, moved about at most, and quantized again.
  private mutating func checkRepetition(of step: Quantizer, in quantized: QuantizedGraph) {
    guard let (first, through) = quantized.dequantizer(behind: step.data), !quantized.isConstant(first.data) else {
      return
    }
    let (node, value) = (quantized.label(step.index), quantized.name(step.data))
    let isSame = quantized.haveEqualParameters(first, step)
    guard let between = through.first.map({ quantized.graph.nodes[$0].opType }) else {
      return report(
        .warning, .unpaired, node: node, value: value,
        isSame
          ? "quantizes what \(quantized.label(first.index)) has just dequantized, with the same scale"
          : "quantizes again, with another scale, what \(quantized.label(first.index)) has just dequantized",
        hint: isSame ? "one pair is enough; `--fix` takes the second away" : "keep one of the two scales")
    }
    let rule: QDQRule = between == "MaxPool" ? .pool : .copies
    if !isSame {
      report(
        .warning, rule, node: node, value: value,
        "quantizes again, with another scale, what only went through \(between)",
        hint: "\(between) keeps the codes as they are: give both sides one scale")
    } else if target == .tensorrt {
      report(
        .note, rule, node: node, value: value, "a pair of its own behind \(between)",
        hint: "\(between) commutes with Q and DQ: the pair in front of it is enough")
    }
  }

  static let fusedBehindLinear: Set<String> = ["BatchNormalization", "Relu", "Clip", "LeakyRelu"]

  static func isFused(_ producer: Int, in quantized: QuantizedGraph) -> Bool {
    quantized.isLinear(producer) || quantized.graph.nodes[producer].opType == "BatchNormalization"
  }

  /// P3. An activation behind the pair no longer fuses; a BatchNormalization then is a kernel of its own, in float.
  private mutating func checkFusion(of step: Quantizer, writtenBy producer: Int, in quantized: QuantizedGraph) {
    guard Self.isFused(producer, in: quantized) else { return }
    for edge in quantized.uses.readers(of: step.output) {
      guard let pair = quantized.quantizer(at: edge.node), !pair.isQuantize else { continue }
      for reader in quantized.uses.readers(of: pair.output) where reader.input == 0 {
        let op = quantized.graph.nodes[reader.node].opType
        guard Self.fusedBehindLinear.contains(op) else { continue }
        report(
          op == "BatchNormalization" ? .warning : .note, .insideFusion, node: quantized.label(step.index),
          value: quantized.name(step.data),
          "stands between \(quantized.label(producer)) and \(quantized.label(reader.node)), which would be one kernel",
          hint: op == "BatchNormalization"
            ? "fold the BatchNormalization into the weights, or move the pair behind it"
            : "move the pair behind the \(op)")
      }
    }
  }

  /// P5.
  mutating func checkConcat(_ index: Int, in quantized: QuantizedGraph) {
    let inputs = quantized.graph.nodes[index].inputs.compactMap { $0 }.filter { !quantized.isConstant($0) }
    let steps = inputs.map { quantized.quantizer(writing: $0) }
    guard inputs.count > 1, steps.contains(where: { $0 != nil }) else { return }
    let (node, value) = (quantized.label(index), inputs.first.map(quantized.name))
    let bare = zip(inputs, steps).filter { $0.1 == nil }.map { quantized.name($0.0) }
    if !bare.isEmpty {
      return report(
        .warning, .concat, node: node, value: bare[0],
        "\(bare.count) of \(inputs.count) branches are float: the others are dequantized for it",
        hint: "quantize all branches with one scale, or none")
    }
    // Its integer Concat takes a scale per branch.
    guard target != .onnxruntime else { return }
    let scales = steps.compactMap { $0.flatMap(quantized.scales) }.compactMap { $0.count == 1 ? $0[0] : nil }
    guard scales.count == steps.count, let least = scales.min(), let most = scales.max() else { return }
    guard least != most else {
      if target == .tensorrt { noteRefit(index, in: quantized) }
      return
    }
    report(
      .warning, .concat, node: node, value: value,
      "its branches have scales from \(least) to \(most): each is quantized again on its way",
      hint: ScaleSharing.costsLittle(from: least, to: most)
        ? "`--fix` gives all of them the largest"
        : "one scale would cost the narrow branches more than two bits: leave this Concat float")
  }

  /// Q10, once a model.
  private mutating func noteRefit(_ index: Int, in quantized: QuantizedGraph) {
    guard problems.count(.refit) == 0 else { return }
    report(
      .note, .refit, node: quantized.label(index),
      "its branches share one scale, which a build with `refit` cannot use",
      hint: "leave `refit` off for this model, or accept a requantization here")
  }
}
