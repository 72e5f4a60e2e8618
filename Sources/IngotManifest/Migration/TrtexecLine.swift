// `trtexec …` as a recipe. Flags are those of trtexec 8.6 to 11.1; one that none of them has is refused.

internal import IngotCore

extension OldRecipe {
  /// - Parameter words: behind the program's name.
  init(trtexec words: some Sequence<String>) {
    var profile = 0
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let (flag, value) = (parts[0], parts.count > 1 ? parts[1] : "")
      if flag == "--profile" {
        guard let number = Int(value), (0..<64).contains(number) else {
          refuse(flag, "'\(value)' is no number of a profile")
          continue
        }
        profile = number
      } else if !takePrecision(flag, value), !takeShapes(flag, value, profile: profile), !takeBuild(flag, value) {
        takeOther(flag, value)
      }
    }
  }

  private mutating func takePrecision(_ flag: String, _ value: String) -> Bool {
    switch flag {
    case "--fp16", "--bf16", "--int8", "--fp8", "--int4":
      if let type = PrecisionType(rawValue: String(flag.dropFirst(2))) { allowed.insert(type) }
    case "--best": isBest = true
    case "--stronglyTyped":
      isStronglyTyped = true
      note(.idle, flag, "every network is strongly typed now")
    case "--noTF32": usesTF32 = false
    case "--calib":
      calibrationCache = value
      if value.isEmpty { refuse(flag, "names no file") }
    case "--calibProfile", "--minShapesCalib", "--optShapesCalib", "--maxShapesCalib":
      note(.idle, flag, "the scales are in the cache; a calibration set has its own shapes")
    case "--precisionConstraints":
      note(.idle, flag, "the graph says each node's type, and the builder keeps to it")
    case "--layerPrecisions": takeLayerPrecisions(value)
    default: return false
    }
    return true
  }

  /// `conv1:fp32,*:fp16`.
  private mutating func takeLayerPrecisions(_ value: String) {
    for entry in value.split(separator: ",") {
      let (name, type) = nameAndRest(String(entry))
      if type == "fp32", name != "*" {
        keptNodes.append(name)
      } else {
        note(.dropped, "--layerPrecisions=\(entry)", "only float32 is kept by node; `precision` is for all others")
      }
    }
    if !keptNodes.isEmpty {
      note(.changed, "--layerPrecisions", "`keep` goes by the names of ONNX nodes; the old names were layers'")
    }
  }

  private mutating func takeShapes(_ flag: String, _ value: String, profile: Int) -> Bool {
    guard ["--minShapes", "--optShapes", "--maxShapes", "--shapes"].contains(flag) else { return false }
    for entry in splitShapes(value) {
      let (name, text) = nameAndRest(entry)
      guard !name.isEmpty, let shape = oldShape(text) else {
        refuse(flag, "'\(entry)' is no input with a shape", hint: "write them as NAME:1x3x224x224")
        continue
      }
      switch flag {
      case "--minShapes": profiles[profile, default: [:]][name, default: OldShapes()].min = shape
      case "--optShapes": profiles[profile, default: [:]][name, default: OldShapes()].opt = shape
      case "--maxShapes": profiles[profile, default: [:]][name, default: OldShapes()].max = shape
      default: runShapes[name] = shape
      }
    }
    return true
  }

  private mutating func takeBuild(_ flag: String, _ value: String) -> Bool {
    switch flag {
    case "--onnx": model = value
    case "--workspace": takeWorkspace(flag, value)
    case "--memPoolSize": takePools(value)
    case "--builderOptimizationLevel": takeNumber(flag, value, 0...5, as: "optimization-level")
    case "--maxAuxStreams": takeNumber(flag, value, 0...128, as: "max-aux-streams")
    case "--refit": set("refit", "true")
    case "--stripWeights": set("strip-plan", "true")
    case "--allowWeightStreaming": set("weight-streaming", "true")
    case "--versionCompatible", "--vc": set("version-compatible", "true")
    case "--noBuilderCache": set("timing-cache", "off")
    case "--excludeLeanRuntime": set("exclude-lean-runtime", "true")
    case "--directIO": set("direct-io", "true")
    case "--distributiveIndependence": set("distributive-independence", "true")
    case "--noCompilationCache": set("compilation-cache", "false")
    case "--errorOnTimingCacheMiss":
      set("deterministic", "true")
      note(.changed, flag, "the timing cache is Ingot's own, which a build without `deterministic` fills first")
    case "--maxTactics": takeNumber(flag, value, 1...1_000_000, as: "max-tactics")
    case "--avgTiming": takeNumber(flag, value, 1...1000, as: "timing-iterations")
    case "--l2LimitForTiling":
      guard let bytes = Int(value), bytes > 0 else { refuse(flag, "'\(value)' is no number of bytes"); break }
      set("tiling-l2-limit", "\(bytes)B")
    case "--tilingOptimizationLevel":
      takeWord(flag, value, ["0": "none", "1": "fast", "2": "moderate", "3": "full"], as: "tiling")
    case "--runtimePlatform":
      takeWord(
        flag, value, ["SameAsBuild": "same-as-build", "WindowsAMD64": "windows-amd64"], as: "runtime-platform")
    case "--markDebug":
      set("debug-tensors", "[\(value.split(separator: ",").map { yamlWord(String($0)) }.joined(separator: ", "))]")
    case "--dynamicPlugins", "--staticPlugins", "--plugins", "--setPluginsToSerialize": takePlugin(flag, value)
    case "--sparsity":
      if value == "enable" { set("sparsity", "true") }
      if value == "force" {
        note(.dropped, flag, "weights are not changed to be sparse; `sparsity: true` uses those that are")
      }
    case "--hardwareCompatibilityLevel":
      let levels = ["ampere+": "ampere+", "sameComputeCapability": "same-compute-capability", "none": "none"]
      takeWord(flag, value, levels, as: "hardware-compatibility")
    case "--profilingVerbosity", "--nvtxMode":
      let words = [
        "layer_names_only": "layer-names-only", "default": "layer-names-only", "detailed": "detailed",
        "verbose": "detailed", "none": "none",
      ]
      takeWord(flag, value, words, as: "profiling-verbosity")
    default: return false
    }
    return true
  }

  /// trtexec takes one library a flag.
  private mutating func takePlugin(_ flag: String, _ value: String) {
    guard !value.isEmpty else { return refuse(flag, "names no library") }
    let isSerialized = flag == "--setPluginsToSerialize"
    if let index = plugins.firstIndex(where: { $0.path == value }) {
      plugins[index].isSerialized = plugins[index].isSerialized || isSerialized
    } else {
      plugins.append((value, isSerialized))
    }
    if flag == "--staticPlugins" || flag == "--plugins" {
      note(.changed, "\(flag)=\(value)", "a library must export getCreators; one that only registers itself is refused")
    }
  }

  private mutating func takeWord(_ flag: String, _ value: String, _ words: [String: String], as option: String) {
    guard let word = words[value] else {
      return refuse(flag, "there is no '\(value)'; expected \(alternatives(words.keys.sorted()))")
    }
    set(option, word)
  }

  private mutating func takeNumber(_ flag: String, _ value: String, _ range: ClosedRange<Int>, as option: String) {
    guard let number = Int(value), range.contains(number) else {
      return refuse(flag, "'\(value)' is no number from \(range.lowerBound) to \(range.upperBound)")
    }
    set(option, "\(number)")
  }

  private mutating func takeOther(_ flag: String, _ value: String) {
    let shown = value.isEmpty ? flag : "\(flag)=\(value)"
    if let reason = TrtexecTables.dropped[flag] {
      note(.dropped, shown, reason)
    } else if let reason = TrtexecTables.idle[flag] {
      note(.idle, shown, reason)
    } else if TrtexecTables.running.contains(flag) {
      let flip = TrtexecTables.flipped[flag].map { "; \($0)" } ?? ""
      note(.idle, shown, "it was about running the engine; gates are in `verify: { latency: … }`\(flip)")
    } else if flag == "--loadEngine" {
      refuse(flag, "runs an engine that is there, and builds none", hint: "migrate the line that built it")
    } else if TrtexecTables.otherModels.contains(flag) {
      refuse(
        flag, "is of Caffe, UFF or implicit batches, which TensorRT 10 took away", hint: "export the model to ONNX")
    } else {
      let near = suggestion(for: flag, among: Self.trtexecFlags)
      refuse(
        flag, "trtexec has no such flag, in any version from 8.6 to 11.1", hint: near.map { "did you mean \($0)?" })
    }
  }

  static let trtexecFlags: [String] =
    [
      "--fp16", "--bf16", "--int8", "--fp8", "--int4", "--best", "--stronglyTyped", "--noTF32", "--calib",
      "--calibProfile", "--minShapesCalib", "--optShapesCalib", "--maxShapesCalib", "--precisionConstraints",
      "--layerPrecisions", "--minShapes", "--optShapes", "--maxShapes", "--shapes", "--onnx", "--workspace",
      "--memPoolSize", "--builderOptimizationLevel", "--maxAuxStreams", "--refit", "--stripWeights",
      "--allowWeightStreaming", "--versionCompatible", "--vc", "--noBuilderCache", "--sparsity",
      "--hardwareCompatibilityLevel", "--profilingVerbosity", "--nvtxMode", "--profile", "--loadEngine",
      "--excludeLeanRuntime", "--directIO", "--distributiveIndependence", "--noCompilationCache",
      "--errorOnTimingCacheMiss", "--maxTactics", "--avgTiming", "--l2LimitForTiling", "--tilingOptimizationLevel",
      "--runtimePlatform", "--markDebug", "--dynamicPlugins", "--staticPlugins", "--plugins", "--setPluginsToSerialize",
    ] + TrtexecTables.dropped.keys.sorted() + TrtexecTables.idle.keys.sorted() + TrtexecTables.running.sorted()
    + TrtexecTables.otherModels.sorted()
}
