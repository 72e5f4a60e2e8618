// Commands that cannot succeed, each for one reason that a runtime has to do with, and what must be said of it.

import Foundation
import Testing

/// A command in a space, and how it must end.
struct BrokenRun: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var status: Int32
  /// In what is said: the cause, and the next step.
  var cause: String, next: String
  var words = ["build", "m.yaml"]
  /// KiB of address space that are tried, one after the other, until the cause is the one that is meant.
  var memoryLimits: [Int?] = [nil]
  /// Writes what the command reads. Returns variables for it.
  var make: @Sendable (TestSpace) throws -> [String: String]

  init(
    _ testDescription: String, _ status: Int32, _ cause: String, _ next: String, words: [String] = ["build", "m.yaml"],
    memoryLimits: [Int?] = [nil], make: @escaping @Sendable (TestSpace) throws -> [String: String]
  ) {
    (self.testDescription, self.status, self.cause, self.next) = (testDescription, status, cause, next)
    (self.words, self.memoryLimits, self.make) = (words, memoryLimits, make)
  }

  func run() throws {
    let space = try TestSpace()
    let environment = try make(space)
    var run: Run?
    for limit in memoryLimits {
      let ended = try space.start(words, environment: environment, memoryLimit: limit).finished()
      run = ended
      if (ended.output + ended.errors).contains(cause) { break }
    }
    let last = try #require(run)
    let said = last.output + last.errors
    #expect(last.status == status, "\(last)")
    #expect(said.contains(cause) && said.contains(next), "\(last)")
    #expect(!said.contains("error: error") && !said.contains("Fatal error"), "\(last)")
  }
}

/// What the cases have in common: a backend, and where a library of it is found.
struct BrokenBackend: Sendable {
  var name: String
  /// What stands behind `backend:` besides the name.
  var target = ""
  /// File names of the library, and of the parser where there is one.
  var files: [String]
  /// How to get it.
  var install: String
  /// Adds a runtime that works to a space; nothing where the installed ones do.
  var add: @Sendable (TestSpace) throws -> [String: String] = { _ in [:] }

  /// Writes `m.yaml` for `m.onnx`, whose input `x` has two open rows of 16 numbers.
  func manifest(
    _ space: TestSpace, target: String = "", precision: String = "fp32", more: String = "",
    profiles: String = "[ { x: { min: [2, 16], opt: [2, 16], max: [2, 16] } } ]"
  ) throws {
    try space.write(
      """
      ingot: 1
      name: m
      model: { path: m.onnx }
      targets: { t: { backend: \(name)\(self.target)\(target) } }
      precision: \(precision)
      \(profiles.isEmpty ? "" : "profiles: \(profiles)")
      \(more)
      """, to: "m.yaml")
  }

  /// Two numbers and weights of 2 x 16 for each of them.
  static func product(rows: Int = 16, columns: Int = 16) -> [UInt8] {
    let weights = tensor("w", dims: [Int64(rows), Int64(columns)]) {
      $0.writeArray(9, [UInt8](repeating: 0, count: 4 * rows * columns))
    }
    return model(
      nodes: [node("MatMul", "mm", ["x", "w"], ["y"])], initializers: [weights], input: [2, Int64(rows)],
      output: [2, Int64(columns)])
  }

  /// A case whose runtime works, and whose model is a product of matrices unless it is replaced.
  func run(
    _ description: String, _ status: Int32, _ cause: String, _ next: String, words: [String] = ["build", "m.yaml"],
    memoryLimits: [Int?] = [nil], _ change: @escaping @Sendable (TestSpace) throws -> Void
  ) -> BrokenRun {
    BrokenRun("\(name): \(description)", status, cause, next, words: words, memoryLimits: memoryLimits) { space in
      let environment = try add(space)
      try space.write(Self.product(), to: "m.onnx")
      try manifest(space)
      try change(space)
      return environment
    }
  }

  /// A case whose runtime is what `library` writes to a folder.
  func library(
    _ description: String, _ cause: String, _ next: String,
    _ library: @escaping @Sendable (TestSpace) throws -> [String: String]
  ) -> BrokenRun {
    BrokenRun("\(name): \(description)", 4, cause, next) { space in
      try space.write(Self.product(), to: "m.onnx")
      try manifest(space)
      return try library(space)
    }
  }

  /// What every backend meets.
  var common: [BrokenRun] {
    [
      run("a corrupt model", 2, "m.onnx: error: the bytes of the model are damaged", "export or download it again") {
        try $0.write(Array(Self.product().dropLast(100)), to: "m.onnx")
      },
      run("external data cut short", 2, "external data 'w.bin' has 4 bytes", "copy it again") {
        try $0.write(adding(externalTensor([("location", "w.bin")])), to: "m.onnx")
        try $0.write([0, 0, 0, 0], to: "w.bin")
      },
      run("a profile against the model", 2, "axis 1 of input 'x' is 16 in the model", "write 16 in min, opt and max") {
        try manifest($0, profiles: "[ { x: { min: [2, 8], opt: [2, 8], max: [2, 8] } } ]")
      },
      run("an unknown option", 2, "m.yaml:7:10: error: unknown build option", "did you mean `") {
        try manifest($0, more: "build: { thread: 1 }")
        if name.hasPrefix("tensorrt") { try manifest($0, more: "build: { builder-thread: 1 }") }
      },
      library("no library", "\(name): no library was found; searched ", "hint: \(install)") { _ in
        ["INGOT_RUNTIME_PATH": "", "LD_LIBRARY_PATH": ""]
      },
      library("a library that is none", "the library cannot be loaded: ", "file too short") { space in
        for file in files { try space.write("text", to: "libs/\(file)") }
        return ["INGOT_RUNTIME_PATH": space.path("libs")]
      },
      run("a version that is not here", 4, "(has ", "or name its folder with --runtime-path or INGOT_RUNTIME_PATH") {
        try manifest($0, target: ", version: \"9.9\"")
      },
    ]
  }
}
