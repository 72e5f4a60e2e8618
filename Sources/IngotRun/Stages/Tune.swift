// What int8 does besides ranges, chosen by measurement: each form of the model that might lose less is lowered, run on samples
// of the calibration set, and kept where its outputs are nearer to the float model's. Part of the stage calibrate, because a
// choice changes the ranges, and ranges change the next choice. What chooses scalings is in TuneScalings.swift.

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
  static let methodsForForms = 2
  /// Decibels by which a candidate must be better: less is chance.
  private static let leastGain = 0.1

  /// A form of the model and what was measured of it.
  struct Form {
    var recipe: QuantizationRecipe
    /// With the recipe's scalings.
    var model: Model
    var calibration: Calibration
    /// Of the tensors whose channels were measured.
    var channelAxes: [String: Int]
    var table: RangeTable
    /// With the best table so far; nil until it is measured.
    var judged: JudgedModel?
    /// How many tables `judged` is the best of, in the order of the methods.
    var measuredCount = 0
    /// What tables were judged with this model.
    var known: [(table: RangeTable, judged: JudgedModel)] = []
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
  var forms: [Int8Form] {
    let named = settings.forms.compactMap(Int8Form.init(rawValue:))
    return named.isEmpty ? [.tensorrt] : named
  }

  /// - Parameter canResume: of one calibration of the model, so that no other's state is taken for it.
  func calibrated(_ model: Model, _ recipe: QuantizationRecipe, canResume: Bool = false) throws -> Form {
    var tensors: [String] = []
    var axes: [String: Int] = [:]
    for form in forms {
      let placement = try place(model.graph, form: form, keep: keep)
      tensors += placement.tensorsToMeasure
      axes.merge(channelAxes(model.graph, placement)) { first, _ in first }
    }
    let onProgress = onProgress
    let calibration = try makeCalibrator(model, set, method ?? Self.methods[0], canResume).run(
      tensors: tensors, channelAxes: axes, alternatives: method == nil ? Array(Self.methods.dropFirst()) : []
    ) { progress in
      onProgress(progress.words, progress.fraction)
      return !Interrupt.wasRequested
    }
    var recipe = recipe
    recipe.method = calibration.table.method.description
    return Form(recipe: recipe, model: model, calibration: calibration, channelAxes: axes, table: calibration.table)
  }

  // MARK: ranges and biases

  private func chooseMethod(_ form: Form) throws -> Form {
    var form = form
    guard method == nil else { return form }
    onProgress("range method: measuring", nil)
    try measure(&form, methods: Self.methods.count)
    for table in [form.calibration.table] + form.calibration.alternatives {
      let judged = try judged(&form, with: table)
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

  static let forced = "the manifest says so"

  func isBetter(_ candidate: Form, than form: Form, by least: Double = leastGain) throws -> Bool {
    guard let new = candidate.judged, let old = form.judged else { return false }
    return try judge.isBetter(new, than: old, by: least)
  }

  /// Measures the form with the ranges of so many methods and gives it the best.
  func measure(_ form: inout Form, methods count: Int) throws {
    let tables = [form.calibration.table] + form.calibration.alternatives
    for table in tables.prefix(count).dropFirst(form.measuredCount) {
      let judged = try judged(&form, with: table)
      form.measuredCount += 1
      var candidate = form
      (candidate.table, candidate.recipe.method, candidate.judged) = (table, table.method.description, judged)
      if try form.judged == nil || isBetter(candidate, than: form) { form = candidate }
    }
  }

  /// Ranges that were judged before, by whatever name, are not judged again.
  func judged(_ form: inout Form, with table: RangeTable) throws -> JudgedModel {
    if let known = form.known.first(where: { $0.table.hasSameRanges(as: table) }) { return known.judged }
    var candidate = form
    candidate.table = table
    let judged = try judged(candidate)
    form.known.append((table, judged))
    return judged
  }

  func judged(_ form: Form) throws -> JudgedModel {
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
  mutating func note(
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
