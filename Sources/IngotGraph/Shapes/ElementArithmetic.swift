// Arithmetic, comparisons and choices with elements of which a run knows some only.

internal import IngotCore

enum ElementArithmetic {
  static let table: [String: ElementRule] = [
    "Add": { [combined($0, fractions: sum)] }, "Sub": { [combined($0, fractions: difference)] },
    "Mul": { [combined($0, fractions: product)] }, "Div": { [divided($0)] }, "Mod": { [remainders($0)] },
    "Sum": { [folded($0, +)] }, "Max": { [folded($0, Dimension.maximum)] }, "Min": { [folded($0, Dimension.minimum)] },
    "Clip": { [clipped($0)] }, "Neg": { [each($0) { node, value, _ in .fixed(0) - value }] },
    "Abs": {
      [each($0) { node, value, index in node.isNonNegative(value, of: 0, at: index) ? value : magnitude(value) }]
    },
    "Floor": { [rounded($0, up: false)] }, "Ceil": { [rounded($0, up: true)] }, "Round": { [whole($0)] },
    "Not": { [each($0) { _, value, _ in truth(value).map { .fixed($0 ? 0 : 1) } ?? .unknown }] },
    "And": { [logic($0) { $0 == false || $1 == false ? false : $0 == nil || $1 == nil ? nil : true }] },
    "Or": { [logic($0) { $0 == true || $1 == true ? true : $0 == nil || $1 == nil ? nil : false }] },
    "Xor": { [logic($0) { a, b in a.flatMap { a in b.map { a != $0 } } }] },
    "Equal": { [compared($0) { $0.isEqual }] }, "Less": { [compared($0) { $0.isLess }] },
    "Greater": { [compared($0) { $0.isGreater }] },
    "LessOrEqual": { [compared($0) { $0.isGreater.map { !$0 } }] },
    "GreaterOrEqual": { [compared($0) { $0.isLess.map { !$0 } }] }, "Where": { [chosen($0)] },
  ]

  /// Numbers that a type would wrap are unknown.
  static func fitted(_ value: Dimension, in type: ElementType?) -> Dimension {
    guard let number = value.size else { return value }
    let limit: ClosedRange<Int>
    switch type {
    case .int64: return value
    case .uint64: limit = 0...Int.max
    case .int32: limit = Int(Int32.min)...Int(Int32.max)
    case .uint32: limit = 0...Int(UInt32.max)
    case .int16: limit = Int(Int16.min)...Int(Int16.max)
    case .uint16: limit = 0...Int(UInt16.max)
    case .int8: limit = Int(Int8.min)...Int(Int8.max)
    case .uint8: limit = 0...Int(UInt8.max)
    case .float32: limit = -(1 << 24)...(1 << 24)
    case .float64: limit = -(1 << 52)...(1 << 52)
    default: return .unknown
    }
    return limit.contains(number) ? value : .unknown
  }

  /// Whether results are calculated with: narrower integers wrap too soon.
  private static func isCalculated(_ type: ElementType?) -> Bool {
    type == .int64 || type == .int32 || type == .float32 || type == .float64
  }

  /// The pairs of elements of two inputs that broadcasting brings together, with where they stand.
  private static func pairs(_ node: NodeFacts, _ first: Int, _ second: Int) -> [(Int, Int)]? {
    guard let output = node.outputs.first?.shape?.sizes, let a = node.shape(first)?.sizes,
      let b = node.shape(second)?.sizes, let left = positions(a, in: output), let right = positions(b, in: output)
    else { return nil }
    return Array(zip(left, right))
  }

  /// Nil for a shape that does not broadcast to the output's: in old versions that is the first input's.
  private static func positions(_ shape: [Int], in output: [Int]) -> [Int]? {
    guard shape.count <= output.count, zip(shape.reversed(), output.reversed()).allSatisfy({ $0 == $1 || $0 == 1 })
    else {
      return nil
    }
    return Layout.indices(output, strides: Layout.broadcastStrides(shape, to: output))
  }

