// Matrix products, of numbers as they are and of quantized ones.

internal import IngotCore

enum MatrixRules {
  static let table: [String: ShapeRule] = [
    "MatMul": { (node) throws(ShapeProblem) in try product(&node, 0, 1, type: node.type(0) ?? node.type(1)) },
    "MatMulInteger": { (node) throws(ShapeProblem) in try product(&node, 0, 1, type: .int32) },
    "QLinearMatMul": { (node) throws(ShapeProblem) in try product(&node, 0, 3, type: node.type(7)) },
    "Gemm": gemm, "Det": determinant,
    "com.microsoft::FusedMatMul": fusedProduct, "com.microsoft::FusedMatMulActivation": fusedProduct,
    "com.microsoft::TransposeMatMul": fusedProduct,
    "com.microsoft::SparseToDenseMatMul": sparseProduct,
    "com.microsoft::FusedGemm": gemm,
    "com.microsoft::GemmFloat8": { (node) throws(ShapeProblem) in
      try gemm(&node)
      node.outputs[0].type = CreationRules.elementType(node, "dtype") ?? .float32
    },
    "com.microsoft::GemmFastGelu": { (node) throws(ShapeProblem) in try product(&node, 0, 1, type: node.type(0)) },
    "com.microsoft::MatMulInteger16": { (node) throws(ShapeProblem) in
      let isUnsigned = node.type(0) == .uint16 && node.type(1) == .uint16
      try product(&node, 0, 1, type: isUnsigned ? .uint32 : .int32)
    },
    "com.microsoft::MatMulIntegerToFloat": { (node) throws(ShapeProblem) in try product(&node, 0, 1, type: node.type(2))
    },
    "com.microsoft::DynamicQuantizeMatMul": { (node) throws(ShapeProblem) in
      try product(&node, 0, 1, type: node.type(0))
    },
    "com.microsoft::QOrderedMatMul": { (node) throws(ShapeProblem) in try product(&node, 0, 2, type: node.type(0)) },
    "com.microsoft::QGemm": { (node) throws(ShapeProblem) in
      try gemm(&node, 0, 3, type: node.input(8) == nil ? .float32 : node.type(8))
    },
    "com.microsoft::MatMulNBits": packedProduct, "com.microsoft::MatMulNBitsMlp": packedProduct,
    "com.microsoft::MatMulBnb4": packedProduct,
    "com.microsoft::MatMulFpQ4": { (node) throws(ShapeProblem) in
      let sizes = node.sizes(2)
      try packedProduct(&node, columns: sizes.flatMap { $0.count == 2 ? $0[1] : nil } ?? .unknown)
    },
    "com.microsoft::MatMulBlockQuantizedFp4Weight": packedRows,
    "com.microsoft::MatMulBlockQuantizedFp8Weight": packedRows,
  ]

  private static func product(
    _ node: inout NodeFacts, _ left: Int, _ right: Int, type: ElementType?
  ) throws(ShapeProblem) {
    node.set(type: type, shape: nil)
    guard let a = node.shape(left), let b = node.shape(right) else { return }
    node.set(type: type, shape: try product(a, b, left, right))
  }

  private static func product(
    _ a: [Dimension], _ b: [Dimension], _ left: Int, _ right: Int
  ) throws(ShapeProblem) -> [Dimension] {
    guard let first = a.first, let last = b.first else {
      throw .rank(input: a.isEmpty ? left : right, shape: [], expected: "1 axis or more")
    }
    let (isRow, isColumn) = (a.count == 1, b.count == 1)
    let rows = isRow ? [.fixed(1), first] : a
    let columns = isColumn ? [last, .fixed(1)] : b
    guard rows[rows.count - 1].unified(with: columns[columns.count - 2]) != nil else {
      throw .sizes(
        "the last size of input \(left)", rows[rows.count - 1],
        "the size of input \(right) that it is multiplied with", columns[columns.count - 2])
    }
    var shape = try [Dimension].broadcast(rows.dropLast(2), columns.dropLast(2))
    if !isRow { shape.append(rows[rows.count - 2]) }
    if !isColumn { shape.append(columns[columns.count - 1]) }
    return shape
  }

