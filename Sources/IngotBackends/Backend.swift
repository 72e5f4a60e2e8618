// What Ingot asks of a runtime: say what it cannot take, build an engine, run one. One folder beside this file implements it
// for each runtime; nothing above IngotBackends knows a runtime's types.

package import IngotCore

/// The runtimes that Ingot drives, by the names that manifests use.
package enum BackendKind: String, Hashable, Sendable, CaseIterable {
  case tensorrt
  case tensorrtRTX = "tensorrt-rtx"
  case onnxruntime
  /// The build of ONNX Runtime that has providers for GPUs.
  case onnxruntimeGPU = "onnxruntime-gpu"
  case openvino

  /// What runs an engine, where its options may ask for another build of the runtime than the one that built it.
  /// - Parameter options: as `BuildRequest.options`.
  package func running(with options: [String: String]) -> BackendKind {
    self == .onnxruntime && options["provider"] ?? "cpu" != "cpu" ? .onnxruntimeGPU : self
  }
}

/// A runtime as it was found: what its results depend on besides their inputs.
package struct RuntimeIdentity: Hashable, Sendable {
  package var kind: BackendKind
  /// The library's own words, asked at run time: `1.7.1.116`, `2026.4.1`.
  package var version: String
  /// Every library file that takes part, absolute; their digests belong to a step's key.
  package var libraryPaths: [String]

  package init(kind: BackendKind, version: String, libraryPaths: [String]) {
    (self.kind, self.version, self.libraryPaths) = (kind, version, libraryPaths)
  }
}

/// The sizes that an engine is built for: for each dynamic input its smallest, most common and largest shape.
package struct OptimizationProfile: Hashable, Sendable {
  package struct Extent: Hashable, Sendable {
    package var min: [Int], opt: [Int], max: [Int]
    package init(min: [Int], opt: [Int], max: [Int]) { (self.min, self.opt, self.max) = (min, opt, max) }
  }

  package var inputs: [String: Extent]
  package init(inputs: [String: Extent]) { self.inputs = inputs }
}

/// A library with operators that a runtime lacks.
package struct PluginLibrary: Hashable, Sendable {
  package var path: String
  /// The engine shall hold it, so that it runs where the library is not.
  package var isSerialized: Bool
  package init(path: String, isSerialized: Bool = false) { (self.path, self.isSerialized) = (path, isSerialized) }
}

/// Code of others that an engine runs besides its runtime's: in this process, and with all of its rights.
package struct EngineCode: Hashable, Sendable {
  /// As `BuildRequest.plugins`. The engine holds those that are serialized: nothing is looked for at their path.
  package var plugins: [PluginLibrary]
  /// Whether any of it may run. An engine is trusted where this Ingot's own records say how it was built, or where a person
  /// said so; never because of what it, or what came with it, says of itself.
  package var isTrusted: Bool
  package init(plugins: [PluginLibrary] = [], isTrusted: Bool = false) {
    (self.plugins, self.isTrusted) = (plugins, isTrusted)
  }
}

/// What an engine is to be built from and for.
package struct BuildRequest: Hashable, Sendable {
  /// The strongly typed ONNX model; external data is found beside it.
  package var modelPath: String
  package var profiles: [OptimizationProfile]
  /// Bytes of device memory that the builder's tactics may use; nil leaves the backend's default.
  package var workspace: Int?
  /// `sm_86` …; for backends that compile ahead for GPUs.
  package var computeCapabilities: [String]
  /// Backend options from the manifest's `build`, checked and with their defaults: name and value as text.
  package var options: [String: String]
  /// For backends that have plug-ins.
  package var plugins: [PluginLibrary]
  /// A folder for what builders measured of kernels, which later builds use again; nil: nothing is kept.
  package var timingCaches: String?

  package init(
    modelPath: String, profiles: [OptimizationProfile] = [], workspace: Int? = nil, computeCapabilities: [String] = [],
    options: [String: String] = [:], plugins: [PluginLibrary] = [], timingCaches: String? = nil
  ) {
    (self.plugins, self.timingCaches) = (plugins, timingCaches)
    self.modelPath = modelPath
    (self.profiles, self.workspace, self.computeCapabilities, self.options) =
      (profiles, workspace, computeCapabilities, options)
  }
}

