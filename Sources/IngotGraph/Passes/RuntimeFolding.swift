// Folds with the help of a runtime what the native evaluator does not know (Conv, Resize, Einsum …), once it and the other passes
// have come to their end. The runtime gets all of a graph's constant parts as one small model; where it refuses that, halves of
// it, so that one node that it does not take leaves the others folded.

internal import IngotCore

struct RuntimeFolding {
  private let evaluator: any ConstantEvaluator
  private let irVersion: Int64
  private let functions: Set<Function.Key>
  /// Names of first results of regions that were refused.
  private var refused: Set<String> = []
  private var callsLeft = Self.callLimit
  private var workLeft = Self.workLimit

  private static let callLimit = 64
  /// Multiplications: some seconds on one core.
  private static let workLimit = 1 << 36
  /// What a region may make in memory.
  private static let byteLimit = 256 << 20

  init(_ evaluator: any ConstantEvaluator, for model: Model) {
    self.evaluator = evaluator
    // From version 4 on a constant is no input.
    irVersion = max(model.irVersion, 4)
    functions = Set(model.functions.map(\.key))
  }

  mutating func fold(_ graph: inout Graph, _ context: PassContext) -> PassReport {
    var report = PassReport("runtime-folding")
    var finder = ConstantRegions(graph, facts: context.facts, functions: functions)
    var growth = 0
    let regions = finder.all().filter { region in
      guard !refused.contains(graph[region.results[0]].name), region.byteCount <= Self.byteLimit,
        region.work <= workLeft, region.growth <= max(context.allowance.growth - growth, 0)
      else { return false }
      growth += region.growth
      workLeft -= region.work
      return true
    }
    guard !regions.isEmpty else { return report }
    let tensors = results(of: regions[...], in: graph, context, &report)
    let folded = regions.filter { $0.results.allSatisfy { tensors[graph[$0].name] != nil } }
    put(tensors, for: folded, into: &graph, &report)
    context.allowance.spend(growth: folded.reduce(0) { $0 + $1.growth })
    return report
  }

  /// - Returns: by name; nothing of regions that the runtime refuses.
  private mutating func results(
    of regions: ArraySlice<ConstantRegion>, in graph: Graph, _ context: PassContext, _ report: inout PassReport
  ) -> [String: Tensor] {
    guard let first = regions.first else { return [:] }
    guard callsLeft > 0 else {
      for region in regions { refuse(region, of: graph, "the runtime has refused too many others", &report) }
      return [:]
    }
    callsLeft -= 1
    do throws(EvaluationRefusal) {
      let model = graph.model(of: regions, context, irVersion: irVersion)
      let tensors = try evaluator.evaluate(model)
      for id in regions.flatMap(\.results) { try require(tensors[graph[id].name], for: id, of: graph, context) }
      return tensors
    } catch {
      guard regions.count > 1 else {
        refuse(first, of: graph, error.reason, &report)
        return [:]
      }
      let middle = regions.startIndex + regions.count / 2
      let tensors = results(of: regions[..<middle], in: graph, context, &report)
      return tensors.merging(results(of: regions[middle...], in: graph, context, &report)) { first, _ in first }
    }
  }

  private func require(
    _ tensor: Tensor?, for id: ValueID, of graph: Graph, _ context: PassContext
  ) throws(EvaluationRefusal) {
    let (name, facts) = (graph[id].name, context.facts[id.index])
    guard let tensor else { throw EvaluationRefusal("'\(name)' was not calculated") }
    guard tensor.type == facts.type, tensor.shape.map({ .fixed($0) }) == facts.shape else {
      throw EvaluationRefusal(
        "'\(name)' came as \(tensor.type) \(tensor.shape), not \(facts.type?.description ?? "") \(facts.shape?.shapeText ?? "")"
      )
    }
  }

  private mutating func refuse(
    _ region: ConstantRegion, of graph: Graph, _ reason: String, _ report: inout PassReport
  ) {
    guard let last = region.nodes.last else { return }
    refused.insert(graph[region.results[0]].name)
    let line = reason.split(separator: "\n").first ?? ""
    report.add(note: "'\(graph.nodes[last].label(in: graph))' stays: \(line)")
  }

  private func put(
    _ tensors: [String: Tensor], for regions: [ConstantRegion], into graph: inout Graph, _ report: inout PassReport
  ) {
    guard !regions.isEmpty else { return }
    let outputs = Set(graph.outputs)
    var constants: [Int: [Node]] = [:]
    var isGone = [Bool](repeating: false, count: graph.nodes.count)
    for region in regions {
      for index in region.nodes {
        isGone[index] = true
        report.remove(graph.nodes[index].label(in: graph))
      }
      for id in region.results {
        guard let tensor = tensors[graph[id].name] else { continue }
        if outputs.contains(id) {
          constants[region.nodes[0], default: []].append(Node(constant: tensor, named: graph[id].name, output: id))
        } else {
          graph.setConstant(id, Initializer(tensor))
        }
      }
    }
    var kept: [Node] = []
    for (index, node) in graph.nodes.enumerated() {
      kept += constants[index] ?? []
      if !isGone[index] { kept.append(node) }
    }
    graph.nodes = kept
  }
}

extension Node {
  /// An output of a graph is made by a node.
  init(constant tensor: Tensor, named name: String, output: ValueID) {
    let value = Attribute(name: "value", value: .tensor(Initializer(tensor)))
    self.init("Constant", name: name, inputs: [], outputs: [output], attributes: [value])
  }
}

extension Graph {
  /// A model of these regions alone: the constants that they read, and their results as outputs.
  fileprivate func model(
    of regions: ArraySlice<ConstantRegion>, _ context: PassContext, irVersion: Int64
  ) -> Model {
    var part = Graph(name: "constants")
    let nodes = regions.flatMap(\.nodes).sorted().map { self.nodes[$0] }
    let made = Set(nodes.flatMap { $0.outputs.compactMap(\.self) })
    var ids: [ValueID: ValueID] = [:]
    func number(_ id: ValueID) -> ValueID {
      if let known = ids[id] { return known }
      var value = Value(name: values[id.index].name)
      value.valueType = context.facts[id.index].valueType?.mapShapes { $0.map(\.exported) }
      if !made.contains(id) {
        value.initializer = ConstantRegions.constant(id, in: self, context.facts).map { Initializer($0) }
      }
      let added = part.addValue(value)
      ids[id] = added
      return added
    }
    for var node in nodes {
      node.inputs = node.inputs.map { $0.map(number) }
      node.outputs = node.outputs.map { $0.map(number) }
      part.nodes.append(node)
    }
    part.outputs = regions.flatMap(\.results).map(number)
    var model = Model(graph: part, irVersion: irVersion, opset: context.opset)
    for domain in Set(nodes.map(\.domain)) { model.opsets[domain] = context.opsets[domain] ?? 1 }
    return model
  }
}
