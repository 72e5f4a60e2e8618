import IngotBackends
import IngotCore
import IngotManifest
import IngotPlan
import IngotPrecision
import IngotRun
import IngotStore
import Testing

@Suite struct RuntimeSetTests {
  private let folder: TestFolder
  private let store: DiskStore

  init() throws {
    folder = try TestFolder()
    store = try DiskStore(root: "\(folder.path)/store")
  }

  private func runtimes(_ environment: [String: String] = [:]) -> RuntimeSet {
    RuntimeSet(
      locator: RuntimeLocator(paths: [], managedDirectory: "\(folder.path)/managed", searchesSystem: false),
      fileDigests: store.fileDigests, environment: environment)
  }

  private let rtx = ToolRequirement(backend: "tensorrt-rtx")

  private func addRTX(_ bytes: String = "builder", version: String = "1.7.1.116") throws {
    try folder.write(bytes, to: "managed/tensorrt-rtx-\(version)/libtensorrt_rtx.so.1")
    try folder.write("parser", to: "managed/tensorrt-rtx-\(version)/libtensorrt_onnxparser_rtx.so.1")
  }

  /// The files here are text: identifying a runtime must not load it.
  @Test func identifiesARuntimeByItsFilesWithoutLoadingIt() throws {
    try addRTX()
    let identity = try runtimes().identity(of: rtx)
    #expect(identity.name == "tensorrt-rtx" && identity.version == "1.7.1.116")
    let lines = """
      libtensorrt_onnxparser_rtx.so.1=\(Digest(of: "parser").hex)
      libtensorrt_rtx.so.1=\(Digest(of: "builder").hex)

      """
    #expect(identity.digest == Digest(of: lines))
    try addRTX("patched")
    #expect(try runtimes().identity(of: rtx).digest != identity.digest)
  }

  @Test func aVariableThatChangesEnginesBelongsToTheIdentity() throws {
    try addRTX()
    try folder.write("ort", to: "managed/onnxruntime-1.31.1/libonnxruntime.so.1.31.1")
    let plain = runtimes()
    let withTF32 = runtimes(["NVIDIA_TF32_OVERRIDE": "0", "HOME": "/root"])
    #expect(try plain.identity(of: rtx) != withTF32.identity(of: rtx))
    #expect(try plain.identity(of: .reference) == withTF32.identity(of: .reference))
    #expect(try plain.identity(of: rtx) == runtimes(["HOME": "/root"]).identity(of: rtx))
  }

  /// Linux names the extensions of the processor; the ones of other architectures have dot products in 32 bits, or no kernels
  /// that saturate.
  @Test(arguments: [
    ("fpu sse2 avx2 fma", ByteProducts.saturating), ("fpu sse2 avx2 avx512f avx512bw", .saturating),
    ("fpu sse2 avx512f avx512_vnni", .exact), ("fpu sse2 avx2 avx_vnni", .exact), ("fp asimd asimddp", .exact),
  ])
  func processorsWithoutVNNISaturate(flags: String, products: ByteProducts) {
    var processor = Processor(name: "one", flags: flags)
    #expect(processor.byteProducts == products)
    processor.name = "another"
    #expect(processor.byteProducts == products)
  }

