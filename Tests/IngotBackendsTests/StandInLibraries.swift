// Libraries of the tests' own, compiled from the sources in StandIn.

import Foundation
import Synchronization
import Testing

@testable import IngotBackends

enum StandIn {
  /// For the inputs that the stand-in says every model has.
  static let profile = OptimizationProfile(inputs: [
    "x": .init(min: [1, 16], opt: [8, 16], max: [16, 16]), "sizes": .init(min: [1, 2], opt: [3, 4], max: [5, 6]),
  ])

  /// A library that says it is a version of TensorRT, laid out as TensorRT 10 or 11: its parser and a CUDA driver too.
  static func tensorRT(version: Int, layout: Int, _ more: [String] = [], in folder: TemporaryFolder) throws -> String {
    try compile(
      "TensorRTStandIn.cpp", ["-DVERSION=\(version)", "-DLAYOUT=\(layout)"] + more,
      to: folder.file("libnvinfer-\(version)-\(layout).so"))
  }

  /// A library with a plug-in for the operator `name`.
  static func plugin(_ name: String, _ more: [String] = [], in folder: TemporaryFolder) throws -> String {
    try compile("PluginStandIn.cpp", ["-DNAME=\"\(name)\""] + more, to: folder.file("lib\(name).so"))
  }

  /// A CUDA driver.
  static func driver(_ more: [String] = [], to path: String) throws -> String {
    try compile("CUDAStandIn.c", more, to: path)
  }

  /// What was compiled before, by its command: libraries are copied, because each test wants one with a state of its own.
  private static let compiled = Mutex<[[String]: Data]>([:])

  private static func compile(_ source: String, _ flags: [String], to path: String) throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
    let compiler = source.hasSuffix(".c") ? ["clang"] : ["clang++", "-std=c++17"]
    let command = compiler + ["-shared", "-fPIC"] + flags + ["\(folder)/StandIn/\(source)", "-o"]
    try compiled.withLock { compiled in
      if let library = compiled[command] { return try library.write(to: URL(fileURLWithPath: path)) }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = command + [path]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      compiled[command] = try Data(contentsOf: URL(fileURLWithPath: path))
    }
    return path
  }

  static func backend(_ path: String, allowsUntested: Bool = false) throws -> TensorRTBackend {
    try TensorRTBackend(
      libraryPath: path, parserPath: path, kind: .tensorrt, allowsUntestedVersion: allowsUntested, driverPath: path)
  }

  /// The calls that the library recorded since its last builder was made.
  static func record(of path: String) throws -> [String] {
    let handle = try #require(dlopen(path, RTLD_NOW))
    let symbol = try #require(dlsym(handle, "standInRecord"))
    let text = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<CChar>).self)()
    return String(cString: text).split(separator: "\n").map(String.init)
  }
}
