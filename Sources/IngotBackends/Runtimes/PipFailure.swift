// What pip says when it fails, in words for somebody who does not know it.

internal import IngotCore

struct PipFailure {
  let output: String

  func error(for runtime: InstallableRuntime, python: String) -> BackendError {
    let wanted = "\(runtime.package) \(runtime.version)"
    if output.contains("No module named pip") {
      return BackendError(runtime.kind, .installFailed("'\(python)' has no pip"), hint: "apt-get install python3-pip")
    }
    if output.contains("DO NOT MATCH THE HASHES") {
      return BackendError(
        runtime.kind, .installFailed("the wheel of \(wanted) has not the digest \(runtime.digest)"),
        hint: "whatever pip downloads from has other bytes under this name; nothing was installed")
    }
    if Self.networkWords.contains(where: output.contains) {
      return BackendError(
        runtime.kind, .installFailed("\(wanted) cannot be downloaded: \(lastError)"),
        hint: "check the network and the proxy (HTTPS_PROXY), or set an index that is reachable with PIP_INDEX_URL")
    }
    if output.contains("No matching distribution found") {
      return BackendError(
        runtime.kind, .installFailed("the package index has no \(wanted) for Linux on x86-64"),
        hint: "pip asks the index that its settings and PIP_INDEX_URL name; that one must have it")
    }
    return BackendError(runtime.kind, .installFailed("pip failed: \(lastError)"))
  }

  /// What pip and its HTTP library write when there is no way to the index.
  private static let networkWords = [
    "NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ProxyError", "SSLError", "NameResolutionError",
    "Connection refused", "Connection reset", "Connection broken", "Network is unreachable",
    "Temporary failure in name resolution",
    "Read timed out", "IncompleteRead", "ProtocolError",
  ]

  private var lastError: String {
    let lines = output.split(separator: "\n")
    let line =
      lines.last { $0.hasPrefix("ERROR: ") && !$0.hasPrefix("ERROR: No matching") } ?? lines.last ?? "it said nothing"
    return String(line.hasPrefix("ERROR: ") ? line.dropFirst(7) : line)
  }
}
