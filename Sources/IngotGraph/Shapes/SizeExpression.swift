// Sizes that only a run knows, as integer polynomials over names: `2*seq+1`, `batch*heads`, `floor((h+1)/2)`. Quotients,
// minima and maxima that do not work out are atoms, as names are. Every expression is kept in one form, so that equal text
// means equal sizes; the text is what `Dimension.symbolic` stores. Two forms of one size may still differ where proving them
// equal would take more than sorting and cancelling.
//
// Text: terms by falling degree, then by name, the constant last; `2*a*b-c+1`. Atoms are names, `floor(A/B)`, `max(A,B)` and
// `min(A,B)`; a name that could be read as anything else stands in single quotes (`SizeName`). Names are sizes, so they are
// never negative; nothing here assumes that they are not zero, except that nothing is divided by zero.

/// An integer polynomial. Operations return nil where numbers overflow or the result is longer than sizes are.
struct SizeExpression: Hashable {
  struct Term: Hashable {
    /// Sorted; a power is a repetition. Empty for the constant.
    var factors: [String]
    var coefficient: Int
  }

  /// In falling order of `Term.precedes`; no coefficient is zero.
  private(set) var terms: [Term]

  /// Models are not trusted: no expression grows beyond these.
  enum Limit {
    static let terms = 16
    static let degree = 16
    static let textLength = 160
    /// Of two expressions that are multiplied.
    static let products = 36
  }

  init(_ constant: Int) { terms = constant == 0 ? [] : [Term(factors: [], coefficient: constant)] }

  /// - Parameter atom: in its canonical text.
  init(atom: String) { terms = [Term(factors: [atom], coefficient: 1)] }

  /// Sorts and adds up.
  init?(combining parts: [Term]) {
    var combined: [Term] = []
    for part in parts.sorted(by: { $0.precedes($1) }) {
      if let last = combined.last, last.factors == part.factors {
        let (sum, overflow) = last.coefficient.addingReportingOverflow(part.coefficient)
        guard !overflow else { return nil }
        combined[combined.count - 1].coefficient = sum
      } else {
        combined.append(part)
      }
    }
    combined.removeAll { $0.coefficient == 0 }
    guard combined.count <= Limit.terms, (combined.first?.factors.count ?? 0) <= Limit.degree else { return nil }
    terms = combined
  }

  /// The number, where no name is in it.
  var constant: Int? {
    guard let first = terms.first else { return 0 }
    return terms.count == 1 && first.factors.isEmpty ? first.coefficient : nil
  }

  /// The part without names.
  var constantPart: Int {
    guard let last = terms.last, last.factors.isEmpty else { return 0 }
    return last.coefficient
  }

  /// The text of the atom, where the expression is nothing else.
  var atom: String? {
    guard terms.count == 1, terms[0].coefficient == 1, terms[0].factors.count == 1 else { return nil }
    return terms[0].factors[0]
  }

  /// - Returns: nil where the sum is out of bounds.
  func adding(_ other: SizeExpression) -> SizeExpression? { SizeExpression(combining: terms + other.terms) }

  func subtracting(_ other: SizeExpression) -> SizeExpression? { other.scaled(by: -1).flatMap { adding($0) } }

  func scaled(by factor: Int) -> SizeExpression? {
    var scaled: [Term] = []
    for term in terms {
      let (product, overflow) = term.coefficient.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      scaled.append(Term(factors: term.factors, coefficient: product))
    }
    return SizeExpression(combining: scaled)
  }

  func multiplied(by other: SizeExpression) -> SizeExpression? {
    guard terms.count * other.terms.count <= Limit.products else { return nil }
    var products: [Term] = []
    for a in terms {
      for b in other.terms {
        guard let product = a.multiplied(by: b) else { return nil }
        products.append(product)
      }
    }
    return SizeExpression(combining: products)
  }

  var text: String {
    guard !terms.isEmpty else { return "0" }
    var text = ""
    for term in terms {
      if term.coefficient < 0 { text += "-" } else if !text.isEmpty { text += "+" }
      if term.coefficient.magnitude != 1 || term.factors.isEmpty {
        text += String(term.coefficient.magnitude)
        if !term.factors.isEmpty { text += "*" }
      }
      text += term.factors.joined(separator: "*")
    }
    return text
  }
}

extension SizeExpression.Term {
  /// By falling degree, then by name. Multiplying both sides by one factor keeps the order, which division relies on.
  func precedes(_ other: Self) -> Bool {
    if factors.count != other.factors.count { return factors.count > other.factors.count }
    return factors.lexicographicallyPrecedes(other.factors)
  }

  func multiplied(by other: Self) -> Self? {
    let (product, overflow) = coefficient.multipliedReportingOverflow(by: other.coefficient)
    guard !overflow else { return nil }
    return Self(factors: (factors + other.factors).sorted(), coefficient: product)
  }

  /// Nil where the other is no factor of this one.
  func divided(by other: Self) -> Self? {
    guard other.coefficient != 0, coefficient != .min, coefficient % other.coefficient == 0 else { return nil }
    var rest = factors
    for factor in other.factors {
      guard let index = rest.firstIndex(of: factor) else { return nil }
      rest.remove(at: index)
    }
    return Self(factors: rest, coefficient: coefficient / other.coefficient)
  }
}