  /// A product of matrices of which each may be transposed; in one form the first axis takes part, and the ones behind it are the
  /// batch.
  @Sendable private static func fusedProduct(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let a = node.shape(0), let b = node.shape(1) else { return }
    let left = arranged(a, isTransposed: node.flag("transA"), isBatchInner: node.flag("transBatchA"))
    let right = arranged(b, isTransposed: node.flag("transB"), isBatchInner: node.flag("transBatchB"))
    node.set(type: node.type(0), shape: try product(left, right, 0, 1))
  }

  private static func arranged(_ shape: [Dimension], isTransposed: Bool, isBatchInner: Bool) -> [Dimension] {
    guard shape.count >= 2 else { return shape }
    var result = shape
    if isBatchInner { result.insert(result.removeFirst(), at: result.count - 1) }
    if isTransposed { result.swapAt(result.count - 1, result.count - 2) }
    return result
  }

  @Sendable private static func sparseProduct(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(1), shape: nil)
    guard let a = node.shape(0), let b = node.shape(1) else { return }
    let left = arranged(a, isTransposed: node.flag("transA"), isBatchInner: false)
    let right = arranged(b, isTransposed: node.flag("transB"), isBatchInner: false)
    node.set(type: node.type(1), shape: try product(left, right, 0, 1))
  }

  /// Weights in a form of their own: their shape does not say the number of columns, an attribute does.
  @Sendable private static func packedProduct(_ node: inout NodeFacts) throws(ShapeProblem) {
    try packedProduct(&node, columns: try node.size("N"))
  }

  /// Weights [columns, …].
  @Sendable private static func packedRows(_ node: inout NodeFacts) throws(ShapeProblem) {
    try packedProduct(&node, columns: node.shape(1)?.first ?? .unknown)
  }

  private static func packedProduct(_ node: inout NodeFacts, columns: Dimension) throws(ShapeProblem) {
    // A row of gradients is multiplied with the weights the other way round.
    let isBackward = node.node.opType == "MatMulBnb4" && node.int("transB", default: 1) == 0
    let width = isBackward ? try node.size("K") : columns
    node.set(type: node.type(0), shape: node.shape(0).map { $0.dropLast() + [width] })
  }

  @Sendable private static func gemm(_ node: inout NodeFacts) throws(ShapeProblem) {
    try gemm(&node, 0, 1, type: node.type(0) ?? node.type(1))
  }

  private static func gemm(
    _ node: inout NodeFacts, _ left: Int, _ right: Int, type: ElementType?
  ) throws(ShapeProblem) {
    node.set(type: type, shape: [.unknown, .unknown])
    // Before version 7, inputs of other ranks were flattened.
    if node.node.domain.isEmpty, node.opset < 7, [left, right].contains(where: { node.shape($0)?.count ?? 2 != 2 }) {
      return
    }
    var (a, b) = (try node.shape(left, rank: 2), try node.shape(right, rank: 2))
    if node.flag("transA") { a?.reverse() }
    if node.flag("transB") { b?.reverse() }
    if let a, let b, a[1].unified(with: b[0]) == nil {
      throw .sizes("the inner size of input \(left)", a[1], "the inner size of input \(right)", b[0])
    }
    node.set(type: type, shape: [a?[0] ?? .unknown, b?[1] ?? .unknown])
  }

  @Sendable private static func determinant(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let shape = node.shape(0) else { return }
    guard shape.count >= 2 else { throw .rank(input: 0, shape: shape, expected: "2 axes or more") }
    _ = try node.unified(shape[shape.count - 2], "the rows of input 0", shape[shape.count - 1], "its columns")
    node.set(type: node.type(0), shape: Array(shape.dropLast(2)))
  }
}
