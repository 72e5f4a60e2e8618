// New names, of values or of nodes, that nothing in a model has.

/// Finds names that are not taken: a name as it is, or with the first number that is free. However many ask for one name, each
/// number is tried once.
package struct FreshNames {
  private var taken: Set<String>
  private var numbers: [String: Int] = [:]

  /// - Parameter taken: of the whole model: a subgraph sees the values of the graphs around it by name.
  package init(taken: Set<String>) { self.taken = taken }

  mutating func take(_ names: Set<String>) { taken.formUnion(names) }

  package mutating func name(startingWith base: String) -> String {
    var candidate = base
    while !taken.insert(candidate).inserted {
      let number = numbers[base, default: 0] + 1
      numbers[base] = number
      candidate = "\(base)_\(number)"
    }
    return candidate
  }
}

extension Graph {
  /// Names of all values here and in subgraphs, whoever defines them.
  package var allValueNames: Set<String> { valueNamesInside.union(values.map(\.name)) }

  /// Names of all values in subgraphs, whoever defines them.
  var valueNamesInside: Set<String> {
    var names: Set<String> = []
    for node in nodes { for (_, graph) in node.subgraphs { names.formUnion(graph.allValueNames) } }
    return names
  }

  /// Names of the values that subgraphs define: below them an outer value of that name cannot be seen.
  var namesOwnedInside: Set<String> {
    var names: Set<String> = []
    for node in nodes {
      for (_, graph) in node.subgraphs {
        let isDefined = graph.definedValues()
        for index in graph.values.indices where isDefined[index] { names.insert(graph.values[index].name) }
        names.formUnion(graph.namesOwnedInside)
      }
    }
    return names
  }
}
