// Whether channels are scaled: equalization and smoothing, each as a whole. Part of Tune.swift.
//
// A scaled form of the model has ranges of its own, for which the set must be run again, unless no tensor is clipped: the largest
// values of scaled channels follow from those of the channels. So a scaling is first judged by ranges that hold all values,
// and most scalings that lose do not survive that. What is chosen was compared with the ranges that it will have.

internal import IngotCalibration
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

extension Int8Tuner {
  /// Decibels by which scalings must be better. They use up the room that a tensor's quiet channels have: on samples that nobody
  /// has seen, what gained 1.4 dB here lost 1.3 dB, and what gained 1.9 dB over 64 samples lost 8.6 dB (digits, its
  /// evaluation set).
  private static let leastScalingGain = 2.0
  /// Decibels that no other method of ranges turns.
  private static let clearGain = 1.0

  func chooseScalings() throws -> Form {
    var form = try calibrated(model, QuantizationRecipe(method: ""), canResume: true)
    let mayScale = settings.equalize != .off || settings.smooth != .off
    let found = mayScale ? try findScalings(form) : []
    for (kind, toggle) in [(ChannelScaling.Kind.equalize, settings.equalize), (.smooth, settings.smooth)] {
      form = try choose(found.filter { $0.kind == kind }, kind, toggle, form)
    }
    return form
  }

  private func findScalings(_ form: Form) throws -> [ChannelScaling] {
    let observed = form.calibration.channels.mapValues {
      // Squares are decided by the few samples and tokens that are far out; most of what must come out right is not.
      ObservedChannels(
        amax: $0.amax.map(Double.init), mean: $0.mean, typicalSquare: $0.meanMagnitude.map { $0 * $0 })
    }
    // ONNX Runtime's form quantizes the most tensors.
    let widest = forms.contains(.onnxruntime) ? Int8Form.onnxruntime : forms[0]
    return IngotPrecision.findScalings(
      model.graph, try place(model.graph, form: widest, keep: keep), observed: observed)
  }

  private func choose(
    _ scalings: [ChannelScaling], _ kind: ChannelScaling.Kind, _ toggle: TuningSettings.Toggle, _ form: Form
  ) throws -> Form {
    var form = form
    guard toggle != .off else {
      form.recipe.note(kind.rawValue, "off", isChosen: true, reason: Self.forced)
      return form
    }
    guard !scalings.isEmpty else {
      form.recipe.note(kind.rawValue, "off", isChosen: true, reason: "no channels whose scaling promises anything")
      return form
    }
    onProgress("\(kind.rawValue): measuring", nil)
    var (scaled, recipe) = (form.model, form.recipe)
    var step = QuantizationRecipe(method: "")
    step.scalings = scalings
    try step.apply(to: &scaled)
    recipe.scalings += scalings
    scaled = try storing(scaled)
    let name = "\(scalings.count) vectors of factors"
    if toggle == .auto, let lost = try lossWithoutClipping(scaled, scalings, &form) {
      form.recipe.note(kind.rawValue, "off", lost.plain, isChosen: true)
      form.recipe.note(kind.rawValue, name, lost.scaled, isChosen: false)
      return form
    }
    var candidate = try calibrated(scaled, recipe)
    let isBetter = try toggle == .on || isBetter(&candidate, whenScaled: &form)
    var winner = isBetter ? candidate : form
    winner.recipe.note(kind.rawValue, "off", form.judged, isChosen: !isBetter)
    winner.recipe.note(
      kind.rawValue, name, candidate.judged, isChosen: isBetter, reason: toggle == .on ? Self.forced : nil)
    return winner
  }

  /// By the method that clips, and where that leaves it open by the one that does not.
  private func isBetter(_ candidate: inout Form, whenScaled form: inout Form) throws -> Bool {
    for count in 1...Self.methodsForForms where count == 1 || isClose(candidate, to: form) {
      try measure(&form, methods: count)
      try measure(&candidate, methods: count)
    }
    return try isBetter(candidate, than: form, by: Self.leastScalingGain)
  }

  /// Whether another method might turn the choice.
  private func isClose(_ candidate: Form, to form: Form) -> Bool {
    guard let new = candidate.judged, let old = form.judged else { return false }
    return abs(new.sqnr - old.sqnr - Self.leastScalingGain) < Self.clearGain
  }

  // MARK: without clipping

  /// - Returns: both models where a scaling gains too little with ranges that hold all values; nil where it may gain enough, or where
  ///   those ranges are not known.
  private func lossWithoutClipping(
    _ scaled: Model, _ scalings: [ChannelScaling], _ form: inout Form
  ) throws -> (plain: JudgedModel, scaled: JudgedModel)? {
    var (plain, candidate) = (form, form)
    plain.table = form.calibration.table.withoutClipping
    guard let table = try rangesWithoutClipping(of: scaled, scalings, form) else { return nil }
    (candidate.model, candidate.table) = (scaled, table)
    let (old, new) = (try judged(&form, with: plain.table), try judged(candidate))
    (plain.judged, candidate.judged) = (old, new)
    return try isBetter(candidate, than: plain, by: Self.leastScalingGain - Self.clearGain) ? nil : (old, new)
  }

  private func rangesWithoutClipping(
    of scaled: Model, _ scalings: [ChannelScaling], _ form: Form
  ) throws -> RangeTable? {
    guard let changed = scaledTensors(form.model.graph, by: scalings) else { return nil }
    var table = form.calibration.table.withoutClipping
    table.tensors.removeAll { changed[$0.name] != nil }
    for (name, tensor) in changed.sorted(by: { $0.key < $1.key }) {
      guard form.channelAxes[tensor.source] == tensor.axis, let channels = form.calibration.channels[tensor.source],
        let range = TensorRange(named: name, of: channels, dividedBy: tensor.divisors)
      else { continue }
      table.tensors.append(range)
    }
    let known = Set(table.tensors.map(\.name))
    for int8 in forms {
      let wanted = try place(scaled.graph, form: int8, keep: keep).activations.map(\.range)
      guard wanted.allSatisfy(known.contains) else { return nil }
    }
    return table
  }
}

extension RangeTable {
  /// Ranges that hold every value that was seen.
  fileprivate var withoutClipping: RangeTable {
    var table = self
    table.method = .minmax
    for index in tensors.indices {
      table.tensors[index].amax = max(
        tensors[index].min.magnitude, tensors[index].max.magnitude, TensorRange.smallestAmax)
    }
    return table
  }
}

extension TensorRange {
  /// Nil where there are not as many channels.
  fileprivate init?(named name: String, of channels: ChannelStatistics, dividedBy divisors: [Float]) {
    guard channels.channelCount == divisors.count else { return nil }
    let least = zip(channels.min, divisors).map { $0 / $1 }.min() ?? 0
    let most = zip(channels.max, divisors).map { $0 / $1 }.max() ?? 0
    self.init(
      name: name, min: least, max: most, amax: Swift.max(least.magnitude, most.magnitude, Self.smallestAmax),
      valueCount: channels.valueCount * channels.channelCount, zeroCount: 0)
  }
}
