import IngotCalibration
import IngotCore
import IngotPrecision
import IngotRelease
import IngotReport
import IngotVerify

/// Everything that a page shows, small: two quantized layers, one that stays float, one histogram.
struct SomePage {
  var bundle = Bundle(
    name: "digits", variant: "int8-ov", target: "ov", precision: "int8", engine: "model.blob",
    files: [Bundle.File(path: "model.blob", digest: Digest(of: "engine"), byteCount: 100)],
    signature: IOSignature(
      inputs: [.init(name: "image", type: .float32, shape: [.symbolic("batch"), .fixed(1), .fixed(8), .fixed(8)])],
      outputs: [.init(name: "logits", type: .float32, shape: [.symbolic("batch"), .fixed(10)])]),
    compatibility: Compatibility(
      backend: "openvino", version: "2026.4.1", facts: ["engine compute": "int8 97.0%, float32 3.0%"]),
    steps: [
      BundleStep(
        stage: "lower", key: Digest(of: "lower"), inputs: [],
        outputs: [
          .init(name: "model.onnx", digest: Digest(of: "m")), .init(name: "lower.json", digest: Digest(of: "l")),
        ],
        tools: []),
      BundleStep(
        stage: "build", key: Digest(of: "build"), inputs: [],
        outputs: [.init(name: "engine", digest: Digest(of: "e"))],
        tools: [.init(name: "openvino", version: "2026.4.1"), .init(name: "cpu", version: "Some CPU")]),
    ],
    verdict: VerdictSummary(
      level: .engine, passed: false,
      gates: [
        .init(name: "new NaN or Inf", measured: "0", bound: "at most 0", passed: true),
        .init(name: "logits cosine", measured: "0.981000", bound: "at least 0.990000", passed: false),
      ], engine: Digest(of: "engine"), verdict: Digest(of: "verdict"), device: "Some CPU"))
  var lowering = SomePage.someLowering
  var ranges = RangeTable(
    method: .mse, setIdentity: "sha256:00", sampleCount: 500,
    tensors: [SomePage.tensor("image", amax: 3), SomePage.tensor("act", amax: 6)])
  var recipe = SomePage.someRecipe
  var verdict: Verdict? = Verdict(
    json: Array(
      """
      {"verdict": 1, "level": "engine", "subject": "sha256:00", "set": "sha256:11", "synthetic": false, "samples": 180,
       "backend": "openvino 2026.4.1", "device": "Some CPU", "gates": [], "unjudged": [], "passed": false,
       "meaning": "1 gate and no NaN or Inf that the reference lacks", "outputs": [{"output": "logits", "elementCount": 1800,
       "maxAbsoluteError": 0.25, "meanAbsoluteError": 0.0125, "cosine": 0.981, "sqnrDecibels": 14.5, "referenceNaNCount": 0,
       "referenceInfinityCount": 0, "candidateNaNCount": 0, "candidateInfinityCount": 0, "newNonFiniteCount": 0}]}
      """.utf8))

  static var someLowering: LoweringReport {
    var report = LoweringReport(precision: .int8, fallback: .float32, opset: 17)
    report.layers = [
      ComputeLayer(
        node: "/conv1/Conv", op: "Conv", type: "int8", weightType: "int8", multiplyAdds: 900, input: "image",
        rule: "P1",
        reason: "data per tensor, weight per channel on axis 0", weightSQNR: 41.25),
      ComputeLayer(
        node: "/fc1/Gemm", op: "Gemm", type: "int8", weightType: "int8", multiplyAdds: 70, input: "act", rule: "P1",
        reason: "data per tensor, weight per channel on axis 0", weightSQNR: 38.5),
      ComputeLayer(
        node: "/fc2/Gemm", op: "Gemm", type: "float32", weightType: "float32", multiplyAdds: 30, input: "hidden",
        rule: "P11", reason: "a product with 128 x 10 weights is too small"),
    ]
    (report.multiplyAdds, report.weightBytes) = (["int8": 970, "float32": 30], ["int8": 800, "float32": 200])
    report.requiredShare = 0.9
    return report
  }

  static var someRecipe: QuantizationRecipe {
    var recipe = QuantizationRecipe(method: "mse")
    recipe.trials = [
      .init(
        choice: "equalize", candidate: "off", sqnr: nil, isChosen: true,
        reason: "no channels whose scaling promises anything"),
      .init(choice: "method", candidate: "mse", sqnr: 31.25, isChosen: true),
      .init(choice: "method", candidate: "minmax", sqnr: 28.5, isChosen: false),
    ]
    recipe.costs = [
      LayerCost(
        node: "/fc1/Gemm", op: "Gemm", input: "act", range: [-6, 6], clipped: 0.001, weightSQNR: 38.5,
        outputSQNR: 19.75,
        rank: 1),
      LayerCost(
        node: "/conv1/Conv", op: "Conv", input: "image", range: [-3, 3], clipped: 0, weightSQNR: 41.25, outputSQNR: 30,
        rank: 2),
    ]
    return recipe
  }

  static func tensor(_ name: String, amax: Float) -> TensorRange {
    var range = TensorRange(
      name: name, min: -8, max: 7, amax: amax, valueCount: 1000, zeroCount: 250,
      histogram: HistogramSummary(
        binCount: 256, binWidth: 0.03125, digest: Digest(of: name), binsPerCount: 64, counts: [600, 100, 0, 50]),
      quality: QuantizationQuality(clipped: 0.05, sqnr: Double(amax) * 5))
    range.thresholds = ["mse": amax, "minmax": 8, "entropy": 5]
    return range
  }

  var documents: EngineDocuments {
    EngineDocuments(lowering: lowering, ranges: ranges, recipe: recipe, verdict: verdict)
  }

  var page: String {
    EnginePage(
      bundle, digest: Digest(of: "bundle"), documents: documents,
      times: [Digest(of: "lower"): .init(seconds: 0.0125, wasCached: true)]
    ).text
  }
}