/// A node of an engine that computes: a convolution, a matrix product, a recurrent layer.
package struct EngineKernel: Hashable, Sendable {
  /// As the engine names it: a node of the model, or its output, or what became of several.
  package var node: String
  /// What runs it, in the runtime's word.
  package var kernel: String
  package var type: ElementType
  /// Nil where the engine does not tell; then the model's node of that name does.
  package var multiplyAdds: Int?
  package init(node: String, kernel: String, type: ElementType, multiplyAdds: Int? = nil) {
    (self.node, self.kernel, self.type, self.multiplyAdds) = (node, kernel, type, multiplyAdds)
  }
}

/// What an engine really computes in, as far as its runtime tells.
package enum EngineKernels: Hashable, Sendable {
  case told([EngineKernel])
  /// Why nobody knows.
  case untold(String)
}

/// What a builder said while it worked.
package struct BuildReport: Hashable, Sendable {
  /// Warnings of the backend that a person should see, in order, without known noise.
  package var warnings: [String]
  /// Facts about the engine that the backend tells: name and value.
  package var facts: [String: String]
  package var kernels: EngineKernels
  package init(warnings: [String] = [], facts: [String: String] = [:], kernels: EngineKernels) {
    (self.warnings, self.facts, self.kernels) = (warnings, facts, kernels)
  }
}

/// A node that a runtime's parser does not take.
package struct UnsupportedNode: Hashable, Sendable, Codable {
  /// The node's name, or its number in the graph where it has none; empty where the runtime does not say.
  package var name: String
  package var op: String
  package var reason: String
  package init(name: String, op: String, reason: String) { (self.name, self.op, self.reason) = (name, op, reason) }
}

/// An input or output of a model or an engine.
package struct IOTensor: Hashable, Sendable {
  package var name: String
  package var type: ElementType
  package var shape: [Dimension]
  package init(name: String, type: ElementType, shape: [Dimension]) {
    (self.name, self.type, self.shape) = (name, type, shape)
  }
}

/// What a runtime's parser says about a model.
package struct SupportReport: Hashable, Sendable {
  /// Empty when the runtime takes all of it.
  package var unsupported: [UnsupportedNode]
  package var inputs: [IOTensor]
  package var outputs: [IOTensor]
  package var warnings: [String]
  package init(unsupported: [UnsupportedNode], inputs: [IOTensor], outputs: [IOTensor], warnings: [String] = []) {
    (self.unsupported, self.inputs, self.outputs, self.warnings) = (unsupported, inputs, outputs, warnings)
  }
}

/// How far a build has come.
package struct BuildProgress: Hashable, Sendable {
  /// The builder's own name of what it does now.
  package var phase: String
  /// 0...1, or nil where the builder does not tell.
  package var fraction: Double?
  package init(phase: String, fraction: Double?) { (self.phase, self.fraction) = (phase, fraction) }
}

/// A runtime that was found, loaded and is ready. Calls block: they belong on a `BlockingPool`.
package protocol Backend: Sendable {
  var identity: RuntimeIdentity { get }
  /// File name of the engine inside a bundle: `engine.plan`, `model.ort`, `model.blob`.
  var engineFileName: String { get }

  /// Asks the runtime's own parser about a model.
  /// - Throws: only where the parser could not be asked; what it refuses is in the report.
  func parse(modelPath: String) throws(BackendError) -> SupportReport

  /// The same with plug-ins; a backend that has none is given none.
  func parse(modelPath: String, plugins: [PluginLibrary]) throws(BackendError) -> SupportReport

  /// Builds an engine and writes it to a file.
  /// - Parameter onProgress: called on the building thread; false stops the build with `.cancelled`.
  func build(
    _ request: BuildRequest, to enginePath: String, onProgress: (BuildProgress) -> Bool
  ) throws(BackendError) -> BuildReport

  /// Loads an engine that `build` wrote, ready to run on this machine.
  /// - Throws: `.cannotRunHere` where this machine lacks the device that the engine needs.
  func openEngine(at path: String) throws(BackendError) -> any EngineSession

  /// The same, with the build's options: some of them (threads, streams) say how an engine runs.
  /// - Parameter options: as `BuildRequest.options`.
  func openEngine(at path: String, options: [String: String]) throws(BackendError) -> any EngineSession

  /// The same for an engine that may run code of others; a backend whose engines do not is given none.
  func openEngine(
    at path: String, options: [String: String], code: EngineCode
  ) throws(BackendError) -> any EngineSession

  /// Runs an engine under the runtime's own profiler, which takes time of its own, after a run that does not count.
  /// - Parameters:
  ///   - code: as `openEngine` takes it.
  ///   - inputs: a tensor for each input, by name.
  ///   - scratch: a folder for what the profiler writes.
  /// - Returns: the mean over the runs, in the order in which layers ran; layers without a time are left out.
  func timeLayers(
    ofEngineAt path: String, options: [String: String], code: EngineCode, inputs: [String: Tensor], runs: Int,
    scratch: String
  ) throws(BackendError) -> [LayerTime]
}

