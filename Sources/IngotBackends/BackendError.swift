// What goes wrong with runtimes: one type for all of them, so that a caller sees the same cases whichever runtime it drives.

package import IngotCore

package struct BackendError: ReportableError, Hashable {
  package enum Reason: Hashable, Sendable {
    /// No library, or none of the version that was asked for, was found in any of these places.
    case notFound(searched: [String])
    /// The library is there but cannot be loaded.
    case loadFailed(String)
    /// The library's version is outside the range that Ingot knows.
    case unknownVersion(String, known: String)
    /// The library refused the model, an option or an engine: its own words.
    case refused(String)
    /// A model or engine file is not what it claims to be: the path and what is wrong.
    case malformed(String)
    /// A failure inside the runtime: its own words.
    case failed(String)
    /// The engine needs a device that is not here.
    case cannotRunHere(String)
    /// A runtime could not be installed.
    case installFailed(String)
    case cancelled
    case system(SystemError)
  }

  package var backend: BackendKind
  package var reason: Reason
  /// What to do next: a sentence.
  package var hint: String?

  package init(_ backend: BackendKind, _ reason: Reason, hint: String? = nil) {
    (self.backend, self.reason, self.hint) = (backend, reason, hint)
  }

  package var kind: FailureKind {
    if saysMemoryRanOut { return .step }
    return switch reason {
    case .notFound, .loadFailed, .unknownVersion, .cannotRunHere, .installFailed: .unavailable
    case .refused, .failed, .system: .step
    case .malformed: .input
    case .cancelled: .interrupted
    }
  }

  package var description: String {
    // Whatever else is wrong: with too little memory other advice leads astray.
    let hint =
      saysMemoryRanOut
      ? "memory ran out: raise the process's limit (`ulimit -v`, the container's), free some, or build with --jobs 1"
      : hint
    return "\(backend.rawValue): \(words)" + (hint.map { "\n  hint: \($0)" } ?? "")
  }

  private var words: String {
    switch reason {
    case .notFound(let searched): "no library was found; searched \(searched.joined(separator: ", "))"
    case .loadFailed(let message): "the library cannot be loaded: \(message)"
    case .unknownVersion(let version, let known): "version \(version) is not one that Ingot knows (\(known))"
    case .installFailed(let message): "the runtime cannot be installed: \(message)"
    case .refused(let message), .malformed(let message), .failed(let message), .cannotRunHere(let message): message
    case .cancelled: "cancelled"
    case .system(let error): error.description
    }
  }

  /// In the words of C++, of the loader, of the operating system. Where it is a GPU's, whoever asked for it knows what to do.
  private var saysMemoryRanOut: Bool {
    let words = words
    if words.contains("CUDA_ERROR_OUT_OF_MEMORY") { return false }
    return ["std::bad_alloc", "Cannot allocate memory", "OutOfMemory", "out of memory"].contains(where: words.contains)
      || words.contains("failed to map segment") && !words.contains("not permitted")
  }

  /// Says which file has a version that is not known.
  func naming(libraryPath: String) -> BackendError {
    guard case .unknownVersion(let version, let known) = reason else { return self }
    return BackendError(backend, .unknownVersion("\(version) of \(libraryPath)", known: known), hint: hint)
  }
}

extension BackendKind {
  /// Calls of the operating system, whose failures become `.system`.
  func system<T>(_ body: () throws(SystemError) -> T) throws(BackendError) -> T {
    do {
      return try body()
    } catch {
      throw BackendError(self, .system(error))
    }
  }
}
