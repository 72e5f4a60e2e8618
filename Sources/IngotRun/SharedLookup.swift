// `Lookup` for the steps that run side by side: one at a time, behind a lock.

package import IngotPlan
internal import Synchronization

package final class SharedLookup: Sendable {
  private let lookup: Mutex<Lookup>

  package init(_ lookup: consuming sending Lookup) { self.lookup = Mutex(lookup) }

  package func statuses(of plan: Plan) -> [StepStatus] { lookup.withLock { $0.statuses(of: plan) } }

  func resolve(_ step: Step, records: [StepID: StepRecord]) throws(StepFailure) -> ResolvedStep {
    try lookup.withLock { (lookup) throws(StepFailure) in
      try lookup.resolve(step) { id in
        guard let record = records[id] else { preconditionFailure("an input's record is there before the step runs") }
        return record
      }
    }
  }

  func requireUnchanged(_ step: Step, _ resolved: ResolvedStep) throws(StepFailure) {
    try lookup.withLock { (lookup) throws(StepFailure) in try lookup.requireUnchanged(step, resolved) }
  }
}
