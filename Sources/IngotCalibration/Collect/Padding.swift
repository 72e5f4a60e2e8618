// What a mask among a model's inputs leaves out: samples of different lengths are padded to one, and nobody reads what a model
// makes of the padding. It is neither part of a range nor of a comparison.

package import IngotCore

/// The masks of one run's inputs.
package struct Padding: Sendable {
  /// Elements of a tensor that are no padding.
  package struct Kept: Sendable {
    /// In order; none reaches beyond a sample.
    package var runs: [Range<Int>]
    /// How many of the tensor's first axes the mask counts.
    package var axisCount: Int
  }

  private var masks: [(shape: [Int], keeps: [Bool])] = []

  /// Whether an input may be a mask: `attention_mask` or `input_mask`, as tokenizers name theirs.
  package static func isMask(named name: String) -> Bool {
    name.contains("attention_mask") || name.contains("input_mask")
  }

  /// An input is a mask by its name where all of it is 0 or 1.
  package init(_ inputs: [String: Tensor]) {
    for (name, tensor) in inputs.sorted(by: { $0.key < $1.key }) {
      guard Self.isMask(named: name), tensor.shape.count > 1,
        let values = tensor.int64s ?? tensor.int32s, values.allSatisfy({ $0 == 0 || $0 == 1 }), values.contains(0)
      else { continue }
      masks.append((tensor.shape, Self.keeps(values, samples: tensor.shape[0])))
    }
  }

  /// A sample without a one has no padding that the mask could tell.
  private static func keeps(_ values: [Int64], samples: Int) -> [Bool] {
    let length = values.count / max(samples, 1)
    var keeps = values.map { $0 == 1 }
    for start in stride(from: 0, to: keeps.count, by: max(length, 1))
    where !keeps[start..<start + length].contains(true) {
      for index in start..<start + length { keeps[index] = true }
    }
    return keeps
  }

  /// - Returns: nil where no mask counts the tensor's first axes: then all of it is kept.
  package func kept(of shape: [Int]) -> Kept? {
    guard !shape.contains(0),
      let mask = masks.first(where: { $0.shape.count < shape.count && shape.starts(with: $0.shape) })
    else {
      return nil
    }
    let width = shape[mask.shape.count...].reduce(1, *)
    let length = mask.keeps.count / max(mask.shape[0], 1)
    var runs: [Range<Int>] = []
    for (place, isKept) in mask.keeps.enumerated() where isKept {
      if let last = runs.last, last.upperBound == place * width, place % length != 0 {
        runs[runs.count - 1] = last.lowerBound..<(place + 1) * width
      } else {
        runs.append(place * width..<(place + 1) * width)
      }
    }
    return Kept(runs: runs, axisCount: mask.shape.count)
  }
}

extension Tensor {
  fileprivate var int32s: [Int64]? { type == .int32 ? elements(as: Int32.self).map(Int64.init) : nil }
}
