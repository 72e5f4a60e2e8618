// Merges initializers that hold the same tensor. Weights are compared byte by byte only where type, shape and a few samples
// agree, so that a model without duplicates is hardly read.

internal import IngotCore

extension Pass {
  /// Makes readers of equal initializers read the first of them.
  static let duplicateInitializers = Pass("duplicate-initializers") { graph, _ in mergeDuplicateInitializers(&graph) }
}

/// Tensors that differ although their samples agree: with more of them each would be read once for every other one.
private let candidateLimit = 8

private func mergeDuplicateInitializers(_ graph: inout Graph) -> PassReport {
  var report = PassReport("duplicate-initializers")
  let interface = Set(graph.inputs + graph.outputs)
  var replacement = Graph.Replacement(for: graph)
  var seen: [Fingerprint: [ValueID]] = [:]
  for index in graph.values.indices {
    let id = ValueID(index)
    guard let initializer = graph[id].initializer, let tensor = initializer.tensor, initializer.unknownFields.isEmpty,
      !interface.contains(id)
    else { continue }
    let print = Fingerprint(tensor)
    if let first = seen[print]?.first(where: { graph.constant($0)?.bytes == tensor.bytes }) {
      if replacement.replace(id, with: first, in: graph) { report.remove(graph[id].name) }
    } else if seen[print]?.count ?? 0 < candidateLimit {
      seen[print, default: []].append(id)
    }
  }
  guard !report.isEmpty else { return report }
  graph.apply(replacement)
  for id in replacement.newIDs.keys { graph[id].initializer = nil }
  return report
}

/// Equal tensors have equal ones.
struct Fingerprint: Hashable {
  var type: ElementType
  var shape: [Int]
  var sample: [UInt8]

  init(_ tensor: Tensor) { (type, shape, sample) = (tensor.type, tensor.shape, tensor.bytes.sample) }
}
