import Foundation
import IngotBackends
import IngotCore
import Synchronization
import Testing

/// With a Python of our own in pip's place, so that no network takes part.
@Suite struct RuntimeInstallerTests {
  let folder = TestFolder()
  var managed: String { "\(folder.path)/managed" }

  /// A wheel with a library, a licence and things that are not needed.
  private func makeWheel(_ paths: [String] = ["pkg/libonnxruntime.so.9", "pkg/LICENSE", "pkg/module.py"]) throws
    -> String
  {
    for path in paths {
      let url = URL(fileURLWithPath: "\(folder.path)/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("bytes of \(path)".utf8).write(to: url)
    }
    let wheel = "\(folder.path)/runtime.whl"
    let result = try runSubprocess(["python3", "-m", "zipfile", "-c", wheel, "pkg/"], in: folder.path)
    try #require(result.status == 0, "\(result.output)")
    return wheel
  }

  private func runtime(_ wheel: String) throws -> InstallableRuntime {
    InstallableRuntime(
      name: "onnxruntime", kind: .onnxruntime, version: "9.0", package: "pkg",
      digest: Digest(of: Array(try Data(contentsOf: URL(fileURLWithPath: wheel)))), byteCount: 1 << 20,
      libraries: ["pkg/libonnxruntime.so."], licences: ["pkg/LICENSE"], licence: "none")
  }

  /// A program that does what pip would: `script` sees `$target`; other modules are the real ones.
  private func python(_ script: String) throws -> [String] {
    let path = "\(folder.path)/python"
    let text = """
      echo "$@" >> "\(folder.path)/calls"
      if [ "$2" != pip ]; then exec python3 "$@"; fi
      while [ "$1" != -d ]; do shift; done
      target="$2"
      \(script)
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    // Not a program itself: the system refuses to start a file that some child of another test still has open for writing.
    return ["sh", path]
  }

  private var calls: [String] {
    ((try? String(contentsOfFile: "\(folder.path)/calls", encoding: .utf8)) ?? "").split(separator: "\n").map(
      String.init)
  }

  private func names() throws -> [String] { try FileSystem.names(in: managed) }

  @Test func keepsTheLibrariesAndTheirLicences() throws {
    let wheel = try makeWheel(), runtime = try runtime(wheel)
    let installer = RuntimeInstaller(managedDirectory: managed, python: try python("cp '\(wheel)' \"$target\""))
    var lines: [String] = []
    let installed = try installer.install(runtime) { lines.append($0) }
    #expect(installed == ManagedRuntime(kind: .onnxruntime, version: "9.0", folder: "\(managed)/onnxruntime-9.0"))
    #expect(try FileSystem.names(in: installed.folder) == ["libonnxruntime.so.9", "licences"])
    #expect(try FileSystem.names(in: "\(installed.folder)/licences") == ["LICENSE"])
    #expect(
      try FileSystem.read("\(installed.folder)/libonnxruntime.so.9") == Array("bytes of pkg/libonnxruntime.so.9".utf8))
    #expect(try names() == [".lock", "onnxruntime-9.0"])
    #expect(
      lines == [
        "downloading onnxruntime 9.0 (1.00 MiB); licence: none", "unpacking runtime.whl",
        "installed onnxruntime 9.0 in \(managed)/onnxruntime-9.0",
      ])
    let pip = try #require(calls.first)
    for part in [
      "--require-hashes", "--no-deps", "--only-binary=:all:", "--python-version 3.11",
      "--platform manylinux_2_28_x86_64",
    ] {
      #expect(pip.contains(part))
    }
    #expect(calls.count == 2)

    #expect(try installer.install(runtime) { lines.append($0) } == installed)
    #expect(lines.last == "onnxruntime 9.0 is installed in \(managed)/onnxruntime-9.0")
    #expect(calls.count == 2)
  }

  static let failures: [(script: String, words: String)] = [
    (
      "echo '/usr/bin/python3: No module named pip'; exit 1",
      "'PYTHON' has no pip\n  hint: apt-get install python3-pip"
    ),
    (
      """
      echo "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: Temporary failure in name resolution'"
      echo 'ERROR: Could not find a version that satisfies the requirement pkg==9.0 (from versions: none)'
      echo 'ERROR: No matching distribution found for pkg==9.0'; exit 1
      """,
      """
      pkg 9.0 cannot be downloaded: Could not find a version that satisfies the requirement pkg==9.0 (from versions: none)
        hint: check the network and the proxy (HTTPS_PROXY), or set an index that is reachable with PIP_INDEX_URL
      """
    ),
    (
      """
      echo 'ERROR: Could not find a version that satisfies the requirement pkg==9.0 (from versions: 1.0)'
      echo 'ERROR: No matching distribution found for pkg==9.0'; exit 1
      """,
      """
      the package index has no pkg 9.0 for Linux on x86-64
        hint: pip asks the index that its settings and PIP_INDEX_URL name; that one must have it
      """
    ),
    (
      "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'; exit 1",
      """
      the wheel of pkg 9.0 has not the digest DIGEST
        hint: whatever pip downloads from has other bytes under this name; nothing was installed
      """
    ),
    ("echo 'ERROR: the sky fell'; echo more; exit 2", "pip failed: the sky fell"),
    ("exit 1", "pip failed: it said nothing"),
    ("kill -9 $$", "pip failed: it said nothing"),
    ("exit 0", "pip said that it was done but left no wheel"),
    (
      "echo other > \"$target/runtime.whl\"",
      """
      the wheel has the digest sha256:7e4fa2eb8c7ac089739d5defc4489fad68a100d92082ca35c6b40a4524821f87, not DIGEST
        hint: whatever pip downloads from has other bytes under this name; nothing was installed
      """
    ),
  ]

  @Test(arguments: failures) func saysWhatWentWrongAndLeavesNothing(script: String, words: String) throws {
    let runtime = try runtime(makeWheel()), python = try python(script)
    let error = #expect(throws: BackendError.self) {
      try RuntimeInstaller(managedDirectory: managed, python: python).install(runtime) { _ in }
    }
    let expected = words.replacingOccurrences(of: "PYTHON", with: python.joined(separator: " "))
      .replacingOccurrences(of: "DIGEST", with: runtime.digest.description)
    #expect(error?.description == "onnxruntime: the runtime cannot be installed: \(expected)")
    #expect(error?.kind == .unavailable)
    #expect(try names() == [".lock"])
  }

  @Test func saysThatThereIsNoPython() throws {
    let runtime = try runtime(makeWheel())
    let error = #expect(throws: BackendError.self) {
      try RuntimeInstaller(managedDirectory: managed, python: ["python-that-is-not-here"]).install(runtime) { _ in }
    }
    #expect(
      error?.description == """
        onnxruntime: the runtime cannot be installed: 'python-that-is-not-here' is not here
          hint: apt-get install python3 python3-pip
        """)
  }

  @Test(arguments: [
    (["pkg/LICENSE", "pkg/module.py"], "the wheel has no file that starts with pkg/libonnxruntime.so."),
    (["pkg/libonnxruntime.so.9"], "the wheel has no licence"),
  ])
  func refusesAWheelThatLacksWhatItNeeds(paths: [String], words: String) throws {
    let wheel = try makeWheel(paths), runtime = try runtime(wheel)
    let python = try python("cp '\(wheel)' \"$target\"")
    let error = #expect(throws: BackendError.self) {
      try RuntimeInstaller(managedDirectory: managed, python: python).install(runtime) { _ in }
    }
    #expect(error?.description == "onnxruntime: the runtime cannot be installed: \(words)")
    #expect(try names() == [".lock"])
  }

  @Test func refusesAWheelThatIsNoArchive() throws {
    let wheel = try folder.write(Array("no archive".utf8), as: "runtime.whl"), runtime = try runtime(wheel)
    let python = try python("cp '\(wheel)' \"$target\"")
    let error = #expect(throws: BackendError.self) {
      try RuntimeInstaller(managedDirectory: managed, python: python).install(runtime) { _ in }
    }
    #expect(
      error?.description.hasPrefix("onnxruntime: the runtime cannot be installed: the wheel cannot be unpacked: ")
        == true)
    #expect(error?.description.hasSuffix("BadZipFile: File is not a zip file") == true)
    #expect(try names() == [".lock"])
  }

  @Test func removesWhatAKilledInstallLeft() throws {
    let wheel = try makeWheel(), runtime = try runtime(wheel)
    let left = "\(managed)/.installing-1-2-3/wheel"
    try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
    try Data("half".utf8).write(to: URL(fileURLWithPath: "\(left)/half.whl"))
    let python = try python("cp '\(wheel)' \"$target\"")
    _ = try RuntimeInstaller(managedDirectory: managed, python: python).install(runtime) { _ in }
    #expect(try names() == [".lock", "onnxruntime-9.0"])
  }

  @Test func twoAtOnceInstallOnce() async throws {
    let wheel = try makeWheel(), runtime = try runtime(wheel)
    let python = try python("sleep 0.3; cp '\(wheel)' \"$target\"")
    let installer = RuntimeInstaller(managedDirectory: managed, python: python)
    let pool = BlockingPool(threadCount: 3)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { try await pool.run { _ = try installer.install(runtime) { _ in } } } }
      try await group.waitForAll()
    }
    #expect(calls.count { $0.contains("download") } == 1)
    #expect(try names() == [".lock", "onnxruntime-9.0"])
  }

  @Test func theCatalogNamesEachRuntimeOnce() {
    #expect(RuntimeCatalog.all.map(\.name) == ["onnxruntime", "onnxruntime-gpu", "openvino", "tensorrt-rtx"])
    for runtime in RuntimeCatalog.all {
      #expect(RuntimeCatalog.named(runtime.name) == runtime)
      #expect(runtime.kind.rawValue == runtime.name)
    }
    #expect(RuntimeCatalog.named("cuda") == nil)
  }
}
