// Why TensorRT did not do something with an engine, from its status and its words to an error that says what to do.

internal import CTensorRT
internal import IngotCore

/// A call that failed, with what the library said of it.
struct TensorRTFailure: Error {
  var isLacking: Bool
  /// What it was given lacks something: the lines name it.
  var isAbsence: Bool
  /// The library's words, without what is known to mean nothing.
  var lines: [String]

  static func check(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> ingot_trt_status
  ) throws(TensorRTFailure) {
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe body(&text)
    let message = unsafe TensorRTLibrary.take(text)
    guard status != INGOT_TRT_OK else { return }
    let listener = TensorRTListener(hasDevice: true)
    for line in message.split(separator: "\n") { listener.log(severity: 1, text: String(line)) }
    throw TensorRTFailure(
      isLacking: status == INGOT_TRT_LACKING, isAbsence: status == INGOT_TRT_ABSENT, lines: listener.errors)
  }

  /// - Parameters:
  ///   - what: was asked for: `profile 1`.
  ///   - hint: where there is no such thing.
  func error(_ library: TensorRTLibrary.Facts, _ what: String, hint: String? = nil) -> BackendError {
    let words = lines.isEmpty ? "" : ":\n  \(lines.joined(separator: "\n  "))"
    if isLacking {
      return BackendError(library.kind, .refused("\(library.name) or this engine has no \(what)"), hint: hint)
    }
    if isAbsence { return BackendError(library.kind, .refused("the \(what) lacks weights of the engine\(words)")) }
    return BackendError(library.kind, .failed("\(library.name) refused the \(what)\(words)"))
  }
}

extension TensorRTLibrary {
  /// A call on the way to an engine.
  func attempt(
    at path: String, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> ingot_trt_status
  ) throws(BackendError) {
    do throws(TensorRTFailure) {
      try unsafe TensorRTFailure.check(body)
    } catch {
      throw refusal(ofEngineAt: path, error)
    }
  }

  /// The library's own words tell an engine for another machine from a damaged one. Without a driver they speak of that too,
  /// whatever else is wrong. A reason why it cannot run here has no path: verdicts keep it.
  private func refusal(ofEngineAt path: String, _ failure: TensorRTFailure) -> BackendError {
    let words = failure.lines.isEmpty ? "it did not say why" : failure.lines.joined(separator: "; ")
    func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
    if says("incompatible device", "not compatible with this version", "Version tag does not match") {
      return BackendError(
        facts.kind, .cannotRunHere("\(facts.name) does not take the engine: \(words)"),
        hint: "build it again, on this machine")
    }
    if says("Serialization assertion", "bufferSize") {
      return BackendError(
        facts.kind, .malformed("\(path): \(facts.name) takes it for no engine: \(words)"),
        hint: "build it again, or copy it again")
    }
    if says("cudaError 35", "with error: 35") {
      return BackendError(
        facts.kind, .cannotRunHere("the engine needs an NVIDIA driver, which is not here or too old"),
        hint: "run it on a machine with an NVIDIA GPU and a driver for the library's CUDA")
    }
    return BackendError(facts.kind, .failed("\(facts.name) does not take the engine \(path): \(words)"))
  }
}

extension BackendKind {
  /// Calls of the driver on behalf of a runtime.
  func cuda<T: ~Copyable>(_ body: () throws(CUDAError) -> T) throws(BackendError) -> T {
    do {
      return try body()
    } catch {
      throw BackendError(
        self, error.isAbsence ? .cannotRunHere(error.description) : .failed(error.description),
        hint: error.isOutOfMemory
          ? "use smaller batches or fewer streams, or end what else is on the GPU: `nvidia-smi` lists it" : nil)
    }
  }
}
