// A TensorRT of our own (StandIn/TensorRTStandIn.cpp), compiled for a test, that runs engines on a CUDA driver of our own.

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

final class StandInTensorRT {
  let path: String
  let driver: StandInDriver
  private let folder: TemporaryFolder
  private let version: Int

  /// - Parameter layout: 10, 11, or 15 for TensorRT-RTX.
  init(version: Int, layout: Int) throws {
    folder = try TemporaryFolder()
    self.version = version
    path = try StandIn.tensorRT(version: version, layout: layout, in: folder)
    driver = try StandInDriver()
  }

  var kind: BackendKind { version < 100000 ? .tensorrtRTX : .tensorrt }

  func backend() throws -> TensorRTBackend {
    try TensorRTBackend(libraryPath: path, parserPath: path, kind: kind, driverPath: driver.path)
  }

  /// The calls since its last builder or runtime was made.
  var calls: [String] { get throws { try StandIn.record(of: path) } }

  /// An engine of its own.
  /// - Parameter words: what is special: see StandIn/TensorRTRuntimeStandIn.hpp.
  func plan(_ words: String) throws -> [UInt8] {
    let handle = try #require(dlopen(path, RTLD_NOW))
    let symbol = try #require(dlsym(handle, "standInPlan"))
    typealias Make = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<Int>) -> UnsafeRawPointer
    let make = unsafeBitCast(symbol, to: Make.self)
    var count = 0
    let bytes = make(words, &count)
    return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
  }

  func engine(_ words: String) throws -> String {
    try folder.write(try plan(words), to: "\(words.isEmpty ? "plain" : words).plan")
  }

  func file(_ name: String) -> String { folder.file(name) }

  func open(
    _ words: String = "", _ options: [String: String] = [:], runtimeCache: Bytes? = nil
  ) throws -> TensorRTSession {
    try backend().session(ofEngineAt: try engine(words), options: options, runtimeCache: runtimeCache)
  }
}
