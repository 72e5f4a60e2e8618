// Follows sizes through shape arithmetic where only a run knows some of them: `Concat(Gather(Shape(x), 0), [-1])` is
// [batch, -1]. Operations that move elements are evaluated on numbered elements; the others are one entry each in a table.

internal import IngotCore

/// Elements of a small tensor in row-major order: integers, truths (0 and 1), or floats that are integers over one number.
struct SizeElements {
  var numerators: [Dimension]
  var divisor = 1

  init(_ numerators: [Dimension], divisor: Int = 1) { (self.numerators, self.divisor) = (numerators, divisor) }
}

/// - Returns: elements per output; nil for an output, or everything, that is not known.
typealias ElementRule = @Sendable (NodeFacts) -> [SizeElements?]

enum SymbolicElements {
  /// By operation of the standard domain.
  static let table: [String: ElementRule] = {
    var table: [String: ElementRule] = [
      "Shape": shape, "Size": size, "Cast": cast, "CastLike": cast, "Identity": sameOrder,
    ]
    let (order, moves): (ElementRule, ElementRule) = (sameOrder, moved)
    for name in ["Reshape", "Flatten", "Squeeze", "Unsqueeze"] { table[name] = order }
    for name in movers.keys { table[name] = moves }
    for family in [ElementArithmetic.table, ElementSeries.table] { table.merge(family) { first, _ in first } }
    return table
  }()

  /// Operations whose results consist of elements of these inputs (none: of all) and of zeros.
  private static let movers: [String: [Int]] = [
    "Gather": [0], "GatherElements": [0], "GatherND": [0], "Slice": [0], "Transpose": [0], "Expand": [0], "Tile": [0],
    "Split": [0], "Compress": [0], "Trilu": [0], "ReverseSequence": [0], "Concat": [], "Pad": [0, 2],
    "ScatterElements": [0, 2], "ScatterND": [0, 2],
  ]

  /// Longer lists of names and expressions are no shapes.
  private static let nameLimit = 64

  /// Writes what is known about the elements of small outputs: sizes by name, or numbers where it turns out that all are known.
  static func add(to node: inout NodeFacts) {
    guard node.node.domain.isEmpty, let rule = table[node.node.opType], node.outputs.contains(where: mayHold) else {
      return
    }
    for (position, elements) in rule(node).enumerated() where position < node.outputs.count {
      guard let elements, mayHold(node.outputs[position]), let type = node.outputs[position].type,
        let shape = node.outputs[position].shape?.sizes, Layout.count(shape) == elements.numerators.count
      else { continue }
      node.outputs[position].content = content(elements, type: type, shape: shape)
    }
  }

  /// Whether a value may be a list of sizes, by its type and shape.
  private static func mayHold(_ facts: ValueFacts) -> Bool {
    guard facts.content == nil, let type = facts.type, holders.contains(type), let shape = facts.shape?.sizes,
      let count = Layout.count(shape)
    else { return false }
    return count <= ValueFacts.elementLimit
  }

  private static let holders: Set<ElementType> = [
    .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool, .float32, .float64,
  ]

  private static func content(_ elements: SizeElements, type: ElementType, shape: [Int]) -> ValueFacts.Content? {
    let numerators = elements.numerators
    if let numbers = numerators.sizes {
      let isFloat = type == .float32 || type == .float64
      let values: Numbers =
        isFloat
        ? .floats(numbers.map { Double($0) / Double(elements.divisor) }) : .integers(numbers.map { Int64($0) })
      if isFloat || elements.divisor == 1, let tensor = Tensor(values, type: type, shape: shape) {
        return .constant(tensor)
      }
      return nil
    }
    let names = numerators.reduce(0) { $0 + ($1.isName ? 1 : 0) }
    guard names <= nameLimit, names > 0 || numerators.contains(where: { $0 != .unknown }) else { return nil }
    return elements.divisor == 1 ? .elements(numerators) : .fractions(numerators, divisor: elements.divisor)
  }

  @Sendable private static func shape(_ node: NodeFacts) -> [SizeElements?] {
    guard let shape = node.shape(0) else { return [] }
    return [SizeElements(Array(shape[ShapeEvaluators.shapeBounds(node.node, rank: shape.count)]))]
  }

  @Sendable private static func size(_ node: NodeFacts) -> [SizeElements?] {
    node.shape(0).map { [SizeElements([$0.product])] } ?? []
  }

  @Sendable private static func sameOrder(_ node: NodeFacts) -> [SizeElements?] { [node.sizeElements(0)] }

  /// Floats lose what is behind the point; a size is taken to fit into any type of 32 bits and more.
  @Sendable private static func cast(_ node: NodeFacts) -> [SizeElements?] {
    guard let elements = node.sizeElements(0), let type = node.outputs.first?.type else { return [] }
    let values = elements.numerators.enumerated()
    switch type {
    case .float32, .float64: return [elements]
    case .bool:
      return [SizeElements(values.map { node.isNonzero($1, of: 0, at: $0).map { .fixed($0 ? 1 : 0) } ?? .unknown })]
    case .int64, .int32, .uint64, .uint32:
      let isUnsigned = type == .uint64 || type == .uint32
      return [
        SizeElements(
          values.map { index, value in
            let isPositive = node.isNonNegative(value, of: 0, at: index)
            guard isPositive || elements.divisor == 1 && !isUnsigned else { return .unknown }
            return ElementArithmetic.fitted(value.floorDivided(by: .fixed(elements.divisor)), in: type)
          })
      ]
    default:
      guard elements.divisor == 1 else { return [] }
      return [
        SizeElements(elements.numerators.map { $0.size == nil ? .unknown : ElementArithmetic.fitted($0, in: type) })
      ]
    }
  }

  /// Runs the node on the numbers of its elements and looks them up afterwards. Number 0 is the zero that operations fill in.
  @Sendable private static func moved(_ node: NodeFacts) -> [SizeElements?] {
    guard let sources = movers[node.node.opType], node.inputs.contains(where: { $0?.content != nil }),
      node.node.string("reduction") ?? "none" == "none"
    else { return [] }
    var (inputs, known, divisor): ([Tensor?], [Dimension], Int?) = ([], [.fixed(0)], nil)
    for (index, facts) in node.inputs.enumerated() {
      guard let facts, sources.isEmpty || sources.contains(index) else {
        inputs.append(facts?.constant)
        if facts != nil, facts?.constant == nil { return [] }
        continue
      }
      // Of several inputs, what is known about one stays known beside another.
      guard let elements = node.anyElements(index), let shape = facts.shape?.sizes,
        Layout.count(shape) == elements.numerators.count, divisor ?? elements.divisor == elements.divisor,
        known.count + elements.numerators.count <= ValueFacts.elementLimit
      else { return [] }
      divisor = elements.divisor
      inputs.append(Tensor(elements.numerators.indices.map { Int64(known.count + $0) }, shape: shape))
      known += elements.numerators
    }
    let results = node.node.evaluated(inputs, opset: node.opset, byteLimit: ValueFacts.elementLimit * 8)
    return results?.map { result in
      result.int64s.flatMap { numbers in
        guard numbers.allSatisfy({ known.indices.contains(Int($0)) }) else { return nil }
        return SizeElements(numbers.map { known[Int($0)] }, divisor: divisor ?? 1)
      }
    } ?? []
  }
}
