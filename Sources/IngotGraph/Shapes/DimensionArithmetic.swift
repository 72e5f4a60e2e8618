// Arithmetic of sizes: numbers, names and expressions of names (`SizeExpression`). A result that is too long, overflows or hangs
// on an unknown size is `.unknown`, never an error. A result may be negative: a rule that makes a size of it says what then.

internal import IngotCore

extension Dimension {
  /// Nil for an unknown size, and for names too long to calculate with.
  var expression: SizeExpression? {
    switch self {
    case .fixed(let size): SizeExpression(size)
    case .symbolic(let text): SizeExpression(text: text)
    case .unknown: nil
    }
  }

  init(_ expression: SizeExpression?) {
    guard let expression else { self = .unknown; return }
    if let number = expression.constant { self = .fixed(number); return }
    // What a run calculates with such numbers would wrap.
    guard !expression.terms.contains(where: { $0.coefficient.magnitude > 1 << 40 }) else { self = .unknown; return }
    let text = expression.text
    self = text.utf8.count <= SizeExpression.Limit.textLength ? .symbolic(text) : .unknown
  }

  static func + (a: Dimension, b: Dimension) -> Dimension {
    switch (a, b) {
    case (.fixed(let x), .fixed(let y)): fixed(x.addingReportingOverflow(y))
    case (.fixed(0), let size), (let size, .fixed(0)): size
    default: calculated(a, b) { $0.adding($1) }
    }
  }

  static func - (a: Dimension, b: Dimension) -> Dimension {
    switch (a, b) {
    case (.fixed(let x), .fixed(let y)): fixed(x.subtractingReportingOverflow(y))
    case (let size, .fixed(0)): size
    default: calculated(a, b) { $0.subtracting($1) }
    }
  }

  static func * (a: Dimension, b: Dimension) -> Dimension {
    switch (a, b) {
    case (.fixed(let x), .fixed(let y)): fixed(x.multipliedReportingOverflow(by: y))
    case (.fixed(0), _), (_, .fixed(0)): .fixed(0)
    case (.fixed(1), let size), (let size, .fixed(1)): size
    default: calculated(a, b) { $0.multiplied(by: $1) }
    }
  }

  /// Rounded down; a zero divisor gives an unknown size, one that may be zero is taken not to be.
  func floorDivided(by divisor: Dimension) -> Dimension {
    if divisor == .fixed(1) { return self }
    return Self.calculated(self, divisor) { $0.floorDivided(by: $1) }
  }

  /// Rounded up.
  func ceilDivided(by divisor: Dimension) -> Dimension {
    if divisor == .fixed(1) { return self }
    return Self.calculated(self, divisor) { $0.ceilDivided(by: $1) }
  }

  /// The quotient where the node asks for a whole one. A quotient that is not seen to be whole is written as one that is rounded:
  /// a run that gets through has no rest.
  /// - Returns: nil where the numbers rule a whole quotient out; unknown for a zero divisor.
  func dividedExactly(by divisor: Dimension) -> Dimension? {
    if case (.fixed(let a), .fixed(let b)) = (self, divisor) {
      guard b != 0 else { return .unknown }
      let (rest, overflow) = a.remainderReportingOverflow(dividingBy: b)
      return rest == 0 && !overflow ? .fixed(a / b) : nil
    }
    return floorDivided(by: divisor)
  }

  static func maximum(_ a: Dimension, _ b: Dimension) -> Dimension { calculated(a, b) { .maximum($0, $1) } }
  static func minimum(_ a: Dimension, _ b: Dimension) -> Dimension { calculated(a, b) { .minimum($0, $1) } }

  /// floor(size * scale), as runtimes calculate it in float32. Of a size that only a run knows only halves, quarters and so on are
  /// exact whatever the size is.
  func scaled(by scale: Float) -> Dimension {
    if scale == 1 { return self }
    guard scale > 0, scale.isFinite else { return .unknown }
    if case .fixed(let size) = self {
      return Int(exactly: (Float(size) * scale).rounded(.down)).map { .fixed($0) } ?? .unknown
    }
    for shift in 0...8 {
      let divisor = 1 << shift
      guard let factor = Int(exactly: scale * Float(divisor)), factor <= 1 << 12 else { continue }
      return (self * .fixed(factor)).floorDivided(by: .fixed(divisor))
    }
    return .unknown
  }

