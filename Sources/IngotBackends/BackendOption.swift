// What a manifest may say under `build` for a backend: one table a backend, which checks, fills in defaults and is shown by
// help texts.

internal import IngotCore

/// A setting of a backend's builder.
package struct BackendOption: Hashable, Sendable {
  package enum Values: Hashable, Sendable {
    case oneOf([String])
    case integer(ClosedRange<Int>)
    /// Bytes, as a number.
    case byteCount
    /// Any of these, with commas between them.
    case anyOf([String])
    /// Names of the user's, with commas between them.
    case names
  }

  package var name: String
  package var values: Values
  /// Nil leaves it to the runtime.
  package var defaultValue: String?
  /// What it does, in a line.
  package var summary: String

  package init(_ name: String, _ values: Values, default defaultValue: String?, _ summary: String) {
    (self.name, self.values, self.defaultValue, self.summary) = (name, values, defaultValue, summary)
  }

  package func accepts(_ value: String) -> Bool {
    switch values {
    case .oneOf(let names): names.contains(value)
    case .integer(let range): Int(value).map(range.contains) ?? false
    case .byteCount: Int(value).map { $0 > 0 } ?? false
    case .anyOf(let names): value.listed.allSatisfy(names.contains)
    case .names: !value.isEmpty
    }
  }

  /// `none, basic or all`; `an integer from 0 to 64`.
  package var expectation: String {
    switch values {
    case .oneOf(let names): alternatives(names)
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .byteCount: "a number of bytes"
    case .anyOf(let names): "names among \(alternatives(names)), with commas between them"
    case .names: "names with commas between them"
    }
  }
}

extension [BackendOption] {
  /// The value of every option that is given or has a default.
  /// - Throws: `.refused` naming the first option, by name, that is unknown or has a value that it cannot have.
  package func resolved(_ given: [String: String], for backend: BackendKind) throws(BackendError) -> [String: String] {
    var values: [String: String] = [:]
    for option in self { values[option.name] = option.defaultValue }
    for (name, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let option = first(where: { $0.name == name }) else {
        throw BackendError(
          backend, .refused("there is no build option '\(name)'"),
          hint: "its options are \(map(\.name).joined(separator: ", "))")
      }
      guard option.accepts(value) else {
        throw BackendError(
          backend, .refused("build option '\(name)' cannot be '\(value)'; expected \(option.expectation)"))
      }
      values[name] = value
    }
    return values
  }
}

extension String {
  /// The entries of an option that is a list.
  var listed: [String] { split(separator: ",").map(String.init) }
}
