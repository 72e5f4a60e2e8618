// The steps that end in ranges: as part of an engine's plan, and alone for `ingot calibrate`.

internal import IngotCore

extension Step {
  /// Measures ranges of a sanitized model on a set.
  static func calibrate(_ model: StepID, _ settings: CalibrateSettings, on set: String) -> Step {
    Step(
      .calibrate(settings),
      inputs: [
        StepInput("model", .output(of: model, name: "model.onnx")), StepInput("data", .calibrationSet(path: set)),
      ], tools: [.reference], label: settings.measuresAll ? "measure" : settings.roundsWeights ? "round" : "calibrate")
  }

  /// Takes ranges from a file, which needs no runtime.
  static func importRanges(_ path: String, for model: StepID) -> Step {
    Step(
      .calibrate(CalibrateSettings(method: "imported", percentile: nil, samples: nil)),
      inputs: [
        StepInput("model", .output(of: model, name: "model.onnx")), StepInput("ranges", .file(path: path)),
      ], label: "calibrate")
  }
}

extension Plan {
  /// Only the ranges of a model: its last step makes `ranges.json`.
  /// - Parameter set: a calibration set's folder.
  package init(calibrating model: String, _ settings: CalibrateSettings, on set: String) {
    self.init(name: "ranges", steps: [.sanitize(model), .calibrate(StepID(0), settings, on: set)])
  }

  /// - Parameter ranges: a file that another tool left.
  package init(importing ranges: String, for model: String) {
    self.init(name: "ranges", steps: [.sanitize(model), .importRanges(ranges, for: StepID(0))])
  }
}

extension Step {
  /// The canonical form of a model that nobody wants changed.
  fileprivate static func sanitize(_ model: String) -> Step {
    Step(
      .sanitize(SanitizeSettings(inputs: [])), inputs: [StepInput("model", .model(path: model))], label: "sanitize")
  }
}
