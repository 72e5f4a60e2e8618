// Dimensions of tensor shapes that may not be known before a run.

/// One axis of a shape.
package enum Dimension: Hashable, Sendable, CustomStringConvertible {
  case fixed(Int)
  /// Named: equal names mean equal sizes.
  case symbolic(String)
  case unknown

  package var description: String {
    switch self {
    case .fixed(let size): String(size)
    case .symbolic(let name): name
    case .unknown: "?"
    }
  }

  package var size: Int? { if case .fixed(let size) = self { size } else { nil } }
}

extension Array<Dimension> {
  /// `[batch, 3, 224, 224]`.
  package var shapeText: String { "[\(map(\.description).joined(separator: ", "))]" }

  /// The sizes where all are known.
  package var sizes: [Int]? {
    let known = compactMap(\.size)
    return known.count == count ? known : nil
  }
}
