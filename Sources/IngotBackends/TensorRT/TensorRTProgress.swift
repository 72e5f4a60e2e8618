// From a builder's phases to one number that only grows. Phases are nested and announce how many steps they have, but not
// every announced step is reported and phases may end in another order than they began.

/// How far a build has come.
struct TensorRTProgress {
  private struct Phase {
    var name: String
    var start: Double, end: Double  // its share of the whole
    var stepCount: Int
    var finishedSteps = 0

    var position: Double { start + (end - start) * Double(finishedSteps) / Double(stepCount) }
    var nextPosition: Double { start + (end - start) * Double(min(finishedSteps + 1, stepCount)) / Double(stepCount) }
  }

  private var open: [Phase] = []
  /// 0...1
  private(set) var fraction = 0.0

  /// A phase takes the share of its parent's next step, or the whole where it has no parent.
  mutating func start(_ name: String, parent: String?, stepCount: Int) {
    let outer = parent.flatMap { parent in open.last { $0.name == parent } }
    open.append(
      Phase(name: name, start: outer?.position ?? 0, end: outer?.nextPosition ?? 1, stepCount: max(stepCount, 1)))
  }

  mutating func complete(_ name: String, step: Int) {
    guard let index = open.lastIndex(where: { $0.name == name }) else { return }
    open[index].finishedSteps = min(max(open[index].finishedSteps, step + 1), open[index].stepCount)
    fraction = max(fraction, open[index].position)
  }

  mutating func finish(_ name: String) {
    guard let index = open.lastIndex(where: { $0.name == name }) else { return }
    fraction = max(fraction, open[index].end)
    open.remove(at: index)
  }
}
