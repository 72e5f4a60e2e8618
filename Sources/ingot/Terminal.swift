// Where words go: results to standard output, everything else to standard error. Colors and a moving line only on a terminal.

internal import Glibc
internal import IngotCore
internal import Synchronization

/// The two streams and what they can show.
final class Terminal: Sendable {
  let isQuiet: Bool
  /// Whether standard error is a terminal that moves its cursor.
  let isInteractive: Bool
  private let hasColors: Bool
  /// The line that shows what is being done; empty when none does.
  private let statusLine = Mutex("")

  init(environment: [String: String], isQuiet: Bool) {
    self.isQuiet = isQuiet
    isInteractive = isatty(2) == 1 && environment["TERM"] != "dumb"
    hasColors =
      isatty(2) == 1 && isatty(1) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  /// A result.
  func print(_ text: String) {
    withoutStatus { write(text.hasSuffix("\n") ? text : text + "\n", to: 1) }
  }

  /// What is going on; left out with `--quiet`.
  func note(_ text: String) {
    if !isQuiet { withoutStatus { write(text + "\n", to: 2) } }
  }

  /// A problem; always shown.
  func complain(_ text: String) {
    withoutStatus { write(text + "\n", to: 2) }
  }

  /// Replaces the moving line; nothing where there is no terminal.
  func show(status text: String) {
    guard isInteractive, !isQuiet else { return }
    statusLine.withLock { line in
      write("\r\u{1B}[K\(text.prefix(columns - 1))", to: 2)
      line = text
    }
  }

  enum Style: String {
    case bold = "1", red = "31", green = "32", yellow = "33", dim = "2"
  }

  func styled(_ text: String, _ style: Style) -> String {
    hasColors ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  private var columns: Int {
    var size = winsize()
    return unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
  }

  private func withoutStatus(_ body: () -> Void) {
    statusLine.withLock { line in
      if !line.isEmpty { write("\r\u{1B}[K", to: 2) }
      line = ""
      body()
    }
  }

  private func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      // A closed pipe (`ingot … | head`) is no error of ours.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
