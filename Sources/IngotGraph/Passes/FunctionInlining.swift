// Puts the body of a model's function in the place of every call, and drops functions that nothing calls.
//
// Functions that call functions can make a small file a graph without end, so all calls are inlined or, where that would make
// too many nodes, or a function calls itself, none.

internal import IngotCore

func inlineFunctions(_ model: inout Model) -> PassReport {
  var report = PassReport("functions")
  guard !model.functions.isEmpty, model.training.isEmpty else { return report }
  let calls = CallGraph(model)
  if let order = calls.calleesFirst, calls.expandedNodeCount(in: order) <= calls.nodeLimit,
    order.allSatisfy({ model.functions[$0].fits(model.opsets) })
  {
    var inlining = Inlining(functions: model.functions, indices: calls.indices)
    for index in order { inlining.expand(index) }
    inlining.inline(into: &model.graph, &report)
    for index in order {
      for (domain, version) in model.functions[index].opsets where model.opsets[domain] == nil {
        model.opsets[domain] = version
      }
    }
    model.functions = []
  } else {
    let reachable = calls.reachable
    let unused = model.functions.indices.filter { !reachable.contains($0) }
    for index in unused { report.remove(model.functions[index].key.name) }
    model.functions = model.functions.indices.filter { reachable.contains($0) }.map { model.functions[$0] }
  }
  return report
}

/// Which function calls which, how often.
private struct CallGraph {
  let indices: [Function.Key: Int]
  /// By function: the functions that it calls, once per call, and nodes of its own, those in bodies included.
  private var callees: [[Int]] = []
  private var nodeCounts: [Int] = []
  private var mainCallees: [Int] = []
  private var mainNodeCount = 0

  /// A graph may grow to this many nodes.
  var nodeLimit: Int { 50_000 + 4 * mainNodeCount }

  init(_ model: Model) {
    indices = model.functionIndices()
    for function in model.functions {
      let calls = Self.calls(in: function.body, indices)
      callees.append(calls.callees)
      nodeCounts.append(calls.others)
    }
    (mainCallees, mainNodeCount) = Self.calls(in: model.graph, indices)
  }

  private static func calls(in graph: Graph, _ indices: [Function.Key: Int]) -> (callees: [Int], others: Int) {
    var calls: (callees: [Int], others: Int) = ([], 0)
    for node in graph.nodes {
      if let index = indices[node.functionKey] { calls.callees.append(index) } else { calls.others += 1 }
      for (_, inner) in node.subgraphs {
        let more = Self.calls(in: inner, indices)
        calls.callees += more.callees
        calls.others += more.others
      }
    }
    return calls
  }

  var reachable: Set<Int> {
    var found: Set<Int> = []
    var stack = mainCallees
    while let next = stack.popLast() { if found.insert(next).inserted { stack += callees[next] } }
    return found
  }

  /// Functions that the model calls, each after those that it calls; nil where one calls itself.
  var calleesFirst: [Int]? {
    let reachable = reachable
    var waitsFor = callees.map { Set($0).count }
    var callers = [[Int]](repeating: [], count: callees.count)
    for index in reachable.sorted() { for callee in Set(callees[index]) { callers[callee].append(index) } }
    var ready = reachable.filter { waitsFor[$0] == 0 }.sorted()
    var order: [Int] = []
    while let next = ready.popLast() {
      order.append(next)
      for caller in callers[next] {
        waitsFor[caller] -= 1
        if waitsFor[caller] == 0 { ready.append(caller) }
      }
    }
    return order.count == reachable.count ? order : nil
  }

  /// Nodes of all functions and of the graph with every call replaced; `Int.max` where they cannot be counted.
  func expandedNodeCount(in order: [Int]) -> Int {
    var counts = [Int](repeating: 0, count: callees.count)
    func sum(_ own: Int, _ calls: [Int]) -> Int {
      calls.reduce(own) { total, callee in
        let (sum, overflow) = total.addingReportingOverflow(counts[callee])
        return overflow ? .max : sum
      }
    }
    var total = 0
    for index in order {
      counts[index] = sum(nodeCounts[index], callees[index])
      let (next, overflow) = total.addingReportingOverflow(counts[index])
      total = overflow ? .max : next
    }
    let main = sum(mainNodeCount, mainCallees)
    return main.addingReportingOverflow(total).overflow ? .max : main + total
  }
}

extension Function {
  /// Whether every operator in it means the same in the model's operator sets.
  fileprivate func fits(_ models: [String: Int64]) -> Bool {
    func fits(_ graph: Graph) -> Bool {
      graph.nodes.allSatisfy { node in
        node.subgraphs.allSatisfy { fits($0.graph) }
          && isSame(node, opsets[node.domain], models[node.domain])
      }
    }
    return body.capturedNames().isEmpty && fits(body)
  }

  private func isSame(_ node: Node, _ own: Int64?, _ models: Int64?) -> Bool {
    guard let own, let models, own != models else { return true }
    let versions = [own, models].map { OperatorSchema.find(node.opType, domain: node.domain, opset: $0)?.sinceVersion }
    return versions[0] != nil && versions[0] == versions[1]
  }
}

private struct Inlining {
  var functions: [Function]
  let indices: [Function.Key: Int]

  /// - Precondition: the functions that this one calls are expanded.
  mutating func expand(_ index: Int) {
    var body = Graph(name: "")
    swap(&body, &functions[index].body)
    var report = PassReport("functions")
    inline(into: &body, &report)
    swap(&body, &functions[index].body)
  }

  func inline(into graph: inout Graph, _ report: inout PassReport) {
    for index in graph.nodes.indices where graph.nodes[index].hasSubgraphs {
      graph.nodes[index].forEachSubgraph { inline(into: &$0, &report) }
    }
    guard graph.nodes.contains(where: { indices[$0.functionKey] != nil }) else { return }
    var splicing = Splicing(of: &graph)
    var nodes: [Node] = []
    for call in splicing.graph.nodes {
      guard let index = indices[call.functionKey] else {
        nodes.append(call)
        continue
      }
      report.remove(call.label(in: splicing.graph))
      var body = functions[index].body
      body.bindReferences(to: attributes(of: call, functions[index]))
      nodes += splicing.nodes(of: body, inputs: call.inputs, outputs: call.outputs)
    }
    splicing.finish(&graph, nodes: nodes)
  }

  private func attributes(of call: Node, _ function: Function) -> [String: Attribute.Value] {
    var values: [String: Attribute.Value] = [:]
    for attribute in function.defaults { values[attribute.name] = attribute.value }
    for attribute in call.attributes { values[attribute.name] = attribute.value }
    return values
  }
}

extension Graph {
  /// Writes values where a function's body refers to its attributes. An attribute that the call does not give is left out.
  fileprivate mutating func bindReferences(to values: [String: Attribute.Value]) {
    for index in nodes.indices where !nodes[index].attributes.isEmpty {
      var bound: [Attribute] = []
      for attribute in nodes[index].attributes {
        guard case .reference(let name, _) = attribute.value else { bound.append(attribute); continue }
        guard let value = values[name] else { continue }
        var attribute = attribute
        attribute.value = value
        bound.append(attribute)
      }
      nodes[index].attributes = bound
      if nodes[index].hasSubgraphs { nodes[index].forEachSubgraph { $0.bindReferences(to: values) } }
    }
  }
}
