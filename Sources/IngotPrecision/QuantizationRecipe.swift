// What calibration decided about a model's int8 form besides ranges: factors that move range from one tensor's channels into
// the next weights, corrections of biases, and the measurements that decided. Lowering is a function of the model, the
// ranges and this document, which is `recipe.json` in the store.

internal import FoundationEssentials
package import IngotCore
package import IngotGraph

/// Changes to a model's constants before it is quantized, and why these.
package struct QuantizationRecipe: Codable, Sendable, Hashable {
  /// Version of this format.
  package var recipe = 1
  /// The method that the ranges come from.
  package var method: String
  package var scalings: [ChannelScaling] = []
  package var corrections: [BiasCorrection] = []
  /// What was compared, in the order of the decisions.
  package var trials: [Trial] = []
  /// What int8 costs at each layer, the most expensive first.
  package var costs: [LayerCost] = []

  package init(method: String) { self.method = method }

  /// One candidate of one decision.
  package struct Trial: Codable, Sendable, Hashable {
    /// The key of the manifest that forces it: `equalize`.
    package var choice: String
    package var candidate: String
    /// Of the outputs against the float model's, in decibels; nil where it was not measured.
    package var sqnr: Double?
    /// How many samples it took to tell; where few were clear, the others were not looked at.
    package var samples: Int?
    package var isChosen: Bool
    /// Why, where the measurement does not say.
    package var reason: String?

    package init(
      choice: String, candidate: String, sqnr: Double?, samples: Int? = nil, isChosen: Bool, reason: String? = nil
    ) {
      (self.choice, self.candidate, self.isChosen, self.reason) = (choice, candidate, isChosen, reason)
      (self.sqnr, self.samples) = (sqnr, samples)
    }
  }
}

/// What int8 costs at one convolution or matrix product.
package struct LayerCost: Codable, Sendable, Hashable {
  package var node: String
  package var op: String
  /// The tensor that it reads, the range that its codes span, and the fraction of its values beyond.
  package var input: String
  package var range: [Float]
  package var clipped: Double?
  /// Signal to noise of the stored weights, and of the node's output in the int8 model against the float one, in decibels.
  package var weightSQNR: Double
  package var outputSQNR: Double?
  /// 1 is the layer with the least output SQNR.
  package var rank: Int

  package init(
    node: String, op: String, input: String, range: [Float], clipped: Double?, weightSQNR: Double, outputSQNR: Double?,
    rank: Int
  ) {
    (self.node, self.op, self.input, self.range, self.clipped) = (node, op, input, range, clipped)
    (self.weightSQNR, self.outputSQNR, self.rank) = (weightSQNR, outputSQNR, rank)
  }
}

extension QuantizationRecipe {
  /// A recipe's largest file: 256 MiB are some 20 million factors and corrections.
  package static let fileByteLimit = 256 << 20

  /// The same bytes for the same recipe, on every machine.
  package func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(self) else { fatalError("BUG: a recipe cannot be encoded") }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  package init(path: String) throws(InputError) {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: Self.fileByteLimit)
    } catch {
      throw InputError(in: path, "the recipe cannot be read: \(error)")
    }
    do {
      self = try JSONDecoder().decode(QuantizationRecipe.self, from: Data(bytes))
    } catch {
      throw InputError(in: path, "this is no recipe: \(error)", hint: "let `ingot build` calibrate again")
    }
  }

  /// Changes the model's constants as the recipe says. Its ranges hold for the result.
  /// - Parameters: as the result will be lowered: a node that stays float has no rounding that its bias should correct.
  /// - Throws: `.recipe` where it was made for another model; `.unmatchedPatterns`, `.nonFiniteWeight`.
  package func apply(
    to model: inout Model, keep: KeepList = KeepList(), form: Int8Form = .tensorrt, products: ByteProducts = .exact
  ) throws(PrecisionError) {
    for scaling in scalings { try scaling.apply(to: &model.graph) }
    guard !corrections.isEmpty else { return }
    var quantized: Set<String> = []
    for edge in try place(model.graph, form: form, products: products, keep: keep).weights.flatMap(\.edges) {
      if let output = model.graph.nodes[edge.node].outputs.first ?? nil { quantized.insert(model.graph[output].name) }
    }
    let bounds = form.boundsNeighbours(products)
    for correction in corrections where quantized.contains(correction.output) {
      try correction.apply(to: &model.graph, boundsNeighbours: bounds)
    }
  }
}
