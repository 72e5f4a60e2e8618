// A model on its way through the parser and the builder.

internal import IngotCore
internal import IngotGraph

/// A model's bytes, mapped; jobs refer to them.
struct TensorRTModel {
  let path: String
  let kind: BackendKind
  let bytes: Bytes
  /// For its operators that the parser lacks.
  let plugins: [PluginLibrary]

  init(path: String, kind: BackendKind, plugins: [PluginLibrary] = []) throws(BackendError) {
    // Its registry takes them, and its parser (1.7.1) then ends the process at the first node that has one.
    guard plugins.isEmpty || kind != .tensorrtRTX else {
      throw BackendError(
        kind, .refused("TensorRT-RTX does not support plug-ins"),
        hint: "build for the backend `tensorrt`, or export the model without the operators that need them")
    }
    self.plugins = plugins
    do throws(SystemError) {
      self.path = try FileSystem.realPath(path)  // external data is found beside it, wherever this process is
      bytes = Bytes(try MappedFile(path: path))
    } catch {
      throw BackendError(kind, .system(error))
    }
    self.kind = kind
    // The parser takes an empty file for a model without nodes.
    guard !bytes.isEmpty else { throw BackendError(kind, .malformed("\(path): the file is empty, not a model")) }
  }

  /// Names and declarations that the parser does not tell. Nil where IngotGraph refuses the file.
  private var graph: Graph? {
    try? Model.read(bytes: bytes, path: path, baseDirectory: FileSystem.parent(of: path)).graph
  }

  private func makeJob(_ library: TensorRTLibrary, _ listener: TensorRTListener) throws(BackendError) -> TensorRTJob {
    let job = try TensorRTJob(library, listener: listener)
    for library in plugins { try job.load(library) }
    return job
  }

  // MARK: Parse

  func supportReport(from library: TensorRTLibrary, listener: TensorRTListener) throws(BackendError) -> SupportReport {
    try bytes.withSpan { (span) throws(BackendError) in
      let graph = graph
      let job = try makeJob(library, listener)
      guard job.parse(span, path: path) else {
        return try refusal(span, graph: graph, errors: job.parseErrors, library: library, listener: listener)
      }
      let (inputs, outputs) = (
        job.inputs.compactMap(\.io), job.outputs.compactMap { $0.io?.named(as: graph?.declaredOutputs ?? []) }
      )
      guard !outputs.isEmpty else { throw BackendError(kind, .malformed("\(path): the model has no outputs")) }
      let declared = (graph?.declaredInputs ?? []) + (graph?.declaredOutputs ?? [])
      let warnings = listener.all + typeWarnings(declared: declared, parsed: inputs + outputs)
      return SupportReport(unsupported: [], inputs: inputs, outputs: outputs, warnings: warnings)
    }
  }

  /// All nodes that the parser does not take: those that it names, and those that it leaves out of every subgraph that it
  /// could take.
  private func refusal(
    _ span: RawSpan, graph: Graph?, errors: [TensorRTParseError], library: TensorRTLibrary, listener: TensorRTListener
  ) throws(BackendError) -> SupportReport {
    if let error = errors.first(where: { $0.codeName == "MODEL_DESERIALIZE_FAILED" }) {
      throw BackendError(kind, .malformed("\(path): \(error.text)"))
    }
    var errors = errors
    let job = try makeJob(library, listener)
    let taken = job.takenNodes(span, path: path)
    for error in job.parseErrors where !errors.contains(where: { $0.node == error.node && $0.text == error.text }) {
      errors.append(error)
    }
    if let taken, !taken.isEmpty, let graph {
      for (index, node) in graph.nodes.enumerated()
      where !taken.contains(index) && !errors.contains(where: { $0.node == index }) {
        errors.append(
          TensorRTParseError(codeName: "", node: index, nodeName: node.name, op: node.opType, text: "", functions: []))
      }
    }
    let nodes = errors.sorted { ($0.node ?? -1) < ($1.node ?? -1) }.map { $0.unsupportedNode(in: graph) }
    return SupportReport(unsupported: nodes, inputs: graph?.declaredInputs ?? [], outputs: graph?.declaredOutputs ?? [])
  }

  /// The parser turns types that it lacks into others without a word.
  private func typeWarnings(declared: [IOTensor], parsed: [IOTensor]) -> [String] {
    var warnings: [String] = []
    for tensor in declared {
      guard let found = parsed.first(where: { $0.name == tensor.name }), found.type != tensor.type else { continue }
      warnings.append("'\(tensor.name)' is \(tensor.type) in the model and becomes \(found.type)")
    }
    return warnings
  }

  // MARK: Build

