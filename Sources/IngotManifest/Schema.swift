// The manifest format as a JSON Schema, made from the decoder's own tables, so that editors complete and check what
// Ingot reads. It says what one value may be; what only all of them together show (int8 without calibration) is the
// decoder's to find.

/// The JSON Schema (draft 2020-12) of manifests: the same text each time, keys in the order of the tables.
package func manifestSchema() -> String {
  let manifest = Shape.manifest.schema
  return JSON.object(
    [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string("Ingot manifest, version 1")),
    ] + manifest + [
      // One of the two says the precisions.
      ("anyOf", .array(["precision", "matrix"].map { .object([("required", .array([.string($0)]))]) }))
    ]
  ).text(indent: "") + "\n"
}

private typealias Members = [(String, JSON)]

extension Shape {
  fileprivate var schema: Members {
    var members: Members = [
      ("description", .string(description)),
      ("type", .string("object")),
      (
        "properties",
        .object(keys.map { ($0.name, .object([("description", .string($0.description))] + $0.form.schema)) })
      ),
      ("additionalProperties", .bool(false)),
    ]
    if !required.isEmpty { members.append(("required", .array(required.map { .string($0) }))) }
    return members
  }
}

extension Form {
  fileprivate var schema: Members {
    switch self {
    case .text: [("type", .string("string")), ("minLength", .int(1))]
    case .pattern(let pattern, let example):
      [("type", .string("string")), ("pattern", .string(pattern)), ("examples", .array([.string(example)]))]
    case .boolean: [("type", .string("boolean"))]
    case .integer(let range):
      [("type", .string("integer")), ("minimum", .int(range.lowerBound))]
        + (range.upperBound == .max ? [] : [("maximum", .int(range.upperBound))])
    case .number(let range):
      [("type", .string("number")), ("minimum", .number(range.lowerBound))]
        + (range.upperBound == .greatestFiniteMagnitude ? [] : [("maximum", .number(range.upperBound))])
    case .choice(let words): [("enum", .array(words.map { .string($0) }))]
    case .list(let form, let minimum):
      [("type", .string("array")), ("items", .object(form.schema))] + (minimum > 0 ? [("minItems", .int(minimum))] : [])
    case .mapping(let shape): Self.withoutDescription(shape.schema)
    case .named(let form, let keyPattern, let minimum):
      [
        ("type", .string("object")), ("additionalProperties", .object(form.schema)), ("minProperties", .int(minimum)),
      ] + (keyPattern.map { [("propertyNames", .object([("pattern", .string($0))]))] } ?? [])
    case .either(let forms): [("anyOf", .array(forms.map { .object($0.schema) }))]
    }
  }

  /// The key that holds a shape describes it.
  private static func withoutDescription(_ members: Members) -> Members { members.filter { $0.0 != "description" } }
}

/// JSON that keeps the order of its members.
private indirect enum JSON {
  case string(String)
  case int(Int)
  case number(Double)
  case bool(Bool)
  case array([JSON])
  case object(Members)

  func text(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .string(let value): return Self.quoted(value)
    case .int(let value): return String(value)
    case .number(let value):
      return value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
    case .bool(let value): return String(value)
    case .array(let values):
      return "[\(values.map { $0.text(indent: inner) }.joined(separator: ", "))]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let lines = members.map { "\(inner)\(Self.quoted($0.0)): \($0.1.text(indent: inner))" }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      default:
        let code = String(scalar.value, radix: 16)
        result += scalar.value < 0x20 ? "\\u\(String(repeating: "0", count: 4 - code.count))\(code)" : String(scalar)
      }
    }
    return result + "\""
  }
}
