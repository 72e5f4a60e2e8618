// Sequences and optionals. A short sequence of a known length is followed element by element.

internal import IngotCore

enum SequenceRules {
  static let table: [String: ShapeRule] = [
    "SequenceConstruct": construct, "SequenceEmpty": empty, "SequenceInsert": insert, "SequenceAt": at,
    "SequenceErase": erase, "SequenceLength": length, "SplitToSequence": split, "ConcatFromSequence": concat,
    "SequenceMap": map, "Optional": optional, "OptionalGetElement": content, "OptionalHasElement": hasContent,
    // Of anything; a sequence keeps its elements.
    "Identity": { node in if let facts = node.input(0) { node.put(facts) } },
  ]

  /// Longer sequences have elements of one type, and that is all.
  private static let elementLimit = 64

  /// A sequence of these.
  private static func sequence(_ elements: [ValueFacts], empty: ValueType = .tensor(nil, nil)) -> ValueFacts {
    var type = elements.first?.valueType
    for element in elements.dropFirst() {
      type = type.flatMap { type in element.valueType.flatMap { type.common(with: $0) } }
    }
    var facts = ValueFacts(container: .sequence(of: type ?? empty))
    if elements.count <= elementLimit { facts.content = .sequence(elements) }
    return facts
  }

  /// What any element of a sequence is.
  private static func element(of facts: ValueFacts?) -> ValueFacts? {
    guard case .sequence(let type)? = facts?.container else { return nil }
    var element = ValueFacts()
    element.valueType = type
    return element
  }

  @Sendable private static func construct(_ node: inout NodeFacts) throws(ShapeProblem) {
    var type: ElementType?
    for input in node.inputs {
      guard let next = input?.type else { continue }
      if let type, type != next { throw .types(type, next) }
      type = next
    }
    node.put(sequence(node.inputs.map { $0 ?? ValueFacts() }, empty: .tensor(type, nil)))
  }

  @Sendable private static func empty(_ node: inout NodeFacts) {
    let type = node.node.int("dtype").flatMap { Int32(exactly: $0) }.flatMap { ElementType(rawValue: $0) } ?? .float32
    node.put(sequence([], empty: .tensor(type, nil)))
  }

  /// - Returns: nil where the position is not known, or outside.
  private static func position(_ node: NodeFacts, _ input: Int, count: Int, standard: Int) -> Int? {
    guard node.input(input) != nil else { return standard >= 0 ? standard : nil }
    guard let number = node.elements(input)?.first?.size else { return nil }
    let index = number < 0 ? number.addingReportingOverflow(count).partialValue : number
    return index >= 0 && index <= count ? index : nil
  }

  @Sendable private static func insert(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard let inserted = node.input(1) else { throw .missingInput(1) }
    if let elements = node.input(0)?.sequence {
      if let index = position(node, 2, count: elements.count, standard: elements.count) {
        var longer = elements
        longer.insert(inserted, at: index)
        node.put(sequence(longer))
      } else {
        node.put(sequence(elements + [inserted]).withoutContent)
      }
    } else if case .sequence(let type)? = node.input(0)?.container {
      let common = inserted.valueType.flatMap { type.common(with: $0) }
      node.put(ValueFacts(container: common.map { .sequence(of: $0) }))
    }
  }

  @Sendable private static func at(_ node: inout NodeFacts) {
    if let elements = node.input(0)?.sequence, let index = position(node, 1, count: elements.count, standard: -1),
      index < elements.count
    {
      node.put(elements[index])
    } else if let element = element(of: node.input(0)) {
      node.put(element)
    }
  }

  @Sendable private static func erase(_ node: inout NodeFacts) {
    guard let input = node.input(0) else { return }
    node.put(input.withoutContent)
    guard var elements = input.sequence, !elements.isEmpty,
      let index = position(node, 1, count: elements.count, standard: elements.count - 1), index < elements.count
    else { return }
    elements.remove(at: index)
    guard case .sequence(let type)? = input.container else { return }
    node.put(sequence(elements, empty: type))
  }

  @Sendable private static func length(_ node: inout NodeFacts) {
    node.set(type: .int64, shape: [])
    guard let count = node.input(0)?.sequence?.count else { return }
    node.put(ValueFacts(Tensor([Int64(count)], shape: [])))
  }

