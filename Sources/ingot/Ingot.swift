// The entry point: finds the verb, runs it, and turns how it ended into words and an exit code.

internal import Glibc
internal import IngotBackends
internal import IngotCore
internal import IngotRun

@main struct Ingot {
  static let version = "0.1.0"

  static let verbs: [Verb] = [
    .build, .plan, .validate, .initialize, .migrate, .check, .sanitize, .calibrate, .lower, .inspect, .bench,
    .promote, .channels, .rollback, .cache, .runtimes, .doctor, .schema,
  ]

  static func main() async {
    let words = Array(CommandLine.arguments.dropFirst())
    let environment = readEnvironment()
    guard let name = words.first, !["--help", "-h", "help"].contains(name) else {
      let terminal = Terminal(environment: environment, isQuiet: false)
      if words.isEmpty {
        terminal.complain(overview)
        exit(ExitCode(.input).rawValue)
      }
      terminal.print(words.count > 1 ? (verbs.first { $0.name == words[1] }?.help ?? overview) : overview)
      exit(0)
    }
    if name == "--version" || name == "version" {
      Terminal(environment: environment, isQuiet: false).print("ingot \(version)")
      exit(0)
    }
    exit(await run(name, Array(words.dropFirst()), environment).rawValue)
  }

  private static func run(_ name: String, _ words: [String], _ environment: [String: String]) async -> ExitCode {
    let isQuiet = words.contains("--quiet") || words.contains("-q")
    let terminal = Terminal(environment: environment, isQuiet: isQuiet)
    guard let verb = verbs.first(where: { $0.name == name }) else {
      let near = suggestion(for: name, among: verbs.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
      terminal.complain("ingot: there is no command '\(name)'\(near)\n  hint: `ingot --help` lists the commands")
      return ExitCode(.input)
    }
    do {
      let arguments = try Arguments(words, options: verb.options + Verb.common)
      if arguments.has("--help") {
        terminal.print(verb.help)
        return .success
      }
      Interrupt.startCatching()
      CrashReport.startCatching()
      return try await verb.run(Context(arguments: arguments, environment: environment, terminal: terminal))
    } catch let error as UsageError {
      terminal.complain("ingot \(name): \(error)\n  hint: `ingot \(name) --help` explains the command")
      return ExitCode(.input)
    } catch let error as any ReportableError {
      terminal.complain(error is InputError ? "\(error)" : "ingot \(name): \(error)")
      return ExitCode(error.kind)
    } catch {
      terminal.complain("ingot \(name): \(error)")
      return ExitCode(.step)
    }
  }

  private static var overview: String {
    let width = (verbs.map(\.name.count).max() ?? 0) + 2
    return """
      usage: ingot COMMAND [options]

      Ingot builds inference engines from manifests and proves that they are right.

      commands:
      \(verbs.map { "  \($0.name.padded(to: width))\($0.summary)" }.joined(separator: "\n"))

      `ingot COMMAND --help` explains a command. Results and runtimes are kept under INGOT_HOME
      (default: $XDG_DATA_HOME/ingot, else ~/.local/share/ingot).
      """
  }

  private static func readEnvironment() -> [String: String] {
    let names =
      [
        "INGOT_HOME", "INGOT_RUNTIME_PATH", "LD_LIBRARY_PATH", "XDG_DATA_HOME", "HOME", "NO_COLOR", "TERM", "USER",
        "LOGNAME",
      ]
      + BackendKind.allCases.flatMap(\.engineEnvironment)
    var environment: [String: String] = [:]
    for name in names {
      if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
    }
    return environment
  }
}
