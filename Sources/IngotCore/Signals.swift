// Signals: Ctrl-C, whose handler only sets a flag that long work asks for between pieces, and crashes of loaded libraries.

internal import CSystem

package enum Interrupt {
  /// SIGINT and SIGTERM set a flag from now on; a second one ends the process at once with 130.
  package static func startCatching() { ingot_catch_interrupts() }

  package static var wasRequested: Bool { ingot_was_interrupted() }

  package static func check() throws(Interrupted) {
    if wasRequested { throw Interrupted() }
  }
}

/// Crashes inside libraries that Ingot loads. They end the process, but not without a word.
package enum CrashReport {
  package static func startCatching() { ingot_catch_crashes() }

  /// Runs `body`; if a library that it calls crashes on this thread, the process ends with 1 and a message that begins with `label`.
  package static func labeling<R, E: Error>(_ label: String, _ body: () throws(E) -> R) throws(E) -> R {
    unsafe ingot_set_crash_label(label)
    defer { ingot_set_crash_label(nil) }
    return try body()
  }
}
