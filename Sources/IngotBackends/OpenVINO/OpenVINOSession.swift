// A program that OpenVINO has compiled or imported: its inputs and outputs, and runs of it.

internal import COpenVINO
internal import IngotCore

@safe final class OpenVINOSession: EngineSession {
  private let program: OpenVINOProgram
  private let request: OpenVINORequest

  var inputs: [IOTensor] { program.inputs }
  var outputs: [IOTensor] { program.outputs }

  init(_ program: OpenVINOProgram) throws(BackendError) {
    self.program = program
    request = try OpenVINORequest(program)
  }

  /// Nodes that compute, with the type that their kernels compute in; kernels that do not say it are left out.
  func kernels() throws(BackendError) -> [EngineKernel] { try request.kernels() }

  /// Of the last run; the program was opened with PERF_COUNT.
  func layerTimes() throws(BackendError) -> [LayerTime] { try request.layerTimes() }

  func run(_ tensors: [String: Tensor]) throws(BackendError) -> [String: Tensor] {
    try request.set(tensors)
    try request.infer()
    var results: [String: Tensor] = [:]
    for (index, output) in outputs.enumerated() { results[output.name] = try request.output(index) }
    return results
  }

  func prepare(_ tensors: [String: Tensor]) throws(BackendError) -> any PreparedRun {
    let request = try OpenVINORequest(program)
    try request.set(tensors)
    return PreparedRequest(request: request, tensors: tensors)
  }
}

/// A request whose inputs are set.
private final class PreparedRequest: PreparedRun {
  private let request: OpenVINORequest
  private let tensors: [String: Tensor]

  init(request: OpenVINORequest, tensors: [String: Tensor]) { (self.request, self.tensors) = (request, tensors) }

  func run(withCopies: Bool) throws(BackendError) {
    if withCopies { try request.set(tensors) }
    try request.infer()
    if withCopies { for index in request.program.outputs.indices { _ = try request.output(index) } }
  }
}

/// What is compiled. Its requests keep it.
@safe final class OpenVINOProgram: Sendable {
  let inputs: [IOTensor]
  let outputs: [IOTensor]
  let types: OpenVINOTypes
  // Requests may be made on any thread; nothing changes this pointer.
  nonisolated(unsafe) fileprivate let handle: OpaquePointer
  private let library: OpenVINOLibrary
  /// What the program was imported from: it may go on reading there.
  private let file: MappedFile?

  /// Compiles a model.
  /// - Parameter device: `CPU`, `GPU`, `NPU`.
  convenience init(
    compiling model: OpenVINOModel, for device: String, _ library: OpenVINOLibrary, _ types: OpenVINOTypes
  ) throws(BackendError) {
    var program: OpaquePointer?
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_compile(model.handle, device, &program, &$0) }
    try unsafe self.init(program, library, types, nil)
  }

  /// Imports an engine.
  convenience init(
    importing file: MappedFile, for device: String, _ library: OpenVINOLibrary, _ types: OpenVINOTypes
  ) throws(BackendError) {
    var program: OpaquePointer?
    try file.withSpan { (span) throws(BackendError) in
      try unsafe span.withUnsafeBytes { (bytes) throws(BackendError) in
        try unsafe OpenVINOLibrary.check {
          unsafe ingot_ov_import(library.handle, bytes.baseAddress, bytes.count, device, &program, &$0)
        }
      }
    }
    try unsafe self.init(program, library, types, file)
  }

  private init(
    _ program: OpaquePointer?, _ library: OpenVINOLibrary, _ types: OpenVINOTypes, _ file: MappedFile?
  ) throws(BackendError) {
    guard let handle = unsafe program else { fatalError("BUG: a program was made and is not there") }
    do throws(BackendError) {
      let inputs = try unsafe describePorts("input", types) { unsafe ingot_ov_program_input(handle, $0) }
      let outputs = try unsafe describePorts("output", types) { unsafe ingot_ov_program_output(handle, $0) }
      (self.inputs, self.outputs, self.library, self.types, self.file) = (inputs, outputs, library, types, file)
      unsafe self.handle = handle
    } catch {
      unsafe ingot_ov_close_program(handle)
      throw error
    }
  }

  deinit { unsafe ingot_ov_close_program(handle) }

  /// What OpenVINO has for a property: `NUM_STREAMS`.
  func property(_ key: String) throws(BackendError) -> String {
    var value: UnsafeMutablePointer<CChar>?
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_property(handle, key, &value, &$0) }
    defer { unsafe ingot_ov_free_text(value) }
    return unsafe value.map { unsafe String(cString: $0) } ?? ""
  }

  func export(to path: String) throws(BackendError) {
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_export(handle, path, &$0) }
  }
}