  func build(
    _ settings: TensorRTSettings, profiles: [OptimizationProfile], timings: TensorRTTimingCache?,
    with library: TensorRTLibrary, listener: TensorRTListener, to enginePath: String
  ) throws(BackendError) -> BuildReport {
    try bytes.withSpan { (span) throws(BackendError) in
      let job = try makeJob(library, listener)
      guard job.parse(span, path: path) else {
        let graph = graph
        let words = job.parseErrors.map { $0.unsupportedNode(in: graph).words }.joined(separator: "\n  ")
        throw BackendError(
          kind, .refused("\(library.facts.name) does not take \(path):\n  \(words)"),
          hint: "the parse stage lists every node that it does not take")
      }
      // The parser has a copy of its own. Where anything goes back to the file, it is read again.
      for file in bytes.files { file.releasePages() }
      guard !job.outputs.isEmpty else { throw BackendError(kind, .malformed("\(path): the model has no outputs")) }
      try job.apply(settings)
      try job.add(profiles)
      let layerCount = job.layerCount
      let cache = timings.map { $0.use(in: job) }
      let byteCount = try build(job, to: enginePath)
      var facts = settings.facts(layerCount: layerCount, byteCount: byteCount)
      if let timings, let cache { facts["timing cache"] = timings.keep(job, read: cache.entries) ?? cache.note }
      return BuildReport(
        warnings: listener.all, facts: facts,
        kernels: .untold("TensorRT's engine inspector, which needs a GPU, is not asked"))
    }
  }

  /// - Returns: the engine's bytes.
  private func build(_ job: borrowing TensorRTJob, to enginePath: String) throws(BackendError) -> Int {
    let written: Result<Int, BackendError>
    do throws(TensorRTRefusal) {
      written = try job.build { plan in
        Result { () throws(BackendError) in
          do throws(SystemError) {
            try FileSystem.writeAtomically(plan, to: enginePath)
          } catch {
            throw BackendError(kind, .system(error))
          }
          return plan.byteCount
        }
      }
    } catch {
      if job.listener.wasCancelled { throw BackendError(kind, .cancelled) }
      throw job.buildFailure
    }
    return try written.get()
  }
}

extension TensorRTSettings {
  fileprivate func facts(layerCount: Int, byteCount: Int) -> [String: String] {
    var facts = [
      "builder": "\(library.familyName), version \(library.version)", "engine bytes": String(byteCount),
      "network layers": String(layerCount), "workspace bytes": String(workspace),
    ]
    for option in ["hardware-compatibility", "runtime-platform", "version-compatible"] {
      facts[option] = options[option]
    }
    if !computeCapabilities.isEmpty {
      facts["compute capabilities"] = computeCapabilities.map { "sm_\($0)" }.joined(separator: " ")
    }
    return facts
  }
}

extension TensorRTTensor {
  /// Nil for a type that Ingot does not know.
  fileprivate var io: IOTensor? { type.map { IOTensor(name: name, type: $0, shape: shape ?? []) } }
}

extension IOTensor {
  /// With the model's names for axes that the parser only knows to be open.
  fileprivate func named(as declared: [IOTensor]) -> IOTensor {
    guard let model = declared.first(where: { $0.name == name }), model.shape.count == shape.count else { return self }
    var tensor = self
    for axis in shape.indices where shape[axis] == .unknown && model.shape[axis].size == nil {
      tensor.shape[axis] = model.shape[axis]
    }
    return tensor
  }
}

extension TensorRTParseError {
  func unsupportedNode(in graph: Graph?) -> UnsupportedNode {
    let known = node.flatMap { index in graph.flatMap { $0.nodes.indices.contains(index) ? $0.nodes[index] : nil } }
    let op = op.isEmpty ? known?.opType ?? "" : op
    let name = nodeName.isEmpty ? known?.name ?? "" : nodeName
    let place = functions.isEmpty ? "" : " (in the function \(functions.joined(separator: " > ")))"
    return UnsupportedNode(
      name: !name.isEmpty ? name : node.map(String.init) ?? "", op: op, reason: reason(op: op) + place)
  }

  /// The parser's own words are often a C++ expression: said again where it is known what it means.
  private func reason(op: String) -> String {
    if text.contains("Plugin not found") { return "the parser has no importer and no plug-in for \(op)" }
    if text == "false" || text.isEmpty { return "the parser does not take \(op)" }
    let marker = "Assertion failed: "
    return text.hasPrefix(marker) ? String(text.dropFirst(marker.count)) : text
  }
}

extension UnsupportedNode {
  /// `conv1 (Conv): …`, `node 4 (Conv): …` where it has no name.
  var words: String {
    let subject = Int(name) == nil ? name : "node \(name)"
    if op.isEmpty { return subject.isEmpty ? reason : "\(subject): \(reason)" }
    return "\(subject) (\(op)): \(reason)"
  }
}
