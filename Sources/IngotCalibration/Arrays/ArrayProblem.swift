// What is wrong with an array file. The set that names the file adds the place.

/// A reason why an array cannot be read.
struct ArrayProblem: Error, Hashable {
  var problem: String
  var hint: String?

  init(_ problem: String, hint: String? = nil) { (self.problem, self.hint) = (problem, hint) }
}

/// Bounds on arrays, against files that claim absurd sizes.
enum ArrayLimits {
  static let rank = 32
  static let sampleCount = 100_000_000
  /// Of one sample: a 16384 x 16384 float32 image.
  static let sampleByteCount = 1 << 30
  /// Of a whole array.
  static let byteCount = 1 << 46
}
