// What is certain about the order of two elements, and which elements are certainly sizes.

internal import IngotCore

/// Nil where a run decides.
struct ElementOrder {
  let isEqual: Bool?
  let isLess: Bool?
  let isGreater: Bool?

  /// - Parameter isFirstSize: whether the first is known not to be negative, whatever its text says.
  init(_ a: Dimension, _ b: Dimension, isFirstSize: Bool, isSecondSize: Bool) {
    if a == .unknown || b == .unknown { (isEqual, isLess, isGreater) = (nil, nil, nil); return }
    if a == b { (isEqual, isLess, isGreater) = (true, false, false); return }
    let (above, below) = ((a - b).lowerBound, (b - a).lowerBound)
    let isAbove = above.map { $0 >= 1 } ?? false || isFirstSize && (b.size ?? 0) < 0
    let isBelow = below.map { $0 >= 1 } ?? false || isSecondSize && (a.size ?? 0) < 0
    isEqual = isAbove || isBelow ? false : nil
    isLess = isBelow ? true : isAbove || (above ?? -1) >= 0 ? false : nil
    isGreater = isAbove ? true : isBelow || (below ?? -1) >= 0 ? false : nil
  }
}

extension SizeElements {
  static let divisorLimit = 1 << 12

  /// Whether floats hold these values without rounding.
  var isExact: Bool { divisor.nonzeroBitCount == 1 }

  /// Whole numbers where all are.
  var reduced: SizeElements {
    guard divisor > 1 else { return self }
    var quotients: [Dimension] = []
    for numerator in numerators {
      guard let quotient = numerator.expression?.dividedExactly(by: SizeExpression(divisor)) else { return self }
      quotients.append(Dimension(quotient))
    }
    return SizeElements(quotients)
  }
}

extension NodeFacts {
  func sizeElements(_ index: Int) -> SizeElements? {
    guard let facts = input(index), let elements = Self.elements(facts), let shape = facts.shape?.sizes,
      Layout.count(shape) == elements.numerators.count
    else { return nil }
    return elements
  }

  private static func elements(_ facts: ValueFacts) -> SizeElements? {
    switch facts.content {
    case .elements(let elements): return SizeElements(elements)
    case .fractions(let numerators, let divisor): return SizeElements(numerators, divisor: divisor)
    case .constant(let tensor):
      guard tensor.elementCount <= ValueFacts.elementLimit, let numbers = Numbers(tensor) else { return nil }
      if case .integers(let values) = numbers { return SizeElements(values.map { .fixed(Int($0)) }) }
      if case .floats(let values) = numbers { return Self.fractions(values) }
      return nil
    case .sequence, nil: return nil
    }
  }

  /// As many unknown elements as the input has, where nothing is known about them.
  func anyElements(_ index: Int) -> SizeElements? {
    if let elements = sizeElements(index) { return elements }
    guard let shape = shape(index)?.sizes, let count = Layout.count(shape), count <= ValueFacts.elementLimit else {
      return nil
    }
    return SizeElements([Dimension](repeating: .unknown, count: count))
  }

  /// Nil where a value is no small whole number of halves, quarters and so on.
  private static func fractions(_ values: [Double]) -> SizeElements? {
    var divisor = 1
    for value in values {
      guard value.magnitude <= Double(1 << 24) else { return nil }
      while (value * Double(divisor)).rounded(.down) != value * Double(divisor) {
        divisor *= 2
        guard divisor <= 256 else { return nil }
      }
    }
    return SizeElements(values.map { .fixed(Int($0 * Double(divisor))) }, divisor: divisor)
  }

  /// Whether an element of an input, over its divisor or not, is certainly no negative number.
  func isNonNegative(_ element: Dimension, of input: Int, at index: Int) -> Bool {
    switch element {
    case .fixed(let number): number >= 0
    case .symbolic: sizesByInput[input].map { $0.indices.contains(index) && $0[index] != .unknown } ?? true
    case .unknown: false
    }
  }

  func isNonzero(_ element: Dimension, of input: Int, at index: Int) -> Bool? {
    switch element {
    case .fixed(let number): number != 0
    case .symbolic: element.isAtLeast(.fixed(1)) ? true : nil
    case .unknown: nil
    }
  }
}
