// Runs of an engine: a context, a stream and the memory of its inputs and outputs. One call at a time; several of one engine run at
// once. All memory of this machine that copies use is pinned.

internal import IngotCore

/// A tensor's memory, here and on the GPU.
final class TensorRTBuffer {
  let device: CUDAMemory
  let host: CUDAHostMemory
  var byteCount: Int { device.byteCount }

  init(byteCount: Int, on gpu: CUDAContext) throws(CUDAError) {
    device = try CUDAMemory(byteCount: byteCount, in: gpu)
    host = try CUDAHostMemory(byteCount: byteCount, in: gpu)
  }
}

final class TensorRTRunner {
  private let engine: TensorRTEngine
  // In the order in which they may go.
  private var graph: CUDAGraph?
  private let context: TensorRTContext
  private let stream: CUDAStream
  private var profile = 0
  /// By name; kept from run to run, and made anew where a tensor outgrows its own.
  private var buffers: [String: TensorRTBuffer] = [:]
  /// Shapes of the outputs that are known before the run.
  private var shapes: [String: [Int]] = [:]
  /// Outputs whose shapes the data decides.
  private var late: [String: TensorRTOutput] = [:]
  /// Bytes of the inputs that are on the GPU.
  private var inputSizes: [String: Int] = [:]

  private var kind: BackendKind { engine.library.facts.kind }

  init(_ engine: TensorRTEngine, _ settings: TensorRTContext.Settings) throws(BackendError) {
    let kind = engine.library.facts.kind
    try kind.cuda { () throws(CUDAError) in try engine.gpu.makeCurrent() }
    stream = try kind.cuda { () throws(CUDAError) in try CUDAStream(in: engine.gpu) }
    context = try TensorRTContext(engine, settings)
    self.engine = engine
  }

  // What failed may have left work behind.
  deinit { try? stream.synchronize() }

  /// Says what is run next, and gives every tensor memory.
  func set(_ tensors: [String: Tensor]) throws(BackendError) {
    if let problem = engine.inputs.map(\.tensor).problem(with: tensors) { throw BackendError(kind, .refused(problem)) }
    try cuda { () throws(CUDAError) in try engine.gpu.makeCurrent() }
    graph = nil
    try choose(try engine.profile(for: tensors))
    for port in engine.inputs {
      guard let tensor = tensors[port.tensor.name] else { fatalError("BUG: '\(port.tensor.name)' was checked") }
      let buffer = try buffer(of: port.tensor.name, byteCount: tensor.bytes.count)
      buffer.host.write(tensor.bytes)
      inputSizes[port.tensor.name] = port.isOnHost ? nil : tensor.bytes.count
      try context.setShape(tensor.shape, of: port.tensor.name)
      try give(buffer, to: port)
    }
    try context.inferShapes()
    for port in engine.outputs { try prepare(port) }
  }

  private func choose(_ index: Int) throws(BackendError) {
    guard index != profile else { return }
    try context.useProfile(index, on: stream)
    try synchronize()
    profile = index
  }

  private func prepare(_ port: TensorRTEngine.Port) throws(BackendError) {
    let name = port.tensor.name
    guard let shape = try context.shape(of: name) else {
      let output = late[name] ?? TensorRTOutput(on: engine.gpu)
      output.forget()
      late[name] = output
      return try context.setAllocator(output, of: name)
    }
    guard let count = port.tensor.type.byteCount(of: shape) else {
      throw BackendError(kind, .refused("the output '\(name)' of shape \(shape) is too large"))
    }
    shapes[name] = shape
    try give(try buffer(of: name, byteCount: count), to: port)
  }

  private func give(_ buffer: TensorRTBuffer, to port: TensorRTEngine.Port) throws(BackendError) {
    if port.isOnHost {
      try context.setMemory(buffer.host, of: port.tensor.name)
    } else {
      try context.setMemory(buffer.device, of: port.tensor.name)
    }
  }

  private func buffer(of name: String, byteCount: Int) throws(BackendError) -> TensorRTBuffer {
    if let known = buffers[name], known.byteCount >= byteCount { return known }
    buffers[name] = nil
    let made = try cuda { () throws(CUDAError) in try TensorRTBuffer(byteCount: byteCount, on: engine.gpu) }
    buffers[name] = made
    return made
  }

  // MARK: Running

  /// Inputs to the GPU.
  func upload() throws(BackendError) {
    try cuda { () throws(CUDAError) in
      for port in engine.inputs {
        guard let count = inputSizes[port.tensor.name], let buffer = buffers[port.tensor.name] else { continue }
        try stream.copy(count, from: buffer.host, to: buffer.device)
      }
    }
  }

  func enqueue() throws(BackendError) {
    if try launch() { return }
    try cuda { () throws(CUDAError) in try engine.gpu.makeCurrent() }
    do throws(BackendError) {
      try context.enqueue(on: stream)
    } catch {
      guard let problem = late.values.lazy.compactMap(\.problem).first else { throw error }
      throw BackendError(kind, .failed(problem.description), hint: "use smaller batches")
    }
  }

