// Channels that are scaled: which ones can be, by how much, and that the function stays.

import Foundation
import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// Two convolutions with a Relu between them, through a depthwise one.
private let chain = """
  graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
    const %w1: float32[16,16,1,1] = ramp(-1.0, 0.01)
    const %b1: float32[16] = ramp
    const %wd: float32[16,1,3,3] = ramp(0.1, 0.01)
    const %w2: float32[16,16,1,1] = ramp(1.0, -0.01)
    %a: float32[b,16,8,8] = Conv(%x, %w1, %b1) # first
    %r: float32[b,16,8,8] = Relu(%a) # relu
    %d: float32[b,16,8,8] = Conv(%r, %wd) {group=16, pads=[1, 1, 1, 1]} # depthwise
    %p: float32[b,16,8,8] = MaxPool(%d) {kernel_shape=[1, 1]} # pool
    %y: float32[b,16,8,8] = Conv(%p, %w2) # last
  }
  """

@Suite struct ScalingTests {
  @Test func groupsReachFromWriterToReaders() throws {
    let graph = try model(chain).graph
    let groups = ChannelGroups(graph).groups
    #expect(groups.map { $0.tensors.map { graph[$0].name } } == [["a", "r"], ["d", "p"]])
    #expect(groups[0].writers.map(\.constant) == ["w1", "b1"])
    #expect(groups[0].readers == [ChannelPlace(constant: "wd", blocks: 1, channels: 16, inner: 9)])
    #expect(groups[1].writers == [ChannelPlace(constant: "wd", blocks: 1, channels: 16, inner: 9)])
    #expect(groups[1].readers == [ChannelPlace(constant: "w2", blocks: 16, channels: 16, inner: 1)])
  }

  @Test(
    arguments: [
      ("Sigmoid(%a)", "an activation that a factor does not pass through"),
      ("Clip(%a, %low, %high)", "a bound"),
      ("Add(%a, %x)", "a sum with channels that nothing scales"),
      ("Mul(%a, %a)", "a product with itself"),
      ("Div(%x, %a)", "a divisor"),
      ("Softmax(%a)", "a softmax"),
    ])
  func whatIsNoFactorPinsChannels(operation: String, why: String) throws {
    let graph = try model(
      """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
        const %w1: float32[16,16,1,1] = ramp
        const %w2: float32[16,16,1,1] = ramp
        const %low: float32[] = [0.0]
        const %high: float32[] = [6.0]
        %a: float32[b,16,8,8] = Conv(%x, %w1) # first
        %r: float32[b,16,8,8] = \(operation) # between
        %y: float32[b,16,8,8] = Conv(%r, %w2) # last
      }
      """
    ).graph
    #expect(ChannelGroups(graph).groups.isEmpty, "\(why)")
  }

