// Whether an operation has a rule at all: the names of the newest operator sets.

import Testing

@testable import IngotGraph

@Suite struct ShapesCoverageTests {
  /// onnx 1.23, `onnx.defs.get_all_schemas_with_history()`: the standard domain without control flow, sequences and optionals.
  private static let standard = """
    Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli
    BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu
    CenterCropPad Clip Col2Im Compress Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum DFT
    DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten
    Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual
    GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity ImageDecoder
    InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax
    LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix
    Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Or PRelu Pad Pow QLinearConv
    QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range
    Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
    RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scatter ScatterElements ScatterND Selu
    Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split Sqrt
    Squeeze StringConcat StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu
    Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor If Loop Scan
    """

  /// What ONNX Runtime's optimizers and quantizers write, and the tools for its generating models.
  private static let microsoft = """
    Attention BeamSearch BiasAdd BiasDropout BiasGelu BiasSoftmax BiasSplitGelu BifurcationDetector BitmaskBiasDropout
    BitmaskDropout CDist ConvTransposeWithDynamicPads CropAndResize DecoderAttention DecoderMaskedMultiHeadAttention
    DecoderMaskedSelfAttention DequantizeLinear DynamicQuantizeLSTM DynamicQuantizeMatMul EmbedLayerNormalization ExpandDims
    FastGelu FusedConv FusedGemm FusedMatMul FusedMatMulActivation GatedRelativePositionBias GatherBlockQuantized GatherND Gelu
    GemmFastGelu GemmaRotaryEmbedding GreedySearch GridSample GroupNorm GroupQueryAttention Inverse Irfft IsAllFinite
    LongformerAttention MatMulBnb4 MatMulFpQ4 MatMulInteger16 MatMulIntegerToFloat MatMulNBits MaxpoolWithMask MoE MulInteger
    MultiHeadAttention MurmurHash3 NGramRepeatBlock NhwcConv NhwcFusedConv NhwcMaxPool PackedAttention PackedMultiHeadAttention
    Pad QAttention QEmbedLayerNormalization QGemm QLinearAdd QLinearAveragePool QLinearConcat QLinearConv
    QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere QMoE
    QOrderedAttention QOrderedGelu QOrderedLayerNormalization QOrderedMatMul QuantizeLinear QuickGelu Range ReduceSumInteger
    RelativePositionBias RemovePadding RestorePadding Rfft RotaryEmbedding SampleOp Sampling SkipGroupNorm SkipLayerNormalization
    SkipSimplifiedLayerNormalization SparseAttention SparseToDenseMatMul Tokenizer TransposeMatMul Trilu UnfoldTensor Unique
    WhisperBeamSearch
    """

  private static let classical = """
    ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder LinearClassifier
    LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier
    TreeEnsembleRegressor
    """

  @Test(arguments: [("", standard), ("com.microsoft::", microsoft), ("ai.onnx.ml::", classical)])
  func hasARuleForEveryOperation(_ domain: String, _ names: String) {
    let missing = names.split(whereSeparator: \.isWhitespace).filter { ShapeRules.table[domain + $0] == nil }
    #expect(missing.isEmpty)
  }

  @Test(arguments: [
    "Conv", "MaxPool", "ConvTranspose", "Slice", "Pad", "Resize", "Reshape", "Split", "Concat", "Tile", "Gemm", "DFT",
    "STFT",
    "Attention", "LSTM", "TopK", "OneHot", "Col2Im", "AffineGrid", "MaxUnpool", "DepthToSpace",
    "com.microsoft::Attention",
    "com.microsoft::GroupQueryAttention", "com.microsoft::MultiHeadAttention", "com.microsoft::BeamSearch",
    "com.microsoft::UnfoldTensor", "ai.onnx.ml::FeatureVectorizer", "ai.onnx.preview.training::Adam",
  ]) func survivesAttributesOfAnySize(_ name: String) throws {
    let numbers = [Int64.min, 0, .max]
    let attributes = [
      "axis", "axes", "pads", "strides", "dilations", "kernel_shape", "output_padding", "output_shape", "group",
      "blocksize",
      "num_heads", "kv_num_heads", "q_num_heads", "hidden_size", "k", "split", "starts", "ends", "sample_size", "step",
      "size",
      "inputdimensions", "qkv_hidden_sizes", "num_outputs",
    ]
    for attribute in attributes {
      for number in numbers {
        for value in ["\(number)", "[\(number),\(number),\(number),\(number)]"] {
          // What cannot be is an error; nothing may trap.
          let inputs = "%a: float32[n,4,8], %b: float32[9223372036854775807,4,1], %c: int64[0]"
          _ = try? ShapeCase(inputs, "%y, %z = \(name)(%a, %b, %c) {\(attribute)=\(value)}", "").infer()
        }
      }
    }
  }
}
