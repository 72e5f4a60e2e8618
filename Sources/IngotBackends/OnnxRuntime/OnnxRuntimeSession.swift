// A model that ONNX Runtime has loaded: its inputs and outputs, and runs of it.

internal import COnnxRuntime
internal import IngotCore

@safe final class OnnxRuntimeSession: ConcurrentInferenceSession, EngineSession {
  let inputs: [IOTensor]
  let outputs: [IOTensor]
  private let library: OnnxRuntimeLibrary
  // A session of ONNX Runtime runs on many threads at once; what is around it here is written before the first run.
  nonisolated(unsafe) private let handle: OpaquePointer

  init(_ library: OnnxRuntimeLibrary, modelPath: String, options: OnnxRuntimeOptions) throws(BackendError) {
    let handle = try unsafe options.open(modelPath, with: library)
    do throws(BackendError) {
      let inputs = try unsafe (0..<ingot_ort_input_count(handle)).map { (index) throws(BackendError) in
        try unsafe Self.describe(ingot_ort_input(handle, index), "input")
      }
      let outputs = try unsafe (0..<ingot_ort_output_count(handle)).map { (index) throws(BackendError) in
        try unsafe Self.describe(ingot_ort_output(handle, index), "output")
      }
      (self.inputs, self.outputs, self.library) = (inputs, outputs, library)
      unsafe self.handle = handle
    } catch {
      unsafe ingot_ort_close_session(handle)
      throw error
    }
  }

  deinit { unsafe ingot_ort_close_session(handle) }

  /// Warnings of ONNX Runtime about this session, oldest first.
  var warnings: [String] {
    var lines: [String] = []
    while let line = unsafe ingot_ort_log_line(handle, lines.count) {
      let text = unsafe String(cString: line)
      lines.append(OnnxRuntimeMessage.cleaned(text))
    }
    return lines
  }

  /// How it was made, in ONNX Runtime's own words; nil where the options do not ask for them.
  var settings: String? { unsafe ingot_ort_session_settings(handle).map { unsafe String(cString: $0) } }

