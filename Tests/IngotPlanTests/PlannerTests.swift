import Foundation
import IngotCore
import IngotManifest
import IngotPlan
import Testing

@Suite struct PlannerTests {
  private func labels(_ plan: Plan) -> [String] { plan.steps.map(\.label) }

  @Test(arguments: ["digits", "digits-hard"])
  func plansTheExamplesAsTheirGoldenFilesSay(name: String) throws {
    let path = PlanText.repository.appending(path: "Pipelines/\(name).yaml")
    let text = try String(contentsOf: path, encoding: .utf8)
    let found = PlanText.text(of: try Plan(Manifest.parse(text: text, path: "Pipelines/\(name).yaml")))
    let golden = PlanText.folder.appending(path: "Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["INGOT_RECORD"] == "1" {
      try found.write(to: golden, atomically: true, encoding: .utf8)
      Issue.record("recorded \(golden.lastPathComponent); read it and commit it")
      return
    }
    #expect(found == (try String(contentsOf: golden, encoding: .utf8)))
  }

  @Test func inputsComeBeforeThoseWhoUseThem() throws {
    let path = PlanText.repository.appending(path: "Pipelines/digits.yaml")
    let plan = try Plan(Manifest.parse(text: String(contentsOf: path, encoding: .utf8), path: "digits.yaml"))
    for (index, step) in plan.steps.enumerated() {
      for case .output(let id, _) in step.inputs.map(\.source) { #expect(id.index < index) }
    }
    #expect(Set(labels(plan)).count == plan.steps.count)
  }

  @Test func anEngineIsKeyedByTheDeviceThatDecidesItsBytes() throws {
    let manifest = try Manifest.parse(
      text: """
        ingot: 1
        name: net
        model: { path: net.onnx }
        targets:
          cpu: { backend: onnxruntime }
          trt: { backend: tensorrt, version: "11", compute: [sm_80] }
          rtx: { backend: tensorrt-rtx, compute: [sm_86] }
        precision: fp32
        """, path: "net.yaml")
    let builds = try Plan(manifest).steps.filter { $0.stage == .build }
    #expect(
      builds.map { $0.tools.map(\.backend) } == [["onnxruntime", "cpu"], ["tensorrt", "gpu"], ["tensorrt-rtx"]])
  }

