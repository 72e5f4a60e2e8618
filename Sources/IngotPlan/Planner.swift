// From a manifest to its plan: a pure function. No file is opened and no clock is read, so a test needs only values.

package import IngotCore
package import IngotManifest

extension Plan {
  /// - Throws: one diagnostic for everything that the manifest asks for and Ingot cannot do, with its place.
  package init(_ manifest: Manifest) throws(InputError) {
    let problems = unsupported(in: manifest)
    guard problems.isEmpty else { throw InputError(problems) }
    var planner = Planner(manifest)
    for variant in manifest.variants { planner.addEngine(variant) }
    self = planner.plan
  }
}

/// What the format can say and this version cannot do yet.
private func unsupported(in manifest: Manifest) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  for spec in manifest.matrix?.precision ?? [manifest.precision] {
    let type = spec.type
    switch type.value {
    case .fp32, .tf32, .fp16, .int8: break
    case .bf16, .fp8, .int4, .auto:
      problems.append(
        Diagnostic(
          at: type.place, "precision '\(type.value.rawValue)' cannot be built yet", hint: "use fp32, tf32, fp16 or int8"
        ))
    }
    if let fallback = spec.fallback, ![.fp32, .fp16].contains(fallback.value) {
      problems.append(
        Diagnostic(
          at: fallback.place, "fallback '\(fallback.value.rawValue)' cannot be built yet", hint: "use fp32 or fp16"))
    }
    if let drop = spec.maxDrop?.first {
      problems.append(
        Diagnostic(
          at: drop.metric.place, "accuracy-driven fallback (max-drop under precision) cannot be done yet",
          hint: "name the layers in `keep`, and put the bound under verify.accuracy.max-drop"))
    }
    for target in manifest.targets where type.value == .tf32 && !target.backend.value.isTensorRT {
      problems.append(
        Diagnostic(
          at: type.place,
          "tf32 exists on TensorRT only, and target '\(target.name.value)' is \(target.backend.value.rawValue)",
          hint: "give that target a manifest of its own with precision: fp32"))
    }
  }
  if let verify = manifest.verify, verify.synthetic {
    problems.append(
      Diagnostic(
        at: manifest.name.place, "verification on synthetic data cannot be done yet",
        hint: "name a set of real samples in verify.data"))
  }
  return problems
}

/// The steps so far; equal steps are added once.
private struct Planner {
  let manifest: Manifest
  var plan: Plan
  private var known: [StepIdentity: StepID] = [:]

  /// A step without its label.
  private struct StepIdentity: Hashable {
    var action: StepAction
    var inputs: [StepInput]
    var tools: [ToolRequirement]
  }

  init(_ manifest: Manifest) {
    self.manifest = manifest
    plan = Plan(name: manifest.name.value)
  }

  mutating func addEngine(_ variant: Variant) {
    let precision = variant.precision
    let target = variant.target
    let canonical = addSanitize()
    let parse = addParse(canonical, target)
    let lowered = addLower(canonical, precision, target)
    let build = addBuild(lowered, parse, variant)
    let verify = manifest.verify.map { addVerify($0, build, lowered, variant) }
    let serialize = addSerialize(build, lowered, verify, variant)
    plan.engines.append(
      Plan.Engine(
        variant: variant.id, precision: precision.label, target: target.name.value,
        backend: target.backend.value.rawValue, serialize: serialize, verify: verify,
        steps: plan.ancestors(of: [serialize])))
  }

  private var model: StepSource { .model(path: manifest.resolve(manifest.model.path.value)) }

  private mutating func addSanitize() -> StepID {
    let settings = SanitizeSettings(manifest.model)
    return add(
      Step(
        .sanitize(settings), inputs: [StepInput("model", model)],
        tools: settings.foldWith.map { [ToolRequirement(backend: $0)] } ?? [], label: "sanitize"))
  }

  private mutating func addParse(_ canonical: StepID, _ target: TargetSpec) -> StepID {
    let backend = target.backend.value.rawValue
    return add(
      Step(
        .parse(ParseSettings(backend: backend, profiles: profiles)),
        inputs: [StepInput("model", .output(of: canonical, name: "model.onnx"))], tools: [tool(target)],
        label: "\(backend)/parse"))
  }

