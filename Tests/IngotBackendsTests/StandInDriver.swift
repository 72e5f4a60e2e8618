// A CUDA driver of our own (StandIn/CUDAStandIn.c), compiled for a test: most machines that run these have none.

import Foundation
import Testing

final class StandInDriver {
  let path: String
  private let folder: TemporaryFolder

  /// - Parameter flags: `-DINIT=804`, `-DOLD`.
  init(_ flags: String...) throws {
    folder = try TemporaryFolder()
    path = try StandIn.driver(flags, to: folder.file("libcuda.so.1"))
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
