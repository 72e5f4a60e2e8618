// `ingot doctor`: what this machine has, what it lacks, and the command that mends it.

internal import IngotBackends
internal import IngotCore
internal import IngotManifest
internal import IngotPlan
internal import IngotRun

extension Verb {
  static let doctor = Verb(
    name: "doctor", operands: "[MANIFEST…] | ENGINE",
    summary: "Say what this machine has for building and running engines, and what is missing.",
    details: """
      Looks for each runtime where a build would look, loads it, and prints its version and place, or why it cannot be used and
      how to get it; then the processor and the CUDA driver with its GPUs. Each GPU is given a little work: what is free, how fast
      copies are and how long a launch takes. With manifests, also says for each target whether it can be built here and verified
      on its own device. Ends with 4 when a runtime that a manifest needs is missing; without manifests, when ONNX Runtime is,
      which every verification needs.

      With a TensorRT engine, or a bundle that has one, says instead whether it can run here and, if not, why and what to do:
      its file, the library's version, the plug-ins that it calls, the driver and the GPUs. Plug-ins are looked for beside the
      bundle, where runtimes are and in LD_LIBRARY_PATH. Nothing is loaded for it. Ends with 4 when it cannot run here.
      """,
    options: [Verb.json] + runtimeOptions
  ) { context in
    let home = try Home(context)
    let locator = RuntimeLocator(paths: home.runtimePaths, managedDirectory: home.runtimes)
    if let engine = try EngineExamination(context, home, locator) {
      context.terminal.print(context.arguments.has("--json") ? try jsonText(engine) : engine.text)
      return engine.canRun == "no" ? ExitCode(.unavailable) : .success
    }
    let allowsUntested = context.arguments.has("--untested-runtime")
    let runtimes = BackendKind.allCases.map { Examination(of: $0, with: locator, allowsUntested: allowsUntested) }
    let driver = CUDADriver.probe()
    let manifests = context.arguments.operands.isEmpty ? nil : try Manifests(paths: context.arguments.operands)
    let targets = manifests?.manifests.flatMap { manifest in
      manifest.targets.map { TargetFinding(manifest, $0, locator: locator, driver: driver) }
    }
    let document = DoctorDocument(
      home: home, processor: try Processor.current().name, runtimes: runtimes, driver: driver, targets: targets)
    context.terminal.print(context.arguments.has("--json") ? try jsonText(document) : document.text)
    let isWell =
      targets?.allSatisfy(\.canBeBuilt)
      ?? runtimes.contains { $0.runtime == BackendKind.onnxruntime.rawValue && $0.isUsable }
    return isWell ? .success : ExitCode(.unavailable)
  }
}

/// One runtime, looked for and loaded.
private struct Examination: Encodable {
  var runtime: String
  var isUsable: Bool
  var version: String?
  /// Where it was found, in words.
  var origin: String?
  var path: String?
  /// Why it cannot be used, and what to do.
  var problem: String?

  init(of kind: BackendKind, with locator: RuntimeLocator, allowsUntested: Bool) {
    runtime = kind.rawValue
    isUsable = false
    do throws(BackendError) {
      let located = try locator.locate(kind)
      (origin, path, version) = (located.origin.description, located.libraryPath, located.declaredVersion)
      version = try makeBackend(located, allowsUntestedVersion: allowsUntested).identity.version
      isUsable = true
    } catch {
      problem = error.description
    }
  }
}

/// Whether a target of a manifest can be built, and verified, on this machine.
private struct TargetFinding: Encodable {
  var manifest: String
  var target: String
  var runtime: String
  var canBeBuilt: Bool
  /// `engine` where the engine itself can run here, else `graph`.
  var verificationLevel: String
  var explanation: String

