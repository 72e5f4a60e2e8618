// The form of manifests as data: which keys a mapping has and what their values look like. The decoder takes known and
// required keys from it, `manifestSchema()` all of it; `ManifestShape.swift` holds the tables.

internal import IngotCore

/// A mapping with known keys.
struct Shape: Sendable {
  struct Key: Sendable {
    var name: String
    var form: Form
    var isRequired: Bool
    var description: String
  }

  var description: String
  var keys: [Key]
  let required: [String]
  let optional: [String]

  init(_ description: String, _ keys: [Key]) {
    (self.description, self.keys) = (description, keys)
    required = keys.filter(\.isRequired).map(\.name)
    optional = keys.filter { !$0.isRequired }.map(\.name)
  }
}

/// What a value looks like.
indirect enum Form: Sendable {
  case text
  /// Text of a form that a regular expression tells, with an example.
  case pattern(String, example: String)
  case boolean
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case choice([String])
  /// At least so many entries.
  case list(Form, minimum: Int)
  case mapping(Shape)
  /// Keys are the user's; at least so many, each as the regular expression says where there is one.
  case named(Form, keyPattern: String?, minimum: Int)
  case either([Form])
}

extension Shape.Key {
  static func required(_ name: String, _ form: Form, _ description: String) -> Shape.Key {
    Shape.Key(name: name, form: form, isRequired: true, description: description)
  }

  static func optional(_ name: String, _ form: Form, _ description: String) -> Shape.Key {
    Shape.Key(name: name, form: form, isRequired: false, description: description)
  }
}

extension MappingReader {
  init?(_ field: YAMLField, _ shape: Shape, _ problems: inout [Diagnostic], hint: @autoclosure () -> String? = nil) {
    self.init(field, required: shape.required, optional: shape.optional, &problems, hint: hint())
  }
}