  /// - Returns: the step whose `model.onnx` is strongly typed: for fp32 the canonical model is.
  private mutating func addLower(
    _ canonical: StepID, _ precision: PrecisionSpec, _ target: TargetSpec
  ) -> StepID {
    let hasNothingToLower = [.fp32, .tf32].contains(precision.type.value)
    if hasNothingToLower { return canonical }
    var inputs = [StepInput("model", .output(of: canonical, name: "model.onnx"))]
    if precision.type.value.needsCalibration, let calibration = manifest.calibration {
      let calibrate = addCalibrate(calibration, canonical, precision)
      inputs.append(StepInput("ranges", .output(of: calibrate, name: "ranges.json")))
      if precision.type.value == .int8 {
        inputs.append(StepInput("recipe", .output(of: calibrate, name: "recipe.json")))
      }
    }
    let form = precision.type.value == .int8 ? target.backend.value.int8Form : nil
    let settings = LowerSettings(
      precision: precision.type.value.rawValue, fallback: precision.fallback?.value.rawValue ?? "fp32", form: form,
      keepNodes: precision.keepNodes.map(\.value), keepOps: precision.keepOps.map(\.value))
    return add(Step(.lower(settings), inputs: inputs, label: "\(precision.label)\(form.map { "-\($0)" } ?? "")/lower"))
  }

  private mutating func addCalibrate(
    _ calibration: CalibrationSpec, _ canonical: StepID, _ precision: PrecisionSpec
  ) -> StepID {
    let settings = CalibrateSettings(
      method: calibration.method?.value.rawValue
        ?? (precision.type.value == .int8 ? CalibrateSettings.measured : CalibrationSpec.Method.entropy.rawValue),
      percentile: calibration.percentile?.value, samples: calibration.samples?.value,
      tuning: precision.type.value == .int8 ? TuningSettings(precision) : nil)
    return add(
      Step(
        .calibrate(settings),
        inputs: [
          StepInput("model", .output(of: canonical, name: "model.onnx")),
          StepInput("data", .calibrationSet(path: manifest.resolve(calibration.data.value))),
        ], tools: [.reference], label: "calibrate"))
  }

  private mutating func addBuild(_ lowered: StepID, _ parse: StepID, _ variant: Variant) -> StepID {
    var tools = [tool(variant.target)]
    switch variant.target.backend.value {
    // What these two write is made for the instruction set of the machine that wrote it.
    case .onnxruntime, .openvino: tools.append(.cpu)
    // Times its kernels on the GPU that it finds. TensorRT-RTX compiles for the capabilities that it is told.
    case .tensorrt: tools.append(.gpu)
    case .tensorrtRTX: break
    }
    return add(
      Step(
        .build(buildSettings(variant)),
        inputs: [
          StepInput("model", .output(of: lowered, name: "model.onnx")),
          StepInput("support", .output(of: parse, name: "support.json")),
        ], tools: tools, label: "\(variant.id)/build"))
  }

  /// Last, so that the bundle holds the verdict and one digest names the engine together with its proof.
  private mutating func addSerialize(
    _ build: StepID, _ lowered: StepID, _ verify: StepID?, _ variant: Variant
  ) -> StepID {
    let settings = SerializeSettings(
      name: manifest.name.value, variant: variant.id, precision: variant.precision.label,
      target: variant.target.name.value, build: buildSettings(variant))
    var inputs = [
      StepInput("engine", .output(of: build, name: "engine")),
      StepInput("report", .output(of: build, name: "build.json")),
      StepInput("model", .output(of: lowered, name: "model.onnx")),
    ]
    if plan[lowered].stage == .lower {
      inputs.append(StepInput("lowering", .output(of: lowered, name: "lower.json")))
      inputs += plan[lowered].inputs.filter { $0.name == "ranges" || $0.name == "recipe" }
    }
    if let verify { inputs.append(StepInput("verdict", .output(of: verify, name: "verdict.json"))) }
    return add(Step(.serialize(settings), inputs: inputs, label: "\(variant.id)/serialize"))
  }

  private mutating func addVerify(
    _ verify: VerifySpec, _ build: StepID, _ lowered: StepID, _ variant: Variant
  ) -> StepID {
    let data = verify.data.map { StepInput("data", .calibrationSet(path: manifest.resolve($0.value))) }
    let reference = add(
      Step(
        .reference(ReferenceSettings()), inputs: [StepInput("model", model)] + (data.map { [$0] } ?? []),
        tools: [.reference], label: "reference"))
    let isTensorRT = variant.target.backend.value.isTensorRT
    // The verdict is bound to the engine also where only the graph can be run.
    let inputs =
      [
        StepInput("engine", .output(of: build, name: "engine")),
        StepInput("model", .output(of: lowered, name: "model.onnx")),
        StepInput("reference", .output(of: reference, name: "reference.json")),
      ] + (data.map { [$0] } ?? [])
    return add(
      Step(
        .verify(settings(verify, variant)), inputs: inputs,
        tools: [isTensorRT ? .reference : tool(variant.target), .cpu], label: "\(variant.id)/verify"))
  }

