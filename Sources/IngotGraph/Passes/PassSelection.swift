// Which passes sanitizing runs: all, none, some by name, or all but some.

internal import IngotCore

/// What runs between reading a model and inferring its shapes, which always happens.
package enum PassSelection: Hashable, Sendable {
  case only(Set<String>)
  case allBut(Set<String>)

  package static let all = allBut([])
  package static let none = only([])

  func contains(_ pass: String) -> Bool {
    switch self {
    case .only(let names): names.contains(pass)
    case .allBut(let names): !names.contains(pass)
    }
  }

  /// Every pass by name, in the order in which they run first.
  package static let names: [String] =
    [Stage.trainingInfo, Stage.inputDefaults, Stage.functions, Stage.order, Stage.constantNodes] + Pass.all.map(\.name)
    + [Stage.deadCode, Stage.names, Stage.canonical]

  /// What runs once for a model rather than on every graph.
  enum Stage {
    static let trainingInfo = "training-info"
    static let inputDefaults = "input-defaults"
    static let functions = "functions"
    static let order = "order"
    static let constantNodes = "constant-nodes"
    static let deadCode = "dead-code"
    static let names = "names"
    static let canonical = "canonical"
  }

  /// - Parameter text: `all`, `none`, or names with commas: those passes alone, or all but those where each has a `-` before it.
  /// - Throws: `.noSuchPass` with every name that is not known, `.mixedPasses`.
  package init(_ text: String) throws(GraphError) {
    let words = text.split(separator: ",").map { $0.trimmingSpaces }
    if words == ["all"] { self = .all; return }
    if words == ["none"] { self = .none; return }
    let left = words.filter { $0.hasPrefix("-") }
    guard left.isEmpty || left.count == words.count else { throw GraphError(.mixedPasses(text)) }
    let names = left.isEmpty ? words : left.map { String($0.dropFirst()) }
    let unknown = names.filter { !Self.names.contains($0) }
    guard unknown.isEmpty else { throw GraphError(.noSuchPass(unknown, passes: Self.names)) }
    self = left.isEmpty ? .only(Set(names)) : .allBut(Set(names))
  }

  /// The same for the same selection, whatever the order in which it was written.
  package var description: String {
    switch self {
    case .only(let names): names.isEmpty ? "none" : names.sorted().joined(separator: ",")
    case .allBut(let names): names.isEmpty ? "all" : names.sorted().map { "-\($0)" }.joined(separator: ",")
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