/// Runs a program. One call at a time; several of one program run at once.
@safe private final class OpenVINORequest: Sendable {
  let program: OpenVINOProgram
  // Whoever holds a request makes one call at a time.
  nonisolated(unsafe) private let handle: OpaquePointer

  init(_ program: OpenVINOProgram) throws(BackendError) {
    var made: OpaquePointer?
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_make_request(program.handle, &made, &$0) }
    guard let handle = unsafe made else { fatalError("BUG: a request was made and is not there") }
    self.program = program
    unsafe self.handle = handle
  }

  deinit { unsafe ingot_ov_close_request(handle) }

  func kernels() throws(BackendError) -> [EngineKernel] {
    var kernels: [EngineKernel] = []
    try unsafe forEachNode { node in
      let texts = unsafe (
        name: String(cString: node.name), kernel: String(cString: node.kernel), op: String(cString: node.op)
      )
      kernels += [EngineKernel(openVINO: texts.name, kernel: texts.kernel, op: texts.op)].compactMap(\.self)
    }
    return kernels
  }

  func layerTimes() throws(BackendError) -> [LayerTime] {
    var layers: [LayerTime] = []
    try unsafe forEachNode { node in
      guard unsafe node.microseconds > 0 else { return }
      let kind = unsafe "\(String(cString: node.op)) \(String(cString: node.kernel))"
      unsafe layers.append(
        LayerTime(layer: String(cString: node.name), kind: kind, time: .microseconds(node.microseconds)))
    }
    return layers
  }

  private func forEachNode(_ body: (ingot_ov_node) -> Void) throws(BackendError) {
    var list: OpaquePointer?
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_list_nodes(handle, &list, &$0) }
    guard let list = unsafe list else { fatalError("BUG: nodes were listed and are not there") }
    defer { unsafe ingot_ov_release_nodes(list) }
    var (index, node) = (0, unsafe ingot_ov_node())
    while unsafe ingot_ov_node_at(list, index, &node) {
      unsafe body(node)
      index += 1
    }
  }

  func set(_ tensors: [String: Tensor]) throws(BackendError) {
    if let problem = program.inputs.problem(with: tensors) { throw BackendError(.openvino, .refused(problem)) }
    for (index, input) in program.inputs.enumerated() {
      guard let tensor = tensors[input.name], let type = program.types.number(of: tensor.type) else {
        fatalError("BUG: '\(input.name)' was checked and is not there")
      }
      let dims = tensor.shape.map(Int64.init)
      try tensor.bytes.withSpan { (span) throws(BackendError) in
        try unsafe span.withUnsafeBytes { (bytes) throws(BackendError) in
          try unsafe OpenVINOLibrary.check {
            unsafe ingot_ov_set_input(handle, index, type, dims, dims.count, bytes.baseAddress, bytes.count, &$0)
          }
        }
      }
    }
  }

  func infer() throws(BackendError) { try unsafe OpenVINOLibrary.check { unsafe ingot_ov_infer(handle, &$0) } }

  func output(_ index: Int) throws(BackendError) -> Tensor {
    var taken: OpaquePointer?
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_take_output(handle, index, &taken, &$0) }
    guard let taken = unsafe taken, let view = unsafe ingot_ov_output_tensor(taken)?.pointee else {
      fatalError("BUG: an output was taken and is not there")
    }
    defer { unsafe ingot_ov_release_output(taken) }
    let shape = unsafe UnsafeBufferPointer(start: view.dims, count: view.rank).map { Int($0) }
    let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: view.data, count: view.byte_count))
    guard let type = unsafe program.types[view.type], type.byteCount(of: shape.reduce(1, *)) == bytes.count else {
      throw BackendError(
        .openvino, .failed("the output '\(program.outputs[index].name)' came with \(bytes.count) bytes for \(shape)"))
    }
    return Tensor(type: type, shape: shape, bytes: Bytes(bytes))
  }
}
