// What the passes of one run may still add to a model and spend on it. Folding replaces a recipe by its result, which may be a
// thousand times as large; and a small file can ask for hours of arithmetic.

internal import Synchronization

/// One run's account, shared by the passes over all of its graphs.
package final class Allowance: Sendable {
  private struct Account {
    var growth: Int
    var work: Int
  }

  private let account: Mutex<Account>

  /// Bytes that constants may grow by in all.
  package static let growthLimit = 32 << 20
  /// Bytes that folding may read and make: about a second's arithmetic.
  private static let workLimit = 1 << 30

  package init(growth: Int = Allowance.growthLimit) {
    account = Mutex(Account(growth: max(growth, 0), work: Self.workLimit))
  }

  /// Bytes by which constants may still grow.
  var growth: Int { account.withLock { $0.growth } }
  var work: Int { account.withLock { $0.work } }

  /// - Parameter growth: bytes that constants now take more; less than zero where they take less.
  func spend(growth: Int, work: Int = 0) {
    account.withLock {
      $0.growth -= growth
      $0.work -= work
    }
  }

  /// Sets what is left from how much was added so far, which dead code and duplicates that went away have made less.
  func settle(growth: Int) { account.withLock { $0.growth = growth } }
}
