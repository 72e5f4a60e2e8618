import IngotCore
import IngotPlan
import Testing

/// One change to one field of a stage's settings.
struct Variation: Sendable, CustomTestStringConvertible {
  var field: String
  var from: StepAction
  var to: StepAction
  var testDescription: String { "\(from.stage.rawValue).\(field)" }
}

private func vary<S>(
  _ base: S, _ wrap: (S) -> StepAction, _ changes: [(String, (inout S) -> Void)]
) -> [Variation] {
  changes.map { field, change in
    var changed = base
    change(&changed)
    return Variation(field: field, from: wrap(base), to: wrap(changed))
  }
}

private let profile = ProfileSettings(ranges: [
  .init(name: "batch", isTensor: false, min: [1], opt: [2], max: [4]),
  .init(name: "x", isTensor: true, min: [1, 2], opt: [1, 3], max: [1, 4]),
])
private let build = BuildSettings(
  backend: "openvino", compute: ["sm_80", "sm_86"], profiles: [profile], workspace: 1,
  options: [NamedOption(name: "a", value: "1")])
private let gate = VerifySettings.OutputGate(output: "y", cosine: 0.9, maxAbs: 1, maxRelative: 2, sqnr: 30)
private let accuracy = VerifySettings.AccuracyGate(metric: "top1", labels: "l", output: "y", maxDrop: 0.01, min: 0.5)
private let verify = VerifySettings(
  backend: "openvino", profiles: [profile], outputs: [gate], accuracy: accuracy,
  latency: [NamedOption(name: "p99", value: "0.1")], options: [NamedOption(name: "threads", value: "2")])

private func profileChanges() -> [(String, (inout ProfileSettings) -> Void)] {
  [
    ("name", { $0.ranges[0].name = "b" }), ("isTensor", { $0.ranges[0].isTensor = true }),
    ("min", { $0.ranges[0].min = [2] }), ("opt", { $0.ranges[0].opt = [3] }), ("max", { $0.ranges[0].max = [5] }),
    ("one range less", { $0.ranges.removeLast() }),
  ]
}

private func buildChanges() -> [(String, (inout BuildSettings) -> Void)] {
  [
    ("backend", { $0.backend = "onnxruntime" }), ("compute", { $0.compute = ["sm_80"] }),
    ("no profiles", { $0.profiles = [] }), ("profiles twice", { $0.profiles += [profile] }),
    ("workspace", { $0.workspace = 2 }), ("no workspace", { $0.workspace = nil }),
    ("option value", { $0.options[0].value = "2" }), ("option name", { $0.options[0].name = "b" }),
    ("no options", { $0.options = [] }),
    ("plugin", { $0.plugins = [.init(fileName: "libp.so", isSerialized: false)] }),
    ("plugin in the engine", { $0.plugins = [.init(fileName: "libp.so", isSerialized: true)] }),
    ("asked", { $0.asked = .init(precision: "int8", atLeast: nil) }),
    ("demanded", { $0.asked = .init(precision: "int8", atLeast: 0.9) }),
  ] + profileChanges().map { name, change in ("profile \(name)", { change(&$0.profiles[0]) }) }
}

private let serialize = SerializeSettings(name: "net", variant: "v", precision: "int8", target: "t", build: build)
private let parse = ParseSettings(backend: "openvino", profiles: [profile])

