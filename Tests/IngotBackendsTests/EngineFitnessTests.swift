import IngotCore
import Testing

@testable import IngotBackends

private func gpu(_ name: String, _ major: Int, _ minor: Int) -> CUDADevice {
  CUDADevice(
    name: name, computeMajor: major, computeMinor: minor, multiprocessorCount: 132, memory: 80 << 30, uuid: "GPU-0",
    pci: "0000:00:00.0")
}

private func here(_ devices: CUDADevice..., cuda: String = "13.0") -> CUDADriver.State {
  .present(cuda: cuda, release: nil, devices: devices)
}

private let h200 = gpu("NVIDIA H200", 9, 0), ada = gpu("NVIDIA L4", 8, 9)

@Suite struct EngineFitnessTests {
  /// A header as the library writes it.
  private func header(_ magic: String, _ version: [UInt8], mask: UInt8 = 0) throws -> TensorRTEngineHeader {
    var bytes = Array(magic.utf8) + [UInt8](repeating: 0, count: 60)
    bytes.replaceSubrange(24..<24 + version.count, with: version)
    (bytes[16], bytes[32]) = (64, mask)
    return try TensorRTEngineHeader(Bytes(bytes), path: "engine.plan")
  }

  private func fitness(
    _ header: TensorRTEngineHeader, library: String?, _ driver: CUDADriver.State, compute: [String] = [],
    facts: [String: String] = [:]
  ) -> EngineFitness {
    EngineFitness(
      of: header, record: .init(compute: compute, facts: facts), library: library, missing: "install it",
      driver: driver)
  }

  private func texts(_ fitness: EngineFitness, _ judgement: EngineFitness.Judgement) -> [String] {
    fitness.findings.filter { $0.judgement == judgement }.map(\.text)
  }

