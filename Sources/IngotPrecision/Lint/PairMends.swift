// P4, P5 and P12: pairs that repeat each other, scales of a Concat, and the bare path of a residual sum.

internal import IngotCore
internal import IngotGraph

extension QDQMender {
  /// P12. What a DequantizeLinear gives and a QuantizeLinear with its parameters takes are the same codes.
  mutating func removeRepetitions() {
    let quantized = QuantizedGraph(graph)
    var codes: [ValueID: ValueID] = [:]
    for step in quantized.quantizers where step.isQuantize && !quantized.uses.isPinned(step.output) {
      guard let first = quantized.quantizer(writing: step.data), !first.isQuantize,
        quantized.haveEqualParameters(first, step)
      else { continue }
      // Of three in a row the second one's codes are the first one's.
      let source = codes[first.data] ?? first.data
      codes[step.output] = source
      for edge in quantized.uses.readers(of: step.output) { setInput(edge.input, of: edge.node, to: source) }
      note(.unpaired, step.index, "the second of two equal pairs is gone; the numbers are the same")
    }
  }

  /// P5.
  mutating func shareScales() {
    for index in graph.nodes.indices where graph.nodes[index].opType == "Concat" { shareScales(of: index) }
  }

  private mutating func shareScales(of index: Int) {
    let quantized = QuantizedGraph(graph)
    let inputs = graph.nodes[index].inputs.compactMap { $0 }
    let steps = inputs.compactMap { quantized.quantizer(writing: $0) }
    let firsts = steps.compactMap { quantized.quantizer(writing: $0.data) }
    guard inputs.count > 1, steps.count == inputs.count, firsts.count == inputs.count else { return }
    let pairs = steps + firsts
    let isPlain = pairs.allSatisfy { step in
      quantized.layout(of: step) == .tensor && quantized.hasZeroZeroPoint(step) == true
        && quantized.type(of: step) == quantized.type(of: pairs[0])
    }
    // A pair that others quantize by too would change for them.
    let areOwn = firsts.allSatisfy { quantized.uses.readers(of: $0.output).count == 1 }
    let scales = pairs.compactMap { quantized.scales(of: $0)?.first }
    guard isPlain, areOwn, scales.count == pairs.count, let least = scales.min(), let most = scales.max(), least < most,
      ScaleSharing.costsLittle(from: least, to: most),
      let widest = pairs.first(where: { quantized.scales(of: $0)?.first == most })
    else { return }
    for step in pairs { setInput(1, of: step.index, to: widest.scale) }
    note(.concat, index, "its branches share the scale \(most); the narrowest had \(least), so its steps are wider now")
  }

  /// P4.
  mutating func bareShortcutPaths(opset: Int64) {
    let quantized = QuantizedGraph(graph)
    var linter = QDQLinter(opset: opset, target: .tensorrt)
    linter.checkPlacement(of: quantized)
    for edge in linter.pathsToBare {
      guard let read = graph.nodes[edge.node].inputs[edge.input], let step = quantized.quantizer(writing: read),
        let first = quantized.quantizer(writing: step.data), first.isQuantize
      else { continue }
      setInput(edge.input, of: edge.node, to: first.data)
      note(
        .shortcut, edge.node,
        "input \(edge.input) reads '\(graph[first.data].name.shown)' in float; it is rounded no longer")
    }
  }
}
