// Installs a runtime of the catalog: pip downloads the pinned wheel, Ingot checks its digest, unpacks what it needs
// beside the place where it shall be and renames it there. Whatever ends this early leaves a scratch folder at most,
// which the next install removes, and never a runtime that is not whole.

internal import IngotCore

package struct RuntimeInstaller: Sendable {
  private let managedDirectory: String
  private let python: [String]
  private let pipArguments: [String]

  /// - Parameter managedDirectory: made where it is not there.
  /// - Parameter python: a Python 3 with pip and zipfile, which is searched in PATH, and its first arguments.
  /// - Parameter pipArguments: more arguments of `pip download`: another index, say.
  package init(managedDirectory: String, python: [String] = ["python3"], pipArguments: [String] = []) {
    (self.managedDirectory, self.python, self.pipArguments) = (managedDirectory, python, pipArguments)
  }

  /// Does nothing where the runtime is there already. Blocking.
  /// - Parameter onLine: gets a line about each thing that is done.
  /// - Throws: `.installFailed` with what to do; `.cancelled` after Ctrl-C.
  package func install(
    _ runtime: InstallableRuntime, onLine: (String) -> Void
  ) throws(BackendError) -> ManagedRuntime {
    let installed = ManagedRuntime(
      kind: runtime.kind, version: runtime.version,
      folder: FileSystem.join(managedDirectory, "\(runtime.kind.rawValue)-\(runtime.version)"))
    if isThere(installed.folder) {
      onLine("\(runtime.name) \(runtime.version) is installed in \(installed.folder)")
      return installed
    }
    let lock = try runtime.kind.system { () throws(SystemError) in
      try FileSystem.makeDirectory(managedDirectory)
      let path = "\(managedDirectory)/.lock"
      if let lock = try FileLock.ifFree(path, .exclusive) { return lock }
      onLine("waiting for another install")
      return try FileLock.wait(for: path, .exclusive)
    }
    defer { withExtendedLifetime(lock) {} }
    // Another process may have installed it while this one waited.
    if !isThere(installed.folder) {
      try runtime.kind.system(removeScratch)
      let scratch = FileSystem.join(managedDirectory, Self.scratchPrefix + FileSystem.uniqueSuffix())
      defer { try? FileSystem.remove(scratch) }
      try makeFolder(installed.folder, runtime, scratch, onLine)
    }
    onLine("installed \(runtime.name) \(runtime.version) in \(installed.folder)")
    return installed
  }

  private var pythonText: String { python.joined(separator: " ") }

  private static let scratchPrefix = ".installing-"

  private func isThere(_ path: String) -> Bool { (try? FileStatus(ofFileAt: path))?.isDirectory ?? false }

  /// What installs left that were killed; the lock says that nobody else is at work.
  private func removeScratch() throws(SystemError) {
    for name in try FileSystem.names(in: managedDirectory) where name.hasPrefix(Self.scratchPrefix) {
      try FileSystem.remove("\(managedDirectory)/\(name)")
    }
  }

  private func makeFolder(
    _ folder: String, _ runtime: InstallableRuntime, _ scratch: String, _ onLine: (String) -> Void
  ) throws(BackendError) {
    onLine(
      "downloading \(runtime.name) \(runtime.version) (\(ByteCount(runtime.byteCount))); licence: \(runtime.licence)")
    let wheel = try download(runtime, to: scratch)
    let digest = try runtime.kind.system { () throws(SystemError) in Bytes(try MappedFile(path: wheel)).digest }
    guard digest == runtime.digest else { throw mismatch(runtime, digest) }
    onLine("unpacking \(FileSystem.name(of: wheel))")
    try unpack(wheel, runtime, to: "\(scratch)/wheel-files")
    try WheelFiles(root: "\(scratch)/wheel-files").keep(runtime, in: "\(scratch)/runtime")
    try checkNotInterrupted(runtime)
    try runtime.kind.system { () throws(SystemError) in
      try FileSystem.rename("\(scratch)/runtime", to: folder)
      try FileSystem.synchronizeDirectory(managedDirectory)
    }
  }

  /// - Returns: the wheel's path.
  private func download(_ runtime: InstallableRuntime, to scratch: String) throws(BackendError) -> String {
    let requirements = "\(scratch)/requirements.txt", target = "\(scratch)/wheel"
    try runtime.kind.system { () throws(SystemError) in
      try FileSystem.makeDirectory(target)
      try FileSystem.writeAtomically(
        "\(runtime.package)==\(runtime.version) --hash=sha256:\(runtime.digest.hex)\n", to: requirements)
    }
    let result = try run(
      [
        "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--progress-bar", "off", "--no-deps",
        "--only-binary=:all:", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64", "--require-hashes",
        "-r",
        requirements, "-d", target,
      ] + pipArguments, runtime)
    try checkNotInterrupted(runtime)
    guard result.status == 0 else { throw PipFailure(output: result.output).error(for: runtime, python: pythonText) }
    let names = try runtime.kind.system { () throws(SystemError) in try FileSystem.names(in: target) }
    guard let name = names.first(where: { $0.hasSuffix(".whl") }) else {
      throw BackendError(runtime.kind, .installFailed("pip said that it was done but left no wheel"))
    }
    return "\(target)/\(name)"
  }

  private func unpack(_ wheel: String, _ runtime: InstallableRuntime, to folder: String) throws(BackendError) {
    let result = try run(["-m", "zipfile", "-e", wheel, folder], runtime)
    try checkNotInterrupted(runtime)
    guard result.status == 0 else {
      let last = result.output.split(separator: "\n").last.map(String.init) ?? "status \(result.status)"
      throw BackendError(runtime.kind, .installFailed("the wheel cannot be unpacked: \(last)"))
    }
  }

  private func run(_ arguments: [String], _ runtime: InstallableRuntime) throws(BackendError) -> SubprocessResult {
    do {
      return try runSubprocess(python + arguments)
    } catch {
      guard error.isNotFound else { throw BackendError(runtime.kind, .system(error)) }
      throw BackendError(
        runtime.kind, .installFailed("'\(pythonText)' is not here"), hint: "apt-get install python3 python3-pip")
    }
  }

  private func checkNotInterrupted(_ runtime: InstallableRuntime) throws(BackendError) {
    if Interrupt.wasRequested { throw BackendError(runtime.kind, .cancelled) }
  }

  private func mismatch(_ runtime: InstallableRuntime, _ found: Digest) -> BackendError {
    BackendError(
      runtime.kind, .installFailed("the wheel has the digest \(found), not \(runtime.digest)"),
      hint: "whatever pip downloads from has other bytes under this name; nothing was installed")
  }
}
