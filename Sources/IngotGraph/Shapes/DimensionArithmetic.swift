// Arithmetic of sizes of which some are known by name only.

internal import IngotCore

extension Dimension {
  /// The size after NumPy's broadcasting; nil where it cannot be done.
  func broadcast(with other: Dimension) -> Dimension? {
    if self == other { return self == .unknown ? .unknown : self }
    switch (self, other) {
    case (.fixed(1), let size), (let size, .fixed(1)): return size
    case (.fixed, .fixed): return nil
    // The other one is 1 or equal.
    case (.fixed, _): return self
    case (_, .fixed): return other
    default: return .unknown
    }
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

  /// A size that a formula changes: known where this one is, the same where the formula is the identity.
  func mapped(isIdentity: Bool = false, _ formula: (Int) -> Int?) throws(ShapeProblem) -> Dimension {
    guard case .fixed(let size) = self else { return isIdentity ? self : .unknown }
    guard let result = formula(size), result >= 0 else { throw .outputSize }
    return .fixed(result)
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

/// A product of sizes: a number times names.
struct SizeProduct {
  var factor = 1
  /// Sorted.
  var names: [String] = []
  var hasUnknown = false

  init(_ sizes: some Sequence<Dimension>) throws(ShapeProblem) {
    for size in sizes {
      switch size {
      case .fixed(let size):
        let (product, overflow) = factor.multipliedReportingOverflow(by: size)
        guard !overflow, size >= 0 else { throw .outputSize }
        factor = product
      case .symbolic(let name): names.append(name)
      case .unknown: hasUnknown = true
      }
    }
    names.sort()
  }

  var dimension: Dimension {
    if factor == 0 { return .fixed(0) }
    if hasUnknown { return .unknown }
    if names.isEmpty { return .fixed(factor) }
    return factor == 1 && names.count == 1 ? .symbolic(names[0]) : .unknown
  }

  /// This divided by a part of it: `.unknown` where it cannot be told, nil where it is certainly no whole number.
  func divided(by part: SizeProduct) -> Dimension? {
    guard !hasUnknown, !part.hasUnknown else { return .unknown }
    var rest = names
    for name in part.names {
      guard let index = rest.firstIndex(of: name) else { return .unknown }
      rest.remove(at: index)
    }
    guard part.factor != 0 else { return .unknown }
    if factor % part.factor != 0 { return rest.isEmpty ? nil : .unknown }
    let quotient = factor / part.factor
    if rest.isEmpty { return .fixed(quotient) }
    return quotient == 1 && rest.count == 1 ? .symbolic(rest[0]) : .unknown
  }
}
