// What calibration made of weights: codes and scales. In the store they are `weights.onnx`, a model of nothing but initializers:
// for a weight W `codes:W` (int4, W's shape) and `scales:W` (float32). ONNX's own format has readers that trust no
// size, data files beside it for what is large, and tools that show it.

package import IngotCalibration
internal import IngotCore
package import IngotGraph
internal import Synchronization

/// Ways to round a weight that is stored in blocks.
package enum BlockRounding: String, Codable, Sendable, CaseIterable {
  /// Each number to the nearest code, each block's range where its numbers come out nearest.
  case nearest
  /// The same, with rows weighed by the mean square of what they are multiplied with.
  case weighted
  /// What a row's rounding changes in the output is taken back by the rows after it.
  case feedback

  /// What the record says of it.
  package var summary: String {
    switch self {
    case .nearest: "to nearest, which measured best"
    case .weighted: "to nearest, ranges by the mean square of what weights are multiplied with"
    case .feedback: "with error feedback over what weights are multiplied with"
    }
  }
}

package struct RoundedWeights: Sendable {
  /// By weight.
  private(set) var weights: [String: ScaledWeight] = [:]
  /// What the record says of them.
  package var rounding: String

  package init(_ rounding: BlockRounding) { self.rounding = rounding.summary }

  /// Rounds weights of a graph, those without moments not.
  /// - Parameter moments: by tensor; of several tensors that one weight is multiplied with, all.
  /// - Throws: `.nonFiniteWeight`.
  package mutating func add(
    _ blocked: [BlockedWeight], of graph: Graph, _ rounding: BlockRounding, moments: [String: SecondMoments],
    threadCount: Int
  ) throws(PrecisionError) {
    var jobs: [(moments: SecondMoments, weights: [(BlockedWeight, Tensor)])] = []
    var places: [[String]: Int] = [:]
    for weight in blocked {
      guard let id = graph.find(weight.name), let tensor = graph.constant(id), !weight.data.isEmpty,
        let sum = Self.sum(weight.data, of: moments, channels: tensor.shape[weight.axis])
      else { continue }
      if let bad = tensor.elements(as: Float.self).firstIndex(where: { !$0.isFinite }) {
        let node = weight.readers.first?.node ?? ""
        throw PrecisionError(.nonFiniteWeight(tensor: weight.name, node: node, element: bad))
      }
      if let known = places[weight.data] {
        jobs[known].weights.append((weight, tensor))
      } else {
        places[weight.data] = jobs.count
        jobs.append((sum, [(weight, tensor)]))
      }
    }
    let made = Mutex<(next: Int, weights: [String: ScaledWeight])>((0, [:]))
    let work = jobs
    withThreads(min(threadCount, work.count)) { _ in
      while true {
        let next = made.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        guard next < work.count else { return }
        let feedback = ErrorFeedback(work[next].moments, takesBack: rounding == .feedback)
        for (weight, tensor) in work[next].weights {
          let rounded = ScaledFormat.int4.quantize(
            tensor, axis: weight.axis, blockSize: weight.blockSize, feedback)
          made.withLock { $0.weights[weight.name] = rounded }
        }
      }
    }
    weights.merge(made.withLock { $0.weights }) { _, new in new }
  }

  private static func sum(_ names: [String], of moments: [String: SecondMoments], channels: Int) -> SecondMoments? {
    var sum: SecondMoments?
    for name in names {
      guard let own = moments[name], own.channelCount == channels else { return nil }
      if sum == nil { sum = own } else { sum?.add(own) }
    }
    return sum
  }
}

extension RoundedWeights {
  /// Signal to noise of the numbers that are stored for a weight, in decibels.
  package func sqnr(of weight: BlockedWeight, in graph: Graph) -> Double {
    guard let id = graph.find(weight.name), let tensor = graph.constant(id),
      let stored = weights[weight.name] ?? nearest(weight, tensor)
    else { return 0 }
    return stored.sqnr(against: tensor, by: .blocks(axis: weight.axis, size: weight.blockSize)) ?? 0
  }

  private func nearest(_ weight: BlockedWeight, _ tensor: Tensor) -> ScaledWeight? {
    try? ScaledFormat.int4.quantize(
      tensor, by: .blocks(axis: weight.axis, size: weight.blockSize), clips: true, scaleType: .float32
    ).get()
  }
}

extension RoundedWeights {
  private static let graphName = "ingot-weights"
  private static let (codes, scales) = ("codes:", "scales:")

  /// The same bytes for the same weights.
  package var model: Model {
    var graph = Graph(name: Self.graphName)
    graph.docString = rounding
    for (name, weight) in weights.sorted(by: { $0.key < $1.key }) {
      _ = graph.addInitializer(freshName: Self.codes + name, weight.values)
      _ = graph.addInitializer(freshName: Self.scales + name, weight.scales)
    }
    return Model(graph: graph, irVersion: 10, opset: 21)
  }

  /// - Throws: `.recipe` where it is no such model.
  package init(_ model: Model) throws(PrecisionError) {
    let graph = model.graph
    guard graph.name == Self.graphName else { throw PrecisionError(.recipe("its weights are no weights of Ingot's")) }
    rounding = graph.docString ?? ""
    for value in graph.values where value.name.hasPrefix(Self.codes) {
      let name = String(value.name.dropFirst(Self.codes.count))
      guard let codes = value.initializer?.tensor, let id = graph.find(Self.scales + name),
        let scales = graph.constant(id), scales.type == .float32
      else { throw PrecisionError(.recipe("'\(name)' has codes and no scales")) }
      weights[name] = ScaledWeight(values: codes, scales: scales, zeroGroups: 0)
    }
  }
}

extension ScaledWeight {
  /// The same for scales of a type that holds them exactly.
  /// - Throws: `.recipe` where it was made for another weight.
  func checked(
    _ name: String, shape: [Int], by grouping: ScaleGroups, _ format: ScaledFormat, _ scaleType: ElementType
  ) throws(PrecisionError) -> ScaledWeight {
    guard values.type == format.type, values.shape == shape, scales.shape == grouping.scalesShape(shape) else {
      throw PrecisionError(.recipe("'\(name)' has the shape \(shape), and its codes \(values.shape)"))
    }
    let own = scales.elements(as: Float.self)
    guard own.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw PrecisionError(.recipe("a scale of '\(name)' is not positive"))
    }
    var result = self
    result.scales = Tensor(own.map { format.stored($0, as: scaleType) }, shape: scales.shape)
    return result
  }
}