  private static func combined(
    _ node: NodeFacts, fractions: (SizeElements, SizeElements) -> (divisor: Int, (Dimension, Dimension) -> Dimension)?
  ) -> SizeElements? {
    let type = node.outputs.first?.type
    guard isCalculated(type), let a = node.sizeElements(0), let b = node.sizeElements(1), let pairs = pairs(node, 0, 1),
      let (divisor, calculate) = fractions(a, b)
    else { return nil }
    let values = pairs.map { fitted(calculate(a.numerators[$0], b.numerators[$1]), in: type) }
    return SizeElements(values, divisor: divisor).reduced
  }

  private static func sum(_ a: SizeElements, _ b: SizeElements) -> (Int, (Dimension, Dimension) -> Dimension)? {
    guard a.isExact, b.isExact else { return nil }
    let divisor = max(a.divisor, b.divisor)
    return (divisor, { $0 * .fixed(divisor / a.divisor) + $1 * .fixed(divisor / b.divisor) })
  }

  private static func difference(_ a: SizeElements, _ b: SizeElements) -> (Int, (Dimension, Dimension) -> Dimension)? {
    sum(a, b).map { divisor, _ in
      (divisor, { $0 * .fixed(divisor / a.divisor) - $1 * .fixed(divisor / b.divisor) })
    }
  }

  private static func product(_ a: SizeElements, _ b: SizeElements) -> (Int, (Dimension, Dimension) -> Dimension)? {
    guard a.isExact, b.isExact, a.divisor * b.divisor <= SizeElements.divisorLimit else { return nil }
    return (a.divisor * b.divisor, { $0 * $1 })
  }

  /// Integers are divided towards zero: the same as down where nothing is negative. Floats are exact where the divisor is a power
  /// of two, and good enough to be rounded at once where it is another number.
  private static func divided(_ node: NodeFacts) -> SizeElements? {
    let type = node.outputs.first?.type
    guard isCalculated(type), let a = node.sizeElements(0), let b = node.sizeElements(1), let pairs = pairs(node, 0, 1)
    else { return nil }
    if type == .int64 || type == .int32 {
      return SizeElements(
        pairs.map { i, j in
          let (x, y) = (a.numerators[i], b.numerators[j])
          if case (.fixed(let x), .fixed(let y)) = (x, y) {
            let (quotient, overflow) = x.dividedReportingOverflow(by: y)
            return overflow ? .unknown : fitted(.fixed(quotient), in: type)
          }
          guard node.isNonNegative(x, of: 0, at: i), node.isNonNegative(y, of: 1, at: j) else { return .unknown }
          return x.floorDivided(by: y)
        })
    }
    guard a.isExact, b.isExact else { return nil }
    let divisors = Set(pairs.map { b.numerators[$1] })
    if divisors.count == 1, let number = divisors.first?.size, number > 0, number <= SizeElements.divisorLimit,
      a.divisor * number <= SizeElements.divisorLimit
    {
      let values = pairs.map { i, _ in fitted(a.numerators[i] * .fixed(b.divisor), in: type) }
      return SizeElements(values, divisor: a.divisor * number).reduced
    }
    let values = pairs.map { i, j -> Dimension in
      guard let x = (a.numerators[i] * .fixed(b.divisor)).expression,
        let y = (b.numerators[j] * .fixed(a.divisor)).expression
      else { return .unknown }
      return Dimension(x.dividedExactly(by: y))
    }
    return SizeElements(values)
  }

  /// The sign of the divisor, or with `fmod` that of the dividend.
  private static func remainders(_ node: NodeFacts) -> SizeElements? {
    let type = node.outputs.first?.type
    guard type == .int64 || type == .int32, let a = node.sizeElements(0), let b = node.sizeElements(1),
      let pairs = pairs(node, 0, 1)
    else { return nil }
    let keepsSign = node.node.int("fmod") ?? 0 != 0
    return SizeElements(
      pairs.map { i, j in
        let (x, y) = (a.numerators[i], b.numerators[j])
        guard node.isNonNegative(y, of: 1, at: j), !keepsSign || node.isNonNegative(x, of: 0, at: i) else {
          return .unknown
        }
        return fitted(x - y * x.floorDivided(by: y), in: type)
      })
  }