/// A table of stages: what they start from, and every way to change one field of it.
private enum Table {
  static let sanitize = vary(
    SanitizeSettings(inputs: [NamedShape(name: "x", dims: [.symbolic("n"), .fixed(3)])]), StepAction.sanitize,
    [
      ("name", { $0.inputs[0].name = "y" }), ("symbol", { $0.inputs[0].dims[0] = .symbolic("m") }),
      ("size", { $0.inputs[0].dims[1] = .fixed(4) }), ("kind of dimension", { $0.inputs[0].dims[0] = .unknown }),
      ("rank", { $0.inputs[0].dims.append(.fixed(1)) }), ("none", { $0.inputs = [] }),
      ("dims", { $0.dims = [.init(name: "n", value: .fixed(2))] }), ("extract from", { $0.extractFrom = ["a"] }),
      ("extract to", { $0.extractTo = ["a"] }), ("outputs", { $0.outputs = ["a"] }), ("opset", { $0.opset = 19 }),
      ("narrows doubles", { $0.narrowsDoubles = true }),
      ("bounds", { $0.bounds = [.init(name: "k", value: 2)] }),
      ("renames", { $0.renames = [.init(name: "a", value: "b")] }), ("passes", { $0.passes = ["none"] }),
      ("fold with", { $0.foldWith = "onnxruntime" }),
    ])
  static let parsing = vary(
    parse, StepAction.parse, [("backend", { $0.backend = "onnxruntime" }), ("profiles", { $0.profiles = [] })])
  static let parsingProfiles = vary(
    parse, StepAction.parse, profileChanges().map { name, change in ("profile \(name)", { change(&$0.profiles[0]) }) })
  static let calibrate = vary(
    CalibrateSettings(method: "percentile", percentile: 0.999, samples: 10, tuning: TuningSettings()),
    StepAction.calibrate,
    [
      ("method", { $0.method = "entropy" }), ("percentile", { $0.percentile = 0.9999 }),
      ("no percentile", { $0.percentile = nil }),
      ("samples", { $0.samples = 11 }), ("all samples", { $0.samples = nil }), ("tensors", { $0.measuresAll = true }),
      ("rounding", { $0.roundsWeights = true }),
      ("ranges only", { $0.tuning = nil }), ("equalize", { $0.tuning?.equalize = .on }),
      ("smooth", { $0.tuning?.smooth = .on }), ("bias correction", { $0.tuning?.biasCorrection = .off }),
      ("kept nodes", { $0.tuning?.keepNodes = ["a"] }), ("kept ops", { $0.tuning?.keepOps = ["a"] }),
      ("form", { $0.tuning?.forms = ["openvino"] }),
    ])
  static let lower = vary(
    LowerSettings(precision: "int8", fallback: "fp32", keepNodes: ["/a/*"], keepOps: ["Softmax"]), StepAction.lower,
    [
      ("precision", { $0.precision = "fp16" }), ("fallback", { $0.fallback = "fp16" }),
      ("form", { $0.form = "openvino" }), ("byte products", { $0.products = "exact" }),
      ("keepNodes", { $0.keepNodes = ["/b/*"] }),
      ("keepOps", { $0.keepOps = ["Add"] }),
      ("io", { $0.io = ["x"] }), ("max activation", { $0.maxActivation = 1 }), ("max depth", { $0.maxDepth = 1 }),
      ("at least", { $0.atLeast = 0.5 }),
      ("a node is no op", { ($0.keepNodes, $0.keepOps) = ([], ["/a/*", "Softmax"]) }),
    ])
  static let searching = vary(
    SearchSettings(
      lower: LowerSettings(precision: "int8", fallback: "fp32", keepNodes: [], keepOps: []), gates: verify, build: build
    ),
    StepAction.search,
    [
      ("lower", { $0.lower.form = "openvino" }), ("gates", { $0.gates.outputs = [] }),
      ("build", { $0.build?.workspace = 2 }), ("no build", { $0.build = nil }),
      ("options of the build alone", { $0.build?.options = [] }), ("of the run alone", { $0.gates.options = [] }),
    ])
  static let building = vary(build, StepAction.build, buildChanges())
  static let serializing = vary(
    serialize, StepAction.serialize,
    [
      ("name", { $0.name = "n" }), ("variant", { $0.variant = "w" }), ("precision", { $0.precision = "fp16" }),
      ("target", { $0.target = "u" }),
    ])
  static let serializingBuild = vary(
    serialize, StepAction.serialize, buildChanges().map { name, change in ("build \(name)", { change(&$0.build) }) })
  static let verifying = vary(
    verify, StepAction.verify,
    [
      ("backend", { $0.backend = "onnxruntime" }), ("profiles", { $0.profiles = [] }),
      ("latency", { $0.latency[0].value = "0.2" }),
      ("percentile", { $0.latency[0].name = "p50" }), ("option", { $0.options[0].value = "4" }),
      ("plugin", { $0.plugins = [.init(fileName: "libp.so", isSerialized: false)] }),
      ("plugin in the engine", { $0.plugins = [.init(fileName: "libp.so", isSerialized: true)] }),
      ("no options", { $0.options = [] }), ("drop", { $0.drops = [.init(metric: "top1", bound: 0.01)] }),
      ("drop of the cosine", { $0.drops = [.init(metric: "cosine", bound: 0.01)] }),
      ("throughput", { $0.throughput = .init(min: 5, batch: nil) }),
      ("larger throughput", { $0.throughput = .init(min: 6, batch: nil) }),
      ("batch of the throughput", { $0.throughput = .init(min: 5, batch: 8) }),
      ("regression", { $0.regression = .init(channel: "a", max: 0.05) }),
      ("channel", { $0.regression = .init(channel: "b", max: 0.05) }),
      ("larger regression", { $0.regression = .init(channel: "a", max: 0.06) }),
      ("larger drop", { $0.drops = [.init(metric: "top1", bound: 0.02)] }),
    ])
  static let outputGates = vary(
    verify, StepAction.verify,
    [
      ("outputs", { $0.outputs = [] }), ("output", { $0.outputs[0].output = "z" }),
      ("cosine", { $0.outputs[0].cosine = 0.99 }),
      ("no cosine", { $0.outputs[0].cosine = nil }), ("maxAbs", { $0.outputs[0].maxAbs = 2 }),
      ("maxRelative", { $0.outputs[0].maxRelative = 1 }), ("sqnr", { $0.outputs[0].sqnr = 31 }),
      ("one bound for another", { ($0.outputs[0].maxAbs, $0.outputs[0].maxRelative) = (2, 1) }),
    ])
  static let accuracyGates = vary(
    verify, StepAction.verify,
    [
      ("no accuracy", { $0.accuracy = nil }), ("metric", { $0.accuracy?.metric = "top5" }),
      ("labels", { $0.accuracy?.labels = "m" }), ("scored output", { $0.accuracy?.output = "z" }),
      ("only output", { $0.accuracy?.output = nil }), ("maxDrop", { $0.accuracy?.maxDrop = 0.02 }),
      ("min", { $0.accuracy?.min = 0.6 }),
    ])
  static let choosing = vary(
    ChooseSettings(
      candidates: ["fp32", "int8"], backend: "openvino", profiles: [profile],
      options: [NamedOption(name: "threads", value: "2")], metric: "top1"), StepAction.choose,
    [
      ("order of candidates", { $0.candidates.reverse() }), ("one less", { $0.candidates.removeLast() }),
      ("backend", { $0.backend = "onnxruntime" }), ("profiles", { $0.profiles = [] }),
      ("option", { $0.options[0].value = "4" }), ("metric", { $0.metric = "top5" }), ("no metric", { $0.metric = nil }),
    ])

