// How the weights of a convolution or a matrix product are laid out: which of their elements belong to which channel of
// what the node reads and of what it writes.

internal import IngotGraph

struct LinearShape {
  /// Input channels that the data has, and output channels.
  let inputCount: Int
  let outputCount: Int
  /// Elements of one output channel and one input channel.
  let kernelCount: Int
  /// Whether each output channel reads one input channel only.
  let isDepthwise: Bool
  private let isOutputFirst: Bool

  /// - Parameter weight: the shape of input 1.
  /// - Returns: nil for forms that are not handled: grouped convolutions that are not depthwise, products whose weights
  ///   are no matrix.
  init?(_ node: Node, weight: [Int]) {
    guard !weight.contains(where: { $0 <= 0 }) else { return nil }
    switch node.opType {
    case "Conv":
      guard weight.count >= 3 else { return nil }
      let group = Int(clamping: node.int("group") ?? 1)
      guard group == 1 || weight[1] == 1 && group > 0 && weight[0] % group == 0 else { return nil }
      isDepthwise = group > 1
      (outputCount, inputCount) = (weight[0], isDepthwise ? group : weight[1])
      (kernelCount, isOutputFirst) = (weight[2...].reduce(1, *), true)
    case "ConvTranspose":
      guard weight.count >= 3, node.int("group") ?? 1 == 1 else { return nil }
      (inputCount, outputCount, isDepthwise) = (weight[0], weight[1], false)
      (kernelCount, isOutputFirst) = (weight[2...].reduce(1, *), false)
    case "Gemm":
      guard weight.count == 2, node.int("transA") ?? 0 == 0 else { return nil }
      isOutputFirst = node.int("transB") ?? 0 != 0
      (outputCount, inputCount) = isOutputFirst ? (weight[0], weight[1]) : (weight[1], weight[0])
      (kernelCount, isDepthwise) = (1, false)
    case "MatMul":
      guard weight.count == 2 else { return nil }
      (inputCount, outputCount, kernelCount, isDepthwise, isOutputFirst) = (weight[0], weight[1], 1, false, false)
    default: return nil
    }
  }

  /// The place of the output channels.
  func outputs(_ name: String) -> ChannelPlace? {
    if isOutputFirst {
      let inner = kernelCount * (isDepthwise ? 1 : inputCount)
      return ChannelPlace(constant: name, blocks: 1, channels: outputCount, inner: inner)
    }
    return ChannelPlace(constant: name, blocks: inputCount, channels: outputCount, inner: kernelCount)
  }

  /// The place of the input channels, where `repeats` inputs in a row belong to each.
  func inputs(_ name: String, repeats: Int = 1) -> ChannelPlace? {
    guard inputCount % repeats == 0 else { return nil }
    if isDepthwise {
      guard repeats == 1 else { return nil }
      return ChannelPlace(
        constant: name, blocks: 1, channels: inputCount, inner: outputCount / inputCount * kernelCount)
    }
    let (channels, inner) = (inputCount / repeats, repeats * kernelCount)
    return isOutputFirst
      ? ChannelPlace(constant: name, blocks: outputCount, channels: channels, inner: inner)
      : ChannelPlace(constant: name, blocks: 1, channels: channels, inner: inner * outputCount)
  }

  /// Calls `body` with the index of each weight, its output channel and its input channel.
  func forEachWeight(_ body: (_ index: Int, _ output: Int, _ input: Int) -> Void) {
    let perOutput = isDepthwise ? 1 : inputCount
    var index = 0
    for first in 0..<(isOutputFirst ? outputCount : inputCount) {
      for second in 0..<(isOutputFirst ? perOutput : outputCount) {
        let output = isOutputFirst ? first : second
        let input = isOutputFirst ? (isDepthwise ? first / (outputCount / inputCount) : second) : first
        for _ in 0..<kernelCount {
          body(index, output, input)
          index += 1
        }
      }
    }
  }
}
