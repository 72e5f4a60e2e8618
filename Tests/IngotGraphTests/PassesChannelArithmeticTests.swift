// Arithmetic with constants after linear nodes, BatchNormalization before them, and products with a sum.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesChannelArithmeticTests {
  private func run(_ pass: Pass, _ nodes: String) throws -> (graph: Graph, report: PassReport) {
    var graph = try Graph(
      text: """
        graph g(%x: float32[n,2,4,4], %v: float32[n,2], %m: float32[n,2,2]) -> (%y) {
          const %w: float32[2,2,1,1] = [1.0, 2.0, 3.0, 4.0]
          const %f: float32[2,2] = [1.0, 2.0, 3.0, 4.0]
          const %c: float32[2,1,1] = [2.0, 10.0]
          const %r: float32[1,2,1,1] = [1.0, 5.0]
          const %k: float32[2] = [2.0, 10.0]
          const %wide: float32[1,1,2,1,1] = [2.0, 10.0]
          const %last: float32[4] = ones
          const %five: float32[] = [5.0]
          const %int: int64[] = [5]
          const %one: float32[2] = ones
          const %none: float32[2] = zeros
        \(nodes)
        }
        """)
    let report = try runPass(pass, on: &graph)
    #expect(graph.verify().map(\.description) == [])
    return (graph, report)
  }

  private func floats(_ graph: Graph, _ name: String) -> [Float]? {
    graph.find(name).flatMap { graph.constant($0)?.floats }
  }

  @Test func foldsIntoAConvolution() throws {
    let (graph, report) = try run(
      .channelArithmetic, "%a = Conv(%x, %w) # conv\n%b = Mul(%a, %c) # mul\n%d = Add(%r, %b) # add\n%y = Relu(%d)")
    #expect(report.names == ["mul", "add"])
    #expect(floats(graph, "b_weight") == [2, 4, 30, 40])
    #expect(floats(graph, "d_bias") == [1, 5])
    #expect(graph.nodes.map(\.opType) == ["Conv", "Relu"])
  }

  @Test func subtractsAndDivides() throws {
    let (graph, _) = try run(.channelArithmetic, "%a = Conv(%x, %w, %k)\n%b = Sub(%five, %a)\n%y = Div(%b, %five)")
    #expect(floats(graph, "y_bias") == [0.6, -1])
    #expect(graph.nodes.count == 1)
  }

  @Test func scalesAProductAndItsBias() throws {
    let (graph, _) = try run(.channelArithmetic, "%a = MatMul(%m, %f)\n%b = Add(%k, %a)\n%y = Mul(%b, %k)")
    #expect(graph.nodes.map(\.opType) == ["MatMul", "Add"])
    #expect(floats(graph, "y_weight") == [2, 20, 6, 40])
    #expect(floats(graph, "y_bias") == [4, 100])
  }

  @Test func foldsIntoABatchNormalization() throws {
    let (graph, report) = try run(
      .channelArithmetic,
      "%a = BatchNormalization(%x, %one, %k, %none, %one)\n%b = Mul(%a, %c) # mul\n%y = Add(%b, %r) # add")
    #expect(report.names == ["mul", "add"])
    #expect(floats(graph, "b_scale") == [2, 10])
    #expect(floats(graph, "y_bias") == [5, 105])
  }

  @Test(arguments: [
    "%a = Conv(%x, %w)\n%b = Mul(%a, %last)\n%y = Relu(%b)",  // along the last axis
    "%a = Conv(%x, %w)\n%y = Mul(%a, %wide)",
    "%a = Conv(%x, %w)\n%y = Add(%a, %x)",
    "%a = Conv(%x, %w)\n%y = Div(%five, %a)",
    "%a = Conv(%x, %w)\n%b = Mul(%a, %c)\n%y = com.example::Use(%a, %b)",
    "%a = MatMul(%m, %f)\n%y = Add(%a, %k)",
    "%a = Relu(%x)\n%y = Mul(%a, %c)",
  ]) func leavesOthersAlone(_ nodes: String) throws { #expect(try run(.channelArithmetic, nodes).report.isEmpty) }

  @Test func foldsANormalizationIntoTheConvolutionAfterIt() throws {
    let norm = "%a = BatchNormalization(%x, %k, %k, %none, %one) {epsilon=0.0} # norm"
    let (graph, report) = try run(.batchNormalization, "\(norm)\n%y = Conv(%a, %w, %k) # conv")
    #expect(report.removed == 1)
    #expect(floats(graph, "y_weight") == [2, 20, 6, 40])
    // The Conv's own 2 and 10, and its weights times the offsets 2 and 10.
    #expect(floats(graph, "y_bias") == [24, 56])
    #expect(try run(.batchNormalization, "\(norm)\n%y = Conv(%a, %w) {pads=[1,1,1,1]}").report.isEmpty)
    #expect(try run(.batchNormalization, "\(norm)\n%b = Conv(%a, %w)\n%y = com.example::Use(%a, %b)").report.isEmpty)
  }

  @Test func foldsANormalizationIntoAProduct() throws {
    let (graph, _) = try run(
      .batchNormalization, "%a = MatMul(%v, %f)\n%y = BatchNormalization(%a, %k, %k, %none, %one) {epsilon=0.0}")
    #expect(graph.nodes.map(\.opType) == ["MatMul", "Add"])
    #expect(floats(graph, "y_weight") == [2, 20, 6, 40])
    // A channel of a batch of matrices is not a column.
    #expect(
      try run(.batchNormalization, "%a = MatMul(%m, %f)\n%y = BatchNormalization(%a, %one, %one, %one, %one)").report
        .isEmpty)
  }

  @Test func makesAGemmOfAProductAndASum() throws {
    for nodes in ["%a = MatMul(%v, %f)\n%y = Add(%a, %k)", "%a = MatMul(%v, %f)\n%b = Exp(%v)\n%y = Add(%b, %a)"] {
      let (graph, report) = try run(.gemms, nodes)
      #expect(report.removed == 1)
      #expect(graph.nodes.last?.opType == "Gemm")
    }
    let (graph, _) = try run(.gemms, "%a = Transpose(%v)\n%y = Gemm(%a, %v) {transB=1}")
    #expect(graph.nodes.map { $0.int("transA") } == [1])
    for nodes in [
      "%a = MatMul(%m, %f)\n%y = Add(%a, %k)", "%a = MatMul(%v, %f)\n%y = Add(%a, %m)",
      "%a = MatMul(%v, %f)\n%b = Add(%a, %k)\n%y = com.example::Use(%a, %b)", "%a = Gemm(%v, %f, %k)\n%y = Add(%a, %v)",
    ] {
      #expect(try run(.gemms, nodes).report.isEmpty, "\(nodes)")
    }
  }
}
