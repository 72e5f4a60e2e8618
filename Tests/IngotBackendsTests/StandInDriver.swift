// A CUDA driver of our own (StandIn/CUDAStandIn.c), compiled for a test: most machines that run these have none.

import Foundation
import Synchronization
import Testing

final class StandInDriver {
  let path: String
  private let folder: TemporaryFolder

  /// - Parameter defines: `INIT=804`, `OLD`.
  init(_ defines: String...) throws {
    folder = try TemporaryFolder()
    path = folder.file("libcuda.so.1")
    try compile("CUDAStandIn.c", to: path, with: "clang", defines: defines)
  }

  /// The calls so far, in order.
  var calls: [String] {
    get throws {
      let text: @convention(c) () -> UnsafePointer<CChar> = try symbol("standInCalls")
      return String(cString: text()).split(separator: "\n").map(String.init)
    }
  }

  /// How much was made and not given back.
  var live: Int {
    get throws {
      let count: @convention(c) () -> Int32 = try symbol("standInLive")
      return Int(count())
    }
  }

  /// Lets the next call of that name fail.
  func fail(_ call: String, _ code: Int) throws {
    let set: @convention(c) (UnsafePointer<CChar>, Int32) -> Void = try symbol("standInFail")
    set(call, Int32(code))
  }

  private func symbol<F>(_ name: String) throws -> F {
    let handle = try #require(dlopen(path, RTLD_NOW))
    return unsafeBitCast(try #require(dlsym(handle, name)), to: F.self)
  }
}

/// What was compiled before, by its command: libraries are copied, because each test wants one with a state of its own.
private let compiled = Mutex<[[String]: Data]>([:])

/// Makes a library of a file in StandIn.
func compile(
  _ source: String, to path: String, with compiler: String, defines: [String], options: [String] = []
) throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
  let command =
    [compiler, "-shared", "-fPIC"] + options + defines.map { "-D\($0)" } + ["\(folder)/StandIn/\(source)", "-o"]
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
}
