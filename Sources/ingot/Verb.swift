// What a verb of the command line is, and the help that is made from it.

internal import Glibc
internal import IngotCore

/// One verb: `ingot build`.
struct Verb: Sendable {
  var name: String
  /// After the name in the usage line: `MANIFEST…`.
  var operands: String
  /// One line for the list of verbs.
  var summary: String
  /// Paragraphs for `--help`.
  var details: String
  var options: [Option]
  /// - Returns: how the process ends.
  var run: @Sendable (Context) async throws -> ExitCode

  /// Options that every verb has.
  static let common: [Option] = [
    .flag("--quiet", short: "-q", "print errors only"),
    .flag("--help", short: "-h", "explain this command"),
  ]

  /// For verbs that read or write results.
  static let storeOptions: [Option] = [
    .value("--store", "DIR", "keep results in DIR instead of the folder `store` under INGOT_HOME")
  ]

  /// For verbs that load runtimes.
  static let runtimeOptions: [Option] = [
    .value("--runtime-path", "DIR", "look for runtime libraries in DIR first; may be given more than once"),
    .flag("--untested-runtime", "run versions of TensorRT that were never tested, where their self-check passes"),
  ]

  static let json = Option.flag("--json", "print one JSON document (its `format` says which) instead of text")

  var help: String {
    var text =
      "usage: ingot \(name)\(operands.isEmpty ? "" : " \(operands)") [options]\n\n\(summary)\n\n\(details)\n\noptions:\n"
    let rows = (options + Self.common).map { option -> (String, String) in
      var left = option.short.map { "\($0), \(option.name)" } ?? "    \(option.name)"
      if case .value(let placeholder) = option.shape { left += " \(placeholder)" }
      return (left, option.help)
    }
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    for (left, right) in rows { text += "  \(left.padded(to: width))\(right)\n" }
    return text + "\nexit codes: \(ExitCode.summary)\n"
  }
}

/// How the process ends.
struct ExitCode: Hashable, Sendable {
  var rawValue: Int32
  init(_ rawValue: Int32) { self.rawValue = rawValue }
  init(_ kind: FailureKind) { rawValue = kind.rawValue }

  static let success = ExitCode(0)
  /// `plan --detailed-exitcode`: there is work to do.
  static let workToDo = ExitCode(2)

  static let summary = """
    0 done, 1 a step failed, 2 the command line or an input is wrong, 3 a gate failed,
      4 a runtime or device is missing, 130 interrupted
    """
}

/// What a verb gets to work with.
struct Context: Sendable {
  var arguments: Arguments
  var environment: [String: String]
  var terminal: Terminal

  /// For the audit log.
  var userName: String { environment["USER"] ?? environment["LOGNAME"] ?? "user \(getuid())" }

  /// For records of steps.
  var hostName: String {
    var system = utsname()
    guard unsafe uname(&system) == 0 else { return "" }
    return unsafe withUnsafePointer(to: &system.nodename) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 65) { unsafe String(cString: $0) }
    }
  }
}

extension String {
  /// With spaces after it, at least `width` characters.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
