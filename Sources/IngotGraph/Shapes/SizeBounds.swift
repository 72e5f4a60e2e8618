// What is certain about a size expression's value: bounds, minima and maxima, and its value where all names have one.

extension SizeExpression {
  /// A number that the value is never below; nil where there is none, or none that is seen. Names are at least zero.
  var lowerBound: Int? { lowerBound(depth: 0) }

  private static let depthLimit = 8

  private func lowerBound(depth: Int) -> Int? {
    var sum = 0
    for term in terms {
      var bound = term.coefficient
      if !term.factors.isEmpty {
        guard term.coefficient > 0 else { return relaxedLowerBound(depth: depth) }
        for factor in term.factors {
          guard let least = Self.lowerBound(of: factor, depth: depth), least >= 0 else { return nil }
          let (product, overflow) = bound.multipliedReportingOverflow(by: least)
          guard !overflow else { return nil }
          bound = product
        }
      }
      let (total, overflow) = sum.addingReportingOverflow(bound)
      guard !overflow else { return nil }
      sum = total
    }
    return sum
  }

  /// Where something is subtracted, the first function is replaced by what it is never more, or less, than: n - 2*floor(n/2) is
  /// at least n - n.
  private func relaxedLowerBound(depth: Int) -> Int? {
    guard depth < 3, let index = terms.firstIndex(where: { $0.factors.count == 1 && $0.factors[0].utf8.last == 0x29 }),
      let parts = SizeExpressionParser.atom(terms[index].factors[0])
    else { return nil }
    let coefficient = terms[index].coefficient
    var others = terms
    others.remove(at: index)
    guard let rest = SizeExpression(combining: others) else { return nil }
    func bound(with operand: SizeExpression, restFactor: Int = 1) -> Int? {
      guard let scaled = rest.scaled(by: restFactor), let replaced = operand.scaled(by: coefficient) else { return nil }
      return scaled.adding(replaced)?.lowerBound(depth: depth + 1)
    }
    switch parts {
    case .name: return nil
    case .floor(let numerator, let divisor):
      // x-d+1 <= d*floor(x/d) <= x
      guard let number = divisor.constant, number > 0 else { return nil }
      let least = coefficient < 0 ? numerator : numerator.adding(SizeExpression(1 - number))
      return least.flatMap { bound(with: $0, restFactor: number) }.flatMap {
        SizeExpression($0).ceilDivided(by: divisor)?.constant
      }
    case .maximum(let operands), .minimum(let operands):
      guard operands.count <= 3 else { return nil }
      let bounds = operands.compactMap { bound(with: $0) }
      // Any operand will do for the maximum that is added and for the minimum that is subtracted.
      var isAny = coefficient > 0
      if case .minimum = parts { isAny.toggle() }
      return isAny ? bounds.max() : bounds.count == operands.count ? bounds.min() : nil
    }
  }

  private static func lowerBound(of atom: String, depth: Int) -> Int? {
    guard depth < depthLimit, let parts = SizeExpressionParser.atom(atom) else { return nil }
    switch parts {
    case .name: return 0
    case .floor(let numerator, let divisor):
      guard let bound = numerator.lowerBound(depth: depth + 1) else { return nil }
      if let number = divisor.constant, number > 0 { return SizeExpression(bound).floorDivided(by: divisor)?.constant }
      guard bound >= 0, let least = divisor.lowerBound(depth: depth + 1), least >= 0 else { return nil }
      return 0
    case .maximum(let operands): return operands.compactMap { $0.lowerBound(depth: depth + 1) }.max()
    case .minimum(let operands):
      let bounds = operands.compactMap { $0.lowerBound(depth: depth + 1) }
      return bounds.count == operands.count ? bounds.min() : nil
    }
  }

  /// Whether this is certainly the other or more.
  func isAtLeast(_ other: SizeExpression) -> Bool {
    guard let bound = subtracting(other)?.lowerBound else { return false }
    return bound >= 0
  }

  static func maximum(_ a: SizeExpression, _ b: SizeExpression) -> SizeExpression? {
    extreme("max", a, b) {
      if case .maximum(let operands) = $0 { operands } else { nil }
    } dominates: {
      $0.isAtLeast($1)
    }
  }

  static func minimum(_ a: SizeExpression, _ b: SizeExpression) -> SizeExpression? {
    extreme("min", a, b) {
      if case .minimum(let operands) = $0 { operands } else { nil }
    } dominates: {
      $1.isAtLeast($0)
    }
  }

  private static let operandLimit = 6

  /// An extreme of extremes is one extreme; operands that another one always beats are left out.
  private static func extreme(
    _ name: String, _ a: SizeExpression, _ b: SizeExpression, operands: (SizeAtom) -> [SizeExpression]?,
    dominates: (SizeExpression, SizeExpression) -> Bool
  ) -> SizeExpression? {
    func flattened(_ expression: SizeExpression) -> [SizeExpression] {
      expression.atom.flatMap { SizeExpressionParser.atom($0) }.flatMap { operands($0) } ?? [expression]
    }
    var kept: [SizeExpression] = []
    for operand in flattened(a) + flattened(b) where !kept.contains(where: { dominates($0, operand) }) {
      kept.removeAll { dominates(operand, $0) }
      kept.append(operand)
    }
    if kept.count == 1 { return kept[0] }
    guard kept.count <= operandLimit else { return nil }
    let names = kept.filter { $0.constant == nil }.map(\.text).sorted() + kept.compactMap(\.constant).map(String.init)
    return SizeExpression(function: "\(name)(\(names.joined(separator: ",")))")
  }

  /// - Returns: nil where a name has no size, where a divisor is zero and where numbers overflow.
  func value(at sizes: [String: Int]) -> Int? { value(at: sizes, depth: 0) }

  private func value(at sizes: [String: Int], depth: Int) -> Int? {
    var sum = 0
    for term in terms {
      var product = term.coefficient
      for factor in term.factors {
        guard let value = Self.value(of: factor, at: sizes, depth: depth) else { return nil }
        let (next, overflow) = product.multipliedReportingOverflow(by: value)
        guard !overflow else { return nil }
        product = next
      }
      let (total, overflow) = sum.addingReportingOverflow(product)
      guard !overflow else { return nil }
      sum = total
    }
    return sum
  }

  private static func value(of atom: String, at sizes: [String: Int], depth: Int) -> Int? {
    if let size = sizes[SizeName.unquoted(atom) ?? atom] { return size }
    guard depth < Limit.textLength, let parts = SizeExpressionParser.atom(atom) else { return nil }
    func values(_ operands: [SizeExpression]) -> [Int]? {
      let values = operands.compactMap { $0.value(at: sizes, depth: depth + 1) }
      return values.count == operands.count ? values : nil
    }
    switch parts {
    case .name: return nil
    case .floor(let numerator, let divisor):
      guard let values = values([numerator, divisor]) else { return nil }
      return SizeExpression(values[0]).floorDivided(by: SizeExpression(values[1]))?.constant
    case .maximum(let operands): return values(operands)?.max()
    case .minimum(let operands): return values(operands)?.min()
    }
  }
}
