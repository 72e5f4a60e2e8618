import Foundation
import IngotCore
import IngotGraph
import Testing

@Suite struct DescriptionTests {
  @Test func describesAModelAsText() throws {
    #expect(
      try example().summary(includesNodes: true).description == """
        graph       main
        IR version  8, operator sets ai.onnx 17, com.microsoft 1
        producer    pytorch 2.5
        inputs      x: float32[batch, 3, ?]
                    ids: int64
        outputs     y: float32[batch, 8]
        parameters  2057 in 8.01 KiB
                    float32: 1 tensor, 2048 elements, 8.00 KiB
                    int8: 2 tensors, 9 elements, 9 B
        nodes       4, 1 subgraph
                    2  Relu
                    1  If
                    1  com.microsoft.Gelu
        metadata    license: MIT
        relu: Relu(x, ) -> a
        1: com.microsoft.Gelu(a, w) -> b
        if: If(c, b) -> y
        """)
  }

  @Test func describesAModelAsJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let summary = try example().summary()
    let json = try encoder.encode(summary)
    let text = String(decoding: json, as: UTF8.self)
    #expect(
      text.contains(#""inputs":[{"name":"x","shape":["batch",3,null],"type":"float32"},{"name":"ids","type":"int64"}]"#)
    )
    #expect(text.contains(#""opsets":[{"domain":"ai.onnx","version":17},{"domain":"com.microsoft","version":1}]"#))
    #expect(try JSONDecoder().decode(ModelDescription.self, from: json) == summary)
  }

  @Test func listsFilesOfWeights() throws {
    let folder = try TemporaryFolder()
    try example().write(to: folder.path + "/m.onnx", weights: .externalAbove(1000))
    let summary = try Model.read(path: folder.path + "/m.onnx").summary()
    #expect(summary.externalFiles.map(\.location) == ["m.onnx.data"])
    #expect(summary.externalFiles.map(\.tensors) == [1] && summary.externalFiles.map(\.bytes) == [8192])
    #expect(summary.description.contains("data files  m.onnx.data: 1 tensor, 8.00 KiB"))
  }

  private func example() throws -> Model {
    var model = try Model(
      text: """
        model ir 8 opset ai.onnx 17 opset com.microsoft 1
        graph main(%x: float32[batch,3,?], %w: float32[2048], %ids: int64) -> (%y: float32[batch,8]) {
          const %w: float32[2048] = zeros
          const %c: int8[8] = ramp
          %a = Relu(%x, _) # relu
          %b = com.microsoft::Gelu(%a, %w)
          %y = If(%c, %b) {then_branch=graph t() -> (%z) { %z = Relu(%b) {v=int8[1] [3]} }} # if
        }
        """)
    (model.producerName, model.producerVersion) = ("pytorch", "2.5")
    model.metadata = [("license", "MIT")]
    return model
  }
}
