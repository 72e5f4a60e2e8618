// A sparse constant: the elements that are not zero, and where they are.

package import IngotCore

/// The elements of a sparse initializer or attribute; all others are zero, or the empty string.
package struct SparseElements: Sendable {
  /// [count], of the tensor's element type.
  package var values: Initializer
  /// int64: [count] of places in the tensor laid out row by row, or [count, rank] of coordinates; ascending, none twice. Nil
  /// where there are no values.
  package var indices: Initializer?

  package init(values: Initializer, indices: Initializer?) { (self.values, self.indices) = (values, indices) }

  package enum Problem: Error, Hashable, Sendable {
    case valuesShape([Int])
    case noIndices(count: Int)
    case indicesType(ElementType)
    case indicesShape([Int], count: Int, rank: Int)
    case scalar
    /// The values or the indices are sparse themselves.
    case nested
    /// The place of value number `index`.
    case outOfRange(index: Int), notAscending(index: Int)
  }

  /// What is wrong with the types and shapes; looks at no element.
  package func formProblem(shape: [Int]) -> Problem? {
    for part in [values] + (indices.map { [$0] } ?? []) { if case .sparse = part.storage { return .nested } }
    guard values.shape.count == 1 else { return .valuesShape(values.shape) }
    if shape.isEmpty { return .scalar }
    let count = values.shape[0]
    guard let indices else { return count == 0 ? nil : .noIndices(count: count) }
    if indices.type != .int64 { return .indicesType(indices.type) }
    if indices.shape != [count] && indices.shape != [count, shape.count] {
      return .indicesShape(indices.shape, count: count, rank: shape.count)
    }
    return nil
  }

  /// The place of each value in the tensor laid out row by row.
  /// - Parameter shape: the tensor's, of a size that `Initializer.checkedElementCount` takes.
  package func places(shape: [Int]) throws(Problem) -> [Int] {
    if let problem = formProblem(shape: shape) { throw problem }
    guard let indices, let numbers = indices.tensor?.int64s else { return [] }
    let elementCount = Initializer.checkedElementCount(shape) ?? 0
    let isLinear = indices.shape.count == 1
    var places: [Int] = []
    places.reserveCapacity(values.shape[0])
    for index in 0..<values.shape[0] {
      var place = 0
      if isLinear {
        guard let number = Int(exactly: numbers[index]), number >= 0, number < elementCount else {
          throw .outOfRange(index: index)
        }
        place = number
      } else {
        for (axis, size) in shape.enumerated() {
          let number = numbers[index * shape.count + axis]
          guard number >= 0, number < size else { throw .outOfRange(index: index) }
          place = place * size + Int(number)
        }
      }
      if let last = places.last, place <= last { throw .notAscending(index: index) }
      places.append(place)
    }
    return places
  }
}

extension SparseElements.Problem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .valuesShape(let shape): "the values of a sparse tensor are a list, and these are \(shape)"
    case .noIndices(let count): "there are \(count) values and no indices"
    case .indicesType(let type): "indices are int64, and these are \(type)"
    case .indicesShape(let shape, let count, let rank):
      "indices are [\(count)] or [\(count), \(rank)], and these are \(shape)"
    case .nested: "the values and indices of a sparse tensor are dense"
    case .scalar: "a sparse tensor has at least one axis"
    case .outOfRange(let index): "the index of value \(index) is outside the tensor"
    case .notAscending(let index): "the index of value \(index) is not after the one before it"
    }
  }
}
