// ONNX Runtime: on the CPU the reference that others are measured against, and a target of its own, there and on GPUs.

package import IngotCore
internal import IngotGraph

/// ONNX Runtime.
package final class OnnxRuntimeBackend: ReferenceBackend {
  package let identity: RuntimeIdentity
  package let engineFileName = "model.ort"

  private let library: OnnxRuntimeLibrary
  private let referenceThreads: Int
  /// Where libraries of CUDA may be.
  private let neighbours: [String]

  package static let options: [BackendOption] = [
    BackendOption(
      "graph-optimization", .oneOf(["none", "basic", "extended", "all"]), default: "all",
      "how far the graph is rewritten; 'all' may fit it to the building machine's processor"),
    BackendOption("format", .oneOf(["ort", "onnx"]), default: "ort", "the engine's file format"),
    BackendOption(
      "threads", .integer(0...1024), default: "0", "threads within an operator when the engine runs; 0: one a core"),
    BackendOption(
      "inter-threads", .integer(1...1024), default: "1", "operators that run at once, where the graph has branches"),
    BackendOption("memory-arena", .oneOf(["on", "off"]), default: "on", "whether memory is kept between runs"),
    BackendOption(
      "deterministic", .oneOf(["on", "off"]), default: "off",
      "whether only kernels run that give the same bits each time"),
    BackendOption(
      "provider", .oneOf(["cpu", "cuda", "tensorrt"]), default: "cpu",
      "what runs the engine; what tensorrt does not take, cuda runs"),
    BackendOption("device-id", .integer(0...63), default: "0", "the number of the GPU"),
    BackendOption(
      "tf32", .oneOf(["on", "off"]), default: "off", "whether the GPU may compute float32 products in TF32"),
  ]

  /// - Parameter libraryPath: of `libonnxruntime.so…`.
  /// - Parameter referenceThreads: threads within an operator for `openModel`; with 1, results are the same bits every time.
  /// - Parameter libraryPaths: of all files that take part; empty: of the one.
  /// - Parameter neighbours: folders where libraries of CUDA may be.
  package init(
    libraryPath: String, kind: BackendKind = .onnxruntime, libraryPaths: [String] = [], neighbours: [String] = [],
    referenceThreads: Int = 1
  ) throws(BackendError) {
    library = try OnnxRuntimeLibrary(path: libraryPath)
    identity = RuntimeIdentity(
      kind: kind, version: library.version, libraryPaths: libraryPaths.isEmpty ? [libraryPath] : libraryPaths)
    (self.neighbours, self.referenceThreads) = (neighbours, referenceThreads)
  }

  package func parse(modelPath: String) throws(BackendError) -> SupportReport {
    try requireFile(modelPath)
    do {
      let session = try OnnxRuntimeSession(library, modelPath: modelPath, options: OnnxRuntimeOptions())
      return SupportReport(
        unsupported: [], inputs: session.inputs, outputs: session.outputs, warnings: session.warnings)
    } catch {
      let text: String
      switch error.reason {
      case .refused(let words), .failed(let words): text = words
      default: throw error
      }
      let named = OnnxRuntimeMessage.unsupportedNodes(in: text, of: ModelNode.all(inModelAt: modelPath))
      let unsupported = named.isEmpty ? [UnsupportedNode(name: "", op: "", reason: text)] : named
      return SupportReport(unsupported: unsupported, inputs: [], outputs: [])
    }
  }

  /// Writes the optimized model. Profiles, workspace and compute capabilities mean nothing to ONNX Runtime on a CPU:
  /// its engines take every size that the model takes.
  package func build(
    _ request: BuildRequest, to enginePath: String, onProgress: (BuildProgress) -> Bool
  ) throws(BackendError) -> BuildReport {
    let values = try Self.options.resolved(request.options, for: .onnxruntime)
    try requireFile(request.modelPath)
    guard onProgress(BuildProgress(phase: "optimize", fraction: nil)) else {
      throw BackendError(.onnxruntime, .cancelled)
    }
    if try GPUProvider(values) != nil { return try buildForGPU(request, values, to: enginePath) }
    var options = OnnxRuntimeOptions()
    let level = values["graph-optimization"] ?? ""
    options.optimization = OnnxRuntimeOptions.Optimization(name: level)
    options.optimizedModelPath = enginePath
    let format = hasSmallNumbers(request.modelPath) ? "onnx" : values["format"] ?? ""
    options.entries = [("session.save_model_format", format == "onnx" ? "ONNX" : "ORT")]
    let session = try OnnxRuntimeSession(library, modelPath: request.modelPath, options: options)
    guard onProgress(BuildProgress(phase: "optimize", fraction: 1)) else {
      try? FileSystem.remove(enginePath)
      throw BackendError(.onnxruntime, .cancelled)
    }
    return BuildReport(
      // That the widest optimization is for one kind of processor is among the facts.
      warnings: session.warnings.filter { !$0.contains("may contain hardware specific optimizations") },
      facts: [
        "format": format, "graph-optimization": level,
        "portability": level == "all"
          ? "laid out for this machine's processor; build with graph-optimization: extended for an engine that moves"
          : "any x86-64 machine with ONNX Runtime \(library.version)",
        "profiles": "not bound: it takes every size that the model takes",
      ],
      kernels: onnxRuntimeKernels(ofEngineAt: enginePath, isORTFormat: isORTFormat(enginePath)).map(EngineKernels.told)
        ?? .untold("the engine's graph has a form that Ingot cannot read"))
  }

  /// The model itself, in one file: it is optimized for the GPU when it is opened there. A session here, on the processor, would put
  /// casts around whatever the processor has no kernels for, all of float16, and the GPU would compute it in float32.
  private func buildForGPU(
    _ request: BuildRequest, _ values: [String: String], to enginePath: String
  ) throws(BackendError) -> BuildReport {
    let written: [String]
    do throws(ModelError) {
      written = try Model.read(path: request.modelPath).write(to: enginePath, weights: .keepInline, isDurable: false)
    } catch {
      throw BackendError(.onnxruntime, .failed("the engine was not written: \(error)"))
    }
    guard written == [enginePath] else {
      throw BackendError(
        .onnxruntime, .refused("an engine for a GPU is one file, and this model is over 2 GiB"),
        hint: "a smaller type of weights may fit: fp16, or int8-weights")
    }
    return BuildReport(
      facts: [
        "format": "onnx", "provider": values["provider"] ?? "",
        "graph-optimization": "\(values["graph-optimization"] ?? ""), when it is opened",
        "portability": "any machine with onnxruntime-gpu and a GPU that it takes",
      ], kernels: .untold("ONNX Runtime chooses kernels of the GPU when the engine is opened on one"))
  }

  /// The runtime writes types under 8 bits into its own format and cannot read them there; in ONNX it can.
  private func hasSmallNumbers(_ path: String) -> Bool {
    guard let model = try? Model.read(path: path) else { return false }
    return model.graph.allInitializers.contains { $0.initializer.type.bitCount.map { $0 < 8 } ?? false }
  }

  package func openEngine(at path: String) throws(BackendError) -> any EngineSession {
    try openEngine(at: path, options: [:])
  }

  package func openEngine(at path: String, options given: [String: String]) throws(BackendError) -> any EngineSession {
    try openSession(at: path, options: given)
  }

  /// - Throws: `.refused` for GPUs.
  package func timeLayers(
    ofEngineAt path: String, options: [String: String], code: EngineCode, inputs: [String: Tensor], runs: Int,
    scratch: String
  ) throws(BackendError) -> [LayerTime] {
    guard try GPUProvider(Self.options.resolved(options, for: .onnxruntime)) == nil else {
      throw BackendError(
        identity.kind, .refused("it tells when layers were launched on a GPU, not how long they took there"),
        hint: "drop --layers; NVIDIA's Nsight Systems shows what ran")
    }
    let prefix = FileSystem.join(scratch, "profile-\(FileSystem.uniqueSuffix())")
    let session = try openSession(at: path, options: options, profilePrefix: prefix)
    for _ in 0...runs { _ = try session.run(inputs) }
    let written = try session.endProfile()
    defer { try? FileSystem.remove(written) }
    do {
      return try OnnxRuntimeProfile(FileSystem.read(written)).layers.mean(ofRuns: runs)
    } catch {
      throw BackendError(identity.kind, .failed("the profile that it wrote cannot be read: \(error)"))
    }
  }

  /// What ONNX Runtime says that an engine's session is made with: all of its options, in its own words.
  package func settings(ofEngineAt path: String, options: [String: String]) throws(BackendError) -> String {
    try openSession(at: path, options: options, tellsSettings: true).settings ?? ""
  }

  private func openSession(
    at path: String, options given: [String: String], tellsSettings: Bool = false, profilePrefix: String? = nil
  ) throws(BackendError) -> OnnxRuntimeSession {
    let values = try Self.options.resolved(given, for: .onnxruntime)
    try requireFile(path)
    var options = OnnxRuntimeOptions()
    options.threadCount = values["threads"].flatMap { Int($0) } ?? 0
    options.operatorCount = values["inter-threads"].flatMap { Int($0) } ?? 1
    options.hasArena = values["memory-arena"] != "off"
    options.isDeterministic = values["deterministic"] == "on"
    options.provider = try GPUProvider(values)
    options.entries = [("session.load_model_format", isORTFormat(path) ? "ORT" : "ONNX")]
    (options.tellsSettings, options.profilePrefix) = (tellsSettings, profilePrefix)
    if let provider = options.provider {
      options.optimization = OnnxRuntimeOptions.Optimization(name: values["graph-optimization"] ?? "")
      let folder = FileSystem.parent(of: identity.libraryPaths[0])
      let path = FileSystem.join(folder, provider.libraryName)
      // Where there is none, the library says that it was built without.
      if (try? FileStatus(ofFileAt: path)) != nil {
        try CUDALibraries(places: neighbours).openNeeds(ofLibraryAt: path)
      }
    }
    return try OnnxRuntimeSession(library, modelPath: path, options: options)
  }

  /// The model at the precision that it says: nothing is fused, quantized operators run as their Q and DQ say. One
  /// exception: ONNX Runtime has no float16 arithmetic on a CPU, computes such nodes in float32 and does not round
  /// between them. Rounding (and overflow) is only there where Cast nodes of the model round around float32 nodes.
  package func openModel(at path: String) throws(BackendError) -> any InferenceSession {
    try requireFile(path)
    var options = OnnxRuntimeOptions()
    options.threadCount = referenceThreads
    return try OnnxRuntimeSession(library, modelPath: path, options: options)
  }

  package func openModelForMeasuring(at path: String) throws(BackendError) -> any ConcurrentInferenceSession {
    try requireFile(path)
    var options = OnnxRuntimeOptions()
    // Convolutions in blocks of channels: a sixth less time on ResNet-50, with 49 of its tensors shown.
    options.optimization = .all
    options.entries = [("session.disable_quant_qdq", "1")]
    options.sparesMemory = true
    return try OnnxRuntimeSession(library, modelPath: path, options: options)
  }

  private func requireFile(_ path: String) throws(BackendError) {
    _ = try identity.kind.system { () throws(SystemError) in try FileStatus(ofFileAt: path) }
  }

  /// Flatbuffers carry their kind in bytes 4 to 7.
  private func isORTFormat(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path), file.byteCount >= 8 else { return false }
    return Bytes(file)[4..<8].array == Array("ORTM".utf8)
  }
}

extension OnnxRuntimeOptions.Optimization {
  fileprivate init(name: String) {
    switch name {
    case "none": self = .none
    case "basic": self = .basic
    case "extended": self = .extended
    default: self = .all
    }
  }
}
