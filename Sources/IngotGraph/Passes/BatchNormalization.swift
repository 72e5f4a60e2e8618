// Folds a BatchNormalization into the Conv, ConvTranspose, Gemm or MatMul before it, or into the Conv after it:
// y = (x - mean) * gamma / sqrt(variance + epsilon) + beta is a scale and an offset per channel, and both fit into weights
// and bias. Calculated in float64, rounded once.

internal import IngotCore

extension Pass {
  /// Folds every BatchNormalization in inference mode into a node that reads it, or that it reads, and nothing else does.
  static let batchNormalization = Pass("batch-normalization", on: ["BatchNormalization", "Conv"]) {
    rewriting, index, context in
    if rewriting.node(index).opType == "Conv" {
      AffineFolding.foldIntoReader(index, &rewriting, opset: context.opset)
    } else {
      guard let affine = ChannelAffine(normalization: rewriting.node(index), in: rewriting, opset: context.opset) else {
        return
      }
      AffineFolding.fold(index, on: 0, affine, &rewriting)
    }
  }

  /// Folds arithmetic with one constant per channel into the linear node or BatchNormalization before it.
  static let channelArithmetic = Pass("channel-arithmetic", on: ["Add", "Sub", "Mul", "Div"]) {
    rewriting, index, context in
    let node = rewriting.node(index)
    for position in node.inputs.indices.prefix(2) where rewriting.isReadOnce(node.inputs[position]) {
      let folder = AffineFolding.Arithmetic(index: index, position: position, opset: context.opset)
      if folder.foldIntoLinear(&rewriting) || folder.foldIntoNormalization(&rewriting) { return }
    }
  }
}

enum AffineFolding {
  /// Folds the node into the linear one that makes what it reads.
  @discardableResult static func fold(
    _ index: Int, on position: Int, _ affine: ChannelAffine, _ rewriting: inout Rewriting
  ) -> Bool {
    let node = rewriting.node(index)
    guard let source = node.inputs[position], rewriting.isReadOnce(source),
      let output = node.outputs.first.flatMap(\.self)
    else { return false }
    if let first = rewriting.maker(of: source, "Conv", "ConvTranspose", "Gemm"),
      let folded = LinearNode(rewriting.node(first), in: rewriting.graph)?.followed(by: affine)
    {
      rewriting.merge(index, into: first, as: folded.node(from: rewriting.node(first), making: output, &rewriting))
      return true
    }
    return foldIntoProduct(index, source, affine, making: output, &rewriting)
  }

  /// MatMul has no bias: an Add after it, or a new one in the place of the affine, has.
  private static func foldIntoProduct(
    _ index: Int, _ source: ValueID, _ affine: ChannelAffine, making output: ValueID, _ rewriting: inout Rewriting
  ) -> Bool {
    var (product, added): (ValueID, Tensor?) = (source, nil)
    let isNormalization = rewriting.node(index).opType == "BatchNormalization"
    // A BatchNormalization's channels are the last axis of a matrix only.
    guard !isNormalization || rewriting.rank(source) == 2 else { return false }
    if let add = rewriting.maker(of: source, "Add") {
      let inputs = rewriting.node(add).inputs
      guard inputs.count == 2, let position = inputs.firstIndex(where: { rewriting.maker(of: $0, "MatMul") != nil }),
        let inner = inputs[position], rewriting.isReadOnce(inner), let bias = rewriting.constant(inputs[1 - position]),
        bias.shape.count == 1
      else { return false }
      (product, added) = (inner, bias)
    } else if !isNormalization, !affine.offsetIsZero {
      return false
    }
    guard let first = rewriting.maker(of: product, "MatMul"),
      let folded = LinearNode(rewriting.node(first), in: rewriting.graph, bias: added)?.followed(by: affine)
    else { return false }
    let name = rewriting.graph[output].name
    var matrix = rewriting.node(first)
    if let weights = folded.weights { matrix.inputs[1] = rewriting.addConstant(named: "\(name)_weight", weights) }
    let hasBias = added != nil || isNormalization
    guard hasBias else {
      matrix.outputs = [output]
      rewriting.merge(index, into: first, as: matrix)
      return true
    }
    let bare = rewriting.addValue(named: "\(name)_product", like: product)
    matrix.outputs = [bare]
    rewriting.insert(matrix, before: index)
    let bias = rewriting.addConstant(named: "\(name)_bias", folded.bias)
    let add = Node("Add", name: rewriting.node(index).name, inputs: [bare, bias], outputs: [output])
    rewriting.replace(index, with: add)
    return true
  }

