// A YAML document as a tree of values with places. It knows YAML 1.2's core schema and nothing of manifests.

package import IngotCore

/// A value of a YAML document and where it stands.
package struct YAMLNode: Sendable {
  package enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
  }

  package var content: Content
  package var place: Place
  /// Whether entries of the mapping were left out because of problems, which are reported.
  package var isIncomplete = false

  package var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
}

/// A key of a mapping and its value, in the order of the text.
package struct YAMLEntry: Sendable {
  package var key: String
  package var keyPlace: Place
  package var value: YAMLNode
}

/// A value that is neither a list nor a mapping.
package struct YAMLScalar: Sendable, Hashable {
  package var text: String
  /// Whether the type is found by what the text looks like: it has no quotes, is no block, and has no tag `!!str`.
  package var isPlain: Bool
}

/// What a scalar is in YAML 1.2's core schema (YAML 1.2.2, 10.3.2): `no`, `on` and `12:30` are strings.
package enum YAMLValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  /// A whole number that 64 bits do not hold.
  case hugeInt
  case float(Double)
  case string
}
