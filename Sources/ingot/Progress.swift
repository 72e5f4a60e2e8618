// What a run says while it runs: a moving line on a terminal, one plain line a finished step elsewhere.

internal import IngotCore
internal import IngotPlan
internal import IngotReport
internal import IngotRun
internal import Synchronization

/// Turns events into words. Called from many threads.
final class Progress: Sendable {
  private let terminal: Terminal
  /// What runs now, oldest first, with its phase.
  private let running = Mutex<[(label: String, text: String)]>([])

  init(_ terminal: Terminal) { self.terminal = terminal }

  func handle(_ event: RunEvent) {
    switch event {
    case .started(let label):
      running.withLock { $0.append((label, label)) }
    case .progress(let label, let phase, let fraction):
      let percent = fraction.map { " \(fixed($0 * 100, digits: 0))%" } ?? ""
      update(label, "\(label): \(phase)\(percent)")
    case .finished(let label, let record):
      remove(label)
      if record.wasCached { break }
      terminal.note("  \(label.padded(to: 36))\(durationText(record.duration.seconds))")
      for fact in record.facts where fact.name == "warning" { terminal.note("    warning: \(fact.value)") }
    case .failed(let label, let message):
      remove(label)
      terminal.complain("\(terminal.styled("failed", .red)) \(label)\n\(message)")
    case .skipped(let label, let because):
      remove(label)
      terminal.note("  \(label.padded(to: 36))skipped: \(because)")
    }
    terminal.show(status: running.withLock { $0.map(\.text).joined(separator: " · ") })
  }

  private func update(_ label: String, _ text: String) {
    running.withLock { running in
      if let index = running.firstIndex(where: { $0.label == label }) { running[index].text = text }
    }
  }

  private func remove(_ label: String) {
    running.withLock { $0.removeAll { $0.label == label } }
  }
}
