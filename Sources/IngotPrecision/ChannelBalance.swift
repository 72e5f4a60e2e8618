// How strongly to scale channels: a model of the noise that int8 adds to what each layer writes, from what calibration saw of
// its input's channels and from its weights, and the best of a family of factors under it.
//
// Factors are amax(x)^a / amax(w)^(1-a) (Xiao et al. 2022, "SmoothQuant"; a = 1/2 is the equalization of Nagel et al.). Noise is
// taken relative to the signal of each output channel, so channels that were stretched weigh as much as others. With step d
// of the activation and d_o of a row of weights, uniform rounding noise of d²/12 gives, for output channel o,
//
//     d²/12 · Σ_c s_c² E_oc / S_o  +  d_o²/12 · K · Σ_c m_c / s_c² / S_o,       S_o = Σ_c m_c E_oc
//
// where E_oc is the energy of the weights between two channels, K their number and m_c the typical square of the input.

internal import Glibc
internal import IngotCore
internal import IngotGraph

/// What calibration saw of a tensor's channels.
package struct ObservedChannels: Sendable {
  package var amax: [Double]
  package var mean: [Double]
  /// Of a typical value, not of those that are far out.
  package var typicalSquare: [Double]
  package init(amax: [Double], mean: [Double], typicalSquare: [Double]) {
    (self.amax, self.mean, self.typicalSquare) = (amax, mean, typicalSquare)
  }

  /// With so many channels in a row made one.
  func merged(by repeats: Int) -> ObservedChannels {
    guard repeats > 1 else { return self }
    func runs(_ values: [Double]) -> [ArraySlice<Double>] {
      stride(from: 0, to: values.count, by: repeats).map { values[$0..<min($0 + repeats, values.count)] }
    }
    return ObservedChannels(
      amax: runs(amax).map { $0.max() ?? 0 }, mean: runs(mean).map { $0.reduce(0, +) / Double($0.count) },
      typicalSquare: runs(typicalSquare).map { $0.reduce(0, +) / Double($0.count) })
  }
}

/// A quantized tensor whose channels may be scaled, with all that reads it through its one scale.
struct BalancedTensor {
  var channels: ObservedChannels
  var readers: [BalancedWeights]
  /// Sums that read it: noise goes into them as it is.
  var sumCount: Int
}

/// A layer's weights as far as the noise model needs them.
struct BalancedWeights {
  let isDepthwise: Bool
  let inputCount: Int
  let outputCount: Int
  let kernelCount: Int
  /// Of the weights from an input channel to an output channel: [output][input], or one an output where depthwise.
  private(set) var largest: [Float]
  /// Energy from each input channel, relative to each output's signal, averaged over the outputs.
  private(set) var energies: [Double]
  /// One over each output's signal.
  private(set) var inverseSignals: [Double]

  /// - Parameter channels: of the input, one for each group of `repeats`.
  init(_ linear: LinearShape, _ weights: [Float], repeats: Int, _ channels: ObservedChannels) {
    let (inputs, outputs) = (linear.inputCount / repeats, linear.outputCount)
    (isDepthwise, inputCount, outputCount) = (linear.isDepthwise, inputs, outputs)
    kernelCount = linear.kernelCount * repeats
    let width = linear.isDepthwise ? 1 : inputs
    var largest = [Float](repeating: 0, count: outputs * width)
    var energy = [Float](repeating: 0, count: outputs * width)
    let isDepthwise = linear.isDepthwise
    linear.forEachWeight { index, output, input in
      let place = output * width + (isDepthwise ? 0 : input / repeats)
      let value = weights[index]
      largest[place] = max(largest[place], value.magnitude)
      energy[place] += value * value
    }
    var signals = [Double](repeating: 0, count: outputs)
    func input(_ output: Int, _ column: Int) -> Int { isDepthwise ? output / max(outputs / inputs, 1) : column }
    for output in 0..<outputs {
      for column in 0..<width {
        signals[output] += channels.typicalSquare[input(output, column)] * Double(energy[output * width + column])
      }
    }
    inverseSignals = signals.map { $0 > 0 ? 1 / $0 : 0 }
    energies = [Double](repeating: 0, count: inputs)
    for output in 0..<outputs {
      for column in 0..<width {
        energies[input(output, column)] +=
          Double(energy[output * width + column]) * inverseSignals[output] / Double(outputs)
      }
    }
    self.largest = largest
  }