extension Backend {
  package func parse(modelPath: String, plugins: [PluginLibrary]) throws(BackendError) -> SupportReport {
    try parse(modelPath: modelPath)
  }

  package func openEngine(at path: String, options: [String: String]) throws(BackendError) -> any EngineSession {
    try openEngine(at: path)
  }

  package func openEngine(
    at path: String, options: [String: String], code: EngineCode
  ) throws(BackendError) -> any EngineSession {
    try openEngine(at: path, options: options)
  }
}

/// A runtime that runs ONNX models as they are, at the precision that they say: the reference.
package protocol ReferenceBackend: Backend {
  func openModel(at path: String) throws(BackendError) -> any InferenceSession

  /// The same model for many runs whose outputs are measured, not compared bit by bit: kernels are chosen for speed. What
  /// stands between a QuantizeLinear and a DequantizeLinear is computed in float: integer kernels differ between processors.
  /// The same bits on the same machine for any number of threads.
  func openModelForMeasuring(at path: String) throws(BackendError) -> any ConcurrentInferenceSession
}

/// A loaded model or engine. One call at a time.
package protocol InferenceSession: AnyObject {
  var inputs: [IOTensor] { get }
  var outputs: [IOTensor] { get }

  /// - Parameter inputs: a tensor for each input, by name.
  /// - Returns: a tensor for each output, by name.
  func run(_ inputs: [String: Tensor]) throws(BackendError) -> [String: Tensor]

  /// Runs, and shows each output where it lies, in the order of `outputs`: for those who look at much and keep little.
  /// - Parameter body: is given an output with the shape and bytes of this run, which last as long as the call.
  func run(_ inputs: [String: Tensor], showing body: (IOTensor, [Int], RawSpan) -> Void) throws(BackendError)
}

extension InferenceSession {
  package func run(_ inputs: [String: Tensor], showing body: (IOTensor, [Int], RawSpan) -> Void) throws(BackendError) {
    let results = try run(inputs)
    for output in outputs {
      guard let tensor = results[output.name] else { continue }
      tensor.bytes.withSpan {
        body(IOTensor(name: output.name, type: tensor.type, shape: output.shape), tensor.shape, $0)
      }
    }
  }
}

/// A session that takes calls from several threads at once.
package protocol ConcurrentInferenceSession: InferenceSession, Sendable {}

/// An engine that was opened to be used: what can be timed.
package protocol EngineSession: InferenceSession {
  /// Puts inputs where the engine reads them, for many runs.
  /// - Parameter inputs: a tensor for each input, by name.
  func prepare(_ inputs: [String: Tensor]) throws(BackendError) -> any PreparedRun
}

/// The same inputs for many runs, which are timed. One call at a time; several of one session run at once, on threads of
/// their own.
package protocol PreparedRun: AnyObject, Sendable {
  /// Runs to the end; nobody is given the outputs.
  /// - Parameter withCopies: inputs come from the host's memory and outputs go there, each time. Else both stay where the
  ///   engine has them: nothing is moved.
  func run(withCopies: Bool) throws(BackendError)
}
