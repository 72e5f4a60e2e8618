// What the tests of the linter share: small quantized graphs as text, findings and mends as lines.

import IngotCore
import IngotGraph
import IngotPrecision

/// `error Q1 node 'q' (QuantizeLinear): …` for each finding.
func findings(_ text: String, for target: QDQTarget = .tensorrt) throws -> [String] {
  lintQDQ(try Model(text: text), for: target).all.map {
    "\($0.severity.rawValue) \($0.rule.rawValue) \($0.node ?? "model"): \($0.problem)"
  }
}

/// The model after its mends, what they say, and what is still found.
func mended(
  _ text: String, for target: QDQTarget = .tensorrt
) throws -> (model: Model, changes: [String], left: [String]) {
  var model = try Model(text: text)
  let changes = mendQDQ(&model, for: target).map(\.text)
  let left = lintQDQ(model, for: target).all.map { "\($0.severity.rawValue) \($0.rule.rawValue)" }
  return (model, changes, left)
}

/// Constants that the graphs below share: scales, zero points, an int8 weight with its scales.
let constants = """
    const %s: float32[] = [0.5]
    const %s2: float32[] = [0.25]
    const %z: int8[] = [0]
    const %w8: int8[16,16,3,3] = ramp
    const %ws: float32[16] = [1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0]
    const %wz: int8[16] = [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]
    %w: float32[16,16,3,3] = DequantizeLinear(%w8, %ws, %wz) {axis=0} # dqw
  """

/// A graph around one convolution's pair: `body` makes %y, and may read %xq, the quantized input, and %w, the weight.
func quantizedGraph(_ body: String, opset: Int = 17, output: String = "float32[n,16,8,8]") -> String {
  """
  model ir 8 opset ai.onnx \(opset)
  graph main(%x: float32[n,16,8,8]) -> (%y: \(output)) {
  \(constants)
    %xi: int8[n,16,8,8] = QuantizeLinear(%x, %s, %z) # q
    %xq: float32[n,16,8,8] = DequantizeLinear(%xi, %s, %z) # dq
  \(body)
  }
  """
}
