// The options of `build` for TensorRT, and what each is in the library: one table.

internal import IngotCore

/// What an option sets.
enum TensorRTSetting {
  /// A BuilderFlag, with the value that the option has when it is set.
  case flag(String, whenIt: String = "on")
  /// A number of IBuilderConfig, by its setter's name without `set`.
  case number(String)
  /// An enumerator of IBuilderConfig, likewise.
  case choice(String)
  /// A MemoryPoolType's limit.
  case pool(String)
  case tacticSources, previewFeatures, builderThreads, debugTensors
  /// How an engine runs: nothing of the builder's.
  case running
}

extension TensorRTBackend {
  /// What `build` may say in a manifest, for `tensorrt` and for `tensorrt-rtx`. Both know the same names: a value that one of
  /// them lacks is refused with the reason.
  package static let options = table.map(\.option)

  /// In the order in which they are set: EXCLUDE_LEAN_RUNTIME is refused before VERSION_COMPATIBLE.
  static let table: [(option: BackendOption, setting: TensorRTSetting)] = [
    ("tf32", onOff, "off", .flag("TF32"), "whether float32 products may be computed with 10-bit mantissas"),
    ("sparsity", onOff, nil, .flag("SPARSE_WEIGHTS"), "whether weights in a 2:4 pattern use sparse kernels"),
    ("strip-plan", onOff, nil, .flag("STRIP_PLAN"), "leave weights out of the engine, to be refitted"),
    ("refit", onOff, nil, .flag("REFIT"), "whether weights can be replaced in the built engine"),
    (
      "refit-identical", onOff, nil, .flag("REFIT_IDENTICAL"),
      "the engine is only ever refitted with the weights that it was built with: they cost no speed"
    ),
    (
      "refit-individual", onOff, nil, .flag("REFIT_INDIVIDUAL"),
      "only weights that are marked can be refitted (TensorRT 10.2 and later)"
    ),
    (
      "weight-streaming", onOff, nil, .flag("WEIGHT_STREAMING"),
      "whether weights may stay in host memory while it runs"
    ),
    (
      "version-compatible", onOff, nil, .flag("VERSION_COMPATIBLE"),
      "whether later versions run the engine (not TensorRT-RTX)"
    ),
    (
      "exclude-lean-runtime", onOff, nil, .flag("EXCLUDE_LEAN_RUNTIME"),
      "leave the lean runtime out of a version-compatible engine (not TensorRT-RTX)"
    ),
    ("direct-io", onOff, nil, .flag("DIRECT_IO"), "no reformatting at inputs and outputs"),
    (
      "strict-nans", onOff, nil, .flag("STRICT_NANS"),
      "keep NaNs that a fusion would lose (TensorRT 10.6 and later)"
    ),
    (
      "distributive-independence", onOff, nil, .flag("DISTRIBUTIVE_INDEPENDENCE"),
      "one axis of a reduction is computed alike wherever it lies (TensorRT 10.12 and later)"
    ),
    (
      "monitor-memory", onOff, nil, .flag("MONITOR_MEMORY"),
      "the builder's log tells its memory (TensorRT 10.6 and later)"
    ),
    (
      "compilation-cache", onOff, nil, .flag("DISABLE_COMPILATION_CACHE", whenIt: "off"),
      "whether code that was compiled for one layer is used for equal ones"
    ),
    (
      "timing-cache", .oneOf(["auto", "off"]), nil, .flag("DISABLE_TIMING_CACHE", whenIt: "off"),
      "whether measured tactics are kept between builds, for each library, driver and GPU"
    ),
    (
      "deterministic", onOff, nil, .flag("ERROR_ON_TIMING_CACHE_MISS"),
      "take every tactic from the timing cache, leave it as it is, and fail where one is missing"
    ),
    (
      "optimization-level", .integer(0...5), "3", .number("BuilderOptimizationLevel"),
      "how long the builder searches for fast kernels"
    ),
    (
      "hardware-compatibility", .oneOf(["none", "ampere+", "same-compute-capability"]), nil,
      .choice("HardwareCompatibilityLevel"), "which other GPUs the engine runs on (not TensorRT-RTX)"
    ),
    (
      "runtime-platform", .oneOf(["same-as-build", "windows-amd64"]), nil, .choice("RuntimePlatform"),
      "the system that the engine runs on (TensorRT 10.2 and later; not TensorRT-RTX)"
    ),
    (
      "max-aux-streams", .integer(0...128), "0", .number("MaxAuxStreams"),
      "streams beside the main one that an engine may run on"
    ),
    (
      "max-tactics", .integer(1...1_000_000), nil, .number("MaxNbTactics"),
      "how many tactics are timed for a layer (TensorRT 10.4 and later)"
    ),
    (
      "tactic-sources",
      .anyOf(["cublas", "cublas-lt", "cudnn", "edge-mask-convolutions", "jit-convolutions"]), nil, .tacticSources,
      "where kernels may come from, these alone (cublas, cublas-lt and cudnn: TensorRT 10)"
    ),
    (
      "timing-iterations", .integer(1...1000), nil, .number("AvgTimingIterations"),
      "how often a tactic is timed; their mean counts"
    ),
    (
      "tiling", .oneOf(["none", "fast", "moderate", "full"]), nil, .choice("TilingOptimizationLevel"),
      "how long the builder searches for tilings (TensorRT 10.8 and later)"
    ),
    (
      "tiling-l2-limit", .byteCount, nil, .number("L2LimitForTiling"),
      "the part of the GPU's L2 cache that tilings may use (TensorRT 10.8 and later)"
    ),
    ("tactic-dram", .byteCount, nil, .pool("TACTIC_DRAM"), "device memory of one tactic while it is timed"),
    (
      "tactic-shared-memory", .byteCount, nil, .pool("TACTIC_SHARED_MEMORY"),
      "shared memory that the backend of a tactic may use"
    ),
    (
      "preview-features", .anyOf(["profile-sharing", "aliased-plugin-io", "runtime-activation-resize"]), nil,
      .previewFeatures, "features that are not yet on by default (profile-sharing: TensorRT 10)"
    ),
    ("builder-threads", .integer(1...256), nil, .builderThreads, "threads that the builder works with"),
    (
      "profiling-verbosity", .oneOf(["layer-names-only", "none", "detailed"]), "layer-names-only",
      .choice("ProfilingVerbosity"), "how much an engine tells about its layers"
    ),
    (
      "debug-tensors", .names, nil, .debugTensors,
      "tensors inside the network whose values a debug listener may see (TensorRT 10.9 and later)"
    ),
    ("cuda-graphs", onOff, nil, .running, "whether runs are recorded once and launched as one CUDA graph"),
    (
      "weight-streaming-budget", .byteCount, nil, .running,
      "how much of the weights that can be streamed is kept on the GPU (TensorRT 10.1 and later)"
    ),
    (
      "dynamic-shape-kernels", .oneOf(["lazy", "eager", "none"]), nil, .running,
      "when kernels for open sizes are compiled while it runs (TensorRT-RTX)"
    ),
  ].map { (BackendOption($0, $1, default: $2, $4), $3) }

