// The command line as values: each verb declares its options once, and parsing, `--help` and errors come from that one list.

internal import IngotCore

/// An option of a verb.
struct Option: Sendable {
  enum Shape: Sendable {
    case flag
    /// Takes a value; the text names it in the help: `DIR`.
    case value(String)
  }

  /// With its dashes: `--out`.
  var name: String
  /// One letter: `-o`.
  var short: String?
  var shape: Shape
  var help: String

  static func flag(_ name: String, short: String? = nil, _ help: String) -> Option {
    Option(name: name, short: short, shape: .flag, help: help)
  }

  static func value(_ name: String, short: String? = nil, _ placeholder: String, _ help: String) -> Option {
    Option(name: name, short: short, shape: .value(placeholder), help: help)
  }
}

/// What the user typed, taken apart.
struct Arguments: Sendable {
  var operands: [String] = []
  private var flags: Set<String> = []
  private var values: [String: [String]] = [:]

  func has(_ name: String) -> Bool { flags.contains(name) }
  /// The last one given.
  func value(_ name: String) -> String? { values[name]?.last }
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A whole number.
  func count(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let count = Int(text), range.contains(count) else {
      throw UsageError("\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return count
  }

  /// A time: `500ms`, `3s`.
  func duration(_ name: String, in range: ClosedRange<Duration>) throws(UsageError) -> Duration? {
    guard let text = value(name) else { return nil }
    let (suffix, unit) = text.hasSuffix("ms") ? (2, 0.001) : (1, 1.0)
    guard text.hasSuffix("s"), let number = Double(text.dropLast(suffix)), number.isFinite,
      range.contains(.seconds(number * unit))
    else {
      throw UsageError(
        "\(name) takes a time like 500ms or 3s from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return .seconds(number * unit)
  }

  /// A percentage, as a fraction: `99.9%` is 0.999.
  func fraction(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double? {
    guard let text = value(name) else { return nil }
    guard text.hasSuffix("%"), let percent = Double(text.dropLast()), range.contains(percent) else {
      let (low, high) = (fixed(range.lowerBound, digits: 0), fixed(range.upperBound, digits: 0))
      throw UsageError("\(name) takes \(low)% to \(high)%, not '\(text)'")
    }
    return percent / 100
  }

  init(_ words: some Sequence<String>, options: [Option]) throws(UsageError) {
    var isOnlyOperands = false
    var waiting: Option?
    for word in words {
      if let option = waiting {
        try give(word, to: option)
        waiting = nil
      } else if isOnlyOperands || word == "-" || !word.hasPrefix("-") {
        operands.append(word)
      } else if word == "--" {
        isOnlyOperands = true
      } else {
        waiting = try take(word, options)
      }
    }
    if let waiting { throw UsageError("\(waiting.name) needs a value") }
  }

  /// - Returns: the option whose value is the next word.
  private mutating func take(_ word: String, _ options: [Option]) throws(UsageError) -> Option? {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let option = options.first(where: { $0.name == parts[0] || $0.short == String(parts[0]) }) else {
      let near = suggestion(for: String(parts[0]), among: options.map(\.name))
      throw UsageError("there is no option \(parts[0])" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
    switch option.shape {
    case .flag:
      guard parts.count == 1 else { throw UsageError("\(option.name) takes no value") }
      flags.insert(option.name)
      return nil
    case .value:
      guard parts.count == 2 else { return option }
      try give(String(parts[1]), to: option)
      return nil
    }
  }

  /// An empty value is what a script's unset variable leaves, and would mean the root folder.
  private mutating func give(_ value: String, to option: Option) throws(UsageError) {
    if value.isEmpty { throw UsageError("\(option.name) needs a value") }
    values[option.name, default: []].append(value)
  }
}

/// The command line is wrong.
struct UsageError: ReportableError {
  var problem: String
  init(_ problem: String) { self.problem = problem }
  var kind: FailureKind { .input }
  var description: String { problem }
}
