// P1, P2 and P11: convolutions and matrix products read both operands quantized, or neither. What they write stays
// float: the next reader's Q serves (P2).

internal import IngotCore
internal import IngotGraph

extension Placer {
  func isLinear(_ index: Int) -> Bool { linearOperators.contains(graph.nodes[index].opType) }

  mutating func placeLinear(_ index: Int) {
    let node = graph.nodes[index]
    guard node.inputs.count >= 2, let data = node.inputs[0], let weight = node.inputs[1] else { return }
    guard uses.isConstant(weight, in: graph) else {
      return decide(index, "4.3", "no operand is a constant: products of activations stay float")
    }
    guard !uses.isConstant(data, in: graph) else { return decide(index, "P1", "the data operand is a constant") }
    guard graph[data].type == .float32, let tensor = graph.constant(weight), tensor.type == .float32 else {
      return decide(index, "P1", "its operands are not float32")
    }
    if let reason = smallWork(node, data: data, weight: tensor.shape) { return decide(index, "P11", reason) }
    guard let axis = channelAxis(of: node, weight: tensor.shape) else {
      return decide(index, "Q4", "a weight of shape \(tensor.shape) has no output channels to scale")
    }
    if let obstacle = obstacleToKernel(index, weight: tensor.shape) {
      return decide(index, obstacle.rule, obstacle.reason)
    }
    quantize(data, at: Edge(node: index, input: 0), rule: "P1")
    quantizeWeight(weight, at: Edge(node: index, input: 1), axis: axis)
    linear.insert(index)
    let operands = "data per tensor, weight per channel on axis \(axis)"
    guard form.writesConvolutions(products), !node.opType.hasPrefix("Conv") else {
      return decide(index, "P1", operands)
    }
    decide(index, "V2", "\(operands); written as a convolution, whose int8 kernel is the faster one without VNNI")
  }

  /// Q4.
  private func channelAxis(of node: Node, weight: [Int]) -> Int? {
    guard !weight.contains(0) else { return nil }
    switch node.opType {
    case "Conv": return weight.count >= 3 ? 0 : nil
    case "ConvTranspose": return weight.count >= 3 ? 1 : nil
    case "Gemm": return weight.count == 2 ? (node.int("transB") ?? 0) != 0 ? 0 : 1 : nil
    case "MatMul": return weight.count == 2 ? 1 : nil
    default: return nil
    }
  }

  /// P11: why int8 would not pay, or nil.
  private func smallWork(_ node: Node, data: ValueID, weight: [Int]) -> String? {
    switch node.opType {
    case "Gemm", "MatMul": smallProduct(node, data: data, weight: weight)
    case "Conv": smallConvolution(node, data: data, weight: weight)
    default: nil
    }
  }

  private func smallProduct(_ node: Node, data: ValueID, weight: [Int]) -> String? {
    guard weight.count == 2 else { return nil }
    let isTransposed = node.opType == "Gemm" && (node.int("transB") ?? 0) != 0
    let (depth, columns) = isTransposed ? (weight[1], weight[0]) : (weight[0], weight[1])
    if columns < 16 || depth < 16 { return "a product with \(depth) x \(columns) weights is too small" }
    guard let shape = graph[data].shape else { return nil }
    let rowAxis = node.opType == "Gemm" && (node.int("transA") ?? 0) != 0 ? shape.count - 1 : shape.count - 2
    let rows = rowAxis < 0 ? 1 : node.opType == "Gemm" ? shape[rowAxis].size : product(shape.dropLast())
    return rows == 1 ? "one row: a matrix times a vector" : nil
  }

  private func smallConvolution(_ node: Node, data: ValueID, weight: [Int]) -> String? {
    guard weight.count >= 3 else { return nil }
    let group = Int(clamping: node.int("group") ?? 1)
    let (outputs, kernel) = (weight[0], weight[2...])
    let (inputs, overflow) = weight[1].multipliedReportingOverflow(by: group)
    guard !overflow, inputs < 16 || outputs < 16 || group > 1 else { return nil }
    if group > 1 {
      if outputs % 8 == 0, kernel.allSatisfy({ $0 >= 3 }) { return nil }
      if inputs >= 16, outputs >= 16, weight[1] >= 16 { return nil }
      return "a grouped convolution of \(outputs) channels with kernel \(Array(kernel))"
    }
    let isFirst = uses.isGraphInput(data)
    let isSquare = Set(kernel).count <= 1
    let isAligned = inputs % 8 == 0 || outputs % 8 == 0
    if isSquare, isAligned, isFirst || inputs >= 16 || outputs >= 16 { return nil }
    return "a convolution from \(inputs) to \(outputs) channels with kernel \(Array(kernel))"
  }
}

let linearOperators: Set<String> = ["Conv", "ConvTranspose", "Gemm", "MatMul"]