  /// One size cuts pieces of that size and a smaller last one; a list gives each piece's; without either, pieces are of size 1 and
  /// lose the axis unless it is kept.
  @Sendable private static func split(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.put(ValueFacts(container: .sequence(of: .tensor(node.type(0), nil))))
    guard let input = node.shape(0) else { return }
    let axis = try node.axis("axis", default: 0, rank: input.count)
    var piece = input
    guard node.input(1) != nil else {
      if node.node.int("keepdims") ?? 1 == 0 { piece.remove(at: axis) } else { piece[axis] = .fixed(1) }
      node.put(pieces(node, [Dimension](), piece, axis: axis, count: input[axis].size))
      return
    }
    piece[axis] = .unknown
    node.put(ValueFacts(container: .sequence(of: .tensor(node.type(0), piece))))
    guard let sizes = node.sizes(1) else { return }
    if node.shape(1)?.count == 1 {
      node.put(pieces(node, sizes, piece, axis: axis, count: sizes.count))
      return
    }
    guard let size = sizes.first?.size else { return }
    guard size > 0 else { throw .outputSize }
    guard let whole = input[axis].size else { return }
    let (count, rest) = (whole / size + (whole % size == 0 ? 0 : 1), whole % size)
    guard count <= elementLimit else {
      piece[axis] = rest == 0 ? .fixed(size) : .unknown
      node.put(ValueFacts(container: .sequence(of: .tensor(node.type(0), piece))))
      return
    }
    let list = (0..<count).map { Dimension.fixed($0 == count - 1 && rest != 0 ? rest : size) }
    node.put(pieces(node, list, piece, axis: axis, count: count))
  }

  /// - Parameter sizes: of the pieces along the axis; empty where all pieces look the same.
  private static func pieces(
    _ node: NodeFacts, _ sizes: [Dimension], _ piece: [Dimension], axis: Int, count: Int?
  ) -> ValueFacts {
    guard let count, count >= 0, count <= elementLimit else {
      return ValueFacts(container: .sequence(of: .tensor(node.type(0), piece)))
    }
    let elements = (0..<count).map { index in
      var shape = piece
      if sizes.indices.contains(index) { shape[axis] = sizes[index] }
      return ValueFacts(type: node.type(0), shape: shape)
    }
    return sequence(elements, empty: .tensor(node.type(0), piece))
  }

  @Sendable private static func concat(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard let element = element(of: node.input(0)) else { return }
    node.set(type: element.type, shape: nil)
    let isNew = node.node.int("new_axis") ?? 0 != 0
    let elements = node.input(0)?.sequence
    let shapes = elements?.compactMap(\.shape)
    guard var shape = element.shape ?? shapes?.first else { return }
    if shapes?.contains(where: { $0.count != shape.count }) ?? false { return }
    guard let number = node.node.int("axis") else { throw .attribute("axis", expected: "there") }
    let axis = try node.axis(number, rank: shape.count + (isNew ? 1 : 0))
    let count = elements.map { Dimension.fixed($0.count) } ?? .unknown
    if isNew {
      shape.insert(count, at: axis)
    } else if let elements, let shapes, shapes.count == elements.count {
      shape[axis] = shapes.reduce(.fixed(0)) { $0 + $1[axis] }
    } else {
      shape[axis] = .unknown
    }
    node.set(type: element.type, shape: shape)
  }

  /// What the body of a SequenceMap gets: an element of each sequence, and tensors as they are.
  static func mapped(_ node: NodeFacts) -> [ValueFacts] {
    node.inputs.map { facts in
      guard let facts else { return ValueFacts() }
      return element(of: facts) ?? facts
    }
  }

  @Sendable private static func map(_ node: inout NodeFacts) {
    guard let body = node.bodies["body"] else { return }
    for index in node.outputs.indices where index < body.count {
      node.put(ValueFacts(container: body[index].valueType.map { .sequence(of: $0) }), at: index)
    }
  }

  @Sendable private static func optional(_ node: inout NodeFacts) {
    if case .type(let type)? = node.node.attribute("type") {
      node.put(ValueFacts(container: .optional(of: type.mapShapes(\.imported))))
    } else if let type = node.input(0)?.valueType {
      node.put(ValueFacts(container: .optional(of: type)))
    }
  }

  /// Since version 18 what is no optional is handed on.
  @Sendable private static func content(_ node: inout NodeFacts) {
    guard let input = node.input(0) else { return }
    if case .optional(let type)? = input.container {
      var facts = ValueFacts()
      facts.valueType = type
      node.put(facts)
    } else if input.container != nil || input.type != nil {
      node.put(input)
    }
  }

  @Sendable private static func hasContent(_ node: inout NodeFacts) {
    node.set(type: .bool, shape: [])
    let isThere: Bool
    if let input = node.input(0) {
      guard input.valueType != nil else { return }
      if case .optional? = input.container { return }
      isThere = true
    } else {
      isThere = false
    }
    if let tensor = Tensor(.integers([isThere ? 1 : 0]), type: .bool, shape: []) {
      node.put(ValueFacts(tensor))
    }
  }
}
