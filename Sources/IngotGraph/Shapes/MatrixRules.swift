// Matrix products.

internal import IngotCore

enum MatrixRules {
  static let table: [String: ShapeRule] = [
    "MatMul": { (node) throws(ShapeProblem) in try product(&node, 0, 1, type: node.type(0) ?? node.type(1)) },
    "MatMulInteger": { (node) throws(ShapeProblem) in try product(&node, 0, 1, type: .int32) },
    "QLinearMatMul": { (node) throws(ShapeProblem) in try product(&node, 0, 3, type: node.type(7)) },
    "Gemm": gemm, "Einsum": { $0.set(type: $0.type(0), shape: nil) }, "Det": determinant,
  ]

  private static func product(
    _ node: inout NodeFacts, _ left: Int, _ right: Int, type: ElementType?
  ) throws(ShapeProblem) {
    node.set(type: type, shape: nil)
    guard var a = node.shape(left), var b = node.shape(right) else { return }
    guard let first = a.first, let last = b.first else {
      throw .rank(input: a.isEmpty ? left : right, shape: [], expected: "1 axis or more")
    }
    let (isRow, isColumn) = (a.count == 1, b.count == 1)
    if isRow { a = [.fixed(1), first] }
    if isColumn { b = [last, .fixed(1)] }
    guard a[a.count - 1].unified(with: b[b.count - 2]) != nil else {
      throw .sizes(
        "the last size of input \(left)", a[a.count - 1], "the size of input \(right) that it is multiplied with",
        b[b.count - 2])
    }
    var shape = try [Dimension].broadcast(a.dropLast(2), b.dropLast(2))
    if !isRow { shape.append(a[a.count - 2]) }
    if !isColumn { shape.append(b[b.count - 1]) }
    node.set(type: type, shape: shape)
  }

  @Sendable private static func gemm(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0) ?? node.type(1), shape: nil)
    for index in 0..<2 {
      if let shape = node.shape(index), shape.count != 2 {
        // Version 1 to 6 flattened its first input.
        if node.opset < 7 { return }
        throw .rank(input: index, shape: shape, expected: "2 axes")
      }
    }
    let a = node.shape(0).map { node.node.int("transA") ?? 0 != 0 ? $0.reversed() : $0 }
    let b = node.shape(1).map { node.node.int("transB") ?? 0 != 0 ? $0.reversed() : $0 }
    if let a, let b, a[1].unified(with: b[0]) == nil {
      throw .sizes("the inner size of input 0", a[1], "the inner size of input 1", b[0])
    }
    node.set(type: node.type(0) ?? node.type(1), shape: [a?[0] ?? .unknown, b?[1] ?? .unknown])
  }

  @Sendable private static func determinant(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0).map { Array($0.dropLast(2)) })
  }
}
