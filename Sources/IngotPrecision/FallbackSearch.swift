// Accuracy-driven fallback: which quantized nodes must go back to the fallback type until the model is good enough, with as few
// evaluations as that takes.

/// What a search found.
package struct FallbackSearch: Sendable, Hashable {
  /// One model that was evaluated.
  package struct Trial: Codable, Sendable, Hashable {
    /// How many nodes were kept at the fallback type.
    package var kept: Int
    package var holds: Bool
  }

  /// Nodes to keep at the fallback type, the most sensitive first; nil where even keeping all that are ranked is not enough.
  package private(set) var kept: [String]?
  package private(set) var trials: [Trial] = []

  /// Doubles the number of kept nodes until the metric holds, then halves the gap, then tries to give back runs of those
  /// that it went past.
  ///
  /// - Parameters:
  ///   - ranked: nodes that are quantized, the most sensitive first; asked for only where keeping none is not enough.
  ///   - limit: at most so many evaluations; at least 2 + log2 of the nodes, so that the search always ends with an answer.
  ///   - holds: evaluates the model with these nodes at the fallback type.
  package init<E: Error>(
    among ranked: () throws(E) -> [String], limit: Int = 16, holds: ([String]) throws(E) -> Bool
  ) throws(E) {
    if try evaluate([], holds) {
      kept = []
      return
    }
    let ranked = try ranked()
    var (tooFew, enough) = (0, Int?.none)
    var next = 1
    while enough == nil, tooFew < ranked.count {
      next = min(next, ranked.count)
      if try evaluate(Array(ranked.prefix(next)), holds) { enough = next } else { tooFew = next }
      next *= 4
    }
    guard var enough else { return }
    while enough - tooFew > 1 {
      let middle = (tooFew + enough) / 2
      if try evaluate(Array(ranked.prefix(middle)), holds) { enough = middle } else { tooFew = middle }
    }
    var found = Array(ranked.prefix(enough))
    // The last one is needed by how it was found; the ranking may have put some before it that are not.
    var run = found.count / 2
    while run >= 1, trials.count < limit {
      var start = found.count - 1 - run
      while start >= 0, trials.count < limit {
        let without = Array(found[..<start] + found[(start + run)...])
        if try evaluate(without, holds) { found = without }
        start -= run
      }
      run /= 2
    }
    kept = found
  }

  private mutating func evaluate<E: Error>(_ nodes: [String], _ holds: ([String]) throws(E) -> Bool) throws(E) -> Bool {
    let result = try holds(nodes)
    trials.append(Trial(kept: nodes.count, holds: result))
    return result
  }
}
