// Gives tensors other names, everywhere: subgraphs know the values of the graphs around them by name.

internal import IngotCore

/// - Parameter names: new names by old ones; two tensors may swap theirs.
func renameTensors(_ model: inout Model, _ names: [String: String], _ problems: inout [GraphError]) -> PassReport {
  var report = PassReport("rename")
  guard !names.isEmpty else { return report }
  let known = TensorNames(model.graph)
  _ = known.known(names.keys.sorted(), &problems)
  let (taken, inner) = (model.graph.allValueNames, model.graph.namesOwnedInside)
  var owners: [String: String] = [:]
  for (old, new) in names.sorted(by: { $0.key < $1.key }) {
    if new.isEmpty { problems.append(GraphError(.emptyName(old))) }
    if let owner = owners.updateValue(old, forKey: new) { problems.append(GraphError(.sameName(owner, old, new))) }
    // What is renamed too makes room, but not where a subgraph has a value of its own by that name.
    if new != old, inner.contains(new) || taken.contains(new) && names[new] == nil {
      problems.append(GraphError(.nameTaken(old, new)))
    }
  }
  guard problems.isEmpty else { return report }
  // By way of names that nobody has, so that names may be swapped.
  var (away, back): ([String: String], [String: String]) = ([:], [:])
  for (number, (old, new)) in names.sorted(by: { $0.key < $1.key }).enumerated() where old != new {
    let between = "\u{1}\(number)"
    (away[old], back[between]) = (between, new)
    report.change(new)
  }
  model.graph.rename(away, ownsAll: true)
  model.graph.rename(back, ownsAll: true)
  return report
}

extension Graph {
  /// - Parameter ownsAll: whether values that the graph defines are meant, rather than only those that it sees.
  fileprivate mutating func rename(_ names: [String: String], ownsAll: Bool) {
    guard !names.isEmpty else { return }
    let isDefined = ownsAll ? [] : definedValues()
    var visible = names
    if !ownsAll { for index in values.indices where isDefined[index] { visible[values[index].name] = nil } }
    for (old, new) in visible.sorted(by: { $0.key < $1.key }) {
      if let id = find(old) { rename(id, to: new) }
    }
    for index in nodes.indices where nodes[index].hasSubgraphs {
      nodes[index].forEachSubgraph { $0.rename(visible, ownsAll: false) }
    }
  }
}