  /// The largest weight that reads each channel, each output's taken relative to its signal; nil where rows absorb factors.
  var reach: [Double]? {
    guard !isDepthwise else { return nil }
    var reach = [Double](repeating: 0, count: inputCount)
    for output in 0..<outputCount {
      let scale = inverseSignals[output].squareRoot()
      for input in 0..<inputCount {
        reach[input] = max(reach[input], Double(largest[output * inputCount + input]) * scale)
      }
    }
    return reach
  }

  func noise(step: Double, factors: [Double], _ channels: ObservedChannels) -> Double {
    var activation = 0.0
    for input in 0..<inputCount { activation += factors[input] * factors[input] * energies[input] }
    var spread = 0.0
    for input in 0..<inputCount { spread += channels.typicalSquare[input] / (factors[input] * factors[input]) }
    var rows = 0.0
    if !isDepthwise {
      let narrow = factors.map { Float($0) }
      for output in 0..<outputCount {
        var widest: Float = 0
        let start = output * inputCount
        for input in 0..<inputCount { widest = max(widest, largest[start + input] * narrow[input]) }
        rows += Double(widest) * Double(widest) * inverseSignals[output]
      }
    }
    let weight = rows / Double(outputCount) / (127 * 127) * Double(kernelCount) * spread
    return (step * step * activation + weight) / 12
  }
}

/// - Parameter tensors: at least one, all with as many channels.
/// - Returns: the factors with the least noise, and how many decibels less that is than without; nil where none is better.
func balance(_ tensors: [BalancedTensor], count: Int) -> (factors: [Float], gain: Double)? {
  func noise(_ factors: [Double]) -> Double {
    var total = 0.0
    for tensor in tensors {
      var largest = 0.0
      for channel in 0..<count { largest = max(largest, tensor.channels.amax[channel] / factors[channel]) }
      let step = largest / 127
      for reader in tensor.readers { total += reader.noise(step: step, factors: factors, tensor.channels) }
      let signal = tensor.channels.typicalSquare.reduce(0, +)
      if tensor.sumCount > 0, signal > 0 {
        total += step * step / 12 * factors.reduce(0) { $0 + $1 * $1 } / signal * Double(tensor.sumCount)
      }
    }
    return total
  }
  let (seen, reach) = extents(tensors, count: count)
  let before = noise([Double](repeating: 1, count: count))
  guard before > 0 else { return nil }
  var best: (factors: [Double], noise: Double)?
  for strength in stride(from: 0.1, through: 1.001, by: 0.1) {
    let factors = makeFactors(seen, reach, strength: strength)
    let found = noise(factors)
    if found < (best?.noise ?? before) { best = (factors, found) }
  }
  guard let best, best.noise > 0 else { return nil }
  return (best.factors.map { Float($0) }, 10 * log10(before / best.noise))
}

/// The extent of each channel over all tensors, and of the weights that read it, each relative to the widest.
private func extents(_ tensors: [BalancedTensor], count: Int) -> (seen: [Double], reach: [Double]) {
  var (seen, reach) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
  func add(_ values: [Double], to result: inout [Double]) {
    guard let widest = values.max(), widest > 0 else { return }
    for (channel, value) in values.enumerated() { result[channel] = max(result[channel], value / widest) }
  }
  for tensor in tensors {
    add(tensor.channels.amax, to: &seen)
    for reader in tensor.readers { if let own = reader.reach { add(own, to: &reach) } }
  }
  return (seen, reach)
}

/// With a geometric mean of 1, and no further from it than 2^12: a channel that is nearly dead is not worth more.
private func makeFactors(_ seen: [Double], _ reach: [Double], strength: Double) -> [Double] {
  let hasReach = reach.contains { $0 > 0 }
  var logs: [Double?] = []
  for (extent, weight) in zip(seen, reach) {
    guard extent > 0, !hasReach || weight > 0 else {
      logs.append(nil)
      continue
    }
    logs.append(strength * log2(extent) - (hasReach ? (1 - strength) * log2(weight) : 0))
  }
  let known = logs.compactMap { $0 }
  let mean = known.reduce(0, +) / Double(max(known.count, 1))
  return logs.map { exp2(min(max(($0 ?? mean) - mean, -12), 12)) }
}
