// What the standard operators take: since which operator set in float16 and bfloat16, which ones Ingot leaves in
// float32 all the same, and which inputs and outputs of a lowered node stay float32. The versions are those of ONNX
// 1.23's schemas: the first from which every type variable that allows float32 allows the narrow type too.

internal import IngotCore

enum OpSupport {
  /// The first operator set in which `op` takes `type`; nil where none does.
  static func firstOpset(of op: String, in type: ElementType) -> Int64? {
    guard let since = table[op] else { return nil }
    return type == .bfloat16 ? since.bfloat16 : since.float16
  }

  /// Operators that keep float32 whatever is asked for (fp16-lowering rule 3), and why.
  static let alwaysFull: [String: String] = [
    "NonMaxSuppression": "box coordinates and scores", "RoiAlign": "box coordinates", "MaxRoiPool": "box coordinates",
    "GridSample": "sampling coordinates", "AffineGrid": "sampling coordinates", "DeformConv": "sampling coordinates",
    "Upsample": "scales are a float32 input", "Celu": "TensorRT takes it in float32 only",
    "TopK": "ties that narrow types make change the order", "CumSum": "a running sum", "CumProd": "a running product",
    "ReduceSumSquare": "a sum of squares", "ReduceL2": "a sum of squares", "ReduceLogSum": "a sum before a logarithm",
    "ReduceLogSumExp": "a sum of exponentials", "CastLike": "its type follows another tensor's",
  ]

  /// Normalizations: statistics need float32, and TensorRT 11 computes them in the type of their input (rule 8).
  static let normalizations: Set<String> = [
    "LayerNormalization", "RMSNormalization", "InstanceNormalization", "GroupNormalization",
    "MeanVarianceNormalization",
    "LpNormalization",
  ]

  /// Operators that only move elements of their first input; they take the type that it has.
  static let copies: Set<String> = [
    "Identity", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Split", "Gather", "GatherElements",
    "GatherND", "Expand", "Tile", "Pad", "DepthToSpace", "SpaceToDepth", "ReverseSequence", "Compress", "Trilu",
    "CenterCropPad",
  ]

  /// Inputs that stay float32 when the node is lowered (rule 4): a mask of input numbers.
  static func fullInputs(of op: String) -> Set<Int> {
    switch op {
    case "Resize": [1, 2]  // roi and scales
    case "Dropout": [1]  // ratio
    default: []
    }
  }

  /// Whether an input only limits the numbers of another one (rule 5).
  static func isBound(input: Int, of op: String) -> Bool { op == "Clip" && input > 0 }

  private typealias Since = (float16: Int64, bfloat16: Int64?)

  private static let table: [String: Since] = {
    var table: [String: Since] = [:]
    for (float16, bfloat16, names) in groups {
      for name in names.split(separator: " ") { table[String(name)] = (float16, bfloat16) }
    }
    return table
  }()

  private static let groups: [(float16: Int64, bfloat16: Int64?, names: String)] = [
    (
      1, 13,
      """
      Abs Add ArgMax ArgMin Cast Ceil Clip Concat Constant DepthToSpace Div Exp Flatten Floor Gather Gemm \
      Greater Hardmax Identity LRN Less Log LogSoftmax MatMul Max Mean Min Mul Neg Pad Reciprocal ReduceL1 \
      ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare \
      Relu Reshape Shape Sigmoid Size Slice Softmax SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile Transpose \
      Unsqueeze
      """
    ),
    (1, 14, "BatchNormalization"), (1, 15, "Pow"), (1, 16, "LeakyRelu PRelu"), (1, 24, "TopK"),
    (
      1, 22,
      """
      AveragePool Conv ConvTranspose Dropout Elu GRU GlobalAveragePool GlobalLpPool GlobalMaxPool HardSigmoid \
      InstanceNormalization LSTM LpNormalization LpPool MaxPool MaxRoiPool RNN Selu Softplus Softsign
      """
    ),
    (7, 22, "Acos Asin Atan Cos Sin Tan"), (8, 13, "Expand"),
    (9, 13, "Erf IsNaN MeanVarianceNormalization NonZero Sign"), (9, 16, "Where"), (9, 20, "ConstantOfShape"),
    (9, 22, "Acosh Asinh Atanh Cosh MaxUnpool Sinh"), (9, 28, "Compress"), (9, nil, "OneHot Scatter Shrink"),
    (10, 13, "Mod"), (10, 22, "RoiAlign ThresholdedRelu"), (10, 28, "ReverseSequence"),
    (11, 13, "Equal GatherElements GatherND ScatterElements ScatterND"), (11, 22, "Det Round"), (11, 28, "Unique"),
    (12, 16, "GreaterOrEqual LessOrEqual"), (12, 28, "Einsum"), (14, 14, "CumSum Trilu"), (14, 22, "HardSwish"),
    (17, 17, "DFT LayerNormalization STFT"), (18, 18, "CenterCropPad Col2Im GroupNormalization"), (18, 22, "Mish"),
    (10, 13, "Resize"), (19, 19, "DequantizeLinear QuantizeLinear"), (19, 22, "DeformConv"),
    (20, 20, "AffineGrid Gelu IsInf"),
    (23, 23, "Attention RMSNormalization RotaryEmbedding"), (24, 24, "Swish TensorScatter"), (26, 26, "CumProd"),
  ]
}