  private static func folded(_ node: NodeFacts, _ operation: (Dimension, Dimension) -> Dimension) -> SizeElements? {
    let type = node.outputs.first?.type
    guard isCalculated(type), let output = node.outputs.first?.shape?.sizes,
      node.inputs.contains(where: { $0?.content != nil })
    else { return nil }
    var result: [Dimension]?
    for index in node.inputs.indices {
      guard let elements = node.sizeElements(index), elements.divisor == 1, let shape = node.shape(index)?.sizes,
        let places = positions(shape, in: output)
      else { return nil }
      let values = places.map { elements.numerators[$0] }
      result = result.map { zip($0, values).map { fitted(operation($0, $1), in: type) } } ?? values
    }
    return result.map { SizeElements($0) }
  }

  private static func clipped(_ node: NodeFacts) -> SizeElements? {
    guard isCalculated(node.outputs.first?.type), var values = node.sizeElements(0), values.divisor == 1,
      node.opset >= 11
    else { return nil }
    for (index, isMinimum) in [(1, true), (2, false)] where node.input(index) != nil {
      guard let bound = node.sizeElements(index), bound.divisor == 1, bound.numerators.count == 1 else { return nil }
      values.numerators = values.numerators.map {
        isMinimum ? .maximum($0, bound.numerators[0]) : .minimum($0, bound.numerators[0])
      }
    }
    return values
  }

  private static func each(_ node: NodeFacts, _ operation: (NodeFacts, Dimension, Int) -> Dimension) -> SizeElements? {
    let type = node.outputs.first?.type
    guard isCalculated(type) || type == .bool, let elements = node.sizeElements(0), elements.divisor == 1 else {
      return nil
    }
    return SizeElements(
      elements.numerators.enumerated().map { index, value in
        let result = operation(node, value, index)
        return type == .bool ? result : fitted(result, in: type)
      })
  }

  private static func magnitude(_ value: Dimension) -> Dimension {
    guard case .fixed(let number) = value, number != .min else { return .unknown }
    return .fixed(abs(number))
  }

  private static func rounded(_ node: NodeFacts, up: Bool) -> SizeElements? {
    node.sizeElements(0).map { elements in
      let divisor = Dimension.fixed(elements.divisor)
      return SizeElements(elements.numerators.map { up ? $0.ceilDivided(by: divisor) : $0.floorDivided(by: divisor) })
    }
  }

  private static func whole(_ node: NodeFacts) -> SizeElements? {
    node.sizeElements(0).flatMap { $0.divisor == 1 ? $0 : nil }
  }

  private static func truth(_ value: Dimension) -> Bool? { value.size.map { $0 != 0 } }

  private static func logic(_ node: NodeFacts, _ operation: (Bool?, Bool?) -> Bool?) -> SizeElements? {
    guard let a = node.anyElements(0), let b = node.anyElements(1), let pairs = pairs(node, 0, 1) else { return nil }
    return SizeElements(
      pairs.map { i, j in
        operation(truth(a.numerators[i]), truth(b.numerators[j])).map { .fixed($0 ? 1 : 0) } ?? .unknown
      })
  }

  private static func compared(_ node: NodeFacts, _ operation: (ElementOrder) -> Bool?) -> SizeElements? {
    guard let a = node.sizeElements(0), let b = node.sizeElements(1), a.divisor == b.divisor,
      let pairs = pairs(node, 0, 1)
    else { return nil }
    return SizeElements(
      pairs.map { i, j in
        let order = ElementOrder(
          a.numerators[i], b.numerators[j], isFirstSize: node.isNonNegative(a.numerators[i], of: 0, at: i),
          isSecondSize: node.isNonNegative(b.numerators[j], of: 1, at: j))
        return operation(order).map { .fixed($0 ? 1 : 0) } ?? .unknown
      })
  }

  /// Where the condition is unknown, what both sides have in common.
  private static func chosen(_ node: NodeFacts) -> SizeElements? {
    guard let conditions = node.anyElements(0), let a = node.anyElements(1), let b = node.anyElements(2),
      a.divisor == b.divisor, let first = pairs(node, 0, 1), let second = pairs(node, 0, 2)
    else { return nil }
    return SizeElements(
      zip(first, second).map { first, second in
        let (x, y) = (a.numerators[first.1], b.numerators[second.1])
        guard let condition = truth(conditions.numerators[first.0]) else { return x == y ? x : .unknown }
        return condition ? x : y
      }, divisor: a.divisor)
  }
}
