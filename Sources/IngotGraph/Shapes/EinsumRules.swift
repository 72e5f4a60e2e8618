// Einsum: sums of products, written as letters for axes.

internal import IngotCore

enum EinsumRules {
  static let table: [String: ShapeRule] = ["Einsum": einsum]

  @Sendable private static func einsum(_ node: inout NodeFacts) throws(ShapeProblem) {
    let type = try node.commonType(node.inputs.indices)
    node.set(type: type, shape: nil)
    guard let text = node.node.string("equation"), let equation = Equation(text),
      equation.terms.count == node.inputs.count
    else { throw .attribute("equation", expected: "letters for the axes of \(node.inputs.count) inputs") }
    var sizes = Sizes()
    var isComplete = true
    for (index, term) in equation.terms.enumerated() {
      guard let shape = node.shape(index) else {
        // Without an ellipsis the letters alone say the rank.
        isComplete = isComplete && term.split == nil
        continue
      }
      try sizes.read(term, shape, input: index)
    }
    guard isComplete else { return }
    node.set(type: type, shape: sizes.shape(of: equation.result))
  }

  /// Letters, with the place of an ellipsis among them.
  struct Term {
    var letters: [UInt8] = []
    var split: Int?

    /// Nil for anything but letters, one ellipsis and spaces.
    init?(_ text: some Sequence<UInt8>) {
      var dots = 0
      for byte in text where byte != UInt8(ascii: " ") {
        switch byte {
        case UInt8(ascii: "."):
          dots += 1
          if dots > 3 || (dots > 1 && split != letters.count) { return nil }
          split = letters.count
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
          letters.append(byte)
        default: return nil
        }
      }
      guard dots == 0 || dots == 3 else { return nil }
    }

    init(letters: [UInt8], split: Int?) { (self.letters, self.split) = (letters, split) }
  }

  struct Equation {
    var terms: [Term] = []
    var result: Term

    init?(_ text: String) {
      let bytes = Array(text.utf8)
      let arrow = bytes.indices.first { bytes[$0] == UInt8(ascii: "-") }
      for part in bytes[..<(arrow ?? bytes.count)].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      {
        guard let term = Term(part) else { return nil }
        terms.append(term)
      }
      if let arrow {
        guard arrow + 1 < bytes.count, bytes[arrow + 1] == UInt8(ascii: ">"), let term = Term(bytes[(arrow + 2)...])
        else {
          return nil
        }
        result = term
      } else {
        var counts: [UInt8: Int] = [:]
        for term in terms { for letter in term.letters { counts[letter, default: 0] += 1 } }
        let hasEllipsis = terms.contains { $0.split != nil }
        result = Term(letters: counts.filter { $0.value == 1 }.keys.sorted(), split: hasEllipsis ? 0 : nil)
      }
    }
  }

  private struct Sizes {
    var ofLetters: [UInt8: Dimension] = [:]
    var ofEllipsis: [Dimension] = []

    mutating func read(_ term: Term, _ shape: [Dimension], input: Int) throws(ShapeProblem) {
      let rest = shape.count - term.letters.count
      guard term.split == nil ? rest == 0 : rest >= 0 else {
        throw .rank(input: input, shape: shape, expected: "the axes that the equation names")
      }
      let split = term.split ?? term.letters.count
      let outer = shape[..<split] + shape[(split + rest)...]
      var own: [UInt8: Dimension] = [:]
      for (letter, size) in zip(term.letters, outer) {
        // A letter twice in one input is a diagonal.
        let known = own[letter] ?? size
        guard let common = known.unified(with: size) else {
          throw .sizes("a size", known, "one of the same letter", size)
        }
        own[letter] = common
      }
      for (letter, size) in own {
        guard let known = ofLetters[letter] else { ofLetters[letter] = size; continue }
        guard let common = known.broadcast(with: size) else {
          throw .sizes("a size", known, "one of the same letter", size)
        }
        ofLetters[letter] = common
      }
      ofEllipsis = try .broadcast(ofEllipsis, Array(shape[split..<(split + rest)]))
    }

    func shape(of term: Term) -> [Dimension] {
      var shape = term.letters.map { ofLetters[$0] ?? .unknown }
      if let split = term.split { shape.insert(contentsOf: ofEllipsis, at: split) }
      return shape
    }
  }
}
