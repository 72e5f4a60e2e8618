import IngotCore
import IngotReport

@testable import IngotPlan

/// A plan of one engine: sanitize, build, verify, serialize.
let somePlan = Plan(
  name: "digits",
  steps: [
    Step(.sanitize(SanitizeSettings(inputs: [])), inputs: [], label: "sanitize"),
    Step(
      .build(BuildSettings(backend: "openvino", compute: [], profiles: [], workspace: nil, options: [])), inputs: [],
      label: "int8-ov/build"),
    Step(
      .verify(VerifySettings(backend: "openvino", profiles: [], outputs: [], accuracy: nil, latency: [])), inputs: [],
      label: "int8-ov/verify"),
    Step(
      .serialize(
        SerializeSettings(
          name: "digits", variant: "int8-ov", precision: "int8", target: "ov",
          build: BuildSettings(backend: "openvino", compute: [], profiles: [], workspace: nil, options: []))),
      inputs: [],
      label: "int8-ov/serialize"),
  ],
  engines: [
    Plan.Engine(
      variant: "int8-ov", precision: "int8", target: "ov", backend: "openvino", serialize: StepID(3), verify: StepID(2),
      steps: [StepID(0), StepID(1), StepID(2), StepID(3)])
  ])

func record(
  _ name: String, _ facts: [(String, String)] = [], milliseconds: Int = 10, wasCached: Bool = true
) -> StepRecord {
  StepRecord(
    key: Digest(of: name), outputs: [StepOutput(name: name, digest: Digest(of: name), byteCount: 1)],
    facts: facts.map { NamedOption(name: $0, value: $1) }, duration: .milliseconds(milliseconds), wasCached: wasCached)
}

let passedFacts = [
  ("level", "engine"), ("passed", "true"), ("sqnr", "39.25"), ("metric", "top1"), ("accuracy", "0.9944"),
  ("reference-accuracy", "1.0"), ("held gate latency p99 (ms)", "latency p99 (ms) is 0.120000, at most 5.000000"),
  ("unjudged gate", "slowdown against prod (%): the channel serves no bundle yet"),
]

/// All steps done, from the store; steps can be replaced and left out.
func summary(
  _ changes: [Int: StepRecord] = [:], without missing: Set<Int> = [], plan: Plan = somePlan, problems: [String] = [],
  path: String? = "out"
) -> EngineSummary {
  var records: [Int: StepRecord] = [
    0: record("model.onnx"), 1: record("engine", milliseconds: 12_345),
    2: record("verdict.json", passedFacts, milliseconds: 20),
    3: record("bundle.json", [("engine-bytes", "104448"), ("file engine", "00")]),
  ]
  for (index, change) in changes { records[index] = change }
  for index in missing { records[index] = nil }
  return EngineSummary(plan.engines[0], of: plan, problems: problems, path: path) { records[$0.index] }
}