  static let all =
    [
      sanitize, parsing, parsingProfiles, calibrate, searching, lower, building, serializing, serializingBuild,
      verifying,
      outputGates, accuracyGates, choosing,
    ]
    .flatMap { $0 }
}

@Suite struct KeyTests {
  private let tool = ToolIdentity(name: "openvino", version: "1", digest: Digest(of: "lib"))

  private func step(_ action: StepAction, inputs: [String] = ["model"], tools: Int = 1) -> Step {
    Step(
      action, inputs: inputs.map { StepInput($0, .model(path: "m")) },
      tools: Array(repeating: ToolRequirement(backend: "openvino"), count: tools), label: "step")
  }

  private func key(_ action: StepAction) -> Digest {
    step(action).key(inputs: [Digest(of: "m")], tools: [tool])
  }

  @Test(arguments: Table.all)
  func aKeyCoversEveryFieldOfEveryStagesSettings(variation: Variation) {
    #expect(variation.from != variation.to)
    #expect(key(variation.from) != key(variation.to))
  }

  /// A field that is added to a stage's settings must be added to the table above.
  @Test func theTableKnowsEveryField() {
    let values: [Any] = [
      SanitizeSettings(inputs: []), parse, profile.ranges[0], ReferenceSettings(),
      CalibrateSettings(method: "", percentile: nil, samples: nil), TuningSettings(),
      LowerSettings(precision: "", fallback: "", keepNodes: [], keepOps: []), build, serialize, verify, gate, accuracy,
      VerifySettings.ThroughputGate(min: 1, batch: nil), VerifySettings.RegressionGate(channel: "", max: 1),
    ]
    #expect(values.map { Mirror(reflecting: $0).children.count } == [11, 2, 5, 0, 6, 6, 10, 7, 5, 10, 5, 5, 2, 2])
  }

  @Test func equalSettingsGiveEqualKeysWhateverTheStepIsCalled() {
    var renamed = step(.build(build))
    renamed.label = "another"
    #expect(renamed.key(inputs: [Digest(of: "m")], tools: [tool]) == key(.build(build)))
  }

