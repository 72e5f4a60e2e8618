// A product of two matrices and an Add become one Gemm, and a Gemm reads what a Transpose reads.

internal import IngotCore

extension Pass {
  static let gemms = Pass("gemms", on: ["Add", "Gemm"]) { rewriting, index, context in
    guard context.opset >= 11 else { return }
    if rewriting.node(index).opType == "Gemm" {
      readTransposed(index, &rewriting)
    } else {
      addToProduct(index, &rewriting)
    }
  }
}

private func addToProduct(_ index: Int, _ rewriting: inout Rewriting) {
  let node = rewriting.node(index)
  guard node.inputs.count == 2, let output = node.outputs.first.flatMap(\.self) else { return }
  for position in 0..<2 {
    guard let product = node.inputs[position], let addend = node.inputs[1 - position], rewriting.isReadOnce(product),
      let maker = rewriting.maker(of: product, "MatMul", "Gemm"), let gemm = bareGemm(maker, rewriting),
      let type = rewriting.type(product), [.float32, .float64, .float16, .bfloat16].contains(type),
      broadcasts(addend, to: product, rewriting)
    else { continue }
    var merged = gemm
    merged.inputs = [gemm.inputs[0], gemm.inputs[1], addend]
    merged.outputs = [output]
    merged.name = node.name
    merged.removeAttribute("beta")
    // In the Add's place: the addend may be made after the product.
    rewriting.replace(index, with: merged)
    return
  }
}

/// The node as a Gemm that adds nothing; nil for a product of other things than two matrices.
private func bareGemm(_ index: Int, _ rewriting: Rewriting) -> Node? {
  let node = rewriting.node(index)
  guard node.inputs.count == 2, node.inputs.allSatisfy({ rewriting.rank($0) == 2 }) else { return nil }
  // A product of quantized matrices stays with its scales' nodes.
  guard !node.inputs.contains(where: { rewriting.maker(of: $0, "DequantizeLinear") != nil }) else { return nil }
  if node.opType == "Gemm" { return node }
  return Node("Gemm", name: node.name, inputs: node.inputs, outputs: node.outputs)
}

/// Whether adding the value to the matrix makes nothing larger.
private func broadcasts(_ addend: ValueID, to matrix: ValueID, _ rewriting: Rewriting) -> Bool {
  guard let small = rewriting.shape(addend), let large = rewriting.shape(matrix), small.count <= large.count else {
    return false
  }
  return zip(small.reversed(), large.reversed()).allSatisfy { $0 == .fixed(1) || $0 == $1 && $0 != .unknown }
}

private func readTransposed(_ index: Int, _ rewriting: inout Rewriting) {
  var node = rewriting.node(index)
  var isChanged = false
  for (position, name) in [(0, "transA"), (1, "transB")] where node.inputs.count > position {
    guard let id = node.inputs[position], rewriting.isReadOnce(id), let maker = rewriting.maker(of: id, "Transpose"),
      rewriting.node(maker).ints("perm") ?? [1, 0] == [1, 0]
    else { continue }
    node.inputs[position] = rewriting.node(maker).inputs[0]
    node.set(name, .int(node.int(name) ?? 0 == 0 ? 1 : 0))
    isChanged = true
  }
  if isChanged { rewriting.replace(index, with: node) }
}
