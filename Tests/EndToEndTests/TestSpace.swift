// A folder of its own for an end-to-end test, and the real program run in it.

import Foundation
import Testing

/// What the program needs from outside; `make test` sets both variables.
enum Installed {
  /// The built program.
  static let binary = ProcessInfo.processInfo.environment["INGOT_TEST_BINARY"]
  /// The managed folder of runtimes.
  static let runtimes = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"]

  static var hasBinary: Bool { binary.map { FileManager.default.isExecutableFile(atPath: $0) } ?? false }
  static var hasRuntimes: Bool { hasBinary && (runtimes.map { FileManager.default.fileExists(atPath: $0) } ?? false) }

  static let binaryReason: Comment = "needs the program: `make test` builds it and sets INGOT_TEST_BINARY"
  static let runtimesReason: Comment =
    "needs the program and the runtimes: `make test` installs them and sets INGOT_TEST_RUNTIMES"
}

/// How a run of the program ended.
struct Run {
  /// The exit code; for a signal 128 and its number, as shells say it.
  var status: Int32
  var output: String
  var errors: String

  init(_ process: Process, output: String, errors: String) throws {
    let number = process.terminationStatus
    status = process.terminationReason == .uncaughtSignal ? 128 + number : number
    self.output = try String(contentsOfFile: output, encoding: .utf8)
    self.errors = try String(contentsOfFile: errors, encoding: .utf8)
  }
}

/// A temporary project with a store of its own. The runtimes are those of `make test`, under their own path, so that
/// what is remembered about their files stays true in a copied store.
final class TestSpace {
  let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "ingot-e2e-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root.appending(path: "home"), withIntermediateDirectories: true)
    // Marks the project's root, as a checkout's .git does.
    try FileManager.default.createDirectory(at: root.appending(path: ".ingot"), withIntermediateDirectories: true)
  }

  deinit { remove() }

  /// Blobs are read-only files in folders that can be written, so removing works.
  func remove() { try? FileManager.default.removeItem(at: root) }

  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Copies the repository's Pipelines and Calibration folders.
  func addExamples() throws {
    for folder in ["Pipelines", "Calibration"] {
      try FileManager.default.copyItem(at: Self.repository.appending(path: folder), to: root.appending(path: folder))
    }
  }

  func path(_ name: String) -> String { root.appending(path: name).path }
  func write(_ text: String, to name: String) throws {
    let url = root.appending(path: name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }
  func read(_ name: String) throws -> String { try String(contentsOf: root.appending(path: name), encoding: .utf8) }
  func edit(_ name: String, _ from: String, _ to: String) throws {
    let text = try read(name)
    try #require(text.contains(from), "\(name) does not contain '\(from)'")
    try write(text.replacing(from, with: to), to: name)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = root.appending(path: name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }
  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: root.appending(path: name))) }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// Every file below a folder, relative to it, sorted; empty where the folder is not there.
  func files(below name: String) throws -> [String] {
    guard exists(name) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: path(name)).filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path("\(name)/\($0)"), isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  /// A started program, and where its words go. Files, not pipes: nothing has to be read while it runs.
  struct Started {
    /// Stays until the program is done.
    var space: TestSpace
    var process: Process
    var output: String
    var errors: String

    /// Waits for the end.
    func finished() throws -> Run {
      process.waitUntilExit()
      defer { for path in [output, errors] { try? FileManager.default.removeItem(atPath: path) } }
      return try Run(process, output: output, errors: errors)
    }
  }

  /// - Parameters:
  ///   - environment: variables to set; one that is empty is as good as absent.
  ///   - memoryLimit: KiB of address space; nil: no limit.
  func start(
    _ arguments: [String], environment: [String: String] = [:], memoryLimit: Int? = nil
  ) throws -> Started {
    let process = Process()
    let binary = try #require(Installed.binary)
    process.executableURL = URL(filePath: memoryLimit == nil ? binary : "/bin/sh")
    process.arguments =
      (memoryLimit.map { ["-c", "ulimit -v \($0) && exec \"$0\" \"$@\"", binary] } ?? []) + arguments
    process.currentDirectoryURL = root
    var variables = ProcessInfo.processInfo.environment
    variables["INGOT_HOME"] = path("home")
    variables["INGOT_RUNTIME_PATH"] = Installed.runtimes ?? ""
    variables["TERM"] = "dumb"
    variables["USER"] = "tester"
    variables.merge(environment) { _, new in new }
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    let streams = ["stdout", "stderr"].map { path("\($0)-\(UUID().uuidString)") }
    for stream in streams { try Data().write(to: URL(filePath: stream)) }
    process.standardOutput = FileHandle(forWritingAtPath: streams[0])
    process.standardError = FileHandle(forWritingAtPath: streams[1])
    try process.run()
    return Started(space: self, process: process, output: streams[0], errors: streams[1])
  }

  /// Runs `ingot` in the project's folder.
  @discardableResult
  func ingot(_ arguments: String..., environment: [String: String] = [:]) throws -> Run {
    try start(arguments, environment: environment).finished()
  }

  @discardableResult
  func ingot(arguments: [String]) throws -> Run { try start(arguments, environment: [:]).finished() }
}
