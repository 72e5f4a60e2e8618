// Large constants: results are recipes, and what they give is what a plain loop gives.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct EvaluateLargeTests {
  private static let (rows, columns) = (300, 401)
  private static let values = (0..<rows * columns).map { Float($0 % 1009) - 500.5 }
  private static let matrix = Tensor(values, shape: [rows, columns])

  private func evaluate(_ operation: String, _ inputs: Tensor..., attributes: [Attribute] = []) throws -> Tensor {
    let node = Node(
      operation, name: "n", inputs: inputs.indices.map { ValueID($0) }, outputs: [ValueID(inputs.count)],
      attributes: attributes)
    return try #require(node.evaluated(inputs, opset: 21, byteLimit: 64 << 20)?.first)
  }

  @Test func aTransposedMatrixIsMadePieceByPiece() throws {
    let result = try evaluate("Transpose", Self.matrix)
    #expect(result.shape == [Self.columns, Self.rows])
    #expect(result.bytes.computationDepth == 1)
    let expected = (0..<Self.columns).flatMap { column in
      (0..<Self.rows).map { Self.values[$0 * Self.columns + column] }
    }
    #expect(result.floats == expected)
    #expect(result.bytes[4003..<4019].array == Array(littleEndianBytes(of: expected)[4003..<4019]))
  }

  @Test func elementsAreCalculatedWithABroadcastRow() throws {
    let row = Tensor((0..<Self.columns).map { Float($0) })
    let result = try evaluate("Mul", Self.matrix, row)
    #expect(result.bytes.computationDepth == 1)
    #expect(result.floats == Self.values.indices.map { Self.values[$0] * Float($0 % Self.columns) })
  }

  @Test func aCastOfATransposedSumIsOneRecipeInAnother() throws {
    let sum = try evaluate("Add", Self.matrix, Tensor([Float(0.5)], shape: []))
    let transposed = try evaluate("Transpose", sum)
    let cast = try evaluate("Cast", transposed, attributes: [Attribute(name: "to", value: .int(7))])
    #expect(cast.bytes.computationDepth == 3)
    let expected = (0..<Self.columns).flatMap { column in
      (0..<Self.rows).map { Int64((Self.values[$0 * Self.columns + column] + 0.5).rounded(.towardZero)) }
    }
    #expect(cast.int64s == expected)
  }

  @Test func tooManyRecipesInOneAnotherAreRefused() throws {
    var tensor = Self.matrix
    for _ in 0..<8 { tensor = try evaluate("Neg", tensor) }
    let node = Node("Neg", name: "n", inputs: [ValueID(0)], outputs: [ValueID(1)])
    #expect(node.evaluated([tensor], opset: 21, byteLimit: 64 << 20) == nil)
    #expect(tensor.floats == Self.values)
  }

  @Test func concatenationGatherSliceAndWhereAreMadeOfParts() throws {
    let axis = [Attribute(name: "axis", value: .int(1))]
    let joined = try evaluate("Concat", Self.matrix, Self.matrix, attributes: axis)
    #expect(joined.bytes.computationDepth == 1)
    let rows = (0..<Self.rows).map { Array(Self.values[$0 * Self.columns..<($0 + 1) * Self.columns]) }
    #expect(joined.floats == rows.flatMap { $0 + $0 })
    let picked = (0..<Self.rows).map { Int64($0 * 7 % Self.rows) }
    #expect(try evaluate("Gather", Self.matrix, Tensor(picked)).floats == picked.flatMap { rows[Int($0)] })
    let reversed = try evaluate(
      "Slice", Self.matrix, Tensor([Int64(-1)]), Tensor([Int64.min]), Tensor([Int64(0)]), Tensor([Int64(-1)]))
    #expect(reversed.floats == rows.reversed().flatMap { $0 })
    let isPositive = try evaluate("Greater", Self.matrix, Tensor([Float(0)]))
    let zero = Tensor([Float(0)])
    #expect(try evaluate("Where", isPositive, Self.matrix, zero).floats == Self.values.map { $0 > 0 ? $0 : 0 })
  }

  @Test func aCastThatARuntimeMayRefuseIsFoundOutBefore() throws {
    var values = Self.values
    values[values.count - 1] = 1e30
    let node = Node(
      "Cast", name: "n", inputs: [ValueID(0)], outputs: [ValueID(1)],
      attributes: [Attribute(name: "to", value: .int(6))])
    #expect(node.evaluated([Tensor(values)], opset: 21, byteLimit: 64 << 20) == nil)
  }

  @Test func weightsAreScaledPerChannelWhenTheyAreRead() throws {
    let layout = ChannelLayout(blocks: 1, channels: Self.rows, inner: Self.columns)
    let factors = (0..<Self.rows).map { Double($0) / 3 }
    let scaled = try #require(layout.scaled(Self.matrix, by: factors))
    #expect(scaled.bytes.computationDepth == 1)
    #expect(scaled.floats == Self.values.indices.map { Float(Double(Self.values[$0]) * factors[$0 / Self.columns]) })
    #expect(layout.scaled(Self.matrix, by: factors.map { $0 * 1e38 }) == nil)
    #expect(layout.scaled(Self.matrix, by: factors.map { _ in .nan }) == nil)
  }
}
