// What a manifest or a command line says of lowering to 16-bit floats.

internal import IngotCore

package struct FloatOptions: Sendable, Hashable {
  package var keep: KeepList
  /// Patterns over the names of inputs and outputs: these take the type too. The others keep the types that they have.
  package var ports: [String]
  /// A node that reads or writes a tensor which was measured to be larger keeps float32 (rule 2c): from here on float16's
  /// numbers are half a unit apart, and overflow is not far.
  package var activationLimit: Float
  /// A node that adds up more products or elements keeps float32 (rule 2d); nil sets no limit.
  package var depthLimit: Int?

  package static let usualActivationLimit: Float = 512

  package init(
    keep: KeepList = KeepList(), ports: [String] = [], activationLimit: Float = usualActivationLimit,
    depthLimit: Int? = nil
  ) {
    (self.keep, self.ports, self.activationLimit, self.depthLimit) = (keep, ports, activationLimit, depthLimit)
  }
}

/// What classification of nodes goes by.
struct FloatRules {
  /// float16 or bfloat16.
  var type: ElementType
  var opset: Int64
  var options: FloatOptions
  /// The largest magnitude that was measured of a tensor; nil where nothing was measured at all.
  var amax: ((String) -> Float?)?
}
