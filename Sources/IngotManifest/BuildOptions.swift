// Which build options each backend has, and their values. The decoder checks manifests by these tables and the schema
// is made from them; what an option does is the backend's business.

internal import IngotCore

/// One option of one backend.
struct BuildOptionSpec: Sendable {
  enum Values: Sendable {
    case bool
    case int(ClosedRange<Int>)
    case choice([String])
    case byteCount
    /// A list of some of these.
    case anyOf([String])
    /// A list of the user's names.
    case names
    case plugins
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

  private static let tensorrtOptions =
    commonTensorRT + [
      BuildOptionSpec(
        "hardware-compatibility", .choice(["none", "ampere+", "same-compute-capability"]),
        "On which other GPUs the engine may run."),
      BuildOptionSpec(
        "version-compatible", .bool, "Whether later runtimes of the same major version run the engine."),
      BuildOptionSpec(
        "exclude-lean-runtime", .bool, "Leave the lean runtime out of a version-compatible engine."),
      BuildOptionSpec(
        "runtime-platform", .choice(["same-as-build", "windows-amd64"]), "The system that the engine runs on."),
      BuildOptionSpec(
        "tactic-sources",
        .anyOf(["cublas", "cublas-lt", "cudnn", "edge-mask-convolutions", "jit-convolutions"]),
        "Where kernels may come from, these alone; the first three are TensorRT 10's."),
      BuildOptionSpec(
        "preview-features", .anyOf(["profile-sharing", "aliased-plugin-io", "runtime-activation-resize"]),
        "Features that are not yet on by default; the first is TensorRT 10's."),
      BuildOptionSpec("plugins", .plugins, "Libraries of plug-ins, for operators that TensorRT lacks."),
    ]

  // TensorRT-RTX keeps the call for other levels and refuses it with a warning: an engine names its GPUs in `compute`. It has
  // no version-compatible engines.
  private static let tensorrtRTXOptions =
    commonTensorRT + [
      BuildOptionSpec(
        "hardware-compatibility", .choice(["none"]), "On which other GPUs the engine may run."),
      BuildOptionSpec(
        "tactic-sources", .anyOf(["edge-mask-convolutions", "jit-convolutions"]),
        "Where kernels may come from, these alone."),
      BuildOptionSpec(
        "preview-features", .anyOf(["aliased-plugin-io", "runtime-activation-resize"]),
        "Features that are not yet on by default."),
      BuildOptionSpec(
        "dynamic-shape-kernels", .choice(["lazy", "eager", "none"]),
        "When kernels for open sizes are compiled while the engine runs."),
    ]