  @Test func autoMakesEveryCandidateAndChoosesOnce() throws {
    let more = "calibration: { data: set }\nverify: { data: eval, outputs: { y: { cosine: 0.9 } } }"
    let plan = try Plan(manifest(precision: "precision: auto", more))
    #expect(
      labels(plan) == [
        "sanitize", "onnxruntime/parse", "fp32-cpu/build", "reference", "fp32-cpu/verify", "measure", "fp16/lower",
        "fp16-cpu/build",
        "fp16-cpu/verify", "calibrate", "int8-onnxruntime/lower", "int8-cpu/build", "int8-cpu/verify",
        "auto-cpu/choose",
        "auto-cpu/serialize",
      ])
    let choose = try #require(plan.steps.first { $0.stage == .choose })
    #expect(
      choose.inputs.map(\.name) == [
        "engine-fp32", "report-fp32", "model-fp32", "verdict-fp32",
        "engine-fp16", "report-fp16", "model-fp16", "lowering-fp16", "ranges-fp16", "verdict-fp16",
        "engine-int8", "report-int8", "model-int8", "lowering-int8", "ranges-int8", "recipe-int8", "verdict-int8",
        "data",
      ])
    #expect(plan.engines.map(\.variant) == ["auto-cpu"] && plan.engines[0].verify == StepID(13))
    #expect(plan.engines[0].steps.count == plan.steps.count)
  }

  /// Without a set there are no ranges; the fallback comes first.
  @Test func autoLeavesOutWhatCannotBeCalibrated() throws {
    let more = "verify: { data: eval, outputs: { y: { cosine: 0.9 } } }"
    let plan = try Plan(manifest(precision: "precision: { type: auto, fallback: fp16 }", more))
    #expect(plan.steps.filter { $0.stage == .build }.map(\.label) == ["fp16-cpu/build"])
  }

  /// Ranges that are imported need no runtime, and every precision takes the same ones.
  @Test func rangesComeFromAFileWhereTheManifestSaysSo() throws {
    let imported = try Plan(manifest(precision: "precision: int8", "calibration: { import: net.cache }"))
    let step = try #require(imported.steps.first { $0.stage == .calibrate })
    #expect(step.tools == [])
    #expect(step.inputs.last == StepInput("ranges", .file(path: "p/net.cache")))
    let measured = try Plan(manifest(precision: "precision: int8", "calibration: { data: set }"))
    #expect(labels(imported) == labels(measured))
    let alone = Plan(importing: "net.cache", for: "net.onnx")
    #expect(labels(alone) == ["sanitize", "calibrate"] && alone.steps[1].action == step.action)
  }

  /// The runtime's version and digest are in the key of the step then, and only then.
  @Test(arguments: [("fold-with: onnxruntime, ", [ToolRequirement(backend: "onnxruntime")]), ("", [])])
  func aRuntimeThatFoldsBelongsToTheSanitizeStep(field: String, tools: [ToolRequirement]) throws {
    let manifest = try Manifest.parse(
      text: """
        ingot: 1
        name: net
        model: { \(field)path: net.onnx }
        targets: { cpu: { backend: onnxruntime } }
        precision: fp32
        """, path: "net.yaml")
    let step = try #require(try Plan(manifest).steps.first)
    #expect(step.stage == .sanitize && step.tools == tools)
    let names = step.components(
      inputs: [Digest(of: "m")],
      tools: tools.map { ToolIdentity(name: $0.backend, version: "1", digest: Digest(of: "l")) }
    ).map(\.name)
    #expect(names.contains("fold-with") != field.isEmpty)
    #expect(names.contains("tool onnxruntime digest") != field.isEmpty)
  }

  @Test func commentsAndTheOrderOfKeysDoNotChangeAPlan() throws {
    let first = try Manifest.parse(
      text: """
        ingot: 1
        name: net
        model: { path: net.onnx }
        targets: { cpu: { backend: onnxruntime, build: { threads: 2, format: onnx } } }
        precision: fp16
        """, path: "p/net.yaml")
    let second = try Manifest.parse(
      text: """
        # A comment.
        ingot: 1
        precision: fp16   # another
        targets:
          cpu:
            build: { format: onnx, threads: 2 }
            backend: onnxruntime
        model: { path: "net.onnx" }
        name: net
        """, path: "p/net.yaml")
    #expect(try Plan(first) == Plan(second))
  }

  @Test func aPrecisionThatNeedsNoLoweringHasNoLowerStep() throws {
    let plan = try Plan(manifest())
    #expect(labels(plan) == ["sanitize", "onnxruntime/parse", "fp32-cpu/build", "fp32-cpu/serialize"])
    // The engine is built from the canonical model itself.
    #expect(plan.steps[2].inputs.first == StepInput("model", .output(of: StepID(0), name: "model.onnx")))
  }

  @Test func calibratesOnlyForWhatIsQuantized() throws {
    let calibration = "calibration: { data: set }"
    #expect(try labels(Plan(manifest(precision: "precision: fp16", calibration))).contains("calibrate") == false)
    #expect(try labels(Plan(manifest(precision: "precision: int8", calibration))).contains("calibrate"))
  }

  @Test func enginesShareTheStepsThatAreEqual() throws {
    let plan = try Plan(
      manifest(
        targets: """
          targets:
            a: { backend: onnxruntime }
            b: { backend: onnxruntime, build: { threads: 2 } }
            c: { backend: openvino }
          """))
    #expect(
      labels(plan) == [
        "sanitize", "onnxruntime/parse", "fp32-a/build", "fp32-a/serialize", "fp32-b/build", "fp32-b/serialize",
        "openvino/parse", "fp32-c/build", "fp32-c/serialize",
      ])
    #expect(plan.engines.map { $0.steps.map(\.index) } == [[0, 1, 2, 3], [0, 1, 4, 5], [0, 6, 7, 8]])
  }

  @Test func verifiesWithThePluginsThatTheEngineCalls() throws {
    let more = "verify: { data: eval, outputs: { y: { cosine: 0.9 } } }"
    let plan = try Plan(
      Manifest.parse(
        text: """
          ingot: 1
          name: net
          model: { path: net.onnx }
          targets:
            trt: { backend: tensorrt, build: { version-compatible: true, plugins: [libs/a.so, { path: b.so, serialize: true }] } }
            cpu: { backend: onnxruntime }
          precision: { type: int8, max-drop: { cosine: 10% } }
          calibration: { data: set }
          \(more)
          """, path: "m/net.yaml"))
    let files = ["m/libs/a.so", "m/b.so"].enumerated().map { StepInput("plugin-\($0)", .file(path: $1)) }
    let verify = plan.steps.filter { $0.stage == .verify }
    #expect(verify.map { $0.inputs.filter { $0.name.hasPrefix("plugin-") } } == [files, []])
    guard case .verify(let settings) = verify[0].action else { return }
    #expect(
      settings.plugins == [
        .init(fileName: "a.so", isSerialized: false), .init(fileName: "b.so", isSerialized: true),
      ])
    // A search judges the model, whatever runs it.
    for case .search(let settings) in plan.steps.map(\.action) { #expect(settings.gates.plugins == []) }
  }

  @Test(arguments: [
    ("{ gpu: { backend: tensorrt } }", []),
    (
      "{ gpu: { backend: tensorrt-rtx }, cpu: { backend: onnxruntime }, ov: { backend: openvino } }",
      [
        """
        net.yaml:6:12: note: `workspace` has no effect on 'cpu' (onnxruntime), 'ov' (openvino): it is the device memory of \
        TensorRT's tactics
          workspace: 1GiB
                     ^
        """
      ]
    ),
    (
      "{ ov: { backend: openvino } }",
      [
        """
        net.yaml:6:12: warning: `workspace` has no effect on 'ov' (openvino): it is the device memory of TensorRT's tactics
          workspace: 1GiB
                     ^
          hint: remove it
        """
      ]
    ),
  ])
  func saysThatWorkspaceIsTensorRTsAlone(targets: String, expected: [String]) throws {
    let manifest = try Manifest.parse(
      text: """
        ingot: 1
        name: net
        model: { path: net.onnx }
        targets: \(targets)
        precision: fp32
        workspace: 1GiB
        """, path: "net.yaml")
    #expect(remarks(on: manifest).map(\.description) == expected)
    for case .build(let settings) in try Plan(manifest).steps.map(\.action) {
      #expect(settings.workspace == (settings.backend.hasPrefix("tensorrt") ? 1 << 30 : nil))
    }
  }

  @Test func aTargetsVersionIsAskedOfItsRuntime() throws {
    let plan = try Plan(manifest(targets: "targets: { cpu: { backend: onnxruntime, version: \"1.20\" } }"))
    #expect(plan.steps[1].tools == [ToolRequirement(backend: "onnxruntime", version: "1.20")])
    #expect(plan.steps[2].tools == [ToolRequirement(backend: "onnxruntime", version: "1.20"), .cpu])
  }

  /// The processor of this machine decides what int8 is lowered for, unless the manifest does.
  @Test(arguments: [
    ("onnxruntime", "", "int8-onnxruntime/lower", [ToolRequirement.byteProducts], nil),
    ("openvino", ", processor: vnni", "int8-openvino-vnni/lower", [], "exact"),
    ("openvino", ", processor: avx2", "int8-openvino-avx2/lower", [], "saturating"),
    ("tensorrt-rtx", "", "int8-tensorrt/lower", [], nil),
  ])
  func int8IsLoweredForTheTargetsProcessor(
    backend: String, processor: String, label: String, tools: [ToolRequirement], products: String?
  ) throws {
    let target = "targets: { it: { backend: \(backend)\(processor) } }"
    let plan = try Plan(manifest(precision: "precision: int8", targets: target, "calibration: { data: set }"))
    let step = try #require(plan.steps.first { $0.stage == .lower })
    #expect(step.label == label && step.tools == tools)
    guard case .lower(let settings) = step.action else { return }
    #expect(settings.products == products)
    let plain = try Plan(manifest(precision: "precision: fp16", targets: target))
    #expect(plain.steps.first { $0.stage == .lower }?.tools == [])
    #expect(plain.steps.first { $0.stage == .lower }?.label == "fp16/lower")
  }

  @Test func aBundleHoldsOnlyWhatItsStepReads() throws {
    let plan = try Plan(
      manifest(
        precision: "precision: int8",
        "calibration: { data: set }\nverify: { data: eval, outputs: { y: { cosine: 0.9 } } }"))
    let names = plan[try #require(plan.engines.first).serialize].inputs.map(\.name)
    #expect(names == ["engine", "report", "model", "lowering", "ranges", "recipe", "verdict"])
  }

  @Test func verifiesWithTheOptionsThatTheEngineRunsWith() throws {
    let verify =
      "verify: { data: eval, latency: { p99: 5ms }, throughput: { min: 1/s }, regression: { channel: prod, max: 5% } }"
    let cpu = try Plan(manifest(targets: "targets: { cpu: { backend: onnxruntime, build: { threads: 2 } } }", verify))
    let rtx = try Plan(manifest(targets: "targets: { rtx: { backend: tensorrt-rtx, build: { refit: true } } }", verify))
    func settings(_ plan: Plan) -> VerifySettings? {
      plan.steps.lazy.compactMap { if case .verify(let settings) = $0.action { settings } else { nil } }.first
    }
    #expect(settings(cpu)?.options == [NamedOption(name: "threads", value: "2")])
    #expect(settings(cpu)?.latency == [NamedOption(name: "p99", value: "0.005")])
    #expect(
      settings(rtx)?.options == [NamedOption(name: "refit", value: "on"), NamedOption(name: "tf32", value: "off")])
  }

  /// The graph is optimized by any build of ONNX Runtime; the engine is run by the one that has the provider, on a named GPU.
  @Test func anEngineOfONNXRuntimeForAGPUIsRunByTheBuildForGPUs() throws {
    let target = "targets: { h: { backend: onnxruntime, build: { provider: cuda, device-id: 1 } } }"
    for (precision, tf32) in [("fp32", "off"), ("tf32", "on")] {
      let plan = try Plan(
        manifest(
          precision: "precision: \(precision)", targets: target, "verify: { data: eval, outputs: { y: { sqnr: 30 } } }")
      )
      let verify = try #require(plan.steps.first { $0.stage == .verify })
      #expect(verify.tools.map(\.backend) == ["onnxruntime-gpu", "cpu", "onnxruntime", "gpu"])
      let build = try #require(plan.steps.first { $0.stage == .build })
      #expect(build.tools.map(\.backend) == ["onnxruntime", "cpu"])
      guard case .build(let settings) = build.action else { continue }
      #expect(settings.options.map { "\($0.name)=\($0.value)" } == ["device-id=1", "provider=cuda", "tf32=\(tf32)"])
    }
  }

  /// A verdict on a time holds for as many cores; one on numbers holds for any.
  @Test(arguments: [
    ("cpu: { backend: openvino }", "latency: { p99: 5ms }", true),
    ("cpu: { backend: openvino }", "throughput: { min: 5/s }", true),
    ("cpu: { backend: openvino }", "regression: { channel: prod, max: 5% }", true),
    ("cpu: { backend: openvino }", "outputs: { y: { sqnr: 30 } }", false),
    ("rtx: { backend: tensorrt-rtx }", "latency: { p99: 5ms }", false),
  ])
  func onlyAJudgedTimeDependsOnTheCores(target: String, gate: String, isTimed: Bool) throws {
    let plan = try Plan(manifest(targets: "targets: { \(target) }", "verify: { data: eval, \(gate) }"))
    let verify = try #require(plan.steps.first { $0.stage == .verify })
    #expect(verify.tools.contains(.cores) == isTimed)
  }

  /// What the channel serves is an input of the step that compares with it, and of no other.
  @Test func aRegressionIsJudgedByWhatTheChannelServes() throws {
    let verify = "verify: { data: eval, throughput: { min: 5/s, batch: 4 }, regression: { channel: prod, max: 5% } }"
    let plan = try Plan(manifest(verify))
    let readers = plan.steps.filter { $0.inputs.contains(StepInput("baseline", .channel("prod"))) }
    #expect(readers.map(\.stage) == [.verify])
    guard case .verify(let settings)? = readers.first?.action else { return }
    #expect(settings.regression == .init(channel: "prod", max: 0.05))
    #expect(settings.throughput == .init(min: 5, batch: 4))
  }

  @Test(arguments: [
    ("precision: fp32", "", "off"), ("precision: tf32", "", "on"), ("precision: fp32", "build: { tf32: true }", "on"),
    ("precision: tf32", "build: { tf32: false }", "off"),
  ])
  func tensorRTUsesTF32WhereThePrecisionOrTheManifestSaysSo(precision: String, build: String, expected: String) throws {
    let plan = try Plan(manifest(precision: precision, targets: "targets: { rtx: { backend: tensorrt-rtx } }", build))
    let options = plan.steps.compactMap { if case .build(let settings) = $0.action { settings.options } else { nil } }
    #expect(options == [[NamedOption(name: "tf32", value: expected)]])
  }
}

