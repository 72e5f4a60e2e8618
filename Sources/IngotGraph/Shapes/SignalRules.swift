// Fourier transforms and what goes with them: windows and mel weights.

internal import IngotCore

enum SignalRules {
  static let table: [String: ShapeRule] = [
    "DFT": fourier, "STFT": shortTime, "MelWeightMatrix": melWeights, "HannWindow": window, "HammingWindow": window,
    "BlackmanWindow": window, "com.microsoft::Rfft": realFourier, "com.microsoft::Irfft": inverseRealFourier,
  ]

  @Sendable private static func window(_ node: inout NodeFacts) throws(ShapeProblem) {
    let count = node.number(0) ?? .unknown
    if let size = count.size, size < 0 { throw .outputSize }
    node.set(type: CreationRules.elementType(node, "output_datatype") ?? .float32, shape: [count])
  }

  @Sendable private static func melWeights(_ node: inout NodeFacts) throws(ShapeProblem) {
    let (bins, length) = (node.number(0) ?? .unknown, node.number(1) ?? .unknown)
    if let size = bins.size, size < 0 { throw .outputSize }
    let type = CreationRules.elementType(node, "output_datatype") ?? .float32
    node.set(type: type, shape: [oneSided(length), bins])
  }

  /// Frequencies of a real signal: length / 2 + 1.
  private static func oneSided(_ length: Dimension) -> Dimension { length.floorDivided(by: .fixed(2)) + .fixed(1) }

  /// The signal that such a spectrum most likely had: 2 * (frequencies - 1).
  private static func twoSided(_ count: Dimension) throws(ShapeProblem) -> Dimension {
    try (count * .fixed(2) - .fixed(2)).checked()
  }

  /// The last axis holds real and imaginary parts. From version 20 on, the axis is an input that may be computed.
  @Sendable private static func fourier(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard var shape = node.shape(0) else { return }
    guard shape.count >= 2 else { throw .rank(input: 0, shape: shape, expected: "2 axes or more") }
    let (isOneSided, isInverse) = (node.flag("onesided"), node.flag("inverse"))
    var axis: Int?
    if node.opset < 20 {
      axis = try node.axis("axis", default: 1, rank: shape.count)
    } else if node.input(2) == nil {
      axis = try node.axis(-2, rank: shape.count)
    } else if let size = node.number(2)?.size {
      axis = try node.axis(Int64(size), rank: shape.count)
    }
    shape[shape.count - 1] = .fixed(isOneSided && isInverse ? 1 : 2)
    let length = node.input(1).map { _ in node.number(1) ?? .unknown }
    if let axis {
      guard axis < shape.count - 1 else { throw .axis(Int64(axis), rank: shape.count - 1) }
      var size = length ?? shape[axis]
      if let size = size.size, size < 0 { throw .outputSize }
      if isOneSided && !isInverse { size = oneSided(size) }
      if isOneSided && isInverse && length == nil { size = try twoSided(size) }
      shape[axis] = size
    } else if isOneSided || length != nil {
      for index in shape.indices.dropLast() { shape[index] = .unknown }
    }
    node.set(type: node.type(0), shape: shape)
  }

  /// Signal [batch, length, 1 or 2], step, window, frame length; the result is [batch, frames, frequencies, 2].
  @Sendable private static func shortTime(_ node: inout NodeFacts) throws(ShapeProblem) {
    let signal = node.shape(0)
    if let signal, signal.count < 2 { throw .rank(input: 0, shape: signal, expected: "3 axes") }
    var length = node.number(3) ?? .unknown
    if let window = try node.shape(2, rank: 1) {
      length = try node.unified(length, "the frame's length", window[0], "the window's length")
    }
    var frames = Dimension.unknown
    if let step = node.number(1)?.size, let total = signal?[1] {
      guard step > 0 else { throw .sizes("the step", .fixed(step), "the least one", .fixed(1)) }
      frames = try (total - length).checked().floorDivided(by: .fixed(step)) + .fixed(1)
    }
    let frequencies = node.flag("onesided", default: true) ? oneSided(length) : length
    node.set(type: node.type(0), shape: [signal?.first ?? .unknown, frames, frequencies, .fixed(2)])
  }

  /// The last `signal_ndim` axes are transformed; real and imaginary parts become a new axis.
  @Sendable private static func realFourier(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: nil)
    guard var shape = node.shape(0), let last = shape.last else { return }
    if node.flag("onesided", default: true) { shape[shape.count - 1] = oneSided(last) }
    node.set(type: node.type(0), shape: shape + [.fixed(2)])
  }

  @Sendable private static func inverseRealFourier(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard var shape = node.shape(0), shape.count >= 2 else { return }
    shape.removeLast()
    if node.flag("onesided", default: true) {
      shape[shape.count - 1] = try twoSided(shape[shape.count - 1])
    }
    node.set(type: node.type(0), shape: shape)
  }
}
