// What a calibration found, and how it follows from what was collected.

internal import IngotCore
internal import Synchronization

/// What a calibration found.
package struct Calibration: Sendable {
  package var table: RangeTable
  /// The same statistics by the other methods that were asked for, in their order.
  package var alternatives: [RangeTable]
  /// Of the tensors whose channels were asked for, by name.
  package var channels: [String: ChannelStatistics]
  /// What a person should know before trusting the table.
  package var warnings: [String]
}

extension Calibration {
  mutating func warnAboutZeros() {
    for tensor in table.tensors where tensor.isZero {
      warnings.append("the tensor '\(shown(tensor.name))' is 0 in all samples: nothing tells its range")
    }
  }

  mutating func add(
    _ collected: Collected, of tensors: [CollectedTensor], threadCount: Int
  ) throws(CalibrationError) {
    if let empty = tensors.indices.first(where: { collected.ranges[$0].valueCount == 0 }) {
      throw .notCollectable(tensor: tensors[empty].name, reason: "it has no elements")
    }
    let ranged = tensors.indices.filter { tensors[$0].hasRange }
    let methods = [table.method] + alternatives.map(\.method)
    let work = Mutex(ThresholdWork())
    // A search for a threshold takes milliseconds, and models have hundreds of tensors.
    withThreads(min(threadCount, ranged.count)) { _ in
      while let place = work.withLock({ $0.take(below: ranged.count) }) {
        let number = ranged[place]
        let ranges = methods.map {
          collected.ranges[number].range(named: tensors[number].name, method: $0, average: collected.averages[number])
        }
        work.withLock { $0.ranges[place] = ranges }
      }
    }
    let found = work.withLock { $0.ranges }
    for place in ranged.indices {
      guard let ranges = found[place] else { preconditionFailure("a tensor was passed over") }
      table.tensors.append(ranges[0])
      for index in alternatives.indices { alternatives[index].tensors.append(ranges[index + 1]) }
    }
    for (number, tensor) in tensors.enumerated() {
      guard let axis = tensor.channelAxis else { continue }
      guard let found = collected.channels[number], !collected.changing.contains(number) else {
        throw .notCollectable(tensor: tensor.name, reason: "it has no axis \(axis), or channels that change in number")
      }
      channels[tensor.name] = found
    }
  }
}

/// Ranges by every method, by the tensor's place.
private struct ThresholdWork: Sendable {
  private var next = 0
  var ranges: [Int: [TensorRange]] = [:]

  mutating func take(below end: Int) -> Int? {
    guard next < end else { return nil }
    defer { next += 1 }
    return next
  }
}
