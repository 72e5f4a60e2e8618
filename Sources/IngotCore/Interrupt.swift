// Ctrl-C. The signal handler only sets a flag; long work asks for it between pieces.

internal import CSystem

package enum Interrupt {
  /// SIGINT and SIGTERM set a flag from now on; a second one ends the process at once with 130.
  package static func startCatching() { ingot_catch_interrupts() }

  package static var wasRequested: Bool { ingot_was_interrupted() }

  package static func check() throws(Interrupted) {
    if wasRequested { throw Interrupted() }
  }
}