  init(_ manifest: Manifest, _ target: TargetSpec, locator: RuntimeLocator, driver: CUDADriver.State) {
    (self.manifest, self.target) = (manifest.name.value, target.name.value)
    runtime = target.backend.value.rawValue
    canBeBuilt = false
    let isTensorRT = target.backend.value.isTensorRT, isOnGPU = manifest.runsOnGPU(target)
    var wanted = isTensorRT ? target.compute.map(\.value) : []
    if wanted.isEmpty, target.backend.value == .tensorrtRTX {
      wanted = TensorRTBackend.defaultComputeCapabilities.map { "sm_\($0)" }
    }
    if !isOnGPU {
      (verificationLevel, explanation) = ("engine", "runs on this machine's processor")
    } else if case .present(_, _, let devices) = driver, let device = devices.first,
      wanted.isEmpty || wanted.contains(device.computeCapability)
    {
      (verificationLevel, explanation) = ("engine", "runs on a GPU of this machine: \(device.name)")
    } else {
      (verificationLevel, explanation) = ("graph", Self.explanation(of: driver, wanted: wanted))
    }
    guard let kind = BackendKind(rawValue: runtime) else { return }
    let problems = pluginProblems(of: manifest, target) { Bytes(try MappedFile(path: $0)).digest }
    guard problems.isEmpty else {
      explanation = problems.map(\.description).joined(separator: "\n")
      return
    }
    do throws(BackendError) {
      _ = try locator.locate(kind, version: target.version?.value)
      if isOnGPU && !isTensorRT { _ = try locator.locate(.onnxruntimeGPU, version: target.version?.value) }
      canBeBuilt = true
    } catch {
      explanation = error.description
    }
  }

  private static func explanation(of driver: CUDADriver.State, wanted: [String]) -> String {
    switch driver {
    case .absent(let reason): "the engine can be built but not run here: \(reason)"
    case .failed(let text): "the engine can be built but not run here: the CUDA driver does not work: \(text)"
    case .present(_, _, let devices):
      devices.isEmpty
        ? "the engine can be built but not run here: the driver finds no GPU"
        : "the target asks for \(wanted.joined(separator: ", ")), and the first GPU here is \(devices[0].name) "
          + "(\(devices[0].computeCapability))"
    }
  }
}

/// `ingot.doctor/1`.
private struct DoctorDocument: JSONDocument {
  struct Driver: Encodable {
    var state: String
    var cuda: String?
    var release: String?
    var problem: String?
    var devices: [String]
  }

  static let format = "ingot.doctor/1"
  var store: String
  var runtimeFolder: String
  var processor: String
  var runtimes: [Examination]
  var cuda: Driver
  var targets: [TargetFinding]?

  init(
    home: Home, processor: String, runtimes: [Examination], driver: CUDADriver.State, targets: [TargetFinding]?
  ) {
    (store, runtimeFolder) = (home.store, home.runtimes)
    (self.processor, self.runtimes, self.targets) = (processor, runtimes, targets)
    cuda =
      switch driver {
      case .absent(let reason): Driver(state: "absent", problem: reason, devices: [])
      case .failed(let text): Driver(state: "failed", problem: text, devices: [])
      case .present(let cuda, let release, let devices):
        Driver(
          state: "present", cuda: cuda, release: release,
          devices: devices.enumerated().map { index, device in
            "\(device.name), \(device.computeCapability), \(ByteCount(device.memory)), \(device.uuid); "
              + Self.trial(of: index)
          })
      }
  }

  private static func trial(of device: Int) -> String {
    do throws(CUDAError) {
      return try GPUTrial(device: device).description
    } catch {
      return "DOES NOT WORK: \(error)"
    }
  }

  var text: String {
    var lines = ["store       \(store)", "runtimes    \(runtimeFolder)", "processor   \(processor)"]
    for runtime in runtimes {
      let state =
        runtime.isUsable
        ? "ok       \(runtime.version ?? "")  \(runtime.path ?? "")"
        : "missing  \((runtime.problem ?? "").indentedAfterFirstLine)"
      lines.append("\(runtime.runtime.padded(to: 17))\(state)")
    }
    let driverText = [cuda.cuda.map { "CUDA \($0)" }, cuda.release.map { "driver \($0)" }].compactMap { $0 }.joined(
      separator: ", ")
    lines.append("\("CUDA".padded(to: 17))\(cuda.problem ?? driverText)")
    lines += cuda.devices.map { "\("".padded(to: 17))\($0)" }
    for target in targets ?? [] {
      let verdict =
        target.canBeBuilt ? "can be built, verified on the \(target.verificationLevel) level" : "CANNOT be built"
      lines.append("\(target.manifest)/\(target.target): \(verdict)\n  \(target.explanation.indentedAfterFirstLine)")
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  fileprivate var indentedAfterFirstLine: String { replacing("\n", with: "\n  ") }
}
