// Raises a model's standard operator set: every operator whose form or meaning changed on the way is rewritten so that the
// model computes what it computed, in subgraphs too. What the changes are is in the tables beside this file.

internal import IngotCore

package enum OperatorSet {
  /// The newest version of the standard operator set that models are raised to.
  package static let newest: Int64 = 28

  /// The oldest file format that may hold this version: checkers and runtimes refuse a newer set in an older format.
  static func oldestFormat(of version: Int64) -> Int64 {
    switch version {
    case ..<9: 3
    case 9: 4
    case 10: 5
    case 11: 6
    case 12..<15: 7
    case 15..<19: 8
    case 19, 20: 9
    case 21, 22: 10
    case 23: 11
    case 24: 12
    case 25..<28: 13
    default: 14
    }
  }
}

/// Gives the model this version of the standard operator set, its functions too; a graph without standard operators stays as it
/// is.
/// - Throws: `.olderOpset`, `.newerOpset`; `.opsetObstacles` naming every node in the way; `.cycle`; what `requireNodeCounts`
///   throws. The model is then as it was.
package func raiseOpset(of model: inout Model, to wanted: Int64) throws(GraphError) -> PassReport {
  var report = PassReport(OpsetConversion.name)
  guard wanted <= OperatorSet.newest else {
    throw GraphError(.newerOpset(asked: wanted, newest: OperatorSet.newest))
  }
  guard let have = model.opsets[""], have != wanted else { return report }
  guard have < wanted else { throw GraphError(.olderOpset(have: have, asked: wanted)) }
  // What is written anew takes the inputs and outputs that the operator has.
  try model.requireNodeCounts()
  var raised = model
  var names = FreshNames(taken: model.graph.allValueNames)
  var obstacles: [OpsetObstacle] = []
  try convert(
    &raised.graph, of: model.opsets, model.functions, to: wanted, isFunction: false, &names, &report, &obstacles)
  for index in raised.functions.indices {
    guard let own = raised.functions[index].opsets[""], own < wanted else { continue }
    var names = FreshNames(taken: raised.functions[index].body.allValueNames)
    let opsets = raised.functions[index].opsets
    try convert(
      &raised.functions[index].body, of: opsets, model.functions, to: wanted, isFunction: true, &names, &report,
      &obstacles)
    raised.functions[index].opsets[""] = wanted
  }
  guard obstacles.isEmpty else { throw GraphError(.opsetObstacles(have: have, asked: wanted, obstacles)) }
  raised.opsets[""] = wanted
  raised.raiseIRVersion(to: OperatorSet.oldestFormat(of: wanted))
  model = raised
  return report
}

private func convert(
  _ graph: inout Graph, of opsets: [String: Int64], _ functions: [Function], to wanted: Int64, isFunction: Bool,
  _ names: inout FreshNames, _ report: inout PassReport, _ obstacles: inout [OpsetObstacle]
) throws(GraphError) {
  var conversion = OpsetConversion(from: opsets[""] ?? 1, to: wanted, isFunction: isFunction, names: names)
  var inference = ShapeInference(opsets: opsets, declarations: .mayBeStale, functions: functions)
  inference.whenInferred = { graph, facts in conversion.convert(&graph, PassContext(facts: facts, opsets: opsets)) }
  // Whether the model is right is not asked here, nor is what it declares changed.
  inference.whenContradicted = { _ in }
  let declared = graph.values.map(\.valueType)
  _ = try inference.infer(&graph)
  for (index, type) in declared.enumerated() { graph[ValueID(index)].valueType = type }
  names = conversion.names
  report.merge(conversion.report)
  obstacles += conversion.obstacles
}

/// One conversion of a model, over all its graphs.
struct OpsetConversion {
  static let name = "opset"

  let from: Int64
  let to: Int64
  private(set) var obstacles: [OpsetObstacle] = []
  private(set) var report = PassReport(name)
  private(set) var names: FreshNames
  private let isFunction: Bool

  /// - Parameter isFunction: whether the graph has no place for initializers.
  init(from: Int64, to: Int64, isFunction: Bool, names: FreshNames) {
    (self.from, self.to, self.isFunction, self.names) = (from, to, isFunction, names)
  }

  /// Rewrites one graph; the graphs inside it were rewritten before.
  mutating func convert(_ graph: inout Graph, _ context: PassContext) {
    guard graph.nodes.contains(where: isAffected) else { return }
    var rewriter = OpsetRewriter(graph: graph, context: context, target: to, isFunction: isFunction, names: names)
    let nodes = graph.nodes
    graph = Graph(name: "")  // so that the changes below copy nothing
    var converted: [Node] = []
    converted.reserveCapacity(nodes.count)
    for node in nodes {
      guard isAffected(node) else { converted.append(node); continue }
      do throws(OpsetObstacle) {
        converted += try rewriter.converted(node, from: from)
        report.change(node.label(in: rewriter.graph))
      } catch {
        obstacles.append(error)
        converted.append(node)
      }
    }
    (graph, names) = (rewriter.graph, rewriter.names)
    graph.nodes = converted
  }

  private func isAffected(_ node: Node) -> Bool {
    node.domain.isEmpty && OpsetChange.next(of: node.opType, after: from, upTo: to) != nil
  }
}
