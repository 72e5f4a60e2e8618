// What shape inference knows about a value, and what a rule sees of its node.

package import IngotCore

/// Type, shape and, for small integers and constants, the content of a value. Nil is "unknown" everywhere.
package struct ValueFacts: Sendable {
  package var type: ElementType?
  /// While inference runs, an unknown size has a private name (`Dimension.placeholder`), so that equal sizes stay equal, and a
  /// model's name that looks like a calculation is quoted: a shape goes into a graph as `exported` only.
  package var shape: [Dimension]?
  /// The type of a value that is no tensor; `type` and `shape` are nil then. Sizes in it that are unknown have no names.
  package var container: ValueType?
  package var content: Content?

  package enum Content: Sendable {
    case constant(Tensor)
    /// Integers (or truths) some of which are sizes that only a run knows, in row-major order.
    case elements([Dimension])
    /// Floats, as integers over one number.
    case fractions([Dimension], divisor: Int)
    /// The elements of a short sequence.
    case sequence([ValueFacts])
  }

  package init(type: ElementType? = nil, shape: [Dimension]? = nil) { (self.type, self.shape) = (type, shape) }

  package init(container: ValueType?) { self.container = container }

  package init(_ tensor: Tensor) {
    self.init(type: tensor.type, shape: tensor.shape.map { .fixed($0) })
    content = .constant(tensor)
  }

  /// - Parameter declared: a type as a graph has it.
  package init(_ declared: ValueType?) {
    self.init()
    valueType = declared?.mapShapes(\.imported)
  }

  package var valueType: ValueType? {
    get { container ?? (type == nil && shape == nil ? nil : .tensor(type, shape)) }
    set {
      if case .tensor(let type, let shape)? = newValue {
        (self.type, self.shape, container) = (type, shape, nil)
      } else {
        (type, shape, container) = (nil, nil, newValue)
      }
    }
  }

  package var constant: Tensor? { if case .constant(let tensor)? = content { tensor } else { nil } }

  /// A short list of integers, whether all are known or not.
  var elements: [Dimension]? {
    switch content {
    case .elements(let elements): elements
    case .constant(let tensor) where tensor.elementCount <= Self.elementLimit:
      tensor.integers?.map { .fixed(Int($0)) }
    case .constant, .fractions, .sequence, nil: nil
    }
  }

  /// The elements of a sequence, where it is known how many there are.
  var sequence: [ValueFacts]? { if case .sequence(let elements)? = content { elements } else { nil } }

  /// Lists longer than this are no shapes.
  static let elementLimit = 1024

  /// With what is declared where nothing better is known.
  func completed(by declared: ValueFacts) -> ValueFacts {
    if container != nil { return self }
    guard type != nil || shape != nil else { return declared }
    guard declared.container == nil else { return self }
    var result = self
    result.type = type ?? declared.type
    if let shape {
      result.shape = declared.shape.flatMap { shape.unified(with: $0) } ?? shape
    } else {
      result.shape = declared.shape
    }
    return result
  }

  /// What holds of a value that is one or the other, whichever a run takes. Sizes that differ are `.unknown`.
  func common(with other: ValueFacts) -> ValueFacts {
    // An empty sequence says nothing about its elements.
    if let elements = sequence, elements.isEmpty, other.container != nil { return other.withoutContent }
    if let elements = other.sequence, elements.isEmpty, container != nil { return withoutContent }
    var result = ValueFacts()
    result.valueType = valueType.flatMap { type in other.valueType.flatMap { type.common(with: $0) } }
    if let elements, elements == other.elements, shape == other.shape, !elements.contains(.unknown) {
      result.content = content
    }
    return result
  }

  var withoutContent: ValueFacts {
    var result = self
    result.content = nil
    return result
  }

  /// Without lists that only a run knows all of.
  var withoutNames: ValueFacts { if case .elements? = content { withoutContent } else { self } }

  /// The same behind the end of a graph's part that may run any number of times: private names that were given in it mean
  /// another size each time.
  /// - Parameter mark: the number of the first such name.
  func leaving(since mark: Int) -> ValueFacts {
    var result = self
    func outside(_ size: Dimension) -> Dimension { size.hasPlaceholder(since: mark) ? .unknown : size }
    result.valueType = valueType?.mapShapes { $0.map(outside) }
    switch content {
    case .elements(let elements): result.content = .elements(elements.map(outside))
    case .fractions(let elements, let divisor): result.content = .fractions(elements.map(outside), divisor: divisor)
    case .sequence(let elements): result.content = .sequence(elements.map { $0.leaving(since: mark) })
    case .constant, nil: break
    }
    return result
  }
}
