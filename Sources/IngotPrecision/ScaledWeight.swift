// A weight in a scaled format: scales are found in one pass over its numbers, which become a recipe that is followed as
// they are written.

internal import IngotCore

/// Which elements of a weight share a scale.
enum ScaleGroups: Hashable {
  /// One scale per index of an axis.
  case channels(axis: Int)
  /// One scale for so many neighbours along an axis (Q7); the size of the axis is a multiple.
  case blocks(axis: Int, size: Int)
}

struct ScaledWeight: Sendable, Equatable {
  /// In the format's type, the weight's shape.
  var values: Tensor
  /// float32, exact in the type that they will be stored in.
  var scales: Tensor
  /// Groups with nothing but zeros, whose scale is arbitrary.
  var zeroGroups: Int
}

extension ScaleGroups {
  /// Of the scales of a weight.
  func scalesShape(_ shape: [Int]) -> [Int] {
    switch self {
    case .channels(let axis): return [shape[axis]]
    case .blocks(let axis, let size):
      var scales = shape
      scales[axis] /= size
      return scales
    }
  }
}

/// The first element that is NaN or infinite.
struct NonFiniteElement: Error {
  var index: Int
}

/// The place of each element's scale.
struct ScaleIndex: Sendable {
  let count: Int
  let shape: [Int]
  private let inner: Int, length: Int, size: Int, groupCount: Int
  private let isBlocked: Bool

  init(_ shape: [Int], _ grouping: ScaleGroups) {
    switch grouping {
    case .channels(let axis):
      (isBlocked, length, size) = (false, shape[axis], 1)
      inner = shape[(axis + 1)...].reduce(1, *)
      (groupCount, self.shape, count) = (shape[axis], [shape[axis]], shape[axis])
    case .blocks(let axis, let blockSize):
      (isBlocked, length, size) = (true, shape[axis], blockSize)
      inner = shape[(axis + 1)...].reduce(1, *)
      groupCount = shape[axis] / blockSize
      self.shape = grouping.scalesShape(shape)
      count = self.shape.reduce(1, *)
    }
  }

  /// The group of each element of a range, found by runs: a division for each would take most of the time.
  func groups(of elements: Range<Int>) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(elements.count)
    var element = elements.lowerBound
    while element < elements.upperBound {
      let outer = element / inner
      // One group for a row of the inner axes, or one for each place in it; without inner axes a run along the axis.
      switch (isBlocked, inner > 1) {
      case (false, true):
        let end = min((outer + 1) * inner, elements.upperBound)
        result.append(contentsOf: repeatElement(outer % length, count: end - element))
        element = end
      case (false, false):
        let end = min((element / length + 1) * length, elements.upperBound)
        result.append(contentsOf: element % length..<element % length + end - element)
        element = end
      case (true, true):
        let end = min((outer + 1) * inner, elements.upperBound)
        let first = (outer / length * groupCount + outer % length / size) * inner + element % inner
        result.append(contentsOf: first..<first + end - element)
        element = end
      case (true, false):
        let end = min((element / size + 1) * size, elements.upperBound)
        result.append(contentsOf: repeatElement(element / size, count: end - element))
        element = end
      }
    }
    return result
  }
}

extension ScaledFormat {
  /// Shares of the largest magnitude that are tried as the end of the range: a little is clipped where the many small
  /// numbers gain more than the few large ones lose.
  private static let clippings: [Float] = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7]

  /// Rounds to nearest with ties to even (Q5).
  ///
  /// - Parameters:
  ///   - tensor: float32, not empty.
  ///   - clips: whether each group takes the end of its range with which its numbers come out nearest.
  ///   - neighbours: elements whose sum must be in range too; nil where none needs to be.
  ///   - scaleType: what the scales are exact in.
  func quantize(
    _ tensor: Tensor, by grouping: ScaleGroups, clips: Bool = false, bounding neighbours: NeighbourSums? = nil,
    scaleType: ElementType
  ) -> Result<ScaledWeight, NonFiniteElement> {
    let index = ScaleIndex(tensor.shape, grouping)
    var largest = [Float](repeating: 0, count: index.count)
    var element = 0
    var bad: Int?
    var neighbours = neighbours
    tensor.forEachPiece(as: Float.self) { piece in
      for (offset, group) in index.groups(of: element..<element + piece.count).enumerated() {
        let value = piece[offset]
        if !value.isFinite, bad == nil { bad = element + offset }
        largest[group] = max(largest[group], value.magnitude, neighbours?.largest(endingWith: value) ?? 0)
      }
      element += piece.count
    }
    if let bad { return .failure(NonFiniteElement(index: bad)) }
    let scales =
      clips ? clippedScales(tensor, index, largest, scaleType) : largest.map { scale(amax: $0, storedAs: scaleType) }
    return .success(
      ScaledWeight(
        values: values(of: tensor, index, scales), scales: Tensor(scales, shape: index.shape),
        zeroGroups: largest.count { $0 == 0 }))
  }

  private func clippedScales(
    _ tensor: Tensor, _ index: ScaleIndex, _ largest: [Float], _ scaleType: ElementType
  ) -> [Float] {
    let candidates = Self.clippings.map { share in largest.map { scale(amax: $0 * share, storedAs: scaleType) } }
    var errors = [[Float]](repeating: [Float](repeating: 0, count: index.count), count: candidates.count)
    var element = 0
    tensor.forEachPiece(as: Float.self) { piece in
      let groups = index.groups(of: element..<element + piece.count)
      for (candidate, scales) in candidates.enumerated() {
        for (value, group) in zip(piece, groups) {
          let error = rounded(value, scale: scales[group]) - value
          errors[candidate][group] += error * error
        }
      }
      element += piece.count
    }
    return largest.indices.map { group in
      var best = 0
      for candidate in candidates.indices where errors[candidate][group] < errors[best][group] { best = candidate }
      return candidates[best][group]
    }
  }

  private func values(of tensor: Tensor, _ index: ScaleIndex, _ scales: [Float]) -> Tensor {
    let source = tensor.bytes
    let count = source.count / 4
    let perByte = self == .int4 ? 2 : 1
    let byteCount = (count + perByte - 1) / perByte
    let make: @Sendable (Range<Int>) -> [UInt8] = { range in
      let elements = range.lowerBound * perByte..<min(range.upperBound * perByte, count)
      let floats = source[elements.lowerBound * 4..<elements.upperBound * 4].withSpan { $0.elements(as: Float.self) }
      var result = [UInt8](repeating: 0, count: range.count)
      for (offset, group) in index.groups(of: elements).enumerated() {
        let bits = self.bits(floats[offset], scale: scales[group])
        // The first of two in the low bits.
        if perByte == 1 { result[offset] = bits } else { result[offset / 2] |= (bits & 0xf) << UInt8(offset % 2 * 4) }
      }
      return result
    }
    return Tensor(type: type, shape: tensor.shape, bytes: Bytes.made(byteCount, from: source, make))
  }
}
