// The rules that `ingot check --qdq` asks of a quantized model, by their ids in the placement rules: Q are hard constraints, P
// is where pairs pay off. What a rule means, and whether it holds at all, depends on who runs the model.

/// A rule of Q/DQ placement. P13 (measure candidates) has no finding of its own.
package enum QDQRule: String, Sendable, CaseIterable {
  case symmetric = "Q1", scales = "Q2", channelsOfWeights = "Q3", channelAxis = "Q4", codeRange = "Q5"
  case floatSide = "Q6", opset = "Q7", operators = "Q8", bias = "Q9", refit = "Q10", oneFamily = "Q11"
  case bothOperands = "P1", resultStaysFloat = "P2", insideFusion = "P3", shortcut = "P4", concat = "P5", pool = "P6"
  case copies = "P7", pointwise = "P8", neverQuantized = "P9", resize = "P10", smallWork = "P11", unpaired = "P12"
  case attention = "4.3"

  /// What the rule says, in a line.
  package var title: String {
    switch self {
    case .symmetric: "zero points are constant zeros of the quantized type, which is int8, int4, fp8 or fp4"
    case .scales: "scales are positive, finite constants that fit their tensor"
    case .channelsOfWeights: "only weights have a scale per channel"
    case .channelAxis: "a weight's scales are on the axis of its output channels"
    case .codeRange: "rounding and clamping lose nothing that is not meant"
    case .floatSide: "the float side is float32, float16 or bfloat16, and no scalar"
    case .opset: "the operator set has this form of Q/DQ"
    case .operators: "quantization is written as Q/DQ only"
    case .bias: "biases are float"
    case .refit: "an engine that is refitted cannot rely on equal scales"
    case .oneFamily: "a model has one 8-bit family: int8 or fp8"
    case .bothOperands: "linear operators read both operands quantized"
    case .resultStaysFloat: "a linear operator's result is quantized for its reader's sake only"
    case .insideFusion: "no pair stands between a linear operator and what is fused into it"
    case .shortcut: "of a residual sum only the shortcut is quantized"
    case .concat: "the branches of a Concat share one scale"
    case .pool: "max pools commute with Q/DQ, average pools need it on both sides"
    case .copies: "operators that only move elements need no pair of their own"
    case .pointwise: "pointwise operators with constants, and gates, stay float"
    case .neverQuantized: "this operator stays float"
    case .resize: "a Resize after a convolution reads int8"
    case .smallWork: "small products and convolutions do not pay"
    case .unpaired: "every Q and DQ serves a kernel"
    case .attention: "attention's products are quantized up to 512 positions, both or none"
    }
  }
}

/// Who is to run the model.
package enum QDQTarget: String, Sendable, CaseIterable {
  case tensorrt, onnxruntime, openvino
}
