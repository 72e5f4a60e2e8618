// Reading one value of a mapping as the type that it must have. What is wrong is added to the caller's problems and
// gives nil, so that reading goes on and all problems of a file are found in one run.

package import IngotCore

/// A value together with the name that messages call it by.
package struct YAMLField: Sendable {
  package let name: String
  package let node: YAMLNode
  private let isKey: Bool
  // A place would keep the source a second time, and fields are copied a lot.
  private let keyLine: Int
  private let keyColumn: Int

  /// A value that has no key of its own, as an entry of a list; it goes by the list's name.
  package init(_ name: String, _ node: YAMLNode) {
    (self.name, self.node, isKey) = (name, node, true)
    (keyLine, keyColumn) = (node.place.line, node.place.column)
  }

  package init(_ entry: YAMLEntry) {
    (name, node, isKey) = (entry.key, entry.value, true)
    (keyLine, keyColumn) = (entry.keyPlace.line, entry.keyPlace.column)
  }

  /// The whole of a file.
  /// - Parameter title: what messages call it: `the manifest`.
  package init(root: YAMLNode, title: String) {
    (name, node, isKey) = (title, root, false)
    (keyLine, keyColumn) = (1, 1)
  }

  package var place: Place { node.place }

  /// Where the key stands; the value's own place for an entry of a list, the file's start for the whole of it.
  package var keyPlace: Place { Place(source: node.place.source, line: keyLine, column: keyColumn) }

  /// The name in backquotes, or the title.
  package var shown: String { isKey ? "`\(name)`" : name }

  /// A text that is not empty.
  package func text(_ problems: inout [Diagnostic]) -> Located<String>? {
    guard case .scalar(let scalar) = node.content, case .string = scalar.value else {
      return wrong("text", &problems, hint: node.scalar?.quotingHint)
    }
    if scalar.text.isEmpty { return refuse("\(shown) is empty", &problems) }
    return Located(scalar.text, at: place)
  }

  package func bool(_ problems: inout [Diagnostic]) -> Located<Bool>? {
    if case .bool(let value) = node.scalar?.value { return Located(value, at: place) }
    let booleans = ["yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"]
    let meant = (node.scalar?.text.lowercased()).flatMap { booleans[$0] }
    return wrong(
      "true or false", &problems, hint: meant.map { "in YAML 1.2 this is a string; write `\($0)`" })
  }

  package func int(
    in range: ClosedRange<Int> = .min ... .max, _ problems: inout [Diagnostic]
  ) -> Located<Int>? {
    if node.scalar?.value == .hugeInt { return refuse("\(shown) is a number that 64 bits do not hold", &problems) }
    guard case .int(let value) = node.scalar?.value else {
      return wrong("a whole number", &problems, hint: quotedNumberHint)
    }
    if range.contains(value) { return Located(value, at: place) }
    let bound =
      range.upperBound == .max ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
    return refuse("\(shown) must be \(bound), not \(value)", &problems)
  }

  /// - Parameter range: in which the number must be; NaN is in none.
  package func number(
    in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude,
    _ problems: inout [Diagnostic]
  ) -> Located<Double>? {
    let value: Double
    switch node.scalar?.value {
    case .int(let whole): value = Double(whole)
    case .float(let number): value = number
    case .hugeInt: value = .infinity
    case .null, .bool, .string, nil: return wrong("a number", &problems, hint: quotedNumberHint)
    }
    if range.contains(value) { return Located(value, at: place) }
    if !value.isFinite { return refuse("\(shown) must be a finite number", &problems) }
    let lower = plain(range.lowerBound)
    let bound =
      range.upperBound == .greatestFiniteMagnitude
      ? "at least \(lower)" : "between \(lower) and \(plain(range.upperBound))"
    return refuse("\(shown) must be \(bound), not \(node.scalar?.text ?? "")", &problems)
  }

  /// - Parameter noun: what the words are, for messages: `precision`.
  package func choice<Choice: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
    of type: Choice.Type, noun: String? = nil, _ problems: inout [Diagnostic]
  ) -> Located<Choice>? {
    guard let text = node.scalar?.text, !isNull else { return wrong("a word", &problems) }
    if let value = Choice(rawValue: text) { return Located(value, at: place) }
    let words = Choice.allCases.map(\.rawValue)
    return refuse(
      "unknown \(noun ?? name) \(quoted(text)); expected \(alternatives(words))", &problems,
      hint: suggestion(for: text, among: words).map { "did you mean `\($0)`?" })
  }

  /// The entries of a list, under the list's name.
  package func items(of what: String = "values", _ problems: inout [Diagnostic]) -> [YAMLField]? {
    guard case .sequence(let nodes) = node.content else {
      return wrong(
        "a list of \(what)", &problems, hint: node.scalar == nil || isNull ? nil : "put it in brackets: `[…]`")
    }
    return nodes.map { YAMLField(name, $0) }
  }

  /// The entries of a mapping whose keys are names of the user's.
  package func entries(of what: String = "names", _ problems: inout [Diagnostic]) -> [(
    key: Located<String>, value: YAMLField
  )]? {
    guard case .mapping(let entries) = node.content else { return wrong("a mapping of \(what)", &problems) }
    if entries.isEmpty, node.isIncomplete { return nil }
    return entries.map { (Located($0.key, at: $0.keyPlace), YAMLField($0)) }
  }

  package var isNull: Bool { node.scalar?.value == .null }

  /// Adds a problem at the value; nil, for the caller to return.
  package func refuse<T>(_ problem: String, _ problems: inout [Diagnostic], hint: String? = nil) -> T? {
    problems.append(Diagnostic(at: place, problem, hint: hint))
    return nil
  }

  /// Adds that the value has another type than it must have.
  func refuseType(_ expected: String, _ problems: inout [Diagnostic], hint: String? = nil) {
    problems.append(
      isNull
        ? Diagnostic(at: keyPlace, "\(shown) has no value", hint: "expected \(expected)")
        : Diagnostic(at: place, "\(shown) must be \(expected), not \(node.kindInWords)", hint: hint))
  }

  private func wrong<T>(_ expected: String, _ problems: inout [Diagnostic], hint: String? = nil) -> T? {
    refuseType(expected, &problems, hint: hint)
    return nil
  }

  private var quotedNumberHint: String? {
    guard let scalar = node.scalar, !scalar.isPlain else { return nil }
    switch YAMLScalar(text: scalar.text, isPlain: true).value {
    case .int, .float: return "remove the quotes"
    case .null, .bool, .hugeInt, .string: return nil
    }
  }

  private func plain(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
  }
}

extension YAMLNode {
  var kindInWords: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .scalar(let scalar):
      switch scalar.value {
      case .null: "nothing"
      case .bool: "the boolean \(quoted(scalar.text))"
      case .int, .hugeInt, .float: "the number \(quoted(scalar.text))"
      case .string: scalar.text.isEmpty ? "an empty text" : "the text \(quoted(scalar.text))"
      }
    }
  }
}

extension YAMLScalar {
  var quotingHint: String? {
    switch value {
    case .bool, .int, .hugeInt, .float: "put it in quotes to make it text: `\"\(text.prefix(60))\"`"
    case .null, .string: nil
    }
  }
}