  private static let onOff = BackendOption.Values.oneOf(["off", "on"])
}

extension TensorRTJob {
  /// Makes the library's configuration be as the settings say, or says which of them it does not take.
  func apply(_ settings: TensorRTSettings) throws(BackendError) {
    try attempt("workspace of \(ByteCount(settings.workspace))") { () throws(TensorRTRefusal) in
      try setPool("WORKSPACE", settings.workspace)
    }
    if !settings.computeCapabilities.isEmpty {
      let names = settings.computeCapabilities.map { "sm_\($0)" }.joined(separator: ", ")
      try attempt("compute capabilities \(names)") { () throws(TensorRTRefusal) in
        try setComputeCapabilities(settings.computeCapabilities)
      }
    }
    for (option, setting) in TensorRTBackend.table {
      guard let value = settings.options[option.name] else { continue }
      try attempt("\(option.name) '\(value)'") { () throws(TensorRTRefusal) in try apply(setting, value) }
    }
  }

  private func apply(_ setting: TensorRTSetting, _ value: String) throws(TensorRTRefusal) {
    switch setting {
    case .flag(let name, let on): try setFlag(name, value == on)
    case .number(let name): try set(name, to: Int(value) ?? 0)
    case .choice(let name): try set(name, to: value.enumerator)
    case .pool(let name): try setPool(name, Int(value) ?? 0)
    case .tacticSources: try setTacticSources(value.listed.map(\.enumerator))
    case .previewFeatures: for name in value.listed { try setPreviewFeature(name.enumerator, true) }
    case .builderThreads: try setBuilderThreads(Int(value) ?? 0)
    case .debugTensors: for name in value.listed { try markDebugTensor(name) }
    case .running: break
    }
  }

  private func attempt(_ what: String, _ body: () throws(TensorRTRefusal) -> Void) throws(BackendError) {
    let (name, kind) = (library.facts.name, library.facts.kind)
    do throws(TensorRTRefusal) {
      try body()
    } catch {
      switch error {
      case .lacking:
        throw BackendError(
          kind, .refused("\(name) has no \(what)"),
          hint: "leave the option out, or give the target a `version` that has it")
      case .absent:
        throw BackendError(
          kind, .refused("the network has no \(what)"), hint: "`ingot inspect MODEL --nodes` lists the tensors")
      case .refused:
        let why = listener.all.isEmpty ? "" : ": \(listener.all.joined(separator: "; "))"
        throw BackendError(
          kind, .refused("\(name) does not take \(what)\(why)"), hint: "leave the option out, or choose another value")
      }
    }
  }
}

extension String {
  /// `ampere+` as TensorRT spells it: AMPERE_PLUS.
  fileprivate var enumerator: String {
    uppercased().replacing("-", with: "_").replacing("+", with: "_PLUS")
  }
}
