// y = x * scale + offset with one scale and offset per channel: what a BatchNormalization does in inference, and arithmetic
// with a constant. Calculated in float64.

internal import IngotCore

struct ChannelAffine {
  /// One for each channel, or one for all.
  var scale: [Double]
  /// As many as there are scales.
  var offset: [Double]

  var scaleIsOne: Bool { scale.allSatisfy { $0 == 1 } }
  var offsetIsZero: Bool { offset.allSatisfy { $0 == 0 } }
  private var isFinite: Bool { scale.allSatisfy(\.isFinite) && offset.allSatisfy(\.isFinite) }

  /// The same with an entry for each channel; nil where there are others than that many.
  func spread(over channels: Int) -> ChannelAffine? {
    if scale.count == channels { return self }
    guard scale.count == 1 else { return nil }
    return ChannelAffine(
      scale: Array(repeating: scale[0], count: channels), offset: Array(repeating: offset[0], count: channels))
  }

  private init(scale: [Double], offset: [Double]) { (self.scale, self.offset) = (scale, offset) }

  /// - Returns: nil for a node in training mode, one whose parameters are not constant, and one with numbers that are not finite.
  init?(normalization node: Node, in rewriting: Rewriting, opset: Int64) {
    guard node.domain.isEmpty, node.opType == "BatchNormalization", node.inputs.count == 5,
      node.int("training_mode") ?? 0 == 0, node.int("spatial") ?? 1 == 1,
      opset >= 7 || node.int("is_test") ?? 0 != 0,
      !node.outputs.dropFirst().contains(where: { rewriting.isRead($0) })
    else { return nil }
    var parameters: [[Double]] = []
    for input in node.inputs.dropFirst() {
      guard let tensor = rewriting.constant(input), tensor.shape.count == 1,
        case .floats(let values)? = Numbers(tensor),
        values.count == parameters.first?.count ?? values.count
      else { return nil }
      parameters.append(values)
    }
    let epsilon = Double(node.float("epsilon") ?? 1e-5)
    (scale, offset) = ([], [])
    for channel in parameters[0].indices {
      let deviation = (parameters[3][channel] + epsilon).squareRoot()
      let factor = parameters[0][channel] / deviation
      scale.append(factor)
      offset.append(parameters[1][channel] - parameters[2][channel] * factor)
      guard deviation > 0 else { return nil }
    }
    guard isFinite else { return nil }
  }

  /// - Parameter position: of the input that is not the constant.
  /// - Parameter axis: the channels' axis, counted from the last one, which is 0.
  /// - Parameter rank: of the other input, which the result must have too.
  init?(arithmetic node: Node, on position: Int, axis: Int, rank: Int, in rewriting: Rewriting, opset: Int64) {
    guard node.domain.isEmpty, opset >= 7, node.inputs.count == 2,
      let tensor = rewriting.constant(node.inputs[1 - position]),
      tensor.type == .float32 || tensor.type == .float64, tensor.shape.count <= rank,
      tensor.shape.reversed().enumerated().allSatisfy({ $0 == axis || $1 == 1 }), tensor.elementCount > 0,
      case .floats(let values)? = Numbers(tensor)
    else { return nil }
    let (ones, zeros) = (values.map { _ in 1.0 }, values.map { _ in 0.0 })
    switch (node.opType, position) {
    case ("Add", _): (scale, offset) = (ones, values)
    case ("Sub", 0): (scale, offset) = (ones, values.map { -$0 })
    case ("Sub", _): (scale, offset) = (ones.map { -$0 }, values)
    case ("Mul", _): (scale, offset) = (values, zeros)
    case ("Div", 0): (scale, offset) = (values.map { 1 / $0 }, zeros)
    default: return nil
    }
    guard isFinite else { return nil }
  }
}
