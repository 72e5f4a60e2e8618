// Whether the values that a node reads and makes have types that its operator takes, and one type where it asks for one.

internal import IngotCore

extension ModelChecker {
  /// A type as schemas tell them apart.
  private struct KnownType: Hashable, CustomStringConvertible {
    var element: ElementType
    var form: TypeSet.Form

    /// Nil where the type is not known all the way in, or is one that `TypeSet` has no form for.
    init?(_ type: ValueType?) {
      let (found, form): (ElementType?, TypeSet.Form) =
        switch type {
        case .tensor(let element, _): (element, .tensor)
        case .sparseTensor(let element, _): (element, .sparse)
        case .sequence(.tensor(let element, _)): (element, .sequence)
        case .optional(.tensor(let element, _)): (element, .optional)
        case .optional(.sequence(.tensor(let element, _))): (element, .optionalSequence)
        case .sequence, .optional, .map, .opaque, nil: (nil, .tensor)
        }
      guard let found else { return nil }
      (element, self.form) = (found, form)
    }

    var description: String {
      switch form {
      case .tensor: "\(element)"
      case .sequence: "a sequence of \(element)"
      case .optional: "an optional \(element)"
      case .optionalSequence: "an optional sequence of \(element)"
      case .sparse: "a sparse tensor of \(element)"
      }
    }
  }

  /// The first value of a constraint.
  private struct Bound {
    var type: KnownType
    var label: String
  }

  mutating func checkTypes(
    _ node: Node, _ schema: OperatorSchema, _ label: String, _ severity: Diagnostic.Severity, in scope: Scope
  ) {
    var bounds: [String: Bound] = [:]
    for (index, id) in node.inputs.enumerated() {
      guard let id, let parameter = schema.input(at: index), let type = type(of: id, in: scope) else { continue }
      check(type, of: scope.graph[id], parameter, "input \(index)", label, severity, &bounds)
    }
    for (index, id) in node.outputs.enumerated() {
      guard let id, let parameter = schema.output(at: index), let type = type(of: id, in: scope) else { continue }
      check(type, of: scope.graph[id], parameter, "output \(index)", label, severity, &bounds)
    }
  }

  private mutating func check(
    _ type: KnownType, of value: Value, _ parameter: OperatorParameter, _ place: String, _ label: String,
    _ severity: Diagnostic.Severity, _ bounds: inout [String: Bound]
  ) {
    guard parameter.types.contains(type.element, as: type.form) else {
      report(
        severity, .type, node: label, value: value.name,
        "\(place) (\(parameter.name)), '\(value.name.shown)', is \(type), which it does not take",
        hint: "\(parameter.name) is \(parameter.types)")
      return
    }
    guard let constraint = parameter.constraint, parameter.isHomogeneous else { return }
    guard let bound = bounds[constraint] else {
      bounds[constraint] = Bound(type: type, label: "\(place) (\(parameter.name))")
      return
    }
    if bound.type == type { return }
    report(
      severity, .type, node: label, value: value.name,
      "\(place) (\(parameter.name)), '\(value.name.shown)', is \(type), and \(bound.label) is \(bound.type)",
      hint: "both must have one type; a Cast is missing")
  }

  func elementType(of id: ValueID, in scope: Scope) -> ElementType? {
    type(of: id, in: scope).flatMap { $0.form == .tensor ? $0.element : nil }
  }

  /// What is declared or inferred, here or in the graph that the value comes from.
  private func type(of id: ValueID, in scope: Scope) -> KnownType? {
    if let initializer = scope.graph[id].initializer {
      return KnownType(.tensor(initializer.type, nil))
    }
    if let type = KnownType(scope.graph[id].valueType) { return type }
    if scope.isDefined[id.index] || enclosing.isEmpty { return nil }
    let name = scope.graph[id].name
    for outer in enclosing.reversed() {
      guard let id = outer.graph.find(name), outer.isDefined[id.index] else { continue }
      return outer.graph[id].initializer.flatMap { KnownType(.tensor($0.type, nil)) }
        ?? KnownType(outer.graph[id].valueType)
    }
    return nil
  }
}