  @Test func theKeyIsWrittenWithLengthsSoThatNoTwoFieldListsAreAlike() {
    func digest(_ fields: [(String, String)]) -> Digest {
      var hasher = KeyHasher()
      for (name, value) in fields { hasher.field(name, value) }
      return hasher.finalize()
    }
    let lists: [[(String, String)]] = [
      [("ab", "c")], [("a", "bc")], [("abc", "")], [("", "abc")], [("a", "b"), ("c", "")], [("a", "b"), ("", "c")],
      [("a", ""), ("b", "c")],
      [("ab", "c"), ("", "")], [],
    ]
    #expect(Set(lists.map(digest)).count == lists.count)
    // Little-endian 32-bit lengths: what keys of stores that exist are made of.
    #expect(digest([("ab", "c")]) == Digest(of: [2, 0, 0, 0, 0x61, 0x62, 1, 0, 0, 0, 0x63]))
  }

  @Test func aKeyCoversInputsByNameAndInTheirOrder() {
    let (a, b) = (Digest(of: "a"), Digest(of: "b"))
    let two = step(.reference(ReferenceSettings()), inputs: ["model", "data"])
    let swapped = step(.reference(ReferenceSettings()), inputs: ["data", "model"])
    let keys = [
      two.key(inputs: [a, b], tools: [tool]), two.key(inputs: [b, a], tools: [tool]),
      swapped.key(inputs: [a, b], tools: [tool]),
      two.key(inputs: [a, a], tools: [tool]),
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test func aKeyCoversTheToolsAsTheyWereFound() {
    let one = step(.reference(ReferenceSettings()))
    let tools = [
      tool, ToolIdentity(name: "openvino", version: "2", digest: tool.digest),
      ToolIdentity(name: "openvino", version: "1", digest: Digest(of: "patched lib")),
      ToolIdentity(name: "onnxruntime", version: "1", digest: tool.digest),
    ]
    #expect(Set(tools.map { one.key(inputs: [Digest(of: "m")], tools: [$0]) }).count == tools.count)
    let none = step(.reference(ReferenceSettings()), tools: 0)
    #expect(none.key(inputs: [Digest(of: "m")], tools: []) != one.key(inputs: [Digest(of: "m")], tools: [tool]))
  }

  @Test func stagesWithTheSameFieldsHaveDifferentKeys() {
    let settings = ParseSettings(backend: "openvino", profiles: [])
    let built = BuildSettings(backend: "openvino", compute: [], profiles: [], workspace: nil, options: [])
    #expect(key(.parse(settings)) != key(.build(built)))
  }

  @Test func whatIsShownIsWhatWasHashed() {
    let value = step(.build(build))
    let components = value.components(inputs: [Digest(of: "m")], tools: [tool])
    var hasher = KeyHasher()
    for component in components { hasher.field(component.name, component.value) }
    #expect(hasher.finalize() == value.key(inputs: [Digest(of: "m")], tools: [tool]))
    #expect(
      components.map { "\($0.name): \($0.value)" } == [
        "key-format: 1", "stage: build", "stage-version: 4", "backend: openvino", "compute: sm_80", "compute: sm_86",
        "profile-0: dim batch min=[1] opt=[2] max=[4]", "profile-0: tensor x min=[1, 2] opt=[1, 3] max=[1, 4]",
        "workspace: 1",
        "option a: 1", "input model: \(Digest(of: "m").hex)", "tool openvino version: 1",
        "tool openvino digest: \(Digest(of: "lib").hex)",
      ])
  }
}

@Suite struct KeyChangeTests {
  private func changes(_ old: [(String, String)], _ new: [(String, String)]) -> [KeyChange] {
    KeyChange.changes(
      from: old.map { KeyComponent(name: $0, value: $1) }, to: new.map { KeyComponent(name: $0, value: $1) })
  }

  @Test func namesWhatIsNewWhatIsGoneAndWhatDiffers() {
    #expect(
      changes([("a", "1"), ("b", "2"), ("c", "3")], [("a", "1"), ("d", "4"), ("b", "5")]) == [
        KeyChange(name: "d", from: nil, to: "4"), KeyChange(name: "b", from: "2", to: "5"),
        KeyChange(name: "c", from: "3", to: nil),
      ])
  }

  @Test func equalComponentsGiveNoChange() {
    #expect(changes([("a", "1"), ("a", "2")], [("a", "1"), ("a", "2")]) == [])
  }

  @Test func comparesRepeatedFieldsAsOneList() {
    #expect(
      changes([("compute", "sm_80")], [("compute", "sm_80"), ("compute", "sm_86")]) == [
        KeyChange(name: "compute", from: "sm_80", to: "sm_80, sm_86")
      ])
    #expect(changes([("keep", "a, b")], [("keep", "a"), ("keep", "b")]).count == 1)
  }
}
