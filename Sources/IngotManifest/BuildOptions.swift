// Which build options each backend has, and their values. The decoder checks manifests by these tables and the schema
// is made from them; what an option does is the backend's business.

internal import IngotCore

/// One option of one backend.
struct BuildOptionSpec: Sendable {
  enum Values: Sendable {
    case bool
    case int(ClosedRange<Int>)
    case choice([String])
  }

  var name: String
  var values: Values
  var description: String

  init(_ name: String, _ values: Values, _ description: String) {
    (self.name, self.values, self.description) = (name, values, description)
  }
}

extension TargetBackend {
  var buildOptions: [BuildOptionSpec] {
    switch self {
    case .tensorrt: Self.tensorrtOptions
    case .tensorrtRTX: Self.tensorrtRTXOptions
    case .onnxruntime: Self.onnxruntimeOptions
    case .openvino: Self.openvinoOptions
    }
  }

  func buildOption(_ name: String) -> BuildOptionSpec? { buildOptions.first { $0.name == name } }

  /// The compute capabilities that the backend compiles for; empty where it does not compile for GPUs.
  var computeCapabilities: [String] {
    switch self {
    case .tensorrt:
      ["sm_75", "sm_80", "sm_86", "sm_87", "sm_89", "sm_90", "sm_100", "sm_103", "sm_110", "sm_120", "sm_121"]
    case .tensorrtRTX: ["sm_75", "sm_80", "sm_86", "sm_89", "sm_120", "sm_121"]
    case .onnxruntime, .openvino: []
    }
  }

  private static let tensorrtOptions = commonTensorRT(hardwareCompatibility: [
    "none", "ampere+", "same-compute-capability",
  ])

  // TensorRT-RTX keeps the call for other levels and refuses it with a warning: an engine names its GPUs in `compute`.
  private static let tensorrtRTXOptions = commonTensorRT(hardwareCompatibility: ["none"])

  private static func commonTensorRT(hardwareCompatibility: [String]) -> [BuildOptionSpec] {
    [
      BuildOptionSpec(
        "optimization-level", .int(0...5), "How long the builder searches: 0 is fastest to build, 5 slowest."),
      BuildOptionSpec(
        "hardware-compatibility", .choice(hardwareCompatibility), "On which other GPUs the engine may run."),
      BuildOptionSpec("timing-cache", .choice(["auto", "off"]), "Whether measured tactics are kept between builds."),
      BuildOptionSpec("tf32", .bool, "Whether fp32 layers may compute in TF32."),
      BuildOptionSpec("sparsity", .bool, "Whether 2:4 sparse weights may be used."),
      BuildOptionSpec("strip-plan", .bool, "Leave out weights that a refit supplies."),
      BuildOptionSpec("refit", .bool, "Whether weights can be replaced in the engine."),
      BuildOptionSpec("weight-streaming", .bool, "Whether weights may stay in host memory."),
      BuildOptionSpec("version-compatible", .bool, "Whether later runtimes of the same major version run the engine."),
      BuildOptionSpec("max-aux-streams", .int(0...128), "How many auxiliary streams the engine may use."),
      BuildOptionSpec(
        "profiling-verbosity", .choice(["layer-names-only", "detailed", "none"]),
        "What the engine tells about its layers."),
    ]
  }

  private static let onnxruntimeOptions: [BuildOptionSpec] = [
    BuildOptionSpec(
      "graph-optimization", .choice(["none", "basic", "extended", "all"]), "How far ONNX Runtime rewrites the graph."),
    BuildOptionSpec("threads", .int(1...1024), "Threads inside one operator."),
    BuildOptionSpec("format", .choice(["ort", "onnx"]), "The file that is written."),
    BuildOptionSpec("inter-threads", .int(1...1024), "Operators that run at once, where the graph has branches."),
    BuildOptionSpec("memory-arena", .bool, "Whether ONNX Runtime keeps memory between runs."),
    BuildOptionSpec("deterministic", .bool, "Whether only kernels run that give the same bits each time."),
    BuildOptionSpec(
      "provider", .choice(["cpu", "cuda", "tensorrt"]), "What runs an engine of ONNX Runtime; cpu by default."),
    BuildOptionSpec("device-id", .int(0...63), "The number of the GPU that runs the engine."),
  ]

  private static let openvinoOptions: [BuildOptionSpec] = [
    BuildOptionSpec("precision-hint", .choice(["f32", "f16", "bf16"]), "The type that the plug-in computes in."),
    BuildOptionSpec("performance-mode", .choice(["latency", "throughput"]), "What the plug-in tunes for."),
    BuildOptionSpec("threads", .int(1...1024), "Threads for inference."),
    BuildOptionSpec("streams", .int(1...1024), "Requests that run side by side."),
    BuildOptionSpec("device", .choice(["CPU", "GPU", "NPU"]), "The plug-in that compiles the model."),
  ]
}

extension BuildOptionSpec {
  /// - Returns: the option's value, or nil and a problem.
  func read(_ field: YAMLField, for backend: TargetBackend, _ problems: inout [Diagnostic]) -> Located<OptionValue>? {
    switch values {
    case .bool: return field.bool(&problems).map { Located(.bool($0.value), at: $0.place) }
    case .int(let range): return field.int(in: range, &problems).map { Located(.int($0.value), at: $0.place) }
    case .choice(let words):
      guard let word = field.node.scalar?.text, !field.isNull else {
        field.refuseType("a word", &problems)
        return nil
      }
      if words.contains(word) { return Located(.choice(word), at: field.place) }
      return field.refuse(
        "unknown \(name) \(quoted(word)) for \(backend.rawValue); expected \(alternatives(words))", &problems,
        hint: suggestion(for: word, among: words).map { "did you mean `\($0)`?" })
    }
  }
}
