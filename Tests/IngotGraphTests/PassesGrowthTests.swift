// Folding into weights that many nodes share must not multiply them without limit.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesGrowthTests {
  /// Three convolutions with one weight of 12,000 bytes, each with a normalization of its own.
  private func model() throws -> Model {
    var lines: [String] = []
    for index in 0..<3 {
      lines += [
        "const %s\(index): float32[30] = ramp", "%c\(index) = Conv(%x\(index), %w)",
        "%y\(index) = BatchNormalization(%c\(index), %s\(index), %s\(index), %s\(index), %one) {epsilon=\(index).5}",
      ]
    }
    let inputs = (0..<3).map { "%x\($0): float32[1,100,4,4]" }.joined(separator: ", ")
    let outputs = (0..<3).map { "%y\($0): float32[1,30,4,4]" }.joined(separator: ", ")
    return Model(
      graph: try Graph(
        text: """
          graph g(\(inputs)) -> (\(outputs)) {
          const %w: float32[30,100,1,1] = ramp
          const %one: float32[30] = ones
          \(lines.joined(separator: "\n"))
          }
          """), opset: 17)
  }

  @Test(arguments: [(1 << 20, 3), (13_000, 5), (100, 6)])
  func sharedWeightsAreFoldedIntoAsFarAsThereIsRoom(_ limit: Int, _ nodes: Int) throws {
    var model = try model()
    var options = SanitizeOptions()
    options.foldLimit = limit
    let report = try sanitize(&model, options: options)
    #expect(report.after.initializerBytes <= report.before.initializerBytes + limit)
    #expect(report.after.nodes == nodes)
  }
}
