// OpenVINO, as a target: reads ONNX, compiles, exports what it compiled and imports it again.

package import IngotCore

/// OpenVINO.
package final class OpenVINOBackend: Backend {
  package let identity: RuntimeIdentity
  package let engineFileName = "model.blob"

  private let libraryPath: String
  private let types: OpenVINOTypes
  /// Keeps plug-ins loaded between calls; has no settings.
  private let library: OpenVINOLibrary

  package static let options: [BackendOption] = [
    BackendOption("device", .oneOf(["CPU", "GPU", "NPU"]), default: "CPU", "what the engine is compiled for"),
    BackendOption(
      "performance-mode", .oneOf(["latency", "throughput"]), default: "latency",
      "what threads and streams are chosen for"),
    BackendOption(
      "precision-hint", .oneOf(["f32", "f16", "bf16"]), default: "f32",
      "the arithmetic that float32 nodes may be done in; OpenVINO by itself would take bf16 where the processor has it"),
    BackendOption("streams", .integer(0...1024), default: "0", "requests that may run at once; 0: OpenVINO chooses"),
    BackendOption("threads", .integer(0...1024), default: "0", "threads that the engine runs on; 0: OpenVINO chooses"),
  ]

  /// Variables that change what is compiled: they belong in a step's key.
  package static let engineEnvironment = ["ONEDNN_MAX_CPU_ISA"]

  /// - Parameter libraryPath: of `libopenvino_c.so…`; the rest of OpenVINO lies beside it.
  package init(libraryPath: String) throws(BackendError) {
    self.libraryPath = libraryPath
    library = try OpenVINOLibrary(path: libraryPath)
    types = try OpenVINOTypes(askedOf: library)
    let folder = FileSystem.parent(of: libraryPath)
    let names = (try? FileSystem.names(in: folder)) ?? []
    let files = names.filter(BackendKind.openvino.isPart).map { FileSystem.join(folder, $0) }
    identity = RuntimeIdentity(
      kind: .openvino, version: library.version, libraryPaths: files.isEmpty ? [libraryPath] : files)
  }

  /// Asks OpenVINO's ONNX reader. A file that is no protobuf at all makes it try its other readers where they are
  /// installed, which write to standard error; Ingot's own reader should have seen such a file first.
  package func parse(modelPath: String) throws(BackendError) -> SupportReport {
    try requireFile(modelPath)
    do {
      let model = try OpenVINOModel(library, path: modelPath)
      return SupportReport(unsupported: [], inputs: try model.inputs(types), outputs: try model.outputs(types))
    } catch {
      guard case .refused(let text) = error.reason else { throw error }
      let named = OpenVINOMessage.unsupportedNodes(in: text, of: ModelNode.all(inModelAt: modelPath))
      let whole = UnsupportedNode(name: "", op: "", reason: text.replacing("\n", with: " "))
      return SupportReport(unsupported: named.isEmpty ? [whole] : named, inputs: [], outputs: [])
    }
  }

  package func build(
    _ request: BuildRequest, to enginePath: String, onProgress: (BuildProgress) -> Bool
  ) throws(BackendError) -> BuildReport {
    let values = try Self.options.resolved(request.options, for: .openvino)
    try requireFile(request.modelPath)
    func advance(_ phase: String) throws(BackendError) {
      guard onProgress(BuildProgress(phase: phase, fraction: nil)) else { throw BackendError(.openvino, .cancelled) }
    }
    try advance("read")
    let device = values["device"] ?? "CPU"
    let core = try OpenVINOLibrary(path: libraryPath, device: device, properties: Self.properties(values))
    let model = try OpenVINOModel(core, path: request.modelPath)
    let bounds = try model.bind(request.profiles, inputs: try model.inputs(types))
    try advance("compile")
    let program = try OpenVINOProgram(compiling: model, for: device, core, types)
    try advance("export")
    do {
      try program.export(to: enginePath)
      try advance("export")
    } catch {
      try? FileSystem.remove(enginePath)
      throw error
    }
    var facts = values
    facts["instruction-set"] = Self.instructionSet(ofEngineAt: enginePath)
    for (input, bounds) in bounds { facts["bounds of \(input)"] = bounds }
    return BuildReport(facts: facts, kernels: .told(try OpenVINOSession(program).kernels()))
  }

  package func openEngine(at path: String) throws(BackendError) -> any EngineSession {
    try openEngine(at: path, options: [:])
  }

  package func openEngine(at path: String, options: [String: String]) throws(BackendError) -> any EngineSession {
    try OpenVINOSession(openProgram(at: path, options: options))
  }

  package func timeLayers(
    ofEngineAt path: String, options: [String: String], code: EngineCode, inputs: [String: Tensor], runs: Int,
    scratch: String
  ) throws(BackendError) -> [LayerTime] {
    let session = try OpenVINOSession(openProgram(at: path, options: options, [("PERF_COUNT", "YES")]))
    _ = try session.run(inputs)
    var layers: [LayerTime] = []
    for _ in 0..<runs {
      _ = try session.run(inputs)
      layers += try session.layerTimes()
    }
    return layers.mean(ofRuns: runs)
  }

  /// What OpenVINO has for properties of an engine that was opened.
  package func properties(
    _ keys: [String], ofEngineAt path: String, options: [String: String]
  ) throws(BackendError) -> [String: String] {
    let program = try openProgram(at: path, options: options)
    var values: [String: String] = [:]
    for key in keys { values[key] = try program.property(key) }
    return values
  }

  private func openProgram(
    at path: String, options: [String: String], _ more: [(key: String, value: String)] = []
  ) throws(BackendError) -> OpenVINOProgram {
    let values = try Self.options.resolved(options, for: .openvino)
    let file = try identity.kind.system { () throws(SystemError) in try MappedFile(path: path) }
    let device = values["device"] ?? "CPU"
    let core = try OpenVINOLibrary(path: libraryPath, device: device, properties: Self.properties(values) + more)
    return try OpenVINOProgram(importing: file, for: device, core, types)
  }

  private static func properties(_ values: [String: String]) -> [(key: String, value: String)] {
    var properties = [
      (key: "INFERENCE_PRECISION_HINT", value: values["precision-hint"] ?? "f32"),
      (key: "PERFORMANCE_HINT", value: values["performance-mode"] == "throughput" ? "THROUGHPUT" : "LATENCY"),
    ]
    if let threads = values["threads"], threads != "0" {
      properties.append((key: "INFERENCE_NUM_THREADS", value: threads))
    }
    if let streams = values["streams"], streams != "0" { properties.append((key: "NUM_STREAMS", value: streams)) }
    return properties
  }

  /// The processor that an engine was compiled for; others refuse it. The file starts with `RR_UPCVO`, a version in 4
  /// bytes, a length in 8, and that many bytes of `meta=1.0;ov=2026.4.1;isa=Intel AVX2 …`. Nil where it starts
  /// otherwise.
  private static func instructionSet(ofEngineAt path: String) -> String? {
    guard let file = try? MappedFile(path: path), file.byteCount > 20 else { return nil }
    let head = Bytes(file)[0..<min(1024, file.byteCount)].array
    guard head.starts(with: "RR_UPCVO".utf8) else { return nil }
    let length = head[12..<20].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(head.count - 20) else { return nil }
    let fields = String(decoding: head[20..<20 + Int(length)], as: UTF8.self).split(separator: ";")
    return fields.first { $0.hasPrefix("isa=") }.map { String($0.dropFirst(4)) }
  }

  private func requireFile(_ path: String) throws(BackendError) {
    _ = try identity.kind.system { () throws(SystemError) in try FileStatus(ofFileAt: path) }
  }
}
