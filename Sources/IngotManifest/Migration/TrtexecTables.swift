// The flags of trtexec 8.6 to 11.1 that a manifest says nothing of, and why. Those that it does say are in TrtexecLine.swift.

enum TrtexecTables {
  /// Once part of what was built; nothing in a manifest says it.
  static let dropped: [String: String] = [
    "--useDLACore": "Ingot builds for GPUs only", "--allowGPUFallback": "Ingot builds for GPUs only",
    "--buildDLAStandalone": "Ingot builds for GPUs only", "--adjustForDLA": "Ingot builds for GPUs only",
    "--reportCapabilityDLA": "Ingot builds for GPUs only",
    "--uint8AsymmetricQuantizationDLA": "Ingot builds for GPUs only",
    "--layerDeviceTypes": "Ingot builds for GPUs only",
    "--safe": "Ingot builds standard engines only", "--restricted": "Ingot builds standard engines only",
    "--safetyPlugins": "Ingot builds standard engines only", "--serialized": "Ingot builds standard engines only",
    "--consistency": "Ingot builds standard engines only", "--std": "Ingot builds standard engines only",
    "--ignoreParsedPluginLibs": "only the libraries under `build: { plugins: […] }` are loaded",
    "--enablePluginOverride": "the parser's own importer comes before a plug-in",
    "--inputIOFormats": "inputs keep the model's types, in linear layout",
    "--outputIOFormats":
      "outputs keep the model's types, in linear layout",
    "--layerOutputTypes": "the types are in the graph; use `keep` for nodes that stay float32",
    "--tacticSources": "list all that may be used under `build: { tactic-sources: […] }`",
    "--remoteAutoTuningConfig": "tactics are timed where the step runs",
    "--setBuildRoute": "the builder's default route",
    "--decomposableAttentions": "the builder's default",
    "--preview": "list those that are to be on under `build: { preview-features: […] }`",
    "--markUnfusedTensorsAsDebugTensors": "name the tensors under `build: { debug-tensors: […] }`",
    "--useRuntime": "engines run in the full runtime", "--leanDLLPath": "engines run in the full runtime",
    "--pluginInstanceNorm": "the parser's default for InstanceNormalization",
    "--pi":
      "the parser's default for InstanceNormalization",
    "--nativeInstanceNorm":
      "the parser's default for InstanceNormalization", "--ni": "the parser's default for InstanceNormalization",
    "--device": "the machine's scheduler chooses the GPU", "--weightless": "use `build: { strip-plan: true }`",
    "--tempdir": "the process's TMPDIR is used", "--tempfileControls": "the process's TMPDIR is used",
    "--stripAllWeights": "use `build: { strip-plan: true }`", "--loadInputs": "give a set under `verify: { data: … }`",
    "--loadRefOutputs": "`verify: { outputs: … }` compares with the model's own outputs",
    "--refPair":
      "`verify: { outputs: … }` compares with the model's own outputs",
    "--rtol":
      "write `verify: { outputs: { NAME: { max-relative: … } } }`",
    "--atol":
      "write `verify: { outputs: { NAME: { max-abs: … } } }`",
    "--accuracyAlgorithm":
      "write `verify: { outputs: … }`", "--accuracyThreshold": "write `verify: { outputs: … }`",
    "--refitFromOnnx": "Ingot builds engines, and does not refit them",
  ]

  /// Old flags of the builder that mean nothing any more, in TensorRT 10 already or here.
  static let idle: [String: String] = [
    "--explicitBatch": "every network has an explicit batch", "--explicitPrecision": "precision is in the graph",
    "--minTiming": "TensorRT 10 took it away", "--heuristic": "TensorRT took it away",
    "--buildOnly": "building runs nothing but the builder", "--skipInference": "building runs nothing but the builder",
    "--dryRun": "`ingot plan` says what would run", "--cpuOnly": "building runs nothing but the builder",
    "--saveEngine": "bundles are written below `ingot build --out`, with the engine in them",
    "--saveAllEngines": "bundles are written below `ingot build --out`",
    "--timingCacheFile": "Ingot keeps the timing cache; `build: { timing-cache: off }` leaves it out",
    "--verbose": "`ingot build --verbose` or the log of a step", "--monitorMemory": "the record of a step says it",
    "--getPlanVersionOnly": "`ingot inspect ENGINE` says it", "--dumpLayerInfo": "`ingot inspect ENGINE` says it",
    "--exportLayerInfo": "`ingot inspect --json ENGINE` says it",
    "--dumpOptimizationProfile":
      "`ingot inspect ENGINE` says it", "--dumpRefit": "`ingot inspect ENGINE` says it",
    "--continue": "each target is a step of its own",
  ]

  /// What trtexec did with the engine after it was built; `verify: { latency: … }` has its place.
  static let running: Set<String> = [
    "--iterations", "--warmUp", "--duration", "--sleepTime", "--idleTime", "--infStreams", "--streams", "--exposeDMA",
    "--noDataTransfers", "--includeDataTransfers", "--useManagedMemory", "--useSpinWait", "--noSpinWait", "--threads",
    "--useCudaGraph", "--noCudaGraph", "--timeDeserialize", "--timeRefit", "--separateProfileRun",
    "--persistentCacheRatio", "--useProfile", "--allocationStrategy", "--saveDebugTensors", "--saveAllDebugTensors",
    "--weightStreamingBudget", "--asyncFileReader", "--avgRuns", "--percentile", "--dumpProfile", "--dumpOutput",
    "--dumpRawBindingsToFile", "--dumpKernelText", "--exportTimes", "--exportOutput", "--exportProfile",
    "--tuneBuildRouteFile", "--tuneBuildRoutes", "--tuningCacheFile", "--tuningResultFile", "--tuningSearch",
    "--tuningTimeOut", "--helpBuildRoute", "--help",
  ]

  /// Whose meaning of these flips between TensorRT 10 and 11.
  static let flipped: [String: String] = [
    "--useCudaGraph": "on by default since TensorRT 11", "--useSpinWait": "on by default since TensorRT 11",
    "--noDataTransfers": "the default since TensorRT 11: latencies without copies are not comparable with older ones",
    "--separateProfileRun": "always so since TensorRT 11",
  ]

  /// Ways into TensorRT that are gone.
  static let otherModels: Set<String> = [
    "--deploy", "--model", "--uff", "--uffInput", "--uffNHWC", "--output", "--batch", "--maxBatch",
  ]
}