  /// - Returns: false where nothing was recorded.
  private func launch() throws(BackendError) -> Bool {
    guard let recorded = graph.take() else { return false }
    let launched = Result { () throws(CUDAError) in try stream.launch(recorded) }
    graph = consume recorded
    try cuda { () throws(CUDAError) in try launched.get() }
    return true
  }

  /// Outputs to this machine.
  func download() throws(BackendError) {
    try cuda { () throws(CUDAError) in
      for port in engine.outputs where !port.isOnHost {
        guard let (shape, buffer) = result(of: port), let count = port.tensor.type.byteCount(of: shape) else {
          continue
        }
        try stream.copy(count, from: buffer.device, to: buffer.host)
      }
    }
  }

  func synchronize() throws(BackendError) {
    try cuda { () throws(CUDAError) in try stream.synchronize() }
  }

  /// After a run whose outputs were brought here.
  func outputs() throws(BackendError) -> [String: Tensor] {
    var results: [String: Tensor] = [:]
    for port in engine.outputs {
      guard let (shape, buffer) = result(of: port), let count = port.tensor.type.byteCount(of: shape) else {
        throw BackendError(kind, .failed("the output '\(port.tensor.name)' came without a shape or memory"))
      }
      results[port.tensor.name] = Tensor(
        type: port.tensor.type, shape: shape, bytes: Bytes(buffer.host.bytes(count)))
    }
    return results
  }

  private func result(of port: TensorRTEngine.Port) -> ([Int], TensorRTBuffer)? {
    let name = port.tensor.name
    if let output = late[name] { return output.shape.flatMap { shape in output.memory.map { (shape, $0) } } }
    return shapes[name].flatMap { shape in buffers[name].map { (shape, $0) } }
  }

  /// Records the run with the memory that it has now; runs are launches of it from then on. After a first run, in which the
  /// library makes what it makes only once.
  func captureGraph() throws(BackendError) {
    guard late.isEmpty else {
      throw BackendError(
        kind,
        .refused(
          "cuda-graphs: the shape of '\(late.keys.sorted()[0])' depends on the data, so a run cannot be recorded"),
        hint: "leave cuda-graphs off")
    }
    try cuda { () throws(CUDAError) in try stream.beginCapture() }
    let run = Result { () throws(BackendError) in try context.enqueue(on: stream) }
    do throws(CUDAError) {
      let recorded = try stream.endCapture()
      if case .success = run { graph = consume recorded }
    } catch {
      if case .success = run {
        throw BackendError(kind, .failed("cuda-graphs: \(error)"), hint: "leave cuda-graphs off")
      }
    }
    try run.get()
  }

  /// One run, layer by layer.
  func layerTimes() throws(BackendError) -> [LayerTime] {
    try upload()
    let times = try context.timingLayers { () throws(BackendError) in try enqueue() }
    try synchronize()
    return times
  }

  /// What was compiled while it ran, for the settings of another.
  var cache: Bytes? { context.cache() }

  private func cuda<T: ~Copyable>(_ body: () throws(CUDAError) -> T) throws(BackendError) -> T { try kind.cuda(body) }
}

extension TensorRTEngine {
  /// The first profile that takes these inputs.
  fileprivate func profile(for tensors: [String: Tensor]) throws(BackendError) -> Int {
    if profiles.count <= 1 && inputs.allSatisfy({ $0.tensor.shape.sizes != nil && !$0.givesShapes }) { return 0 }
    for (index, profile) in profiles.enumerated() {
      let isFit = inputs.allSatisfy { port in
        guard let extent = profile.inputs[port.tensor.name], let tensor = tensors[port.tensor.name] else { return true }
        let sizes = port.givesShapes && port.isOnHost ? tensor.integers : tensor.shape
        return zip(sizes, zip(extent.min, extent.max)).allSatisfy { $1.0 <= $0 && $0 <= $1.1 }
      }
      if isFit { return index }
    }
    let shapes = inputs.compactMap { port in
      tensors[port.tensor.name].map { "\(port.tensor.name) \($0.shape)" }
    }.joined(separator: ", ")
    let ranges = profiles.map { profile in
      profile.inputs.sorted { $0.key < $1.key }.map { "\($0) \($1.min) to \($1.max)" }.joined(separator: ", ")
    }
    throw BackendError(
      library.facts.kind,
      .refused("no profile of the engine takes \(shapes); they take \(ranges.joined(separator: "; or "))"),
      hint: "ask for sizes inside a profile, or build with another one")
  }
}

extension Tensor {
  /// Values that decide shapes.
  fileprivate var integers: [Int] {
    type == .int32 ? elements(as: Int32.self).map(Int.init) : (int64s ?? []).map(Int.init)
  }
}