  @Test func theIdentityOfByteProductsIsNothingElseOfTheProcessor() throws {
    let products = try Processor.current().byteProducts
    #expect(
      try runtimes().identity(of: .byteProducts)
        == ToolIdentity(name: "byte-products", version: products.rawValue, digest: Digest(of: products.rawValue)))
  }

  @Test func identifiesThisMachinesProcessor() throws {
    let identity = try runtimes().identity(of: .cpu)
    let processor = try Processor.current()
    #expect(identity == ToolIdentity(name: "cpu", version: processor.name, digest: Digest(of: processor.flags)))
    #expect(!processor.flags.isEmpty && !processor.flags.contains("\n"))
  }

  @Test func saysWhatIsMissing() throws {
    let error = #expect(throws: BackendError.self) { try runtimes().identity(of: .reference) }
    #expect(error?.kind == .unavailable)
  }

  @Test func keepsVersionsOfOneRuntimeApart() throws {
    for version in ["1.20.0", "1.31.1"] {
      try folder.write("no library", to: "managed/onnxruntime-\(version)/libonnxruntime.so.\(version)")
    }
    let set = runtimes()
    for version in ["1.20", "1.31"] {
      let tool = ToolRequirement(backend: "onnxruntime", version: version)
      #expect(try set.identity(of: tool).version.hasPrefix(version))
      // These cannot be loaded; each error must be about its own file.
      let error = #expect(throws: BackendError.self) { try set.backend(for: tool) }
      #expect(error?.description.contains("libonnxruntime.so.\(version)") == true)
    }
  }
}

/// The manifest's tables of build options and the backends' own must agree: what one takes the other must take.
@Suite struct BuildOptionsTests {
  private static let cases: [(backend: String, options: [String])] = [
    (
      "tensorrt",
      [
        "optimization-level: 5", "hardware-compatibility: ampere+", "hardware-compatibility: same-compute-capability",
        "timing-cache: off", "timing-cache: auto", "tf32: true", "sparsity: true", "strip-plan: true", "refit: false",
        "weight-streaming: true", "version-compatible: true", "max-aux-streams: 4", "profiling-verbosity: detailed",
        "profiling-verbosity: none", "deterministic: true", "refit-identical: true", "refit-individual: true",
        "exclude-lean-runtime: true", "direct-io: true", "strict-nans: true", "distributive-independence: true",
        "monitor-memory: true", "compilation-cache: false", "runtime-platform: windows-amd64", "max-tactics: 7",
        "tactic-sources: [cublas, cublas-lt, cudnn, edge-mask-convolutions, jit-convolutions]",
        "timing-iterations: 4", "tiling: moderate", "tiling-l2-limit: 4MiB", "tactic-dram: 1GiB",
        "tactic-shared-memory: 64KiB", "builder-threads: 4", "debug-tensors: [/conv/Conv_output_0, x]",
        "preview-features: [profile-sharing, aliased-plugin-io, runtime-activation-resize]",
      ]
    ),
    (
      "tensorrt-rtx",
      [
        "hardware-compatibility: none", "tf32: false", "sparsity: true", "refit: true", "strip-plan: false",
        "tactic-sources: [jit-convolutions]", "preview-features: [aliased-plugin-io]",
      ]
    ),
    (
      "onnxruntime",
      [
        "graph-optimization: basic", "threads: 4", "format: ort", "format: onnx", "inter-threads: 2",
        "memory-arena: false",
        "deterministic: true", "provider: cuda", "provider: tensorrt", "device-id: 1",
      ]
    ),
    (
      "openvino",
      [
        "precision-hint: bf16", "performance-mode: throughput", "threads: 4", "streams: 2", "device: CPU",
        "device: NPU",
      ]
    ),
  ]

  @Test(arguments: cases.flatMap { entry in entry.options.map { (entry.backend, $0) } })
  func aBackendTakesWhatAManifestMaySay(backend: String, option: String) throws {
    let manifest = try Manifest.parse(
      text: """
        ingot: 1
        name: net
        model: { path: net.onnx }
        targets: { t: { backend: \(backend), build: { \(option) } } }
        precision: fp32
        """, path: "net.yaml")
    let kind = try #require(BackendKind(rawValue: backend))
    let table =
      switch kind {
      case .tensorrt, .tensorrtRTX: TensorRTBackend.options
      case .onnxruntime, .onnxruntimeGPU: OnnxRuntimeBackend.options
      case .openvino: OpenVINOBackend.options
      }
    for case .build(let settings) in try Plan(manifest).steps.map(\.action) {
      _ = try table.resolved(Dictionary(uniqueKeysWithValues: settings.options.map { ($0.name, $0.value) }), for: kind)
    }
  }
}
