// What several families of rules ask their node for: attributes with a standard, inputs of one rank, one number.

internal import IngotCore

extension NodeFacts {
  func int(_ name: String, default standard: Int64) -> Int64 { node.int(name) ?? standard }

  func flag(_ name: String, default standard: Bool = false) -> Bool { node.int(name).map { $0 != 0 } ?? standard }

  /// An attribute that says a size; unknown where it is left out.
  func size(_ name: String) throws(ShapeProblem) -> Dimension {
    guard let value = node.int(name) else { return .unknown }
    guard value >= 0 else { throw .attribute(name, expected: "0 or more") }
    return .fixed(Int(value))
  }

  /// An input's shape, which must have this many axes; nil where it is not known.
  func shape(_ index: Int, rank: Int) throws(ShapeProblem) -> [Dimension]? {
    guard let shape = shape(index) else { return nil }
    guard shape.count == rank else {
      throw .rank(input: index, shape: shape, expected: rank == 1 ? "1 axis" : "\(rank) axes")
    }
    return shape
  }

  /// The number, as a size, in an input that holds one; nil where it is computed at run time.
  func number(_ index: Int) -> Dimension? {
    guard let elements = sizes(index), elements.count == 1 else { return nil }
    return elements[0]
  }

  /// A size that is in two places: the one that says more.
  func unified(
    _ size: Dimension, _ what: String, _ other: Dimension, _ where: String
  ) throws(ShapeProblem) -> Dimension {
    guard let unified = size.unified(with: other) else { throw .sizes(what, size, `where`, other) }
    return unified
  }

  /// The type of the first of these inputs that has one; inputs of two types do not go together.
  func commonType(_ indices: some Sequence<Int>) throws(ShapeProblem) -> ElementType? {
    var type: ElementType?
    for index in indices {
      guard let next = self.type(index) else { continue }
      if let type, type != next { throw .types(type, next) }
      type = next
    }
    return type
  }

  /// How many strings or numbers an attribute lists.
  func listCount(_ name: String) -> Int? {
    switch node.attribute(name) {
    case .ints(let list): list.count
    case .floats(let list): list.count
    case .strings(let list): list.count
    case .tensor(let tensor) where tensor.shape.count == 1: tensor.shape[0]
    default: nil
    }
  }
}

extension NodeFacts {
  /// Sizes in an input, or as many unknown ones as it has elements.
  func sizesOrCount(_ index: Int) -> [Dimension]? {
    if let sizes = sizes(index) { return sizes }
    guard let shape = shape(index), shape.count == 1, let count = shape[0].size,
      (0...ValueFacts.elementLimit).contains(count)
    else { return nil }
    return .unknown(rank: count)
  }
}

extension Array<Dimension> {
  /// As many sizes as a rank asks for, none of them known.
  static func unknown(rank: Int) -> [Dimension] { [Dimension](repeating: .unknown, count: rank) }
}

extension Dimension {
  /// This, as the size of an output.
  /// - Throws: `.outputSize` for a number below zero.
  func checked() throws(ShapeProblem) -> Dimension {
    if case .fixed(let size) = self, size < 0 { throw .outputSize }
    return self
  }

  /// This over a number of parts (heads, groups) that it is made of.
  func parts(_ count: Int64, _ what: String, of attribute: String) throws(ShapeProblem) -> Dimension {
    guard count >= 1 else { throw .attribute(attribute, expected: "1 or more") }
    guard let part = dividedExactly(by: .fixed(Int(count))) else {
      throw .sizes(what, self, attribute, .fixed(Int(count)))
    }
    return part
  }
}