  private static let commonTensorRT: [BuildOptionSpec] = [
    BuildOptionSpec(
      "optimization-level", .int(0...5), "How long the builder searches: 0 is fastest to build, 5 slowest."),
    BuildOptionSpec(
      "timing-cache", .choice(["auto", "off"]),
      "Whether measured tactics are kept between builds, for each library, driver and GPU."),
    BuildOptionSpec(
      "deterministic", .bool,
      "Take every tactic from the timing cache, leave it as it is, and fail where one is missing."),
    BuildOptionSpec("tf32", .bool, "Whether fp32 layers may compute in TF32."),
    BuildOptionSpec("sparsity", .bool, "Whether 2:4 sparse weights may be used."),
    BuildOptionSpec("strip-plan", .bool, "Leave out weights that a refit supplies."),
    BuildOptionSpec("refit", .bool, "Whether weights can be replaced in the engine."),
    BuildOptionSpec(
      "refit-identical", .bool, "The engine is only ever refitted with the weights that it was built with."),
    BuildOptionSpec("refit-individual", .bool, "Only weights that are marked can be refitted."),
    BuildOptionSpec("weight-streaming", .bool, "Whether weights may stay in host memory."),
    BuildOptionSpec("direct-io", .bool, "No reformatting at inputs and outputs."),
    BuildOptionSpec("strict-nans", .bool, "Keep NaNs that a fusion would lose."),
    BuildOptionSpec(
      "distributive-independence", .bool, "One axis of a reduction is computed alike wherever it lies."),
    BuildOptionSpec("monitor-memory", .bool, "The builder's log tells its memory."),
    BuildOptionSpec(
      "compilation-cache", .bool, "Whether code that was compiled for one layer is used for equal ones."),
    BuildOptionSpec("max-aux-streams", .int(0...128), "How many auxiliary streams the engine may use."),
    BuildOptionSpec("max-tactics", .int(1...1_000_000), "How many tactics are timed for a layer."),
    BuildOptionSpec("timing-iterations", .int(1...1000), "How often a tactic is timed; their mean counts."),
    BuildOptionSpec(
      "tiling", .choice(["none", "fast", "moderate", "full"]), "How long the builder searches for tilings."),
    BuildOptionSpec("tiling-l2-limit", .byteCount, "The part of the GPU's L2 cache that tilings may use."),
    BuildOptionSpec("tactic-dram", .byteCount, "Device memory of one tactic while it is timed."),
    BuildOptionSpec("tactic-shared-memory", .byteCount, "Shared memory that the backend of a tactic may use."),
    BuildOptionSpec("builder-threads", .int(1...256), "Threads that the builder works with."),
    BuildOptionSpec(
      "profiling-verbosity", .choice(["layer-names-only", "detailed", "none"]),
      "What the engine tells about its layers."),
    BuildOptionSpec("debug-tensors", .names, "Tensors inside the network whose values a debug listener may see."),
    BuildOptionSpec(
      "cuda-graphs", .bool, "Whether runs of the engine are recorded once and launched as one CUDA graph."),
    BuildOptionSpec(
      "weight-streaming-budget", .byteCount, "How much of the weights that can be streamed is kept on the GPU."),
  ]

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
  func read(
    _ field: YAMLField, for backend: TargetBackend, in bounds: ProjectBounds, _ problems: inout [Diagnostic]
  ) -> Located<OptionValue>? {
    switch values {
    case .plugins: return field.plugins(in: bounds, &problems).map { Located(.plugins($0), at: field.place) }
    case .bool: return field.bool(&problems).map { Located(.bool($0.value), at: $0.place) }
    case .int(let range): return field.int(in: range, &problems).map { Located(.int($0.value), at: $0.place) }
    case .choice(let words):
      return word(among: words, field, for: backend, &problems).map { Located(.choice($0), at: field.place) }
    case .byteCount: return field.byteCount(&problems).map { Located(.byteCount($0.value), at: $0.place) }
    case .anyOf(let words):
      return list(field, &problems) { word(among: words, $0, for: backend, &$1) }
    case .names:
      return list(field, &problems) { item, problems in
        guard let name = item.text(&problems)?.value else { return nil }
        if !name.contains(",") { return name }
        return item.refuse("\(quoted(name)) has a comma, which stands between names", &problems)
      }
    }
  }

  private func word(
    among words: [String], _ field: YAMLField, for backend: TargetBackend, _ problems: inout [Diagnostic]
  ) -> String? {
    guard let word = field.node.scalar?.text, !field.isNull else {
      field.refuseType("a word", &problems)
      return nil
    }
    if words.contains(word) { return word }
    return field.refuse(
      "unknown \(name) \(quoted(word)) for \(backend.rawValue); expected \(alternatives(words))", &problems,
      hint: suggestion(for: word, among: words).map { "did you mean `\($0)`?" })
  }

  /// - Returns: nil where the value is no list, or any entry of it is wrong.
  private func list(
    _ field: YAMLField, _ problems: inout [Diagnostic], _ read: (YAMLField, inout [Diagnostic]) -> String?
  ) -> Located<OptionValue>? {
    guard let items = field.items(of: "names", &problems) else { return nil }
    if items.isEmpty { return field.refuse("\(field.shown) is empty", &problems, hint: "leave the option out") }
    let names = items.compactMap { read($0, &problems) }
    return names.count == items.count ? Located(.list(names), at: field.place) : nil
  }
}
