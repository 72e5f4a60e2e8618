// What an operator takes and gives in one version of its operator set: parameters, types, attributes.

package struct OperatorSchema: Sendable {
  package var name: String
  /// Empty for the standard domain.
  package var domain: String
  /// The operator set that brought this version.
  package var sinceVersion: Int64
  package var inputs: [OperatorParameter]
  package var outputs: [OperatorParameter]
  package var attributes: [OperatorAttribute]
  /// The names that `OperatorParameter.constraint` uses: parameters of one name have one type.
  package var constraints: [String: TypeSet]
  /// Models of this operator set may not use it.
  package var isDeprecated: Bool
  /// ONNX defines it by other operators.
  package var isFunction: Bool
  /// It is in the standard domain, and ONNX Runtime alone knows it.
  package var isOfOnnxRuntimeOnly: Bool

  /// How many inputs a node may list; the upper bound is `Int.max` where any number goes.
  package var inputCounts: ClosedRange<Int> { Self.counts(inputs) }
  package var outputCounts: ClosedRange<Int> { Self.counts(outputs) }

  package func attribute(_ name: some StringProtocol) -> OperatorAttribute? { attributes.first { $0.name == name } }

  /// The parameter of a node's input; the last one where it takes any number.
  package func input(at index: Int) -> OperatorParameter? { Self.parameter(at: index, of: inputs) }
  package func output(at index: Int) -> OperatorParameter? { Self.parameter(at: index, of: outputs) }

  private static func parameter(at index: Int, of parameters: [OperatorParameter]) -> OperatorParameter? {
    if parameters.indices.contains(index) { return parameters[index] }
    guard let last = parameters.last, case .variadic = last.count, index >= 0 else { return nil }
    return last
  }

  private static func counts(_ parameters: [OperatorParameter]) -> ClosedRange<Int> {
    var (least, most) = (0, parameters.count)
    for (index, parameter) in parameters.enumerated() {
      switch parameter.count {
      case .one: least = index + 1
      case .optional: break
      case .variadic(let minimum): (least, most) = (index + minimum, .max)
      }
    }
    return least...most
  }
}

/// A formal input or output of an operator.
package struct OperatorParameter: Sendable, Hashable {
  package enum Count: Sendable, Hashable { case one, optional, variadic(minimum: Int) }

  package var name: String
  package var count: Count
  /// Whether all values of a variadic parameter have one type.
  package var isHomogeneous: Bool
  /// `T`; nil where the types are its own.
  package var constraint: String?
  package var types: TypeSet
}

/// A formal attribute of an operator.
package struct OperatorAttribute: Sendable {
  package var name: String
  package var type: AttributeType
  package var isRequired: Bool
  /// Nil where leaving the attribute out is no value at all; never a tensor or graph.
  package var defaultValue: Attribute.Value?
}

extension OperatorSchema {
  /// The version in force: the newest that is not newer than the operator set; nil where there was none yet, or the operator
  /// or domain is unknown. Parsed anew at each call; `OperatorSchemas` remembers.
  package static func find(_ opType: String, domain: String, opset: Int64) -> OperatorSchema? {
    guard let lines = OperatorLines.index[domain]?[opType] else { return nil }
    return OperatorLines.fields(of: lines, opset: opset).flatMap { parse($0.head, $0.fields, domain: domain) }
  }

  /// The operator sets that brought a version of the operator, ascending; empty for one that ONNX does not define.
  package static func knownVersions(_ opType: String, domain: String) -> [Int64] {
    OperatorLines.index[domain]?[opType].map(OperatorLines.versions) ?? []
  }

  /// Names of all operators of a domain, in no order; empty for a domain that Ingot does not know.
  package static func names(inDomain domain: String) -> [String] {
    OperatorLines.index[domain].map { Array($0.keys) } ?? []
  }

  package static func isKnown(domain: String) -> Bool { OperatorLines.index[domain] != nil }

  /// The newest operator set of a domain that the lines tell about; nil for a domain that Ingot does not know.
  package static func newestOpset(ofDomain domain: String) -> Int64? { newestOpsets[domain] }

  private static let newestOpsets = OperatorLines.index.mapValues { operators in
    operators.values.reduce(1) { max($0, OperatorLines.versions(of: $1).last ?? 1) }
  }
}

/// Schemas that one piece of work asks for, each parsed once.
package struct OperatorSchemas: Sendable {
  private struct Key: Hashable, Sendable {
    var opType: String
    var domain: String
  }

  /// Versions of the operator sets, by domain.
  package let opsets: [String: Int64]
  private var known: [Key: OperatorSchema?] = [:]

  package init(opsets: [String: Int64]) { self.opsets = opsets }

  /// Nil for an operator that the model's operator sets do not have, or of a domain that Ingot does not know.
  package mutating func schema(of node: Node) -> OperatorSchema? {
    let key = Key(opType: node.opType, domain: node.domain)
    if let found = known[key] { return found }
    let found = opsets[node.domain].flatMap { OperatorSchema.find(node.opType, domain: node.domain, opset: $0) }
    known[key] = .some(found)
    return found
  }
}
