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
  static let runtimesReason: Comment = "needs the program and the runtimes: `make test` installs them and sets INGOT_TEST_RUNTIMES"
}

/// How a run of the program ended.
struct Run {
  var status: Int32
  var output: String
  var errors: String
  var seconds: Double
}

/// A temporary project: a copy of the example pipelines, a store of its own, the installed runtimes.
final class TestSpace {
  let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "ingot-e2e-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root.appending(path: "home"), withIntermediateDirectories: true)
    // Marks the project's root, as a checkout's .git does.
    try FileManager.default.createDirectory(at: root.appending(path: ".ingot"), withIntermediateDirectories: true)
    if let runtimes = Installed.runtimes {
      try FileManager.default.createSymbolicLink(
        atPath: root.appending(path: "home/runtimes").path, withDestinationPath: runtimes)
    }
  }

  deinit {
    // Blobs are read-only files in folders that can be written, so removing works.
    try? FileManager.default.removeItem(at: root)
  }

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

  func process(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: try #require(Installed.binary))
    process.arguments = arguments
    process.currentDirectoryURL = root
    var variables = ProcessInfo.processInfo.environment
    variables["INGOT_HOME"] = path("home")
    variables["INGOT_RUNTIME_PATH"] = nil
    variables["TERM"] = "dumb"
    for (name, value) in environment { variables[name] = value }
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs `ingot` in the project's folder.
  @discardableResult
  func ingot(_ arguments: String..., environment: [String: String] = [:]) throws -> Run {
    let process = try process(arguments, environment: environment)
    // Files, not pipes: nothing has to be read while the program runs.
    let (output, errors) = (path("stdout-\(UUID().uuidString)"), path("stderr-\(UUID().uuidString)"))
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    let start = ContinuousClock.now
    try process.run()
    process.waitUntilExit()
    let elapsed = ContinuousClock.now - start
    defer {
      try? FileManager.default.removeItem(atPath: output)
      try? FileManager.default.removeItem(atPath: errors)
    }
    return Run(
      status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8), seconds: elapsed / .seconds(1))
  }
}
