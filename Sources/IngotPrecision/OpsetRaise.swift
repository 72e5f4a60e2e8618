// Raises a model's standard operator set to 13 or up to 19, where Q/DQ per channel and float16 scales begin. Only what
// changed meaning or form between versions is rewritten; a node that has no sure equivalent is an obstacle and refuses
// the whole.

internal import IngotCore
internal import IngotGraph

/// - Throws: `.opsetTooOld` naming every node in the way.
func raiseOpset(of model: inout Model, to wanted: Int64) throws(PrecisionError) {
  let have = model.opsets[""] ?? 0
  guard have < wanted else { return }
  var raise = OpsetRaise(from: have, to: wanted)
  if have < 9 {
    raise.obstacles = ["operators older than operator set 9"]
  } else {
    raise.convert(&model.graph)
  }
  guard raise.obstacles.isEmpty else {
    throw PrecisionError(.opsetTooOld(have: have, need: wanted, obstacles: raise.obstacles))
  }
  model.opsets[""] = wanted
  model.irVersion = max(model.irVersion, wanted >= 19 ? 9 : 7)
}

private struct OpsetRaise {
  let from: Int64
  let to: Int64
  var obstacles: [String] = []

  init(from: Int64, to: Int64) { (self.from, self.to) = (from, to) }

  /// Bodies of If, Loop and Scan are of the same operator set.
  mutating func convert(_ graph: inout Graph) {
    for index in graph.nodes.indices where graph.nodes[index].domain.isEmpty {
      var node = graph.nodes[index]
      convertBodies(of: &node)
      convert(&node, in: &graph)
      graph.nodes[index] = node
    }
  }

  private mutating func convertBodies(of node: inout Node) {
    for index in node.attributes.indices {
      switch node.attributes[index].value {
      case .graph(var body):
        convert(&body)
        node.attributes[index].value = .graph(body)
      case .graphs(var bodies):
        for number in bodies.indices { convert(&bodies[number]) }
        node.attributes[index].value = .graphs(bodies)
      case .float, .int, .string, .tensor, .floats, .ints, .strings, .tensors, .sparseTensor, .sparseTensors, .type,
        .types,
        .reference, .opaque:
        break
      }
    }
  }

  private func crosses(_ version: Int64) -> Bool { from < version && version <= to }

  private mutating func convert(_ node: inout Node, in graph: inout Graph) {
    switch node.opType {
    case "Slice" where crosses(10): moveInts(["starts", "ends", "axes"], of: &node, in: &graph)
    case "TopK" where crosses(10): moveTopKCount(of: &node, in: &graph)
    case "Clip" where crosses(11): moveFloats(["min", "max"], of: &node, in: &graph)
    case "Pad" where crosses(11):
      moveInts(["pads"], of: &node, in: &graph)
      moveFloats(["value"], of: &node, in: &graph)
    case "Dropout" where crosses(12): node.attributes.removeAll { $0.name == "ratio" }
    case "Squeeze" where crosses(13), "Unsqueeze" where crosses(13), "ReduceSum" where crosses(13):
      moveInts(["axes"], of: &node, in: &graph)
    case "Split":
      if crosses(13) { moveInts(["split"], of: &node, in: &graph) }
      if crosses(18), node.inputs.count < 2 { node.set("num_outputs", .int(Int64(node.outputs.count))) }
    case "Softmax" where crosses(13), "LogSoftmax" where crosses(13), "Hardmax" where crosses(13):
      convertSoftmax(&node, in: graph)
    case "RoiAlign" where crosses(16):
      node.set("coordinate_transformation_mode", .string(Array("output_half_pixel".utf8)))
    case let op where Self.reductionsOf18.contains(op) && crosses(18): moveInts(["axes"], of: &node, in: &graph)
    default: if let reason = obstacle(node) { obstacles.append("node '\(node.name)' (\(node.opType): \(reason))") }
    }
  }

  private static let reductionsOf18: Set<String> = [
    "ReduceMax", "ReduceMin", "ReduceMean", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
    "ReduceSumSquare",
  ]

  private func obstacle(_ node: Node) -> String? {
    switch node.opType {
    case "Upsample" where crosses(10), "Scatter" where crosses(11): "removed from the operator set"
    case "Resize" where crosses(11): "other coordinates than before operator set 11"
    case "Resize" where crosses(13) && node.string("coordinate_transformation_mode") == "tf_half_pixel_for_nn":
      "coordinates that operator set 13 no longer has"
    case "BatchNormalization" where crosses(14) && node.outputs.count > 1: "a training form"
    default: nil
    }
  }

  /// Makes inputs of integer attributes, in this order; one that is missing between others is left out.
  private func moveInts(_ names: [String], of node: inout Node, in graph: inout Graph) {
    for name in names {
      let values = node.ints(name)
      node.attributes.removeAll { $0.name == name }
      node.inputs.append(values.map { graph.addInitializer(freshName: "\(node.name)_\(name)", Tensor($0)) })
    }
    dropTrailingGaps(of: &node)
  }

  private func moveFloats(_ names: [String], of node: inout Node, in graph: inout Graph) {
    for name in names {
      let value = node.float(name)
      node.attributes.removeAll { $0.name == name }
      node.inputs.append(value.map { graph.addInitializer(freshName: "\(node.name)_\(name)", Tensor([$0], shape: [])) })
    }
    dropTrailingGaps(of: &node)
  }

  private func moveTopKCount(of node: inout Node, in graph: inout Graph) {
    guard let count = node.int("k") else { return }
    node.attributes.removeAll { $0.name == "k" }
    node.inputs.append(graph.addInitializer(freshName: "\(node.name)_k", Tensor([count])))
  }

  private func dropTrailingGaps(of node: inout Node) {
    while let last = node.inputs.last, last == nil { node.inputs.removeLast() }
  }

  /// Before 13 the axes from `axis` on were one; after, `axis` is the only one: the same where those behind it have
  /// size 1.
  private mutating func convertSoftmax(_ node: inout Node, in graph: Graph) {
    let axis = Int(clamping: node.int("axis") ?? 1)
    guard let shape = node.inputs.first.flatMap({ $0 }).flatMap({ graph[$0].shape }) else {
      return obstacles.append("node '\(node.name)' (\(node.opType): its rank is unknown)")
    }
    let positive = axis < 0 ? axis + shape.count : axis
    if shape.indices.contains(positive), shape[(positive + 1)...].allSatisfy({ $0 == .fixed(1) }) {
      node.set("axis", .int(Int64(positive)))
    } else {
      obstacles.append("node '\(node.name)' (\(node.opType): axis \(axis) is not surely the last)")
    }
  }
}
