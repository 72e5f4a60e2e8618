// A GPU, tried: it is given memory, copies and a graph, and what comes back is compared. Says that the driver works and not only that
// it is here.

internal import IngotCore

/// What a GPU did with a little work.
package struct GPUTrial: Hashable, Sendable {
  /// Bytes of device memory.
  package var freeMemory: Int
  /// Bytes a second, from and to memory that stays where it is.
  package var toDevice: Double
  package var fromDevice: Double
  /// From a launch until this machine knows that it is done, in the middle of many.
  package var launch: Duration

  /// - Parameters:
  ///   - device: in the driver's order.
  ///   - libraryPath: of the driver; nil: the system's.
  ///   - byteCount: what is copied at a time.
  /// - Throws: what the driver says, or that bytes came back as others.
  package init(device: Int, libraryPath: String? = nil, byteCount: Int = 64 << 20) throws(CUDAError) {
    let context = try CUDAContext(device: device, libraryPath: libraryPath)
    freeMemory = try context.memory().free
    let there = try CUDAMemory(byteCount: byteCount, in: context)
    let sent = try CUDAHostMemory(byteCount: byteCount, in: context)
    let back = try CUDAHostMemory(byteCount: byteCount, in: context)
    let stream = try CUDAStream(in: context)
    // A length that no power of two divides, so that a block in another's place shows.
    let block = (0..<4093).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var pattern: [UInt8] = []
    while pattern.count < byteCount { pattern += block.prefix(byteCount - pattern.count) }
    sent.write(Bytes(pattern))
    toDevice = try Self.bytesPerSecond(byteCount, on: stream, in: context) { () throws(CUDAError) in
      try stream.copy(byteCount, from: sent, to: there)
    }
    fromDevice = try Self.bytesPerSecond(byteCount, on: stream, in: context) { () throws(CUDAError) in
      try stream.copy(byteCount, from: there, to: back)
    }
    guard back.bytes(byteCount) == pattern else {
      throw CUDAError(
        isAbsence: false, isOutOfMemory: false,
        description: "bytes that were copied to GPU \(device) came back as others")
    }
    try stream.beginCapture()
    try stream.copy(min(byteCount, 4), from: there, to: back)
    let graph = try stream.endCapture()
    launch = try Self.median { () throws(CUDAError) in
      try stream.launch(graph)
      try stream.synchronize()
    }
  }

  private static let runs = 8

  private static func bytesPerSecond(
    _ byteCount: Int, on stream: borrowing CUDAStream, in context: CUDAContext, _ copy: () throws(CUDAError) -> Void
  ) throws(CUDAError) -> Double {
    let start = try CUDAEvent(in: context)
    let end = try CUDAEvent(in: context)
    try copy()
    try stream.record(start)
    for _ in 0..<runs { try copy() }
    try stream.record(end)
    let seconds = try end.time(since: start) / .seconds(1)
    try stream.synchronize()
    return seconds > 0 ? Double(byteCount * runs) / seconds : 0
  }

  private static func median(_ body: () throws(CUDAError) -> Void) throws(CUDAError) -> Duration {
    let clock = ContinuousClock()
    var times: [Duration] = []
    for _ in 0..<100 {
      let start = clock.now
      try body()
      times.append(clock.now - start)
    }
    return times.sorted()[times.count / 2]
  }
}

extension GPUTrial: CustomStringConvertible {
  /// `138.2 GiB free, 52.1 GB/s to it and 50.3 GB/s from it, 9 µs for a launch`.
  package var description: String {
    let (to, from) = (fixed(toDevice / 1e9, digits: 1), fixed(fromDevice / 1e9, digits: 1))
    return "\(ByteCount(freeMemory)) free, \(to) GB/s to it and \(from) GB/s from it, "
      + "\(fixed(launch / .microseconds(1), digits: 0)) µs for a launch"
  }
}
