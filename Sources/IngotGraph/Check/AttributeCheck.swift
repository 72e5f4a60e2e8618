// Whether a node's attributes are those of its operator, of the right types, with values that it knows.

internal import IngotCore

extension ModelChecker {
  mutating func checkAttributes(
    _ node: Node, _ schema: OperatorSchema, _ label: String, _ severity: Diagnostic.Severity
  ) {
    var seen: Set<String> = []
    for attribute in node.attributes {
      let name = attribute.name
      guard seen.insert(name).inserted else {
        report(
          .duplicateAttribute, node: label, "attribute '\(name.shown)' is there twice", hint: "export the model again")
        continue
      }
      guard let known = schema.attribute(name) else {
        // Names with two underscores are free for tools to use.
        if !name.hasPrefix("__") { reportUnknown(name, schema, label, severity) }
        continue
      }
      guard checkType(of: attribute, known, label, severity) else { continue }
      if let (values, hint) = AttributeValues.problem(attribute, schema) {
        report(severity, .attributeValue, node: label, "attribute '\(name)' \(values)", hint: hint)
      }
    }
    for attribute in schema.attributes where attribute.isRequired && !seen.contains(attribute.name) {
      report(
        severity, .missingAttribute, node: label, "\(node.opType) needs attribute '\(attribute.name)'",
        hint: "export the model again")
    }
  }

  private mutating func reportUnknown(
    _ name: String, _ schema: OperatorSchema, _ label: String, _ severity: Diagnostic.Severity
  ) {
    let names = schema.attributes.map(\.name)
    var hint = "it has no attributes in operator set \(schema.sinceVersion)"
    if problems.isFull(severity) {
      hint = ""
    } else if let near = suggestion(for: name, among: names) {
      hint = "did you mean '\(near)'?"
    } else if let other = otherVersion(of: schema, with: name) {
      hint = "\(schema.name) has it in operator set \(other)"
    } else if !names.isEmpty {
      hint = "its attributes are \(names.joined(separator: ", "))"
    }
    report(
      severity, .unknownAttribute, node: label,
      "\(schema.name) has no attribute '\(name.shown)' in operator set \(schemas.opsets[schema.domain] ?? 0)",
      hint: hint)
  }

  /// The newest version of the operator that has the attribute.
  private func otherVersion(of schema: OperatorSchema, with name: String) -> Int64? {
    OperatorSchema.knownVersions(schema.name, domain: schema.domain).last {
      OperatorSchema.find(schema.name, domain: schema.domain, opset: $0)?.attribute(name) != nil
    }
  }

  /// - Returns: whether the attribute's own value is of the right type, so that one may look at it.
  private mutating func checkType(
    of attribute: Attribute, _ known: OperatorAttribute, _ label: String, _ severity: Diagnostic.Severity
  ) -> Bool {
    let name = attribute.name
    if case .reference(let target, let number) = attribute.value {
      checkReference(name, to: target, label)
      if number != 0, Int64(number) != known.type.rawValue, let type = AttributeType(rawValue: Int64(number)) {
        reportType(name, type, known, label, severity)
      }
      return false
    }
    guard let type = attribute.value.type else { return false }
    if type == known.type { return true }
    // Writers of proto3 cannot tell an empty list from any other.
    if type != known.type { reportType(name, type, known, label, severity) }
    return false
  }

  private mutating func reportType(
    _ name: String, _ type: AttributeType, _ known: OperatorAttribute, _ label: String, _ severity: Diagnostic.Severity
  ) {
    report(
      severity, .attributeType, node: label, "attribute '\(name)' is \(type.words) and should be \(known.type.words)",
      hint: "export the model again")
  }

  /// A function's body may name the attributes of its call.
  mutating func checkReference(_ name: String, to target: String, _ label: String) {
    guard let function = functionAtWork else {
      report(
        .badReference, node: label,
        "attribute '\(name.shown)' is that of the function around the node, and there is no function",
        hint: "give the attribute a value")
      return
    }
    if function.attributeNames.contains(target) { return }
    report(
      .badReference, node: label,
      "attribute '\(name.shown)' is the function's '\(target.shown)', which it does not have",
      hint: "declare the attribute in the function")
  }
}

extension Attribute.Value {
  /// Nil for a reference, whose value is elsewhere, and for what is handed on as bytes.
  var type: AttributeType? {
    switch self {
    case .float: .float
    case .int: .int
    case .string: .string
    case .tensor: .tensor
    case .graph: .graph
    case .floats: .floats
    case .ints: .ints
    case .strings: .strings
    case .tensors: .tensors
    case .graphs: .graphs
    case .sparseTensor: .sparseTensor
    case .sparseTensors: .sparseTensors
    case .type: .typeProto
    case .types: .typeProtos
    case .reference, .opaque: nil
    }
  }
}

extension AttributeType {
  /// With an article.
  var words: String {
    switch self {
    case .undefined: "of no type"
    case .float: "a float"
    case .int: "an integer"
    case .string: "a string"
    case .tensor: "a tensor"
    case .graph: "a graph"
    case .floats: "a list of floats"
    case .ints: "a list of integers"
    case .strings: "a list of strings"
    case .tensors: "a list of tensors"
    case .graphs: "a list of graphs"
    case .sparseTensor: "a sparse tensor"
    case .sparseTensors: "a list of sparse tensors"
    case .typeProto: "a type"
    case .typeProtos: "a list of types"
    }
  }
}
