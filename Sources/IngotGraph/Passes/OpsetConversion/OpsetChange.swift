// One change of one operator between two versions of the standard operator set, and the table of all of them.

internal import IngotCore

/// What must happen to a node of one operator where its operator set is raised past `version`. An operator that got new types or
/// new attributes whose defaults mean what went without saying needs no change and has none here.
struct OpsetChange: Sendable {
  /// Changes the node, which is as the version before had it. Nodes that it needs beside it go through the rewriter, in the form
  /// of the change's version.
  typealias Rewrite = @Sendable (inout Node, inout OpsetRewriter) throws(OpsetReason) -> Void

  let op: String
  let version: Int64
  let rewrite: Rewrite

  init(_ op: String, _ version: Int64, _ rewrite: @escaping Rewrite) {
    (self.op, self.version, self.rewrite) = (op, version, rewrite)
  }

  /// One file a family; the order does not matter.
  static let all: [OpsetChange] =
    AttributeInputChanges.all + NormalizationChanges.all + ResizeChanges.all + SoftmaxChanges.all + ScanChanges.all
    + RenamingChanges.all + FirstVersionChanges.all + BroadcastChanges.all

  /// By operator, in ascending order of versions.
  private static let byOperator: [String: [OpsetChange]] = Dictionary(grouping: all, by: \.op).mapValues {
    $0.sorted { $0.version < $1.version }
  }

  static func next(of op: String, after version: Int64, upTo target: Int64) -> OpsetChange? {
    guard let next = byOperator[op]?.first(where: { $0.version > version }), next.version <= target else { return nil }
    return next
  }
}

/// A node that cannot be converted.
package struct OpsetObstacle: Error, Hashable, Sendable {
  package var node: String
  package var opType: String
  /// Of the change that stands in the way.
  package var version: Int64
  package var reason: OpsetReason
}

/// Why a node has no sure equivalent in a newer operator set.
package enum OpsetReason: Error, Hashable, Sendable {
  case unknownRank(input: Int)
  case unknownType(input: Int)
  case unknownConstant(input: Int)
  case axis(Int64, rank: Int)
  /// Missing, or not of its kind.
  case attribute(String)
  /// The attribute is one of the function that the node is in, and the set has no way to make an input of it.
  case functionAttribute(String)
  case training
  case sequenceLengths
  case mixedScales
  case coordinates(String, nearest: String)
}

extension OpsetReason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownRank(let input): "the rank of input \(input) is unknown"
    case .unknownType(let input): "the type of input \(input) is unknown"
    case .unknownConstant(let input): "input \(input) is not a constant"
    case .axis(let axis, let rank): "axis \(axis) is outside a tensor with \(rank) axes"
    case .attribute(let name): "attribute '\(name)' is missing or not of its kind"
    case .functionAttribute(let name): "'\(name)' is an attribute of the function and has to become an input"
    case .training: "a training form that has no later equivalent"
    case .sequenceLengths: "sequence lengths per batch element have no later equivalent"
    case .mixedScales: "scales above and below 1 need different roundings"
    case .coordinates(let mode, let nearest): "coordinates '\(mode)' with '\(nearest)' have no later equivalent"
    }
  }
}