/// What 16-bit floats are measured on, where there is data.
@Suite struct FloatPlanTests {
  @Test func fp16MeasuresAllTensorsWhereThereIsData() throws {
    let text = try plan(precision: "matrix: { precision: [fp16, int8, bf16] }", "calibration: { data: set }")
    #expect(text.contains("measure (calibrate)"))
    #expect(text.contains("    method: minmax\n    samples: all\n    tensors: all"))
    #expect(text.contains("calibrate (calibrate)"))
    #expect(text.split(separator: "input ranges = ranges.json").count == 5)
    #expect(!(try plan(precision: "precision: fp16")).contains("calibrate"))
  }

  @Test func int4RoundsByWhatItsWeightsMeetWhereThereIsData() throws {
    let text = try plan(precision: "precision: int4", "calibration: { data: set, samples: 64 }")
    #expect(text.contains("round (calibrate)"))
    #expect(text.contains("    method: moments\n    samples: 64\n    rounds: int4"))
    #expect(text.contains("input weights = weights.onnx") && text.contains("input recipe = recipe.json"))
    #expect(!(try plan(precision: "precision: int4")).contains("(calibrate)"))
    #expect(
      !(try plan(precision: "precision: int8-weights", "calibration: { data: set }")).contains("(calibrate)"))
  }

  @Test func whatTheManifestSaysOfFloatsReachesTheStep() throws {
    let text = try plan(precision: "precision: { type: fp16, io: [x], max-activation: 1000, max-depth: 64 }")
    #expect(text.contains("    io: x\n    max-activation: 1000.0\n    max-depth: 64"))
  }

  private func plan(precision: String, _ more: String = "") throws -> String {
    PlanText.text(of: try Plan(manifest(precision: precision, more)))
  }
}

