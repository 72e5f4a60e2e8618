// What a graph declares of its values beside what inference finds out.

internal import IngotCore

extension ShapeInference {
  /// What is inferred, with what is declared where nothing is.
  /// - Parameter isInterface: whether the value is an output of the model.
  mutating func merged(
    _ inferred: ValueFacts, with declared: Value, isInterface: Bool
  ) throws(GraphError) -> ValueFacts {
    guard let declaredType = declared.valueType else { return inferred }
    var result = inferred
    let known = ValueFacts(declaredType)
    if inferred.container == nil, known.container == nil {
      let isTypeRight = known.type == nil || inferred.type == nil || known.type == inferred.type
      var (shape, isShapeRight) = (inferred.shape ?? known.shape, true)
      if let a = inferred.shape, let b = known.shape {
        shape = agreed(a, b)
        isShapeRight = shape != nil
      }
      if isTypeRight, isShapeRight {
        (result.type, result.shape) = (inferred.type ?? known.type, shape)
        return result
      }
    } else if let merged = Self.agreed(inferred, known) {
      return merged
    }
    if case .mayBeStale = declarations, !isInterface {
      stale.append(declared.name)
      return result
    }
    let inferredType = inferred.valueType?.mapShapes(\.exported)
    throw GraphError(
      .contradiction(
        value: declared.name, declared: Self.text(declaredType), inferred: inferredType.map { Self.text($0) } ?? "?"))
  }

  /// Nil where the shapes rule each other out. A size that is known to be a free one of the model's inputs stays free, even where
  /// it is declared to be a number: that number is from a time when the input had it too.
  private func agreed(_ inferred: [Dimension], _ declared: [Dimension]) -> [Dimension]? {
    // Each may be modest and both together over any memory.
    guard let unified = inferred.unified(with: declared), Self.fitsMemory(unified) else { return nil }
    return zip(inferred, unified).map { inferred, unified in
      guard case .symbolic = inferred else { return unified }
      return inferred.hasPlaceholder(since: inputPlaceholderCount) ? unified : inferred
    }
  }

  /// Of sequences, optionals and maps; nil where they are of different kinds.
  private static func agreed(_ inferred: ValueFacts, _ declared: ValueFacts) -> ValueFacts? {
    guard let type = inferred.valueType else { return declared }
    guard let declaredType = declared.valueType, let unified = type.unified(with: declaredType) else { return nil }
    var result = inferred
    result.valueType = unified
    return result
  }

  private static func text(_ type: ValueType) -> String {
    if case .tensor(let element, let shape) = type {
      return "\(element?.description ?? "?")\(shape?.shapeText ?? "")"
    }
    return TextName.type(type)
  }
}

extension ValueType {
  /// Nil where a value cannot be both; otherwise what both say. In a sequence, where shapes differ, this one's counts.
  func unified(with other: ValueType) -> ValueType? {
    switch (self, other) {
    case (.tensor(let type, let shape), .tensor(let otherType, let otherShape)):
      Self.unified(type, otherType).map {
        .tensor($0, shape.map { shape in otherShape.flatMap { shape.unified(with: $0) } ?? shape } ?? otherShape)
      }
    case (.sparseTensor(let type, let shape), .sparseTensor(let otherType, let otherShape)):
      Self.unified(type, otherType).map { .sparseTensor($0, shape ?? otherShape) }
    case (.sequence(let element), .sequence(let otherElement)):
      element.unified(with: otherElement).map { .sequence(of: $0) }
    case (.optional(let element), .optional(let otherElement)):
      element.unified(with: otherElement).map { .optional(of: $0) }
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      Self.unified(key, otherKey).flatMap { key in value.unified(with: otherValue).map { .map(key: key, value: $0) } }
    case (.opaque, .opaque): self == other ? self : nil
    default: nil
    }
  }

  private static func unified(_ a: ElementType?, _ b: ElementType?) -> ElementType?? {
    guard let a, let b else { return .some(a ?? b) }
    return a == b ? .some(a) : nil
  }

  /// What holds whichever of the two a run takes; nil where they are of different kinds.
  func common(with other: ValueType) -> ValueType? {
    switch (self, other) {
    case (.tensor(let type, let shape), .tensor(let otherType, let otherShape)):
      .tensor(type == otherType ? type : nil, shape.flatMap { shape in otherShape.flatMap { shape.common(with: $0) } })
    case (.sequence(let element), .sequence(let otherElement)):
      element.common(with: otherElement).map { .sequence(of: $0) }
    case (.optional(let element), .optional(let otherElement)):
      element.common(with: otherElement).map { .optional(of: $0) }
    default: self == other ? self : nil
    }
  }
}
