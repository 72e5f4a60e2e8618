// An engine that is opened to be run and timed.

package import IngotCore

/// What options say about runs.
struct TensorRTRunSettings {
  var usesCUDAGraphs: Bool
  var context: TensorRTContext.Settings
  var weightBudget: Int?

  /// - Parameter options: as `BuildRequest.options`.
  init(_ options: [String: String], library: TensorRTLibrary.Facts) throws(BackendError) {
    let options = try TensorRTBackend.options.resolved(options, for: library.kind)
    usesCUDAGraphs = options["cuda-graphs"] == "on"
    weightBudget = options["weight-streaming-budget"].flatMap { Int($0) }
    // TensorRT-RTX records its runs by itself.
    let isRTX = library.kind == .tensorrtRTX
    context = TensorRTContext.Settings(
      usesCUDAGraphs: isRTX ? options["cuda-graphs"].map { $0 == "on" } : nil,
      dynamicKernels: options["dynamic-shape-kernels"])
  }

  /// Whether runs are recorded here, through the driver.
  func recordsRuns(of library: TensorRTLibrary.Facts) -> Bool { usesCUDAGraphs && library.kind == .tensorrt }
}

/// One call at a time.
package final class TensorRTSession: EngineSession {
  package let inputs: [IOTensor]
  package let outputs: [IOTensor]
  private let engine: TensorRTEngine
  private let settings: TensorRTRunSettings
  private let runner: TensorRTRunner

  init(_ engine: TensorRTEngine, _ settings: TensorRTRunSettings) throws(BackendError) {
    if let budget = settings.weightBudget { try engine.setWeightBudget(budget) }
    (inputs, outputs) = (engine.inputs.map(\.tensor), engine.outputs.map(\.tensor))
    (self.engine, self.settings) = (engine, settings)
    runner = try TensorRTRunner(engine, settings.context)
  }

  package func run(_ tensors: [String: Tensor]) throws(BackendError) -> [String: Tensor] {
    try runner.set(tensors)
    try runner.upload()
    try runner.enqueue()
    try runner.download()
    try runner.synchronize()
    return try runner.outputs()
  }

  package func prepare(_ tensors: [String: Tensor]) throws(BackendError) -> any PreparedRun {
    let runner = try TensorRTRunner(engine, settings.context)
    try runner.set(tensors)
    try runner.upload()
    try runner.enqueue()
    try runner.synchronize()
    if settings.recordsRuns(of: engine.library.facts) { try runner.captureGraph() }
    return PreparedExecution(runner)
  }

  /// How long each layer takes in one run with these inputs, after one that does not count.
  package func layerTimes(_ tensors: [String: Tensor]) throws(BackendError) -> [LayerTime] {
    _ = try run(tensors)
    return try runner.layerTimes()
  }

  /// What TensorRT-RTX compiled for this GPU while the engine ran; nil for other libraries.
  package var runtimeCache: Bytes? { runner.cache }

  /// The layers as the library's engine inspector describes them, in JSON.
  package func layers() throws(BackendError) -> String { try engine.layers() }

  /// The names of the weights that `refit` replaces; refused where the engine was not built with `refit`.
  package func refittableWeights() throws(BackendError) -> [String] { try engine.refittableWeights() }

  /// Gives the engine the weights of a model with the same layers, and writes it.
  package func refit(withModelAt modelPath: String, to enginePath: String) throws(BackendError) {
    let model = try TensorRTModel(path: modelPath, kind: engine.library.facts.kind)
    try engine.refit(with: model.bytes, path: model.path)
    try engine.write(to: enginePath)
  }
}

/// Inputs that are on the GPU, and all that a run of them needs.
private final class PreparedExecution: PreparedRun {
  // Whoever holds it makes one call at a time.
  nonisolated(unsafe) private let runner: TensorRTRunner

  init(_ runner: TensorRTRunner) { unsafe self.runner = runner }

  func run(withCopies: Bool) throws(BackendError) {
    let runner = unsafe runner
    if withCopies { try runner.upload() }
    try runner.enqueue()
    if withCopies { try runner.download() }
    try runner.synchronize()
  }
}