/// Layers fall back until `max-drop` holds: one search a form of the model that is judged.
@Suite struct SearchPlanTests {
  private static let verify =
    "calibration: { data: set }\nverify: { data: eval, accuracy: { metric: top1, labels: l, min: 50% }, latency: { p99: 5ms } }"
  private static let precision = "precision: { type: int8, max-drop: { top1: 1%, cosine: 2% } }"

  private func plan(_ targets: String, precision: String = precision) throws -> Plan {
    try Plan(manifest(precision: precision, targets: targets, Self.verify))
  }

  @Test func aSearchStandsBetweenCalibrateAndLower() throws {
    let plan = try plan("targets: { cpu: { backend: onnxruntime } }")
    #expect(
      plan.steps.map(\.label) == [
        "sanitize", "onnxruntime/parse", "calibrate", "reference", "int8-cpu/search", "int8-cpu/lower",
        "int8-cpu/build",
        "int8-cpu/verify", "int8-cpu/serialize",
      ])
    #expect(plan.steps[4].inputs.map(\.name) == ["model", "ranges", "recipe", "reference", "data"])
    #expect(plan.steps[4].tools == [.reference, .cpu, .byteProducts] && plan.steps[5].tools == [.byteProducts])
    #expect(plan.steps[5].inputs.last == StepInput("kept", .output(of: StepID(4), name: "kept.json")))
    #expect(plan.steps[8].inputs.map(\.name).contains("search"))
    // What is searched for is what verification judges, but for the time that it takes.
    guard case .search(let search) = plan.steps[4].action, case .verify(var verify) = plan.steps[7].action else {
      Issue.record("no search and no verify")
      return
    }
    #expect(verify.drops == [.init(metric: "top1", bound: 0.01), .init(metric: "cosine", bound: 0.02)])
    verify = verify.withoutTimes
    #expect(verify.latency.isEmpty && verify.throughput == nil && verify.regression == nil)
    #expect(search.gates == verify && search.build?.backend == "onnxruntime")
  }

  /// The lowered model stands for engines that need a GPU, so that targets of TensorRT share one search.
  @Test func enginesThatRunElsewhereAreJudgedByTheirModel() throws {
    let plan = try plan(
      "targets: { a: { backend: tensorrt-rtx, compute: [sm_86] }, b: { backend: tensorrt, compute: [sm_80] } }")
    #expect(plan.steps.map(\.label).filter { $0.hasSuffix("search") } == ["int8-tensorrt/search"])
    #expect(plan.steps.map(\.label).filter { $0.hasSuffix("lower") } == ["int8-tensorrt/lower"])
    let search = try #require(plan.steps.first { $0.stage == .search })
    guard case .search(let settings) = search.action else { return }
    #expect(settings.build == nil && search.tools == [.reference, .cpu])
  }

  @Test func everyOtherRuntimeJudgesItsOwnEngine() throws {
    let plan = try plan(
      "targets: { a: { backend: openvino }, b: { backend: onnxruntime }, c: { backend: openvino, build: { threads: 2 } } }"
    )
    let searches = plan.steps.filter { $0.stage == .search }
    #expect(searches.map(\.label) == ["int8-a/search", "int8-b/search", "int8-c/search"])
    #expect(searches[0].tools == [ToolRequirement(backend: "openvino"), .reference, .cpu, .byteProducts])
  }

  @Test func ofTheCandidatesOfAutoOnlyThoseThatLowerAreSearched() throws {
    let plan = try plan(
      "targets: { cpu: { backend: onnxruntime } }", precision: "precision: { type: auto, max-drop: { top1: 1% } }")
    #expect(plan.steps.filter { $0.stage == .search }.map(\.label) == ["fp16-cpu/search", "int8-cpu/search"])
    // What was found goes with the one that is chosen.
    let choose = try #require(plan.steps.firstIndex { $0.stage == .choose })
    #expect(plan.steps[choose].inputs.map(\.name).filter { $0.hasPrefix("search") } == ["search-fp16", "search-int8"])
    let search = StepInput("search", .output(of: StepID(choose), name: "search.json"), isOptional: true)
    #expect(plan.steps.last?.inputs.contains(search) == true)
  }

  /// Forms of the model are compared without what is kept; ranges alone do not depend on it.
  @Test(arguments: [("int8", true), ("fp8", false)])
  func whatIsKeptBelongsToTheCalibrationWhereFormsAreCompared(type: String, belongs: Bool) throws {
    let text = try PlanText.text(
      of: Plan(manifest(precision: "precision: { type: \(type), keep: { nodes: [a] } }", "calibration: { data: set }")))
    #expect(text.split(separator: "keep-node: a").count == (belongs ? 3 : 2))
  }
}

