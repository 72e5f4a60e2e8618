// Everything about a manifest that needs its files but no runtime: the model, the profiles, the sets, the gates.

internal import IngotBackends
internal import IngotCalibration
package import IngotCore
internal import IngotGraph
package import IngotManifest
internal import IngotPlan
internal import IngotVerify

/// - Parameter digest: of a file, for a pinned model: a build remembers it.
/// - Returns: every problem that was found, errors and warnings; and notes.
package func validateFiles(of manifest: Manifest, digest: @escaping (String) throws -> Digest) -> [Diagnostic] {
  var check = FileCheck(manifest: manifest, digest: digest)
  check.run()
  return check.problems
}

private struct FileCheck {
  let manifest: Manifest
  let digest: (String) throws -> Digest
  var problems: [Diagnostic] = []

  mutating func run() {
    problems += remarks(on: manifest)
    problems += pluginProblems(of: manifest, digest: digest)
    guard let model = collecting({ [manifest, digest] in try Self.canonicalModel(of: manifest, digest) }) else {
      return
    }
    let inputs = model.inputTensors
    if let plan = collecting({ [manifest] in try Plan(manifest) }) {
      // Each backend checks the same profiles; what they have in common is said once.
      var said: Set<Diagnostic> = []
      for case .parse(let settings) in plan.steps.map(\.action) {
        do throws(InputError) {
          let profiles = try resolveProfiles(
            settings.profiles, inputs: inputs, in: manifest.source.path, needsProfiles: settings.backend.isTensorRT,
            places: manifest.profiles.map(\.place))
          if let batch = manifest.verify?.throughput?.batch { try checkBatch(batch, inputs, profiles) }
        } catch {
          problems += error.diagnostics.filter { said.insert($0).inserted }
        }
      }
    }
    switch manifest.calibration?.source {
    case .data(let path): checkSet(path.value, inputs, labels: nil, samples: manifest.calibration?.samples)
    case .ranges(let path): _ = collecting { [manifest] in try ImportedRanges(path: manifest.resolve(path.value)) }
    case nil: break
    }
    if let verify = manifest.verify, let data = verify.data {
      checkSet(data.value, inputs, labels: verify.accuracy?.labels, samples: nil)
      checkOutputs(verify, model.outputTensors.map(\.name))
    }
  }

  private static func canonicalModel(of manifest: Manifest, _ digest: (String) throws -> Digest) throws -> Model {
    let path = manifest.resolve(manifest.model.path.value)
    var model = try readModel(path)
    if let pinned = manifest.model.digest {
      let found = try digest(path)
      if found != pinned.value { throw digestMismatch(pinned, found: found) }
    }
    _ = try sanitizeModel(&model, options: SanitizeOptions(SanitizeSettings(manifest.model), in: path), in: path)
    return model
  }

  private mutating func checkSet(
    _ path: String, _ inputs: [IOTensor], labels: Located<String>?, samples: Located<Int>?
  ) {
    guard let set = collecting({ [manifest] in try CalibrationSet.open(directory: manifest.resolve(path)) }) else {
      return
    }
    problems += set.problems(feeding: inputs)
    if let samples, samples.value > set.sampleCount {
      problems.append(
        Diagnostic(
          .warning, at: samples.place, "\(samples.value) samples are asked for, the set has \(set.sampleCount)",
          hint: "all \(set.sampleCount) are used"))
    }
    if let labels { _ = collecting { try set.labels(labels.value) } }
  }

  private func checkBatch(
    _ batch: Located<Int>, _ inputs: [IOTensor], _ profiles: [OptimizationProfile]
  ) throws(InputError) {
    if let fixed = inputs.compactMap({ $0.shape.first?.size }).first(where: { $0 != batch.value }) {
      throw InputError([
        Diagnostic(at: batch.place, "the model takes batches of \(fixed), not of \(batch.value)", hint: "drop `batch`")
      ])
    }
    guard !profiles.admit(batch: batch.value) else { return }
    throw InputError([
      Diagnostic(
        at: batch.place, "the profiles take batches of \(profiles.batchText), not of \(batch.value)",
        hint: "ask for such a size, or add a profile for it")
    ])
  }

  private mutating func checkOutputs(_ verify: VerifySpec, _ names: [String]) {
    for gate in verify.outputs where !names.contains(gate.name.value) {
      problems.append(
        Diagnostic(
          at: gate.name.place, "the model has no output '\(gate.name.value)'",
          hint: "its outputs are \(names.joined(separator: ", "))"))
    }
    if let output = verify.accuracy?.output, !names.contains(output.value) {
      problems.append(
        Diagnostic(
          at: output.place, "the model has no output '\(output.value)'",
          hint: "its outputs are \(names.joined(separator: ", "))"))
    }
  }

  private mutating func collecting<R>(_ body: () throws -> R) -> R? {
    do {
      return try body()
    } catch let error as InputError {
      problems += error.diagnostics
    } catch let error as ModelError {
      problems += error.diagnostics
    } catch let error as any ReportableError {
      problems.append(Diagnostic(in: nil, error.description))
    } catch {
      problems.append(Diagnostic(in: nil, "\(error)"))
    }
    return nil
  }
}

/// The model is not the one that the manifest pins.
package func digestMismatch(_ pinned: Located<Digest>, found: Digest) -> InputError {
  InputError([
    Diagnostic(
      at: pinned.place, "the model's digest is \(found), not the pinned one",
      hint: "restore the model that was pinned, or pin the new one: digest: \(found)")
  ])
}