  /// Its weights are scaled on both axes, once each: the function stays.
  @Test func aStreamThatALayerBothReadsAndWritesIsOneGroup() throws {
    var changed = try model(
      """
      graph main(%x: float32[b,16,2,2]) -> (%y: float32[b,16]) {
        const %w1: float32[16,16,1,1] = ramp
        const %w2: float32[16,16,1,1] = ramp
        const %w3: float32[64,16] = ramp
        const %shape: int64[2] = [0, -1]
        %a: float32[b,16,2,2] = Conv(%x, %w1) # first
        %r: float32[b,16,2,2] = Relu(%a) # relu
        %c: float32[b,16,2,2] = Conv(%r, %w2) # second
        %s: float32[b,16,2,2] = Add(%c, %r) # add
        %f: float32[b,64] = Reshape(%s, %shape) # flatten
        %y: float32[b,16] = MatMul(%f, %w3) # fc
      }
      """
    )
    let before = changed.graph
    let group = try #require(ChannelGroups(before).groups.first)
    #expect(group.tensors.map { before[$0].name } == ["a", "r", "c", "s", "f"])
    #expect(group.writers.map(\.constant) == ["w1", "w2"] && group.readers.map(\.constant) == ["w2", "w3"])
    let factors = (0..<16).map { Float(1 << ($0 % 3)) }
    try ChannelScaling(
      kind: .equalize, factors: factors, divided: group.writers, multiplied: group.readers, insertion: nil, gain: 1
    ).apply(to: &changed.graph)
    let (old, new) = (floats("w2", before), floats("w2", changed.graph))
    for (index, value) in old.enumerated() { #expect(new[index] == value * factors[index % 16] / factors[index / 16]) }
    for (index, value) in floats("w1", before).enumerated() {
      #expect(floats("w1", changed.graph)[index] == value / factors[index / 16])
    }
    for (index, value) in floats("w3", before).enumerated() {
      #expect(floats("w3", changed.graph)[index] == value * factors[index / 64])
    }
  }

  private func floats(_ name: String, _ graph: Graph) -> [Float] { graph.constant(graph.find(name))?.floats ?? [] }

  /// The factors that undo a stretch: ranges become even.
  @Test func balanceUndoesAStretch() throws {
    let stretch = (0..<16).map { exp2(Double($0 % 7) - 3) }
    let channels = ObservedChannels(
      amax: stretch, mean: stretch.map { _ in 0 }, typicalSquare: stretch.map { $0 * $0 / 3 })
    let weights = (0..<256).map { Float(1 / stretch[$0 % 16]) * ($0 / 16 % 2 == 0 ? 1 : -1) }
    let node = Node("Conv", name: "c", inputs: [], outputs: [])
    let linear = try #require(LinearShape(node, weight: [16, 16, 1, 1]))
    let reader = BalancedWeights(linear, weights, repeats: 1, channels)
    let found = try #require(balance([BalancedTensor(channels: channels, readers: [reader], sumCount: 0)], count: 16))
    let even = zip(stretch, found.factors).map { $0 / Double($1) }
    #expect((even.max() ?? 0) / (even.min() ?? 1) < 1.3)
    #expect(found.gain > 6)
  }

  @Test func whatIsEvenStaysAsItIs() throws {
    let channels = ObservedChannels(
      amax: [Double](repeating: 1, count: 16), mean: [Double](repeating: 0, count: 16),
      typicalSquare: [Double](repeating: 0.3, count: 16))
    let linear = try #require(LinearShape(Node("MatMul", name: "", inputs: [], outputs: []), weight: [16, 16]))
    let reader = BalancedWeights(linear, [Float](repeating: 1, count: 256), repeats: 1, channels)
    #expect(balance([BalancedTensor(channels: channels, readers: [reader], sumCount: 0)], count: 16) == nil)
  }

  @Test func aRecipeReadsBackAndChangesWhatItNames() throws {
    var recipe = QuantizationRecipe(method: "mse")
    recipe.scalings = [
      ChannelScaling(
        kind: .equalize, factors: [2, 4] + [Float](repeating: 1, count: 14),
        divided: [ChannelPlace(constant: "b1", blocks: 1, channels: 16, inner: 1)],
        multiplied: [ChannelPlace(constant: "w2", blocks: 16, channels: 16, inner: 1)], insertion: nil, gain: 3)
    ]
    recipe.corrections = [BiasCorrection(output: "y", bias: nil, axis: 0, means: [Float](repeating: 0.5, count: 16))]
    let path = FileManager.default.temporaryDirectory.appending(path: "recipe-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileSystem.writeAtomically([Bytes(recipe.json())], to: path, isDurable: false)
    #expect(try QuantizationRecipe(path: path) == recipe)
    var changed = try model(chain)
    try recipe.apply(to: &changed)
    #expect(changed.graph.constant(changed.graph.find("b1"))?.floats?.prefix(4) == [0, 0.25, 2, 3])
    #expect(changed.graph.constant(changed.graph.find("w2"))?.floats?.prefix(3) == [2, 3.96, 0.98])
    #expect(wiring(changed.graph).last == "y = Conv p w2 y_bias")
    #expect(changed.graph.verify(requiresOrder: true).isEmpty)
    // A layer that stays float rounds nothing that its bias should make up for.
    for keep in [KeepList(nodes: ["las?"]), KeepList(found: ["last"])] {
      var kept = try model(chain)
      try recipe.apply(to: &kept, keep: keep)
      #expect(wiring(kept.graph).last == "y = Conv p w2")
    }
  }

  @Test func anInsertionStandsBeforeTheNodesThatItIsForOnly() throws {
    var recipe = QuantizationRecipe(method: "mse")
    recipe.scalings = [
      ChannelScaling(
        kind: .smooth, factors: [Float](repeating: 2, count: 16), divided: [],
        multiplied: [ChannelPlace(constant: "w2", blocks: 16, channels: 16, inner: 1)],
        insertion: .init(tensor: "p", axis: 1, trailing: 2, repeats: 1), gain: 3)
    ]
    var changed = try model(chain)
    try recipe.apply(to: &changed)
    #expect(wiring(changed.graph).suffix(2) == ["p_smoothed = Mul p p_smoothing", "y = Conv p_smoothed w2"])
  }

  /// What a scaling does to tensors is known without a run: to all of a group, to what is inserted, and to nothing else.
  @Test func theTensorsThatScalingsChangeAreNamed() throws {
    let graph = try model(chain).graph
    let group = ChannelGroups(graph).groups[0]
    let factors = (1...16).map(Float.init)
    let scalings = [
      ChannelScaling(
        kind: .equalize, factors: factors, divided: group.writers, multiplied: group.readers, insertion: nil, gain: 3),
      ChannelScaling(
        kind: .smooth, factors: factors.reversed(), divided: [], multiplied: [],
        insertion: .init(tensor: "p", axis: 1, trailing: 2, repeats: 1), gain: 3),
    ]
    #expect(
      scaledTensors(graph, by: scalings) == [
        "a": ScaledTensor(source: "a", axis: 1, divisors: factors),
        "r": ScaledTensor(source: "r", axis: 1, divisors: factors),
        "p_smoothed": ScaledTensor(source: "p", axis: 1, divisors: factors.reversed()),
      ])
    var foreign = scalings[0]
    foreign.divided.removeLast()
    #expect(scaledTensors(graph, by: [foreign]) == nil)
  }

  @Test func aFlattenedChannelIsDividedWhereverItIs() throws {
    let graph = try model(
      """
      graph main(%x: float32[b,2,2,2]) -> (%y: float32[b,3]) {
        const %w1: float32[2,2,1,1] = ramp
        const %w2: float32[8,3] = ramp
        const %shape: int64[2] = [0, -1]
        %a: float32[b,2,2,2] = Conv(%x, %w1) # first
        %f: float32[b,8] = Reshape(%a, %shape) # flatten
        %y: float32[b,3] = MatMul(%f, %w2) # fc
      }
      """
    ).graph
    let group = try #require(ChannelGroups(graph).groups.first)
    let scaling = ChannelScaling(
      kind: .equalize, factors: [2, 5], divided: group.writers, multiplied: group.readers, insertion: nil, gain: 3)
    #expect(scaledTensors(graph, by: [scaling])?["f"]?.divisors == [2, 2, 2, 2, 5, 5, 5, 5])
  }

  @Test(arguments: ["none", "w1", "x"])
  func aRecipeOfAnotherModelIsRefused(constant: String) throws {
    var recipe = QuantizationRecipe(method: "mse")
    recipe.scalings = [
      ChannelScaling(
        kind: .equalize, factors: [1, 2, 3],
        divided: [ChannelPlace(constant: constant, blocks: 1, channels: 3, inner: 1)], multiplied: [], insertion: nil,
        gain: 1)
    ]
    var changed = try model(chain)
    let error = #expect(throws: PrecisionError.self) { try recipe.apply(to: &changed) }
    #expect(error?.description.hasPrefix("the recipe does not fit the model: ") == true)
  }
}