/// What manifests can say and this version cannot do: refused with its place and a way out, everything at once.
@Suite struct UnsupportedTests {
  private func error(_ manifest: Manifest) -> String? {
    #expect(throws: InputError.self) { try Plan(manifest) }?.description
  }

  @Test func refusesToChooseWithoutSamplesOrAnEngineThatRunsHere() throws {
    let targets = "targets: { rtx: { backend: tensorrt-rtx, compute: [sm_86] } }"
    let words = error(try manifest(precision: "precision: auto", targets: targets)) ?? ""
    #expect(
      words.contains("p/net.yaml:5:12: error: precision 'auto' times engines on this machine, and target 'rtx' is"))
    #expect(
      words.contains("p/net.yaml:5:12: error: precision 'auto' needs samples and gates to judge the candidates by"))
  }

  @Test func refusesAFallbackThatCannotBeBuilt() throws {
    let value = try manifest(
      precision: "precision: { type: int8, fallback: tf32 }", "calibration: { data: set }")
    #expect(
      error(value) == """
        p/net.yaml:5:36: error: fallback 'tf32' cannot be built yet
          precision: { type: int8, fallback: tf32 }
                                             ^
          hint: use fp32, fp16 or bf16
        """)
  }

  @Test func refusesTF32WhereThereIsNone() throws {
    #expect(
      error(try manifest(precision: "precision: tf32")) == """
        p/net.yaml:5:12: error: tf32 exists on GPUs only, and target 'cpu' is onnxruntime
          precision: tf32
                     ^
          hint: give that target a manifest of its own with precision: fp32
        """)
  }

  @Test func makesSamplesOnceWhereThereAreNone() throws {
    let more =
      "profiles: [{ batch: { min: 1, opt: 2, max: 4 } }]\nverify: { synthetic: true, outputs: { y: { cosine: 0.9 } } }"
    let plan = try Plan(manifest(precision: "matrix: { precision: [fp32, fp16] }", more))
    let made = try #require(plan.steps.firstIndex { $0.stage == .synthesize })
    guard case .synthesize(let settings) = plan.steps[made].action else { return }
    #expect(settings.profiles.count == 1 && plan.steps.filter { $0.stage == .synthesize }.count == 1)
    let readers = plan.steps.filter {
      $0.inputs.contains(StepInput("data", .output(of: StepID(made), name: "set.yaml")))
    }
    #expect(readers.map(\.label) == ["reference", "fp32-cpu/verify", "fp16-cpu/verify"])
  }

  @Test func reportsEverythingAtOnce() throws {
    let value = try manifest(precision: "matrix: { precision: [fp32, auto, bf16, tf32] }")
    let found = #expect(throws: InputError.self) { try Plan(value) }
    #expect(found?.diagnostics.map(\.place?.column) == [29, 41])
  }
}