  /// A scale and an offset before a Conv go into it, an offset only where the Conv does not pad with zeros of its own.
  static func foldIntoReader(_ index: Int, _ rewriting: inout Rewriting, opset: Int64) {
    let node = rewriting.node(index)
    guard let value = node.inputs.first.flatMap(\.self), rewriting.isReadOnce(value),
      let first = rewriting.maker(of: value, "BatchNormalization"), let source = rewriting.node(first).inputs[0],
      let affine = ChannelAffine(normalization: rewriting.node(first), in: rewriting, opset: opset),
      affine.offsetIsZero || node.padsNothing, let output = node.outputs.first.flatMap(\.self),
      let folded = LinearNode(node, in: rewriting.graph)?.preceded(by: affine)
    else { return }
    var conv = folded.node(from: node, making: output, &rewriting)
    conv.inputs[0] = source
    rewriting.replace(index, with: conv)
  }
}

extension AffineFolding {
  /// An Add, Sub, Mul or Div whose other operand may be a constant.
  struct Arithmetic {
    let index: Int
    /// Of the operand that is no constant.
    let position: Int
    let opset: Int64

    func foldIntoLinear(_ rewriting: inout Rewriting) -> Bool {
      let node = rewriting.node(index)
      var maker = rewriting.maker(of: node.inputs[position], "Conv", "ConvTranspose", "Gemm", "MatMul")
      if maker == nil, let add = rewriting.maker(of: node.inputs[position], "Add") {
        for input in rewriting.node(add).inputs where maker == nil { maker = rewriting.maker(of: input, "MatMul") }
      }
      guard let maker, let linear = LinearNode(rewriting.node(maker), in: rewriting.graph) else { return false }
      // Where nothing tells the rank, a constant with one axis fits all the same.
      let rank = linear.channelAxis.rank ?? rewriting.rank(node.inputs[position]) ?? 1
      guard
        let affine = ChannelAffine(
          arithmetic: node, on: position, axis: linear.channelAxis.axis, rank: rank, in: rewriting, opset: opset)
      else { return false }
      return AffineFolding.fold(index, on: position, affine, &rewriting)
    }

    /// (x * a + b) * c + d is x * (a * c) + (b * c + d): a BatchNormalization's own scale and bias.
    func foldIntoNormalization(_ rewriting: inout Rewriting) -> Bool {
      let node = rewriting.node(index)
      guard let first = rewriting.maker(of: node.inputs[position], "BatchNormalization"),
        let rank = rewriting.rank(node.inputs[position]), rank >= 2,
        let inner = ChannelAffine(normalization: rewriting.node(first), in: rewriting, opset: opset),
        let affine = ChannelAffine(
          arithmetic: node, on: position, axis: rank - 2, rank: rank, in: rewriting, opset: opset)?
          .spread(over: inner.scale.count),
        let gamma = rewriting.constant(rewriting.node(first).inputs[1]),
        let beta = rewriting.constant(rewriting.node(first).inputs[2]), case .floats(let scales)? = Numbers(gamma),
        case .floats(let offsets)? = Numbers(beta),
        let scale = Tensor(.floats(zip(scales, affine.scale).map(*)), type: gamma.type, shape: gamma.shape),
        let bias = Tensor(
          .floats(offsets.indices.map { offsets[$0] * affine.scale[$0] + affine.offset[$0] }), type: beta.type,
          shape: beta.shape), let output = node.outputs.first.flatMap(\.self)
      else { return false }
      let name = rewriting.graph[output].name
      var merged = rewriting.node(first)
      merged.inputs[1] = rewriting.addConstant(named: "\(name)_scale", scale)
      merged.inputs[2] = rewriting.addConstant(named: "\(name)_bias", bias)
      merged.outputs = [output]
      rewriting.merge(index, into: first, as: merged)
      return true
    }
  }
}

extension LinearNode.Folded {
  /// The node with these weights and this bias.
  fileprivate func node(from old: Node, making output: ValueID, _ rewriting: inout Rewriting) -> Node {
    let base = rewriting.graph[output].name
    var node = old
    if let weights { node.inputs[1] = rewriting.addConstant(named: "\(base)_weight", weights) }
    node.inputs = [node.inputs[0], node.inputs[1], rewriting.addConstant(named: "\(base)_bias", bias)]
    node.outputs = [output]
    if node.opType == "Gemm" { node.set("beta", .float(1)) }
    return node
  }
}

extension Node {
  /// Whether a Conv adds no zeros of its own.
  var padsNothing: Bool {
    let mode = string("auto_pad") ?? "NOTSET"
    if mode == "VALID" { return true }
    return mode == "NOTSET" && ints("pads")?.allSatisfy { $0 == 0 } ?? true
  }
}
