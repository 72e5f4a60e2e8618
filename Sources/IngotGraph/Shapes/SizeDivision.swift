// Division of size expressions. All divisors are taken to be other than zero: a run that divides by zero has no sizes.

extension SizeExpression {
  /// The quotient where the divisor is certainly a factor; nil where that cannot be told.
  func dividedExactly(by divisor: SizeExpression) -> SizeExpression? {
    guard let leading = divisor.terms.first else { return nil }
    var (rest, quotient) = (self, [Term]())
    // Each round takes the largest term away and adds smaller ones, as in long division.
    for _ in 0..<Limit.terms {
      guard let largest = rest.terms.first else { return SizeExpression(combining: quotient) }
      guard let part = largest.divided(by: leading), let step = SizeExpression(combining: [part]),
        let product = divisor.multiplied(by: step), let next = rest.subtracting(product)
      else { return nil }
      quotient.append(part)
      rest = next
    }
    return nil
  }

  /// Rounded down. Terms that the divisor divides leave the fraction, and stacked fractions become one.
  func floorDivided(by divisor: SizeExpression) -> SizeExpression? {
    guard !divisor.terms.isEmpty else { return nil }
    if let exact = dividedExactly(by: divisor) { return exact }
    if let number = divisor.constant {
      if number < 0 { return number == .min ? nil : scaled(by: -1)?.floorDivided(by: SizeExpression(-number)) }
      return floorDivided(by: number)
    }
    guard let (whole, rest) = split(by: divisor) else { return nil }
    let factor = Self.commonFactor(rest.terms + divisor.terms)
    guard let numerator = rest.unscaled(by: factor), let denominator = divisor.unscaled(by: factor) else { return nil }
    return Self.fraction(numerator, denominator).flatMap { whole.adding($0) }
  }

  /// Rounded up.
  func ceilDivided(by divisor: SizeExpression) -> SizeExpression? {
    if let exact = dividedExactly(by: divisor) { return exact }
    guard let number = divisor.constant else {
      guard let (whole, rest) = split(by: divisor) else { return nil }
      return rest.adding(divisor)?.adding(SizeExpression(-1))?.floorDivided(by: divisor)?.adding(whole)
    }
    if number <= 0 { return number == .min ? nil : scaled(by: -1)?.ceilDivided(by: SizeExpression(-number)) }
    return adding(SizeExpression(number - 1))?.floorDivided(by: number)
  }

  /// - Precondition: the divisor is positive.
  private func floorDivided(by divisor: Int) -> SizeExpression? {
    var (whole, rest) = ([Term](), [Term]())
    for term in terms {
      var quotient = Self.floor(term.coefficient, divisor)
      // Only the product may wrap, and then the difference wraps back.
      var remainder = term.coefficient &- quotient &* divisor
      // The remainder of a name is the one nearest to zero.
      if !term.factors.isEmpty, remainder > divisor / 2 { (quotient, remainder) = (quotient + 1, remainder - divisor) }
      if quotient != 0 { whole.append(Term(factors: term.factors, coefficient: quotient)) }
      if remainder != 0 { rest.append(Term(factors: term.factors, coefficient: remainder)) }
    }
    guard let quotient = SizeExpression(combining: whole), let fraction = Self.fraction(rest, over: divisor) else {
      return nil
    }
    return quotient.adding(fraction)
  }

  /// - Parameter rest: what `floorDivided` leaves: the constant is in 0..<divisor, the others are about zero.
  private static func fraction(_ rest: [Term], over divisor: Int) -> SizeExpression? {
    guard let leading = rest.first, !leading.factors.isEmpty else { return SizeExpression(0) }
    // floor((g*y + k) / (g*d)) is floor((y + floor(k/g)) / d).
    let factor = commonFactor(rest.filter { !$0.factors.isEmpty } + [Term(factors: [], coefficient: divisor)])
    let reduced = rest.map { Term(factors: $0.factors, coefficient: floor($0.coefficient, factor)) }
    guard let numerator = SizeExpression(combining: reduced) else { return nil }
    let divisor = divisor / factor
    if divisor == 1 { return numerator }
    guard leading.coefficient < 0 else { return nested(numerator, over: divisor) }
    // floor(-x/d) is -floor((x + d-1)/d): one form of both.
    let negated = numerator.scaled(by: -1)?.adding(SizeExpression(divisor - 1))
    return negated.flatMap { nested($0, over: divisor) }?.scaled(by: -1)
  }

  /// floor((floor(x/a) + k) / b) is floor((x + k*a) / (a*b)).
  private static func nested(_ numerator: SizeExpression, over divisor: Int) -> SizeExpression? {
    let constant = numerator.constantPart
    guard let variable = numerator.subtracting(SizeExpression(constant)), let atom = variable.atom,
      case .floor(let inner, let innerDivisor)? = SizeExpressionParser.atom(atom), let a = innerDivisor.constant, a > 0
    else { return fraction(numerator, SizeExpression(divisor)) }
    let (shift, shiftOverflow) = constant.multipliedReportingOverflow(by: a)
    let (product, overflow) = divisor.multipliedReportingOverflow(by: a)
    guard !overflow, !shiftOverflow else { return nil }
    return inner.adding(SizeExpression(shift))?.floorDivided(by: product)
  }

  /// What a divisor of one term divides, and the rest. A divisor of several terms divides nothing here.
  private func split(by divisor: SizeExpression) -> (whole: SizeExpression, rest: SizeExpression)? {
    guard divisor.terms.count == 1 else { return (SizeExpression(0), self) }
    var (whole, rest) = ([Term](), [Term]())
    for term in terms {
      if let quotient = term.divided(by: divisor.terms[0]) { whole.append(quotient) } else { rest.append(term) }
    }
    guard let quotient = SizeExpression(combining: whole), let remainder = SizeExpression(combining: rest) else {
      return nil
    }
    return (quotient, remainder)
  }

  private static func fraction(_ numerator: SizeExpression, _ denominator: SizeExpression) -> SizeExpression? {
    if numerator.terms.isEmpty { return SizeExpression(0) }
    let above = numerator.terms.count == 1 ? numerator.text : "(\(numerator.text))"
    let isSimple = denominator.constant != nil || denominator.atom != nil
    return SizeExpression(function: "floor(\(above)/\(isSimple ? denominator.text : "(\(denominator.text))"))")
  }

  /// - Parameter function: the text of an atom with parentheses.
  init?(function: String) {
    guard function.utf8.count <= Limit.textLength else { return nil }
    self.init(atom: function)
  }

  /// The largest number that divides all coefficients; at least 1.
  private static func commonFactor(_ terms: [Term]) -> Int {
    var factor: UInt = 0
    for term in terms {
      var (a, b) = (factor, term.coefficient.magnitude)
      while b != 0 { (a, b) = (b, a % b) }
      factor = a
    }
    return max(Int(exactly: factor) ?? 1, 1)
  }

  /// - Precondition: the factor divides every coefficient.
  private func unscaled(by factor: Int) -> SizeExpression? {
    SizeExpression(combining: terms.map { Term(factors: $0.factors, coefficient: $0.coefficient / factor) })
  }

  /// - Precondition: the divisor is positive.
  private static func floor(_ number: Int, _ divisor: Int) -> Int {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
  }
}
