// What kind of thing a value is, as the format's TypeProto says it: nearly always a tensor.

package import IngotCore

/// The type of a value.
package enum ValueType: Hashable, Sendable {
  /// The element type is nil where nobody says it, the shape where even the rank is unknown.
  case tensor(ElementType?, [Dimension]?)
  case sparseTensor(ElementType?, [Dimension]?)
  indirect case sequence(of: ValueType)
  indirect case optional(of: ValueType)
  /// The key is an integer or string type; nil where the file says none.
  indirect case map(key: ElementType?, value: ValueType)
  /// A type of somebody's own, known by name.
  case opaque(domain: String, name: String)

  /// A tensor's; nil for everything else.
  package var elementType: ElementType? { if case .tensor(let type, _) = self { type } else { nil } }

  /// A tensor's; nil for everything else.
  package var shape: [Dimension]? { if case .tensor(_, let shape) = self { shape } else { nil } }

  /// Whether the element types are known all the way in; shapes may be open.
  package var isComplete: Bool {
    switch self {
    case .tensor(let type, _), .sparseTensor(let type, _): type != nil
    case .sequence(let element), .optional(let element): element.isComplete
    case .map(let key, let value): key != nil && value.isComplete
    case .opaque: true
    }
  }

  /// The same with every shape in it changed.
  package func mapShapes(_ change: ([Dimension]) -> [Dimension]) -> ValueType {
    switch self {
    case .tensor(let type, let shape): .tensor(type, shape.map(change))
    case .sparseTensor(let type, let shape): .sparseTensor(type, shape.map(change))
    case .sequence(let element): .sequence(of: element.mapShapes(change))
    case .optional(let element): .optional(of: element.mapShapes(change))
    case .map(let key, let value): .map(key: key, value: value.mapShapes(change))
    case .opaque: self
    }
  }
}
