import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesBatchNormalizationTests {
  /// gamma 4, beta 1, mean 3, variance 4 - epsilon in the first channel: y = 2 * (x - 3) + 1.
  private static let parameters = """
    const %gamma: float32[2] = [4.0, 8.0]
    const %beta: float32[2] = [1.0, 0.0]
    const %mean: float32[2] = [3.0, 1.0]
    const %variance: float32[2] = [4.0, 16.0]
    """

  private func fold(_ constants: String, _ linear: String, rest: String = "", opset: Int64 = 17) throws -> Graph {
    var graph = try Graph(
      text: """
        graph g(%x: float32) -> (%y: float32) {
        \(Self.parameters)
        \(constants)
        %a = \(linear) # linear
        %y: float32 = BatchNormalization(%a, %gamma, %beta, %mean, %variance) {epsilon=0.0} # norm
        \(rest)
        }
        """)
    _ = Pass.batchNormalization.run(&graph, PassContext(opsets: ["": opset]))
    #expect(graph.verify().map(\.description) == [])
    return graph
  }

  private func floats(_ graph: Graph, _ name: String) -> [Float]? {
    graph.find(name).flatMap { graph.constant($0)?.floats }
  }

  @Test func foldsIntoAConvolutionWithABias() throws {
    let graph = try fold(
      "const %w: float32[2,1,1,1] = [1.0, 2.0]\nconst %b: float32[2] = [10.0, 20.0]", "Conv(%x, %w, %b)")
    #expect(graph.nodes.map(\.name) == ["linear"])
    #expect(floats(graph, "y_weight") == [2, 4])
    #expect(floats(graph, "y_bias") == [2 * (10 - 3) + 1, 2 * (20 - 1)])
  }

  @Test func foldsIntoAGroupedTransposedConvolutionAlongItsOutputs() throws {
    // Two groups of one output; inputs 0 and 1 make output 0, inputs 2 and 3 make output 1.
    var graph = try Graph(
      text: """
        graph g(%x: float32) -> (%y: float32) {
        const %gamma: float32[2] = [2.0, 10.0]
        const %zero: float32[2] = zeros
        const %one: float32[2] = ones
        const %w: float32[4,1,1,1] = [1.0, 2.0, 3.0, 4.0]
        %a = ConvTranspose(%x, %w) {group=2} # linear
        %y: float32 = BatchNormalization(%a, %gamma, %zero, %zero, %one) {epsilon=0.0} # norm
        }
        """)
    #expect(Pass.batchNormalization.run(&graph, PassContext(opsets: ["": 17])).names == ["norm"])
    #expect(floats(graph, "y_weight") == [2, 4, 30, 40])
    #expect(floats(graph, "y_bias") == [0, 0])
  }

  @Test(arguments: [0, 1]) func foldsIntoAGemmWithItsFactors(_ transposed: Int) throws {
    var graph = try Graph(
      text: """
        graph g(%x: float32) -> (%y: float32) {
        const %gamma: float32[2] = [2.0, 10.0]
        const %zero: float32[2] = zeros
        const %one: float32[2] = ones
        const %w: float32[2,2] = [1.0, 2.0, 3.0, 4.0]
        const %c: float32[1] = [5.0]
        %a = Gemm(%x, %w, %c) {alpha=0.5, beta=2.0, transB=\(transposed)} # linear
        %y: float32 = BatchNormalization(%a, %gamma, %zero, %zero, %one) {epsilon=0.0} # norm
        }
        """)
    _ = Pass.batchNormalization.run(&graph, PassContext(opsets: ["": 17]))
    #expect(floats(graph, "y_weight") == (transposed == 1 ? [2, 4, 30, 40] : [2, 20, 6, 40]))
    #expect(floats(graph, "y_bias") == [20, 100])
    #expect(graph.nodes[0].float("beta") == 1)
    #expect(graph.nodes[0].float("alpha") == 0.5)
  }

  @Test(arguments: [
    ("Conv(%x, %w)", "%z = Relu(%a)"),  // somebody else reads what the convolution makes
    ("Conv(%x, %x)", ""),
    ("Conv(%x, %wrong)", ""),
    ("com.example::Conv(%x, %w)", ""),
    ("Relu(%x)", ""),
  ]) func leavesOthersAlone(_ linear: String, _ rest: String) throws {
    let graph = try fold(
      "const %w: float32[2,1,1,1] = [1.0, 2.0]\nconst %wrong: float32[3,1,1,1] = [1.0, 2.0, 3.0]", linear, rest: rest)
    #expect(graph.nodes.map(\.opType).contains("BatchNormalization"))
  }

  @Test func leavesTrainingModeAndAVarianceBelowZeroAlone() throws {
    for (attributes, variance) in [
      ("training_mode=1", "1.0, 1.0"), ("epsilon=0.0", "1.0, -1.0"), ("epsilon=0.0", "1.0, nan"),
    ] {
      var graph = try Graph(
        text: """
          graph g(%x: float32) -> (%y: float32) {
          const %one: float32[2] = ones
          const %variance: float32[2] = [\(variance)]
          const %w: float32[2,1,1,1] = [1.0, 2.0]
          %a = Conv(%x, %w)
          %y: float32 = BatchNormalization(%a, %one, %one, %one, %variance) {\(attributes)}
          }
          """)
      #expect(Pass.batchNormalization.run(&graph, PassContext(opsets: ["": 17])).isEmpty)
    }
  }
}