  @Test func anEngineOfRTXDoesNotRunOnAnH200() throws {
    let found = fitness(
      try header("vtrt", [1, 7, 1, 116], mask: 0b1110), library: "1.7.1.116", here(h200))
    #expect(found.judgement == .misfits)
    #expect(
      texts(found, .misfits) == [
        "GPU 0 is NVIDIA H200, sm_90, and it was built for sm_80, sm_86, sm_89"
      ])
    #expect(
      found.findings.last?.hint
        == "TensorRT-RTX does not compile for sm_90; the backends `tensorrt` and `onnxruntime` run there")
  }

  @Test func oneOfSeveralGPUsIsEnough() throws {
    let rtx = try header("vtrt", [1, 7, 1, 116], mask: 0b1000)
    #expect(fitness(rtx, library: "1.7.1.116", here(h200, ada)).judgement == .fits)
    #expect(fitness(rtx, library: "1.7.1.116", here()).judgement == .misfits)
    let turing = fitness(rtx, library: "1.7.1.116", here(gpu("NVIDIA T4", 7, 5)))
    #expect(turing.findings.last?.hint == "add sm_75 to the target's `compute`, and build it again")
  }

  @Test(
    arguments: [
      ("vtrt", [1, 7, 1, 116], "1.6.1.120", [:], "run with their own release alone", "misfits"),
      ("ftrt", [10, 16, 1, 9], "10.16.1.9", [:], "built it and is here", "fits"),
      ("ftrt", [10, 16, 1, 9], "11.4.0.106", ["version-compatible": "on"], "and it is version-compatible", "fits"),
      ("ftrt", [10, 16, 1, 9], "11.4.0.106", ["workspace": "1"], "and it is not version-compatible", "misfits"),
      ("ftrt", [10, 16, 1, 9], "11.4.0.106", [:], "runs only if it is version-compatible", "unknown"),
      ("ftrt", [11, 4, 0, 9], "10.16.1.9", ["version-compatible": "on"], "no engine runs with an older", "misfits"),
      ("ftrt", [10, 16, 1, 9], "12.0.0", ["version-compatible": "on"], "and those of TensorRT 10 with 11", "misfits"),
    ] as [(String, [UInt8], String, [String: String], String, String)])
  func comparesTheLibrarysVersion(
    magic: String, version: [UInt8], library: String, facts: [String: String], text: String, judgement: String
  ) throws {
    let found = fitness(
      try header(magic, version, mask: 0b1000), library: library, here(ada), compute: ["sm_89"], facts: facts)
    let finding = try #require(found.findings.first { $0.subject == "library" })
    #expect(finding.judgement.rawValue == judgement)
    #expect(finding.text.contains(text))
    #expect(found.judgement.rawValue == judgement)
    #expect(finding.judgement == .fits || finding.hint != nil)
  }

  @Test func saysWhatIsMissing() throws {
    let engine = try header("ftrt", [10, 16, 1, 9])
    let bare = fitness(engine, library: nil, .absent(reason: "libcuda.so.1: cannot open"))
    #expect(
      texts(bare, .misfits) == [
        "there is no TensorRT here", "there is no NVIDIA driver here: libcuda.so.1: cannot open",
      ])
    #expect(bare.findings.first?.hint == "install it")
    let broken = fitness(engine, library: "10.16.1.9", .failed("cuInit: error 999"))
    #expect(texts(broken, .misfits) == ["the NVIDIA driver here does not work: cuInit: error 999"])
    let unsaid = fitness(engine, library: "10.16.1.9", here(ada))
    #expect(unsaid.judgement == .unknown)
    #expect(
      texts(unsaid, .unknown) == ["GPU 0 is NVIDIA L4, sm_89: the engine does not say which GPU it was built for"])
  }

  @Test func hardwareCompatibleEnginesRunOnAmpereAndLater() throws {
    let engine = try header("ftrt", [10, 16, 1, 9])
    let facts = ["hardware-compatibility": "ampere+"]
    #expect(fitness(engine, library: "10.16.1.9", here(h200), compute: ["sm_80"], facts: facts).judgement == .fits)
    let old = fitness(engine, library: "10.16.1.9", here(gpu("Tesla V100", 7, 0)), compute: ["sm_80"], facts: facts)
    #expect(texts(old, .misfits) == ["GPU 0 is Tesla V100, sm_70: it runs on Ampere (sm_80) and later"])
  }

  @Test func aPluginThatIsNotHereIsNamed() throws {
    let engine = try header("ftrt", [10, 16, 1, 9])
    func found(_ place: EngineFitness.Plugin.Place) -> EngineFitness {
      let record = EngineFitness.Record(compute: ["sm_89"], plugins: [.init(name: "libp.so", place: place)])
      return EngineFitness(of: engine, record: record, library: "10.16.1.9", missing: "", driver: here(ada))
    }
    #expect(found(.inEngine).judgement == .fits && found(.file(path: "/a/libp.so")).judgement == .fits)
    let missing = found(.nowhere(searched: ["out", "/opt"]))
    #expect(texts(missing, .misfits) == ["the engine calls libp.so, which is not in out, /opt"])
    let other = found(.otherFile(path: "out/libp.so"))
    #expect(texts(other, .misfits) == ["out/libp.so is not the libp.so that the engine was built with"])
    #expect(missing.judgement == .misfits && other.judgement == .misfits)
  }

  @Test(arguments: [
    (
      "runtime-platform", "windows-amd64",
      "it was built for Windows (runtime-platform windows-amd64), and this is Linux"
    ),
    ("strip-plan", "on", "it was built without its weights (strip-plan)"),
  ])
  func saysWhyAnEngineRunsNowhereLikeHere(option: String, value: String, text: String) throws {
    let engine = try header("ftrt", [10, 16, 1, 9])
    func found(_ value: String) -> EngineFitness {
      fitness(engine, library: "10.16.1.9", here(ada), compute: ["sm_89"], facts: [option: value])
    }
    #expect(found(value).judgement == .misfits && texts(found(value), .misfits) == [text])
    #expect(found(value).findings.first?.hint != nil)
    for usual in ["same-as-build", "off"] { #expect(found(usual).judgement == .fits) }
  }

  @Test func anOldDriverIsNamed() throws {
    var engine = try header("vtrt", [1, 6, 1, 120], mask: 0b1000)
    engine.cudaVersion = 13020
    let found = fitness(engine, library: "1.6.1.120", here(ada, cuda: "12.8"))
    #expect(texts(found, .misfits) == ["it was built with CUDA 13.2, and the driver runs 12.8"])
    #expect(found.judgement == .misfits)
  }
}
