// What int8 does besides ranges, chosen by measurement: each form of the model that might lose less is lowered, run on samples
// of the calibration set, and kept where its outputs are nearer to the float model's. Part of the stage calibrate, because a
// choice changes the ranges, and ranges change the next choice.
//
// A scaled form of the model has ranges of its own, for which the set must be run again: on a part of it first, which most
// scalings that lose do not survive. What is chosen was compared with the ranges of all samples.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

/// Decides one model's recipe.
struct Int8Tuner {
  let model: Model
  let set: CalibrationSet
  let settings: TuningSettings
  /// What stays float in every form.
  let keep: KeepList
  /// Nil where the measurement chooses.
  let method: CalibrationMethod?
  let judge: OutputJudge
  /// Measures ranges, by method, of a form of the model.
  let makeCalibrator: (Model, CalibrationSet, CalibrationMethod, _ canResume: Bool) -> Calibrator
  let openSession: (Model, _ exposing: [String]) throws -> any ConcurrentInferenceSession
  /// The model with its constants in a file: scaled ones are else computed each time that they are read.
  let storing: (Model) throws -> Model
  let onProgress: @Sendable (String, Double?) -> Void

  /// Methods that are compared. The first two, one that clips and one that does not, stand for all where forms of the model
  /// are: scaled channels make what lies far out matter more than its square says.
  private static let methods: [CalibrationMethod] = [.mse, .minmax, .entropy, .percentile(0.9999)]
  private static let methodsForForms = 2
  /// Decibels by which a candidate must be better: less is chance.
  private static let leastGain = 0.1
  /// Decibels that no other method of ranges turns.
  private static let clearGain = 1.0
  /// The same for scalings. They use up the room that a tensor's quiet channels have: on samples that nobody has seen, what
  /// gained 1.4 dB here lost 1.3 dB, and what gained 1.9 dB over 64 samples lost 8.6 dB (digits, its evaluation set).
  private static let leastScalingGain = 2.0
  /// Of what share of the samples scalings are found, and how many they are at least.
  private static let part = 8
  private static let leastPart = 16

  /// A form of the model and what was measured of it.
  private struct Form {
    var recipe: QuantizationRecipe
    /// With the recipe's scalings.
    var model: Model
    var calibration: Calibration
    var table: RangeTable
    /// With the best table so far; nil until it is measured.
    var judged: JudgedModel?
    /// What each table measured, in the order of the methods.
    var measured: [(table: RangeTable, judged: JudgedModel)] = []
  }

  func run() throws -> (recipe: QuantizationRecipe, table: RangeTable, warnings: [String]) {
    var form = try chooseScalings()
    form = try chooseMethod(form)
    form = try chooseCorrection(form)
    form.recipe.costs = try costs(of: form)
    form.table.compare(with: [form.calibration.table] + form.calibration.alternatives)
    return (form.recipe, form.table, form.calibration.warnings)
  }

  /// The families of backends that the recipe is for. A candidate must be better for them together: they share it.
  private var forms: [Int8Form] {
    let named = settings.forms.compactMap(Int8Form.init(rawValue:))
    return named.isEmpty ? [.tensorrt] : named
  }

  /// - Parameter canResume: of one calibration of the model, so that no other's state is taken for it.
  private func calibrated(
    _ model: Model, _ recipe: QuantizationRecipe, on set: CalibrationSet, canResume: Bool = false
  ) throws -> Form {
    var tensors: [String] = []
    var axes: [String: Int] = [:]
    for form in forms {
      let placement = try place(model.graph, form: form, keep: keep)
      tensors += placement.tensorsToMeasure
      axes.merge(channelAxes(model.graph, placement)) { first, _ in first }
    }
    let onProgress = onProgress
    let methods = Self.methods.prefix(set.step == self.set.step ? Self.methods.count : Self.methodsForForms)
    let calibration = try makeCalibrator(model, set, method ?? methods[0], canResume).run(
      tensors: tensors, channelAxes: axes,
      alternatives: method == nil ? Array(methods.dropFirst()) : []
    ) { progress in
      onProgress(progress.words, progress.fraction)
      return !Interrupt.wasRequested
    }
    var recipe = recipe
    recipe.method = calibration.table.method.description
    return Form(recipe: recipe, model: model, calibration: calibration, table: calibration.table)
  }

  // MARK: scalings

  private func chooseScalings() throws -> Form {
    var form = try calibrated(model, QuantizationRecipe(method: ""), on: set, canResume: true)
    let mayScale = settings.equalize != .off || settings.smooth != .off
    let found = mayScale ? try findScalings(form) : []
    for (kind, toggle) in [(ChannelScaling.Kind.equalize, settings.equalize), (.smooth, settings.smooth)] {
      form = try choose(found.filter { $0.kind == kind }, kind, toggle, form)
    }
    return form
  }