  private func settings(_ verify: VerifySpec, _ variant: Variant) -> VerifySettings {
    let latency = [
      ("p50", verify.latency?.p50), ("p90", verify.latency?.p90), ("p95", verify.latency?.p95),
      ("p99", verify.latency?.p99),
    ]
    return VerifySettings(
      backend: variant.target.backend.value.rawValue, profiles: profiles,
      outputs: verify.outputs.map {
        .init(
          output: $0.name.value, cosine: $0.cosine?.value, maxAbs: $0.maxAbs?.value, maxRelative: $0.maxRelative?.value,
          sqnr: $0.sqnr?.value)
      },
      accuracy: verify.accuracy.map {
        .init(
          metric: $0.metric.value.rawValue, labels: $0.labels.value, output: $0.output?.value,
          maxDrop: $0.maxDrop?.value,
          min: $0.min?.value)
      },
      latency: latency.compactMap { name, bound in bound.map { NamedOption(name: name, value: "\($0.value)") } },
      options: variant.target.backend.value.isTensorRT ? [] : options(for: variant.target))
  }

  private func buildSettings(_ variant: Variant) -> BuildSettings {
    let target = variant.target
    var options = options(for: target)
    if target.backend.value.isTensorRT && !options.contains(where: { $0.name == "tf32" }) {
      options.append(NamedOption(name: "tf32", value: variant.precision.type.value == .tf32 ? "on" : "off"))
    }
    return BuildSettings(
      backend: target.backend.value.rawValue, compute: target.compute.map(\.value), profiles: profiles,
      workspace: manifest.workspace?.value.count, options: options.sorted { $0.name < $1.name })
  }

  /// In the words of the backends, which say `on` and `off`.
  private func options(for target: TargetSpec) -> [NamedOption] {
    manifest.options(for: target).map { option in
      let value =
        switch option.value.value {
        case .bool(let isOn): isOn ? "on" : "off"
        case .int, .choice: option.value.value.description
        }
      return NamedOption(name: option.name.value, value: value)
    }
  }

  private var profiles: [ProfileSettings] {
    manifest.profiles.map { profile in
      ProfileSettings(
        ranges: profile.dimensions.map {
          .init(name: $0.name.value, isTensor: false, min: [$0.min], opt: [$0.opt], max: [$0.max])
        } + profile.tensors.map { .init(name: $0.name.value, isTensor: true, min: $0.min, opt: $0.opt, max: $0.max) })
    }
  }

  private func tool(_ target: TargetSpec) -> ToolRequirement {
    ToolRequirement(backend: target.backend.value.rawValue, version: target.version?.value)
  }

  private mutating func add(_ step: Step) -> StepID {
    let identity = StepIdentity(action: step.action, inputs: step.inputs, tools: step.tools)
    if let id = known[identity] { return id }
    let id = StepID(plan.steps.count)
    plan.steps.append(step)
    known[identity] = id
    return id
  }
}

extension TargetBackend {
  /// The backends that want the same int8 graph.
  fileprivate var int8Form: String { isTensorRT ? "tensorrt" : rawValue }
}

extension TuningSettings {
  fileprivate init(_ precision: PrecisionSpec) {
    self.init()
    if let equalize = precision.equalize { self.equalize = Toggle(equalize.value) }
    if let smooth = precision.smooth { self.smooth = Toggle(smooth.value) }
    if let correction = precision.biasCorrection { biasCorrection = Toggle(correction.value) }
  }
}

extension TuningSettings.Toggle {
  fileprivate init(_ toggle: PrecisionSpec.Toggle) {
    self =
      switch toggle {
      case .auto: .auto
      case .on: .on
      case .off: .off
      }
  }
}

extension ToolRequirement {
  /// The runtime that runs ONNX models for calibration and as the reference.
  package static var reference: ToolRequirement { ToolRequirement(backend: "onnxruntime") }
  /// This machine's processor, where a result depends on its instruction set.
  package static var cpu: ToolRequirement { ToolRequirement(backend: "cpu") }
  /// This machine's GPUs and their driver, where a result depends on them.
  package static var gpu: ToolRequirement { ToolRequirement(backend: "gpu") }
}