  /// Ends the profile that the options asked for.
  /// - Returns: the path of its file.
  func endProfile() throws(BackendError) -> String {
    var path: UnsafeMutablePointer<CChar>?
    try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_end_profile(handle, &path, &$0) }
    defer { unsafe ingot_ort_free_text(path) }
    return unsafe path.map { unsafe String(cString: $0) } ?? ""
  }

  func run(_ tensors: [String: Tensor]) throws(BackendError) -> [String: Tensor] {
    var results: [String: Tensor] = [:]
    try run(tensors) { output, shape, bytes in
      results[output.name] = Tensor(
        type: output.type, shape: shape, bytes: Bytes(unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }))
    }
    return results
  }

  func run(
    _ tensors: [String: Tensor], showing body: (IOTensor, [Int], RawSpan) -> Void
  ) throws(BackendError) {
    try unsafe withViews(of: tensors) { (views) throws(BackendError) in try unsafe run(views, body) }
  }

  func prepare(_ tensors: [String: Tensor]) throws(BackendError) -> any PreparedRun {
    var made: OpaquePointer?
    try unsafe withViews(of: tensors) { (views) throws(BackendError) in
      try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_prepare(handle, views, &made, &$0) }
    }
    guard let made = unsafe made else { fatalError("BUG: a run was prepared and is not there") }
    return unsafe PreparedBinding(made, of: self)
  }

  /// Calls `body` with views of the tensors in the order of the inputs, which last as long as the call.
  private func withViews(
    of tensors: [String: Tensor], _ body: ([ingot_ort_tensor]) throws(BackendError) -> Void
  ) throws(BackendError) {
    if let problem = inputs.problem(with: tensors) { throw BackendError(.onnxruntime, .refused(problem)) }
    let ordered = inputs.compactMap { tensors[$0.name] }
    let dims = ordered.flatMap { $0.shape.map(Int64.init) }
    try unsafe dims.withUnsafeBufferPointer { (dims) throws(BackendError) in
      try unsafe withViews(of: ordered[...], dims: dims[...], views: [], body)
    }
  }

  /// Calls `body` with a view of each tensor's memory, which lasts as long as the call.
  private func withViews(
    of rest: ArraySlice<Tensor>, dims: Slice<UnsafeBufferPointer<Int64>>, views: [ingot_ort_tensor],
    _ body: ([ingot_ort_tensor]) throws(BackendError) -> Void
  ) throws(BackendError) {
    guard let tensor = rest.first else { return try unsafe body(views) }
    let rank = tensor.shape.count
    try tensor.bytes.withSpan { (span) throws(BackendError) in
      try unsafe span.withUnsafeBytes { (bytes) throws(BackendError) in
        let view = unsafe ingot_ort_tensor(
          type: tensor.type.rawValue, dims: UnsafeBufferPointer(rebasing: dims).baseAddress, rank: rank,
          data: bytes.baseAddress, byte_count: bytes.count)
        try unsafe withViews(of: rest.dropFirst(), dims: dims.dropFirst(rank), views: views + [view], body)
      }
    }
  }

  private func run(
    _ views: [ingot_ort_tensor], _ body: (IOTensor, [Int], RawSpan) -> Void
  ) throws(BackendError) {
    var made: OpaquePointer?
    try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_run(handle, views, &made, &$0) }
    guard let made = unsafe made else { fatalError("BUG: a run without outputs") }
    defer { unsafe ingot_ort_release_outputs(made) }
    for (index, output) in outputs.enumerated() {
      guard let view = unsafe ingot_ort_output_tensor(made, index)?.pointee else {
        fatalError("BUG: an output is missing")
      }
      try unsafe Self.show(view, of: output, body)
    }
  }

  private static func show(
    _ view: ingot_ort_tensor, of output: IOTensor, _ body: (IOTensor, [Int], RawSpan) -> Void
  ) throws(BackendError) {
    let shape = unsafe UnsafeBufferPointer(start: view.dims, count: view.rank).map { Int($0) }
    guard let type = unsafe ElementType(rawValue: view.type),
      unsafe type.byteCount(of: shape.reduce(1, *)) == view.byte_count
    else {
      throw BackendError(
        .onnxruntime, .failed("the output '\(output.name)' came with \(unsafe view.byte_count) bytes for \(shape)"))
    }
    let bytes = unsafe UnsafeRawBufferPointer(start: view.data, count: view.byte_count)
    body(IOTensor(name: output.name, type: type, shape: output.shape), shape, unsafe RawSpan(_unsafeBytes: bytes))
  }

  private static func describe(
    _ io: UnsafePointer<ingot_ort_io>?, _ role: String
  ) throws(BackendError) -> IOTensor {
    guard let io = unsafe io?.pointee, let name = unsafe io.name else { fatalError("BUG: an \(role) is missing") }
    let text = unsafe String(cString: name)
    guard let type = unsafe ElementType(rawValue: io.type), type != .string else {
      throw BackendError(.onnxruntime, .refused("the \(role) '\(text)' is not a tensor of numbers"))
    }
    guard unsafe io.has_rank else {
      throw BackendError(
        .onnxruntime, .refused("the \(role) '\(text)' has no known rank"),
        hint: "give it a shape in the model, dynamic or not")
    }
    let shape = unsafe (0..<io.rank).map { axis in
      let size = unsafe Int(io.dims[axis])
      if size >= 0 { return Dimension.fixed(size) }
      let name = unsafe io.dim_names[axis].map { unsafe String(cString: $0) } ?? ""
      return name.isEmpty ? .unknown : .symbolic(name)
    }
    return IOTensor(name: text, type: type, shape: shape)
  }
}

/// Inputs and outputs that stay where they are.
@safe private final class PreparedBinding: PreparedRun {
  private let session: OnnxRuntimeSession
  // Whoever holds it makes one call at a time.
  nonisolated(unsafe) private let handle: OpaquePointer

  init(_ handle: OpaquePointer, of session: OnnxRuntimeSession) {
    self.session = session
    unsafe self.handle = handle
  }

  deinit { unsafe ingot_ort_close_prepared(handle) }

  func run(withCopies: Bool) throws(BackendError) {
    try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_run_prepared(handle, withCopies, &$0) }
  }
}
