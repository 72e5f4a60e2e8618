// What an engine really computes in: what its runtime tells of its kernels, weighed with the multiply-adds of the model that it
// was built from, and held to what was asked for. Runtimes may do in float32 what the model says in int8 or float16.

internal import IngotBackends
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

/// The part of `build.json` about types.
struct EngineTypes: Codable {
  struct Kernel: Codable {
    var node: String
    var kernel: String
    var type: String
    var multiplyAdds: Int
  }

  /// Multiply-adds by the type that they are done in; those of layers that no kernel names are `untold`.
  var multiplyAdds: [String: Int]?
  /// The engine's nodes that compute, in its order.
  var kernels: [Kernel]?
  /// Why the backend does not tell, where it does not.
  var untold: String?

  /// - Parameter model: what the engine was built from.
  init(_ kernels: EngineKernels, of model: Model) {
    switch kernels {
    case .untold(let why): untold = why
    case .told(let kernels):
      let layers = LoweringReport(unlowered: model).layers
      count(kernels, layers, outputs: outputs(of: model.graph, Set(layers.map(\.node))))
    }
  }

  private mutating func count(_ found: [EngineKernel], _ layers: [ComputeLayer], outputs: [String: String]) {
    let known = Dictionary(layers.map { ($0.node, $0.multiplyAdds) }, uniquingKeysWith: { first, _ in first })
    var counts: [String: Int] = [:]
    var list: [Kernel] = []
    for kernel in found {
      // Some name what a node writes in its place.
      let multiplyAdds = kernel.multiplyAdds ?? known[kernel.node] ?? outputs[kernel.node].flatMap { known[$0] } ?? 0
      counts[kernel.type.description, default: 0] &+= multiplyAdds
      list.append(
        Kernel(node: kernel.node, kernel: kernel.kernel, type: kernel.type.description, multiplyAdds: multiplyAdds))
    }
    if found.contains(where: { $0.multiplyAdds == nil }) {
      let rest = layers.map(\.multiplyAdds).reduce(0, &+) - counts.values.reduce(0, &+)
      if rest > 0 { counts["untold"] = rest }
    }
    (multiplyAdds, self.kernels) = (counts, list)
  }

  /// For each tensor, and each node that computes nothing, the node behind it whose output becomes it: fusions are named by
  /// what they end with.
  private func outputs(of graph: Graph, _ layers: Set<String>) -> [String: String] {
    var origins: [String: String] = [:]
    for node in graph.nodes {
      let source = (node.inputs.first ?? nil).flatMap { origins[graph[$0].name] }
      guard let origin = layers.contains(node.name) ? node.name : source else { continue }
      if !layers.contains(node.name) { origins[node.name] = origin }
      for case let id? in node.outputs { origins[graph[id].name] = origin }
    }
    return origins
  }

  /// `int8 97.2%, float32 2.8%`, or that nobody tells.
  var text: String {
    guard let multiplyAdds else { return "not told by this backend: \(untold ?? "")" }
    return multiplyAdds.values.contains { $0 > 0 } ? sharesText(multiplyAdds) : "nothing that multiplies"
  }

  /// What a person should know who asked for a type that nothing runs in.
  func warning(asked type: String) -> String? {
    guard share(of: type) == 0 else { return nil }
    return "none of the engine's compute is \(type): the runtime does it in \(sharesText(multiplyAdds ?? [:]))"
  }

  /// The share of the compute in a type, 0...1; nil where nobody tells.
  func share(of type: String) -> Double? {
    guard let multiplyAdds else { return nil }
    let total = multiplyAdds.values.reduce(0, &+)
    return total > 0 ? Double(multiplyAdds[type] ?? 0) / Double(total) : nil
  }
}

/// Less of an engine computes in the precision that was asked for than the manifest demands.
struct EngineShareMissed: ReportableError {
  var precision: String
  var share: Double
  var least: Double
  /// Kernels of other types, the largest first.
  var others: [EngineTypes.Kernel]

  var kind: FailureKind { .gate }
  var description: String {
    let named = others.prefix(10).map { "\n  \($0.node.shown) runs as \($0.type) (\($0.kernel.shown))" }
    let rest = others.count > named.count ? "\n  and \(others.count - named.count) more" : ""
    return
      "\(fixed(share * 100, digits: 1))% of the engine's compute is \(precision), must be at least "
      + "\(fixed(least * 100, digits: 1))%\(named.joined())\(rest)"
      + "\n  hint: the runtime has no kernels for the rest; lower 'at-least', or build for another target"
  }
}

extension EngineTypes {
  /// - Throws: `EngineShareMissed`; nothing where the backend does not tell.
  func require(_ least: Double, of precision: String) throws(EngineShareMissed) {
    guard let share = share(of: precision), share < least else { return }
    let others = (kernels ?? []).filter { $0.type != precision }
    throw EngineShareMissed(
      precision: precision, share: share, least: least,
      others: others.sorted { ($1.multiplyAdds, $0.node) < ($0.multiplyAdds, $1.node) })
  }
}

extension BuildSettings.Demand {
  var elementType: ElementType {
    switch precision {
    case "fp16": .float16
    case "bf16": .bfloat16
    case "fp8": .float8e4m3fn
    default: .int8
    }
  }
}