  /// A number that the size is never below, where one is seen.
  var lowerBound: Int? { expression?.lowerBound }

  /// Whether `self` is certainly `other` or more.
  func isAtLeast(_ other: Dimension) -> Bool {
    if self == other { return self != .unknown }
    return (self - other).lowerBound.map { $0 >= 0 } ?? false
  }

  private static func fixed(_ result: (partialValue: Int, overflow: Bool)) -> Dimension {
    result.overflow ? .unknown : .fixed(result.partialValue)
  }

  private static func calculated(
    _ a: Dimension, _ b: Dimension, _ operation: (SizeExpression, SizeExpression) -> SizeExpression?
  ) -> Dimension {
    guard let x = a.expression, let y = b.expression else { return .unknown }
    return Dimension(operation(x, y))
  }
}

extension Dimension {
  /// The size after NumPy's broadcasting; nil where it cannot be done. Of two names either may be 1 at run time, so the result has
  /// neither unless they are the same, or one is certainly more than 1.
  func broadcast(with other: Dimension) -> Dimension? {
    if self == other { return self == .unknown ? .unknown : self }
    switch (self, other) {
    case (.fixed(1), let size), (let size, .fixed(1)): return size
    case (.fixed, .fixed): return nil
    // The other one is 1 or equal.
    case (.fixed, _): return self
    case (_, .fixed): return other
    default:
      if self.isAtLeast(.fixed(2)) || other.isCapped(self) { return self }
      return other.isAtLeast(.fixed(2)) || isCapped(other) ? other : .unknown
    }
  }

  /// Whether this is the minimum of a size and numbers of 1 or more. Such a size broadcasts with the size itself only where they
  /// are equal, or both are 1.
  private func isCapped(_ size: Dimension) -> Bool {
    guard case .symbolic(let text) = self, text.utf8.last == UInt8(ascii: ")"), let whole = size.expression,
      case .minimum(let operands)? = SizeExpressionParser.atom(text)
    else { return false }
    return operands.contains(whole) && operands.allSatisfy { $0 == whole || ($0.constant ?? 0) >= 1 }
  }

  /// Nil where both are known and differ; otherwise the one that says more.
  func unified(with other: Dimension) -> Dimension? {
    switch (self, other) {
    case (.fixed(let a), .fixed(let b)): a == b ? self : nil
    case (.fixed, _): self
    case (_, .fixed): other
    case (.unknown, _): other
    case (_, .unknown): self
    case (.symbolic, .symbolic): isPlaceholder ? other : self
    }
  }
}

extension Collection<Dimension> {
  /// The number of elements of a shape.
  var product: Dimension {
    if contains(.fixed(0)) { return .fixed(0) }
    return reduce(.fixed(1)) { $0 * $1 }
  }
}

extension Array<Dimension> {
  static func broadcast(_ a: [Dimension], _ b: [Dimension]) throws(ShapeProblem) -> [Dimension] {
    let rank = Swift.max(a.count, b.count)
    let left = [Dimension](repeating: .fixed(1), count: rank - a.count) + a
    let right = [Dimension](repeating: .fixed(1), count: rank - b.count) + b
    var result: [Dimension] = []
    for (x, y) in zip(left, right) {
      guard let size = x.broadcast(with: y) else { throw .broadcast(a, b) }
      result.append(size)
    }
    return result
  }

  /// Nil where the shapes rule each other out.
  func unified(with other: [Dimension]) -> [Dimension]? {
    guard count == other.count else { return nil }
    var result: [Dimension] = []
    for (a, b) in zip(self, other) {
      guard let size = a.unified(with: b) else { return nil }
      result.append(size)
    }
    return result
  }

  /// What holds whichever of the two a run takes; nil where even the ranks differ.
  func common(with other: [Dimension]) -> [Dimension]? {
    count == other.count ? zip(self, other).map { $0 == $1 ? $0 : .unknown } : nil
  }
}
