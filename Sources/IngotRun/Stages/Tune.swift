// What int8 does besides ranges, chosen by measurement: each form of the model that might lose less is lowered, run on samples
// of the calibration set, and kept where its outputs are nearer to the float model's. Part of the stage calibrate, because a
// choice changes the ranges, and ranges change the next choice.

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
  /// Measures ranges, by method, of a form of the model.
  let makeCalibrator: (Model, CalibrationMethod) -> Calibrator
  let openSession: (Model, _ exposing: [String]) throws -> any InferenceSession
  let onProgress: @Sendable (String, Double?) -> Void

  /// Methods that are compared. The first two, one that clips and one that does not, stand for all where forms of the model
  /// are: scaled channels make what lies far out matter more than its square says.
  private static let methods: [CalibrationMethod] = [.mse, .minmax, .entropy, .percentile(0.9999)]
  private static let methodsForForms = 2
  /// Decibels by which a candidate must be better: less is chance.
  private static let leastGain = 0.1

  /// A form of the model and what was measured of it.
  private struct Form {
    var recipe: QuantizationRecipe
    /// With the recipe's scalings.
    var model: Model
    var placement: Placement
    var calibration: Calibration
    var table: RangeTable
    /// Of the best table so far; nil until it is measured.
    var sqnr: Double?
    /// What each table measured, in the order of the methods.
    var measured: [(method: CalibrationMethod, sqnr: Double)] = []
  }

  func run() throws -> (recipe: QuantizationRecipe, table: RangeTable) {
    var form = try calibrated([], trials: [])
    let judge = try OutputJudge(model: model, set: set, openSession: openSession)
    let found = findScalings(model.graph, try placeForAllForms(model.graph), observed: observed(form))
    for (kind, toggle) in [(ChannelScaling.Kind.equalize, settings.equalize), (.smooth, settings.smooth)] {
      form = try choose(found.filter { $0.kind == kind }, kind, toggle, form, judge)
    }
    form = try chooseMethod(form, judge)
    form = try chooseCorrection(form, judge)
    form.recipe.costs = try costs(of: form, judge)
    form.table.compare(with: [form.calibration.table] + form.calibration.alternatives)
    return (form.recipe, form.table)
  }

  private func calibrated(
    _ scalings: [ChannelScaling], trials: [QuantizationRecipe.Trial]
  ) throws -> Form {
    let first = method ?? Self.methods[0]
    var recipe = QuantizationRecipe(method: first.description)
    (recipe.scalings, recipe.trials) = (scalings, trials)
    var scaled = model
    try recipe.apply(to: &scaled)
    let placement = try place(scaled.graph, keep: keep)
    let onProgress = onProgress
    let all = try placeForAllForms(scaled.graph)
    let calibration = try makeCalibrator(scaled, first).run(
      tensors: all.activationTensors, channelAxes: channelAxes(scaled.graph, all),
      alternatives: method == nil ? Array(Self.methods.dropFirst()) : []
    ) { progress in
      onProgress(progress.words, progress.fraction)
      return !Interrupt.wasRequested
    }
    return Form(
      recipe: recipe, model: scaled, placement: placement, calibration: calibration, table: calibration.table)
  }

  private func observed(_ form: Form) -> [String: ObservedChannels] {
    form.calibration.channels.mapValues {
      // Squares are decided by the few samples and tokens that are far out; most of what must come out right is not.
      ObservedChannels(
        amax: $0.amax.map(Double.init), mean: $0.mean, typicalSquare: $0.meanMagnitude.map { $0 * $0 })
    }
  }

  // MARK: choices

  private func choose(
    _ scalings: [ChannelScaling], _ kind: ChannelScaling.Kind, _ toggle: TuningSettings.Toggle, _ form: Form,
    _ judge: OutputJudge
  ) throws -> Form {
    var form = form
    func note(_ candidate: String, _ sqnr: Double?, _ isChosen: Bool, _ reason: String? = nil) {
      form.recipe.trials.append(
        .init(choice: kind.rawValue, candidate: candidate, sqnr: sqnr, isChosen: isChosen, reason: reason))
    }
    guard toggle != .off else {
      note("off", nil, true, "the manifest says so")
      return form
    }
    guard !scalings.isEmpty else {
      note("off", nil, true, "no channels whose scaling promises anything")
      return form
    }
    onProgress("\(kind.rawValue): measuring", nil)
    if toggle == .auto { try measure(&form, judge, methods: Self.methodsForForms) }
    var candidate = try calibrated(form.recipe.scalings + scalings, trials: form.recipe.trials)
    if toggle == .auto { try measure(&candidate, judge, methods: Self.methodsForForms) }
    let isBetter = toggle == .on || isBetter(candidate, than: form)
    note("off", form.sqnr, !isBetter)
    note("\(scalings.count) vectors of factors", candidate.sqnr, isBetter, toggle == .on ? "the manifest says so" : nil)
    if isBetter {
      candidate.recipe.trials = form.recipe.trials
      form = candidate
    }
    return form
  }

  private func chooseMethod(_ form: Form, _ judge: OutputJudge) throws -> Form {
    var form = form
    guard method == nil else { return form }
    onProgress("range method: measuring", nil)
    try measure(&form, judge, methods: Self.methods.count)
    for (method, sqnr) in form.measured {
      form.recipe.trials.append(
        .init(choice: "method", candidate: method.description, sqnr: sqnr, isChosen: method == form.table.method))
    }
    return form
  }

  private func chooseCorrection(_ form: Form, _ judge: OutputJudge) throws -> Form {
    var form = form
    let toggle = settings.biasCorrection
    guard toggle != .off else {
      form.recipe.trials.append(
        .init(
          choice: "bias-correction", candidate: "off", sqnr: nil, isChosen: true, reason: "the manifest says so"))
      return form
    }
    onProgress("bias correction: measuring", nil)
    if toggle == .auto { try measure(&form, judge, methods: 1) }
    var candidate = form
    candidate.recipe.corrections = biasCorrections(
      form.model.graph, form.placement, means: form.calibration.channels.mapValues(\.mean))
    if toggle == .auto { candidate.sqnr = try judge.sqnr(of: try openSession(try lowered(candidate), [])) }
    let isBetter = toggle == .on || isBetter(candidate, than: form)
    var chosen = isBetter ? candidate : form
    for (name, sqnr, isChosen) in [("off", form.sqnr, !isBetter), ("on", candidate.sqnr, isBetter)] {
      chosen.recipe.trials.append(
        .init(choice: "bias-correction", candidate: name, sqnr: sqnr, isChosen: isChosen))
    }
    return chosen
  }

  private func isBetter(_ candidate: Form, than form: Form) -> Bool {
    guard let new = candidate.sqnr, let old = form.sqnr else { return false }
    return new > old + Self.leastGain
  }

  /// Measures the form with the ranges of so many methods, those that it was measured with already not again, and gives it
  /// the best.
  private func measure(_ form: inout Form, _ judge: OutputJudge, methods count: Int) throws {
    let tables = [form.calibration.table] + form.calibration.alternatives
    for table in tables.prefix(count).dropFirst(form.measured.count) {
      var candidate = form
      candidate.table = table
      candidate.recipe.method = table.method.description
      let sqnr = try judge.sqnr(of: try openSession(try lowered(candidate), []))
      candidate.sqnr = sqnr
      candidate.measured.append((table.method, sqnr))
      if form.sqnr == nil || isBetter(candidate, than: form) {
        form = candidate
      } else {
        form.measured = candidate.measured
      }
    }
  }

  private func lowered(_ form: Form) throws -> Model {
    var model = form.model
    var corrections = QuantizationRecipe(method: form.recipe.method)
    corrections.corrections = form.recipe.corrections
    try corrections.apply(to: &model)
    let ranges = form.table.activationRanges
    _ = try lowerToInt8(&model, keep: keep) { ranges[$0] }
    return model
  }

  // MARK: costs

  /// What each layer loses in the chosen form, measured on a few samples.
  private func costs(of form: Form, _ judge: OutputJudge) throws -> [LayerCost] {
    onProgress("layers: measuring", nil)
    let layers = form.placement.layers(in: form.model.graph)
    let names = layers.map(\.output)
    let noise = try judge.layers(
      names, exact: try openSession(form.model, names), lowered: try openSession(try lowered(form), names))
    let ranges = Dictionary(form.table.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var costs = layers.map { layer in
      let range = ranges[layer.input]
      return LayerCost(
        node: layer.node, op: layer.op, input: layer.input, range: range.map { [-$0.amax, $0.amax] } ?? [],
        clipped: range?.quality?.clipped, weightSQNR: layer.weightSQNR, outputSQNR: noise[layer.output], rank: 0)
    }
    costs.sort { ($0.outputSQNR ?? 200, $0.node) < ($1.outputSQNR ?? 200, $1.node) }
    for index in costs.indices { costs[index].rank = index + 1 }
    return costs
  }
}
