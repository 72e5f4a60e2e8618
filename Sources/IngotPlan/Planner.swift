// From a manifest to its plan: a pure function. No file is opened and no clock is read, so a test needs only values.

package import IngotCore
package import IngotManifest

extension Plan {
  /// - Throws: one diagnostic for everything that the manifest asks for and Ingot cannot do, with its place.
  package init(_ manifest: Manifest) throws(InputError) {
    let problems = obstacles(in: manifest)
    guard problems.isEmpty else { throw InputError(problems) }
    var planner = Planner(manifest)
    for variant in manifest.variants { planner.addEngine(variant) }
    self = planner.plan
  }
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
    let serialize: StepID
    let verify: StepID?
    if variant.precision.type.value == .auto {
      let (choose, documents) = addChoose(variant)
      (serialize, verify) = (addSerialize(documents, variant), choose)
    } else {
      let made = addCandidate(variant)
      (serialize, verify) = (addSerialize(documents(of: made), variant), made.verify)
    }
    plan.engines.append(
      Plan.Engine(
        variant: variant.id, precision: variant.precision.label, target: variant.target.name.value,
        backend: variant.target.backend.value.rawValue, serialize: serialize, verify: verify,
        steps: plan.ancestors(of: [serialize])))
  }

  /// The steps that make one engine.
  private struct Candidate {
    var lowered: StepID, build: StepID
    var verify: StepID?
  }

  private mutating func addCandidate(_ variant: Variant) -> Candidate {
    let canonical = addSanitize()
    let parse = addParse(canonical, variant.target)
    let lowered = addLower(canonical, variant)
    let build = addBuild(lowered, parse, variant)
    let verify = manifest.verify.map { addVerify($0, build, lowered, canonical, variant) }
    return Candidate(lowered: lowered, build: build, verify: verify)
  }

  /// The fallback first: the others must beat it.
  private func candidates(for precision: PrecisionSpec) -> [PrecisionSpec] {
    let fallback = precision.fallback?.value ?? .fp32
    var types: [PrecisionType] = [fallback] + [.fp16, .int8].filter { $0 != fallback }
    if manifest.calibration == nil { types.removeAll(where: \.needsCalibration) }
    return types.map { type in
      var candidate = precision
      candidate.type.value = type
      if !type.isQuantized { candidate.fallback = nil }
      // What computes in float32 has nothing to fall back from.
      if type == .fp32 { candidate.maxDrop = nil }
      return candidate
    }
  }

  /// - Returns: also what is known of the one that is kept.
  private mutating func addChoose(_ variant: Variant) -> (choose: StepID, documents: [StepInput]) {
    var inputs: [StepInput] = []
    var documents: [[StepInput]] = []
    let candidates = candidates(for: variant.precision)
    for precision in candidates {
      let made = addCandidate(Variant(precision: precision, target: variant.target))
      let own = self.documents(of: made)
      documents.append(own)
      inputs += own.map { StepInput("\($0.name)-\(precision.label)", $0.source) }
    }
    if let data = manifest.verify?.data {
      inputs.append(StepInput("data", .calibrationSet(path: manifest.resolve(data.value))))
    }
    let gpu: [ToolRequirement] = manifest.runsOnGPU(variant.target) ? [.gpu] : []
    let settings = ChooseSettings(
      candidates: candidates.map(\.label), backend: variant.target.backend.value.rawValue, profiles: profiles,
      options: options(for: variant), metric: manifest.verify?.accuracy?.metric.value.rawValue)
    let choose = add(
      Step(
        .choose(settings), inputs: inputs, tools: [runningTool(variant.target), .cpu, .cores] + gpu,
        label: "\(variant.id)/choose"))
    return (choose, kept(by: choose, of: documents))
  }

  /// - Parameter candidates: the documents of each. What not all of them have is optional.
  private func kept(by choose: StepID, of candidates: [[StepInput]]) -> [StepInput] {
    var kept: [StepInput] = []
    for case let (name, .output(_, file)) in candidates.joined().map({ ($0.name, $0.source) }) {
      if kept.contains(where: { $0.name == name }) { continue }
      let isCommon = candidates.allSatisfy { $0.contains { $0.name == name } }
      kept.append(StepInput(name, .output(of: choose, name: file), isOptional: !isCommon))
    }
    return kept + [StepInput("choice", .output(of: choose, name: "choice.json"))]
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
        inputs: [StepInput("model", .output(of: canonical, name: "model.onnx"))] + plugins(of: target),
        tools: [tool(target)], label: "\(backend)/parse"))
  }

  private func plugins(of target: TargetSpec) -> [StepInput] {
    manifest.plugins(for: target).enumerated().map { number, plugin in
      StepInput("plugin-\(number)", .file(path: manifest.resolve(plugin.path.value)))
    }
  }

  private func pluginSettings(_ target: TargetSpec) -> [BuildSettings.Plugin] {
    manifest.plugins(for: target).map { .init(fileName: $0.fileName, isSerialized: $0.isSerialized) }
  }

  /// - Returns: the step whose `model.onnx` is strongly typed: for fp32 the canonical model is.
  private mutating func addLower(_ canonical: StepID, _ variant: Variant) -> StepID {
    let precision = variant.precision
    let hasNothingToLower = [.fp32, .tf32].contains(precision.type.value)
    if hasNothingToLower { return canonical }
    var inputs = [StepInput("model", .output(of: canonical, name: "model.onnx"))]
    let type = precision.type.value
    if let calibration = manifest.calibration {
      let calibrate =
        type.needsCalibration
        ? addCalibrate(calibration, canonical, precision)
        : type == .fp16 ? addMeasure(calibration, canonical) : nil
      if type == .int4, let rounding = addRounding(calibration, canonical) {
        inputs.append(StepInput("weights", .output(of: rounding, name: "weights.onnx")))
        inputs.append(StepInput("recipe", .output(of: rounding, name: "recipe.json")))
      }
      if let calibrate {
        inputs.append(StepInput("ranges", .output(of: calibrate, name: "ranges.json")))
        if case .calibrate(let settings) = plan[calibrate].action, settings.tuning != nil {
          inputs.append(StepInput("recipe", .output(of: calibrate, name: "recipe.json")))
        }
      }
    }
    let form = type == .int8 ? variant.target.backend.value.int8Form : nil
    var settings = LowerSettings(
      precision: type.rawValue, fallback: precision.fallback?.value.rawValue ?? "fp32", form: form,
      keepNodes: precision.keepNodes.map(\.value), keepOps: precision.keepOps.map(\.value))
    settings.io = precision.io.map(\.value)
    (settings.maxActivation, settings.maxDepth) = (precision.maxActivation?.value, precision.maxDepth?.value)
    let processor = form == nil ? nil : variant.target.processor?.value
    settings.products = processor?.products
    let dependsOnMachine = form != nil && !variant.target.backend.value.isTensorRT && processor == nil
    let tools: [ToolRequirement] = dependsOnMachine ? [.byteProducts] : []
    var label = [precision.label, form, processor?.rawValue].compactMap { $0 }.joined(separator: "-")
    if precision.maxDrop != nil, let verify = manifest.verify {
      label = variant.target.backend.value.isTensorRT ? "\(precision.label)-tensorrt" : variant.id
      let search = addSearch(settings, (inputs, tools), verify, canonical, variant, label: label)
      inputs.append(StepInput("kept", .output(of: search, name: "kept.json")))
    }
    settings.atLeast = precision.atLeast?.value
    return add(Step(.lower(settings), inputs: inputs, tools: tools, label: "\(label)/lower"))
  }

  /// Judges by the gates of verification, and by the engine itself where one can run here.
  private mutating func addSearch(
    _ lower: LowerSettings, _ reads: (inputs: [StepInput], tools: [ToolRequirement]), _ verify: VerifySpec,
    _ canonical: StepID, _ variant: Variant, label: String
  ) -> StepID {
    let isTensorRT = variant.target.backend.value.isTensorRT
    // What a GPU would run stands for itself as a graph: the plan does not know which machine runs it.
    let isOnGPU = manifest.runsOnGPU(variant.target)
    var gates = settings(verify, variant).withoutTimes
    if isTensorRT { (gates.backend, gates.options, gates.plugins) = (TargetBackend.tensorrt.rawValue, [], []) }
    let judged = [
      StepInput("reference", .output(of: addReference(verify, canonical), name: "reference.json")),
      samples(verify, canonical),
    ]
    // Layers are measured in the reference runtime.
    var tools = [isTensorRT ? .reference : tool(variant.target)]
    if tools != [.reference] { tools.append(.reference) }
    // What candidates reach is told, not demanded.
    var build = buildSettings(variant)
    build.asked = nil
    return add(
      Step(
        .search(SearchSettings(lower: lower, gates: gates, build: isOnGPU ? nil : build)),
        inputs: reads.inputs + judged, tools: tools + [.cpu] + reads.tools, label: "\(label)/search"))
  }

  private mutating func addCalibrate(
    _ calibration: CalibrationSpec, _ canonical: StepID, _ precision: PrecisionSpec
  ) -> StepID {
    switch calibration.source {
    case .data(let path):
      let isInt8 = precision.type.value == .int8
      let settings = CalibrateSettings(
        method: calibration.method?.value.rawValue
          ?? (isInt8 ? CalibrateSettings.measured : CalibrationSpec.Method.entropy.rawValue),
        percentile: calibration.percentile?.value, samples: calibration.samples?.value,
        tuning: isInt8 ? TuningSettings(precision, for: manifest.targets) : nil)
      return add(.calibrate(canonical, settings, on: manifest.resolve(path.value)))
    case .ranges(let path): return add(.importRanges(manifest.resolve(path.value), for: canonical))
    }
  }

  /// The largest values of all float tensors, where there is data to measure them on: ranges from elsewhere are of the
  /// tensors that int8 needs.
  private mutating func addMeasure(_ calibration: CalibrationSpec, _ canonical: StepID) -> StepID? {
    guard case .data(let path) = calibration.source else { return nil }
    var settings = CalibrateSettings(
      method: CalibrationSpec.Method.minmax.rawValue, percentile: nil, samples: calibration.samples?.value)
    settings.measuresAll = true
    return add(.calibrate(canonical, settings, on: manifest.resolve(path.value)))
  }

  /// Rounds weights by what they are multiplied with, where there is data that says it.
  private mutating func addRounding(_ calibration: CalibrationSpec, _ canonical: StepID) -> StepID? {
    guard case .data(let path) = calibration.source else { return nil }
    var settings = CalibrateSettings(method: "moments", percentile: nil, samples: calibration.samples?.value)
    settings.roundsWeights = true
    return add(.calibrate(canonical, settings, on: manifest.resolve(path.value)))
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
        ] + plugins(of: variant.target), tools: tools, label: "\(variant.id)/build"))
  }

  /// The engine and all that is known of it.
  private func documents(of made: Candidate) -> [StepInput] {
    var inputs = [
      StepInput("engine", .output(of: made.build, name: "engine")),
      StepInput("report", .output(of: made.build, name: "build.json")),
      StepInput("model", .output(of: made.lowered, name: "model.onnx")),
    ]
    if plan[made.lowered].stage == .lower {
      inputs.append(StepInput("lowering", .output(of: made.lowered, name: "lower.json")))
      inputs += plan[made.lowered].inputs.filter { $0.name == "ranges" || $0.name == "recipe" }
      if let search = search(of: made.lowered) {
        inputs.append(StepInput("search", .output(of: search, name: "search.json")))
      }
    }
    if let verify = made.verify { inputs.append(StepInput("verdict", .output(of: verify, name: "verdict.json"))) }
    return inputs
  }

  /// The search whose answer a lowering reads.
  private func search(of lowered: StepID) -> StepID? {
    guard case .output(let search, _)? = plan[lowered].inputs.first(where: { $0.name == "kept" })?.source else {
      return nil
    }
    return search
  }

  /// Last, so that the bundle holds the verdict and one digest names the engine together with its proof.
  private mutating func addSerialize(_ documents: [StepInput], _ variant: Variant) -> StepID {
    add(Step(.serialize(serializeSettings(variant)), inputs: documents, label: "\(variant.id)/serialize"))
  }

  private func serializeSettings(_ variant: Variant) -> SerializeSettings {
    SerializeSettings(
      name: manifest.name.value, variant: variant.id, precision: variant.precision.label,
      target: variant.target.name.value, build: buildSettings(variant))
  }

  private mutating func addVerify(
    _ verify: VerifySpec, _ build: StepID, _ lowered: StepID, _ canonical: StepID, _ variant: Variant
  ) -> StepID {
    // The verdict is bound to the engine also where only the graph can be run.
    var inputs = [
      StepInput("engine", .output(of: build, name: "engine")),
      StepInput("model", .output(of: lowered, name: "model.onnx")),
      StepInput("reference", .output(of: addReference(verify, canonical), name: "reference.json")),
      samples(verify, canonical),
    ]
    inputs += plugins(of: variant.target)
    if let regression = verify.regression { inputs.append(StepInput("baseline", .channel(regression.channel.value))) }
    var tools = [runningTool(variant.target), .cpu]
    // Without the GPU the reference runtime runs the graph.
    if manifest.runsOnGPU(variant.target) { tools += [.reference, .gpu] }
    // How long a run takes depends on how many cores there are; what it computes does not.
    if !variant.target.backend.value.isTensorRT && verify.isTimed { tools.append(.cores) }
    return add(
      Step(.verify(settings(verify, variant)), inputs: inputs, tools: tools, label: "\(variant.id)/verify"))
  }

  private mutating func addReference(_ verify: VerifySpec, _ canonical: StepID) -> StepID {
    add(
      Step(
        .reference(ReferenceSettings()), inputs: [StepInput("model", model), samples(verify, canonical)],
        tools: [.reference], label: "reference"))
  }

  /// Random ones where the manifest has none.
  private mutating func samples(_ verify: VerifySpec, _ canonical: StepID) -> StepInput {
    if let data = verify.data { return StepInput("data", .calibrationSet(path: manifest.resolve(data.value))) }
    let made = add(
      Step(
        .synthesize(SynthesizeSettings(profiles: profiles)),
        inputs: [StepInput("model", .output(of: canonical, name: "model.onnx"))], label: "synthesize"))
    return StepInput("data", .output(of: made, name: "set.yaml"))
  }

  private func settings(_ verify: VerifySpec, _ variant: Variant) -> VerifySettings {
    let latency = [
      ("p50", verify.latency?.p50), ("p90", verify.latency?.p90), ("p95", verify.latency?.p95),
      ("p99", verify.latency?.p99),
    ]
    var settings = VerifySettings(
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
      options: options(for: variant))
    settings.plugins = pluginSettings(variant.target)
    settings.throughput = verify.throughput.map { .init(min: $0.min.value, batch: $0.batch?.value) }
    settings.regression = verify.regression.map { .init(channel: $0.channel.value, max: $0.max.value) }
    settings.drops = (variant.precision.maxDrop ?? []).map {
      .init(metric: $0.metric.value.rawValue, bound: $0.drop.value)
    }
    return settings
  }

  private func buildSettings(_ variant: Variant) -> BuildSettings {
    let target = variant.target
    let workspace = target.backend.value.isTensorRT ? manifest.workspace?.value.count : nil
    var settings = BuildSettings(
      backend: target.backend.value.rawValue, compute: target.compute.map(\.value), profiles: profiles,
      workspace: workspace, options: options(for: variant))
    settings.plugins = pluginSettings(target)
    let precision = variant.precision
    if [.fp16, .bf16, .int8, .fp8].contains(precision.type.value) {
      settings.asked = .init(precision: precision.type.value.rawValue, atLeast: precision.atLeast?.value)
    }
    return settings
  }

  /// In the words of the backends: `on` and `off`, bytes as numbers, lists with commas; sorted by name. A GPU's float32 is
  /// float32 unless TF32 is asked for.
  private func options(for variant: Variant) -> [NamedOption] {
    var options = manifest.options(for: variant.target).compactMap { option -> NamedOption? in
      let value: String
      switch option.value.value {
      case .bool(let isOn): value = isOn ? "on" : "off"
      case .int, .choice: value = option.value.value.description
      case .byteCount(let bytes): value = String(bytes.count)
      case .list(let names): value = names.joined(separator: ",")
      // Files: inputs of the step.
      case .plugins: return nil
      }
      return NamedOption(name: option.name.value, value: value)
    }
    if manifest.runsOnGPU(variant.target) && !options.contains(where: { $0.name == "tf32" }) {
      options.append(NamedOption(name: "tf32", value: variant.precision.type.value == .tf32 ? "on" : "off"))
    }
    return options.sorted { $0.name < $1.name }
  }

  private var profiles: [ProfileSettings] {
    manifest.profiles.map { profile in
      ProfileSettings(
        ranges: profile.dimensions.map {
          .init(name: $0.name.value, isTensor: false, min: [$0.min], opt: [$0.opt], max: [$0.max])
        } + profile.tensors.map { .init(name: $0.name.value, isTensor: true, min: $0.min, opt: $0.opt, max: $0.max) })
    }
  }

  /// What runs the target's engine: for GPUs ONNX Runtime has a build of its own.
  private func runningTool(_ target: TargetSpec) -> ToolRequirement {
    var tool = tool(target)
    if target.backend.value == .onnxruntime && manifest.runsOnGPU(target) { tool.backend = "onnxruntime-gpu" }
    return tool
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

extension Manifest {
  /// Whether the target's engine needs a GPU.
  package func runsOnGPU(_ target: TargetSpec) -> Bool {
    target.backend.value.isTensorRT
      || options(for: target).contains { $0.name.value == "provider" && $0.value.value.description != "cpu" }
  }
}

extension VerifySpec {
  fileprivate var isTimed: Bool { latency != nil || throughput != nil || regression != nil }
}

extension TargetBackend {
  /// The backends that want the same int8 graph.
  fileprivate var int8Form: String { isTensorRT ? "tensorrt" : rawValue }
}

extension TargetProcessor {
  fileprivate var products: String {
    switch self {
    case .avx2: "saturating"
    case .vnni: "exact"
    }
  }
}

extension TuningSettings {
  fileprivate init(_ precision: PrecisionSpec, for targets: [TargetSpec]) {
    self.init()
    if let equalize = precision.equalize { self.equalize = Toggle(equalize.value) }
    if let smooth = precision.smooth { self.smooth = Toggle(smooth.value) }
    if let correction = precision.biasCorrection { biasCorrection = Toggle(correction.value) }
    (keepNodes, keepOps) = (precision.keepNodes.map(\.value), precision.keepOps.map(\.value))
    forms = Set(targets.map(\.backend.value.int8Form)).sorted()
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
  /// How many cores this machine has, where times are judged.
  package static var cores: ToolRequirement { ToolRequirement(backend: "cores") }
  /// How this machine's processor adds up products of bytes: all of it that int8 depends on.
  package static var byteProducts: ToolRequirement { ToolRequirement(backend: "byte-products") }
  /// This machine's GPUs and their driver, where a result depends on them.
  package static var gpu: ToolRequirement { ToolRequirement(backend: "gpu") }
}