  /// Enough samples to see that a scaling is no good. They are few of those that the judge takes: factors that fit the samples
  /// that they were found on clip others.
  private var part: CalibrationSet {
    let least = max(Self.leastPart, set.fixedBatchSize(of: model.inputTensors) ?? 1)
    return set.every(max(2, min(Self.part, set.sampleCount / least)))
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
    // On all samples only where a part of them does not rule it out.
    let hasPart = toggle == .auto && part.sampleCount > 0 && part.sampleCount < set.sampleCount
    var (candidate, plain, isBetter) = (form, form, true)
    for isWhole in hasPart ? [false, true] : [true] where isBetter {
      candidate = try calibrated(scaled, recipe, on: isWhole ? set : part)
      plain = try isWhole ? form : calibrated(form.model, form.recipe, on: part)
      if toggle == .auto { isBetter = try self.isBetter(&candidate, whenScaled: &plain) }
      if isWhole { form = plain }
    }
    var winner = isBetter ? candidate : form
    winner.recipe.note(kind.rawValue, "off", plain.judged, isChosen: !isBetter)
    winner.recipe.note(
      kind.rawValue, "\(scalings.count) vectors of factors", candidate.judged, isChosen: isBetter,
      reason: toggle == .on ? Self.forced : nil)
    return winner
  }

  // MARK: ranges and biases

  private func chooseMethod(_ form: Form) throws -> Form {
    var form = form
    guard method == nil else { return form }
    onProgress("range method: measuring", nil)
    try measure(&form, methods: Self.methods.count)
    for (table, judged) in form.measured {
      form.recipe.note("method", table.method.description, judged, isChosen: table.method == form.table.method)
    }
    return form
  }

  private func chooseCorrection(_ form: Form) throws -> Form {
    let (choice, toggle) = ("bias-correction", settings.biasCorrection)
    var (form, candidate) = (form, form)
    guard toggle != .off else {
      form.recipe.note(choice, "off", isChosen: true, reason: Self.forced)
      return form
    }
    onProgress("bias correction: measuring", nil)
    candidate.recipe.corrections = biasCorrections(
      form.model.graph, try place(form.model.graph, form: forms[0], keep: keep),
      means: form.calibration.channels.mapValues(\.mean))
    guard !candidate.recipe.corrections.isEmpty else {
      form.recipe.note(choice, "off", isChosen: true, reason: "no layer has a bias that can be changed")
      return form
    }
    candidate.judged = nil
    if toggle == .auto {
      try measure(&form, methods: 1)
      candidate.judged = try judged(candidate)
    }
    let isBetter = try toggle == .on || isBetter(candidate, than: form)
    var winner = isBetter ? candidate : form
    winner.recipe.note(choice, "off", form.judged, isChosen: !isBetter)
    winner.recipe.note(
      choice, "on", candidate.judged, isChosen: isBetter, reason: toggle == .on ? Self.forced : nil)
    return winner
  }

  private static let forced = "the manifest says so"

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

  private func isBetter(_ candidate: Form, than form: Form, by least: Double = leastGain) throws -> Bool {
    guard let new = candidate.judged, let old = form.judged else { return false }
    return try judge.isBetter(new, than: old, by: least)
  }

  /// Measures the form with the ranges of so many methods, those that it was measured with already not again, and gives it
  /// the best.
  private func measure(_ form: inout Form, methods count: Int) throws {
    let tables = [form.calibration.table] + form.calibration.alternatives
    for table in tables.prefix(count).dropFirst(form.measured.count) {
      // The same ranges by another name: nothing to measure.
      if let same = form.measured.first(where: { $0.table.hasSameRanges(as: table) }) {
        form.measured.append((table, same.judged))
        continue
      }
      var candidate = form
      (candidate.table, candidate.recipe.method) = (table, table.method.description)
      let judged = try judged(candidate)
      candidate.judged = judged
      let isBetter = try form.judged == nil || isBetter(candidate, than: form)
      form.measured.append((table, judged))
      candidate.measured = form.measured
      if isBetter { form = candidate }
    }
  }

  private func judged(_ form: Form) throws -> JudgedModel {
    let judged = JudgedModel(forms.map { int8 in { try openSession(try lowered(form, to: int8), []) } })
    try judge.judge(judged)
    return judged
  }

  private func lowered(_ form: Form, to int8: Int8Form) throws -> Model {
    var model = form.model
    var corrections = QuantizationRecipe(method: form.recipe.method)
    corrections.corrections = form.recipe.corrections
    try corrections.apply(to: &model, keep: keep, form: int8)
    let ranges = form.table.activationRanges
    _ = try lowerToInt8(&model, form: int8, keep: keep) { ranges[$0] }
    return model
  }

  // MARK: costs

  /// What each layer loses in the chosen form, measured on a few samples.
  private func costs(of form: Form) throws -> [LayerCost] {
    onProgress("layers: measuring", nil)
    let layers = try place(form.model.graph, form: forms[0], keep: keep).layers(in: form.model.graph)
    let names = layers.map(\.output)
    let noise = try judge.layers(
      names, exact: try openSession(form.model, names),
      lowered: try openSession(try lowered(form, to: forms[0]), names))
    return ranked(layers, form.table, noise)
  }
}

extension QuantizationRecipe {
  fileprivate mutating func note(
    _ choice: String, _ candidate: String, _ judged: JudgedModel? = nil, isChosen: Bool, reason: String? = nil
  ) {
    trials.append(
      Trial(
        choice: choice, candidate: candidate, sqnr: judged?.sqnr, samples: judged?.scores.count, isChosen: isChosen,
        reason: reason))
  }
}

extension RangeTable {
  fileprivate func hasSameRanges(as other: RangeTable) -> Bool {
    tensors.elementsEqual(other.tensors) { $0.name == $1.name && $0.amax == $1.amax }
  }
}
