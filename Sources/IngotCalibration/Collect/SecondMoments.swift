// Which channels of a tensor go together: the sum of xxᵀ over all rows x that a product reads. The runtime that runs the model
// multiplies, so that no row leaves it.

package import IngotBackends
package import IngotCore
package import IngotGraph

/// A symmetric matrix of a tensor's last axis.
package struct SecondMoments: Sendable {
  package let channelCount: Int
  /// [channel][channel].
  package private(set) var sums: [Float]

  /// - Parameter sums: as many rows as columns.
  package init(sums: [Float], channelCount: Int) {
    precondition(sums.count == channelCount * channelCount, "\(sums.count) sums of \(channelCount) channels")
    (self.sums, self.channelCount) = (sums, channelCount)
  }

  package mutating func add(_ other: SecondMoments) {
    precondition(channelCount == other.channelCount, "\(channelCount) channels are not \(other.channelCount)")
    for index in sums.indices { sums[index] += other.sums[index] }
  }
}

extension Model {
  /// The model with nothing but second moments as its outputs, and their names. What a mask among the inputs leaves out does
  /// not count.
  /// - Parameter tensors: float32, of a known last axis.
  package func measuringMoments(of tensors: [String]) -> (model: Model, outputs: [(tensor: String, name: String)]) {
    var model = self
    model.graph.outputs = []
    var outputs: [(tensor: String, name: String)] = []
    for name in tensors {
      guard let id = graph.find(name), let channels = graph[id].shape?.last?.size else { continue }
      outputs.append((name, model.graph.addMoments(of: id, channels: channels, mask: graph.mask(of: id))))
    }
    return (model, outputs)
  }
}

extension Graph {
  /// An input that says which rows of the tensor are padding.
  fileprivate func mask(of id: ValueID) -> ValueID? {
    guard let shape = self[id].shape?.dropLast(), !shape.contains(.unknown) else { return nil }
    return inputs.first { input in
      let types: [ElementType] = [.int64, .int32, .bool]
      return self[input].name.lowercased().contains("mask") && types.contains(self[input].type ?? .float32)
        && self[input].shape == Array(shape)
    }
  }

  fileprivate mutating func addMoments(of id: ValueID, channels: Int, mask: ValueID?) -> String {
    let name = "\(self[id].name)_moments"
    func label(_ part: String) -> String { "\(name)/\(part)" }
    let shape = addInitializer(freshName: label("shape"), Tensor([-1, Int64(channels)]))
    let rows = addNode("Reshape", [id, shape], named: label("rows"))
    var counted = rows
    if let mask {
      let flat = addInitializer(freshName: label("flat"), Tensor([-1, 1] as [Int64]))
      let isRead = addNode("Cast", [mask], named: label("is-read"), to: .bool)
      let weights = addNode("Cast", [isRead], named: label("weights"), to: .float32)
      let column = addNode("Reshape", [weights, flat], named: label("column"))
      counted = addNode("Mul", [rows, column], named: label("counted"))
    }
    let turned = addNode("Transpose", [counted], named: label("turned"))
    let moments = addNode("MatMul", [turned, rows], named: name)
    self[moments].shape = [.fixed(channels), .fixed(channels)]
    outputs.append(moments)
    return self[moments].name
  }

  private mutating func addNode(
    _ op: String, _ inputs: [ValueID], named name: String, to type: ElementType? = nil
  ) -> ValueID {
    let output = addValue(freshName: name, type: type ?? .float32)
    var node = Node(op, name: self[output].name, inputs: inputs, outputs: [output])
    if let type { node.set("to", .int(Int64(type.rawValue))) }
    nodes.append(node)
    return output
  }
}

/// Measures second moments over a calibration set, a few tensors at a time.
package struct MomentCollector {
  private let set: CalibrationSet
  private let memoryBudget: ByteCount
  private let openSession: (Model) throws -> any InferenceSession

  /// Samples in one run, where the model takes any number.
  private static let batchSize = 16

  package init(
    set: CalibrationSet, memoryBudget: ByteCount,
    openSession: @escaping (Model) throws -> any InferenceSession
  ) {
    (self.set, self.memoryBudget, self.openSession) = (set, memoryBudget, openSession)
  }

  /// The tensors in runs whose moments the budget holds, with as much again for what the runtime returns and for a factor of
  /// them. A tensor that alone is over it is left out.
  package func groups(of tensors: [String], in graph: Graph) -> [[String]] {
    let limit = memoryBudget.count / 4
    var groups: [[String]] = []
    var room = 0
    for name in tensors {
      guard let channels = graph.find(name).flatMap({ graph[$0].shape?.last?.size }), channels > 0, channels <= 1 << 20
      else { continue }
      let byteCount = channels * channels * 4
      guard byteCount <= limit else { continue }
      if byteCount > room {
        groups.append([])
        room = limit
      }
      groups[groups.count - 1].append(name)
      room -= byteCount
    }
    return groups
  }

  /// - Parameter onProgress: is told samples done and to do; false stops with `.cancelled`.
  package func run(
    _ tensors: [String], of model: Model, onProgress: (Int, Int) -> Bool
  ) throws -> [String: SecondMoments] {
    let measuring = model.measuringMoments(of: tensors)
    let session = try openSession(measuring.model)
    let problems = set.problems(feeding: session.inputs).filter { $0.severity == .error }
    guard problems.isEmpty else { throw InputError(problems) }
    let unit = set.fixedBatchSize(of: session.inputs)
    var found: [String: SecondMoments] = [:]
    for samples in set.batches(of: unit ?? Self.batchSize) {
      if let unit, samples.count < unit { break }
      var feed: [String: Tensor] = [:]
      for input in session.inputs { feed[input.name] = try set.tensor(input.name, samples: samples) }
      let results = try session.run(feed)
      for (name, output) in measuring.outputs {
        guard let tensor = results[output], let sums = tensor.floats, tensor.shape.count == 2 else { continue }
        if let value = sums.first(where: { !$0.isFinite }) {
          throw CalibrationError.notFinite(tensor: name, samples: samples, value: value)
        }
        let moments = SecondMoments(sums: sums, channelCount: tensor.shape[0])
        if found[name] == nil { found[name] = moments } else { found[name]?.add(moments) }
      }
      guard onProgress(samples.upperBound, set.sampleCount) else { throw CalibrationError.cancelled }
    }
    return found
  }
}
