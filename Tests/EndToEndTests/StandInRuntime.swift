// A TensorRT of the tests' own in a space: the real program finds it as it finds NVIDIA's, with a parser and a driver.

import Foundation
import Testing

extension TestSpace {
  private static let sources = repository.appending(path: "Tests/IngotBackendsTests/StandIn").path

  /// Compiles TensorRT 10's stand-in to the folder `trt`, library and parser in one file; and a CUDA driver with two GPUs. Its
  /// engines add 0.001 to the input x, float32 [n, 16].
  /// - Returns: the environment in which the program finds it.
  func addTensorRT(
    version: Int = 101601, _ flags: [String] = [],
    as names: [String] = ["libnvinfer.so.10", "libnvonnxparser.so.10"]
  ) throws -> [String: String] {
    try FileManager.default.createDirectory(atPath: path("trt"), withIntermediateDirectories: true)
    let plan = "weight=0.001"
    try compile(
      "TensorRTStandIn.cpp",
      ["-std=c++17", "-DVERSION=\(version)", "-DLAYOUT=10", "-DINPUTS=1", "-DPLAN=\"\(plan)\""] + flags,
      to: "trt/\(names[0])")
    try? FileManager.default.removeItem(atPath: path("trt/\(names[1])"))
    try FileManager.default.linkItem(atPath: path("trt/\(names[0])"), toPath: path("trt/\(names[1])"))
    try compile("CUDAStandIn.c", [], to: "trt/libcuda.so.1")
    return ["INGOT_RUNTIME_PATH": "\(path("trt")):\(Installed.runtimes ?? "")", "LD_LIBRARY_PATH": path("trt")]
  }

  /// Compiles a library that only says its version, as ONNX Runtime and OpenVINO do.
  func addRuntime(ofVersion version: String, to file: String) throws {
    try FileManager.default.createDirectory(
      at: root.appending(path: file).deletingLastPathComponent(), withIntermediateDirectories: true)
    try compile("VersionStandIn.c", ["-DVERSION=\"\(version)\""], to: file)
  }

  /// Compiles a library with a plug-in for the operator `name`.
  func addPlugin(_ name: String, _ flags: [String] = [], to file: String) throws {
    try compile("PluginStandIn.cpp", ["-std=c++17", "-DNAME=\"\(name)\""] + flags, to: file)
  }

  private func compile(_ source: String, _ flags: [String], to file: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["clang", "-shared", "-fPIC"] + flags + ["\(Self.sources)/\(source)", "-lstdc++", "-o", path(file)]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
