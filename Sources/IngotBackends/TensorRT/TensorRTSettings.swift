// What a build is asked for, as the manifest says it, checked against what the library at hand can do before it is asked.

internal import IngotCore

extension TensorRTBackend {
  /// What `build` may say in a manifest, for `tensorrt` and for `tensorrt-rtx`. Both know the same names: a value that one of
  /// them lacks is refused with the reason.
  package static let options: [BackendOption] = [
    BackendOption(
      "optimization-level", .integer(0...5), default: "3", "how long the builder searches for fast kernels"),
    BackendOption(
      "hardware-compatibility", .oneOf(["none", "ampere+", "same-compute-capability"]), default: "none",
      "which other GPUs the engine runs on (not TensorRT-RTX)"),
    BackendOption(
      "timing-cache", .oneOf(["auto", "off"]), default: "auto", "whether kernels of equal layers are timed only once"),
    BackendOption(
      "tf32", .oneOf(["off", "on"]), default: "off", "whether float32 products may be computed with 10-bit mantissas"),
    BackendOption(
      "sparsity", .oneOf(["off", "on"]), default: "off", "whether weights in a 2:4 pattern use sparse kernels"),
    BackendOption(
      "strip-plan", .oneOf(["off", "on"]), default: "off", "leave weights out of the engine, to be refitted"),
    BackendOption(
      "refit", .oneOf(["off", "on"]), default: "off", "whether weights can be replaced in the built engine"),
    BackendOption(
      "weight-streaming", .oneOf(["off", "on"]), default: "off", "whether weights may stay in host memory while it runs"
    ),
    BackendOption(
      "version-compatible", .oneOf(["off", "on"]), default: "off",
      "whether later versions run the engine (not TensorRT-RTX)"),
    BackendOption(
      "max-aux-streams", .integer(0...128), default: "0", "streams beside the main one that an engine may run on"),
    BackendOption(
      "profiling-verbosity", .oneOf(["layer-names-only", "none", "detailed"]), default: "layer-names-only",
      "how much an engine tells about its layers"),
  ]

  /// Where a request has no workspace: the library's own default is the memory of the GPU at hand, so that equal requests
  /// would not give equal engines.
  package static let defaultWorkspace = 4 << 30

  /// Where a request to TensorRT-RTX has no compute capabilities: the GPUs of GeForce RTX 30, 40 and 50 and A100.
  package static let defaultComputeCapabilities = [80, 86, 89, 120]

  /// Environment variables that TensorRT itself reads and that change engines; they belong to a build step's key.
  package static let engineEnvironment = ["NVIDIA_TF32_OVERRIDE"]
}

/// A checked request.
struct TensorRTSettings: Hashable {
  let library: TensorRTLibrary.Facts
  let workspace: Int
  /// Empty where the library builds for the GPU at hand.
  let computeCapabilities: [Int]
  let options: [String: String]

  /// - Parameter device: nil where there is no driver.
  init(_ request: BuildRequest, library: TensorRTLibrary.Facts, device: TensorRTDevice?) throws(BackendError) {
    self.library = library
    options = try TensorRTBackend.options.resolved(request.options, for: library.kind)
    workspace = request.workspace ?? TensorRTBackend.defaultWorkspace
    guard workspace > 0 else {
      throw BackendError(library.kind, .refused("a workspace of \(workspace) bytes cannot be"))
    }
    let asked = try Self.computeCapabilities(request.computeCapabilities, kind: library.kind)
    if library.kind == .tensorrtRTX {
      computeCapabilities = asked.isEmpty ? TensorRTBackend.defaultComputeCapabilities : asked
      try checkRTX(hasDevice: device != nil)
    } else {
      computeCapabilities = []
      try checkDevice(device, asked: asked)
    }
  }

  func isOn(_ option: String) -> Bool { options[option] == "on" }

  private static func computeCapabilities(_ names: [String], kind: BackendKind) throws(BackendError) -> [Int] {
    var values: Set<Int> = []
    for name in names {
      guard name.hasPrefix("sm_"), let value = Int(name.dropFirst(3)), (10...999).contains(value) else {
        throw BackendError(kind, .refused("'\(name)' is no compute capability; expected a name like sm_89"))
      }
      values.insert(value)
    }
    return values.sorted()
  }

  private func checkRTX(hasDevice: Bool) throws(BackendError) {
    for capability in computeCapabilities where !library.computeCapabilities.contains(capability) {
      let known = library.computeCapabilities.map { "sm_\($0)" }.joined(separator: ", ")
      throw BackendError(
        .tensorrtRTX, .refused("\(library.name) does not build for sm_\(capability); it builds for \(known)"),
        hint: "the backend `tensorrt` builds for the other GPUs, on a machine that has one")
    }
    if let level = options["hardware-compatibility"], level != "none" {
      throw BackendError(
        .tensorrtRTX, .refused("TensorRT-RTX has no hardware-compatibility '\(level)'"),
        hint: "list every compute capability that the engine shall run on under the target's `compute`")
    }
    if isOn("version-compatible") {
      throw BackendError(
        .tensorrtRTX,
        .refused("TensorRT-RTX has no version-compatible engines: they need a lean runtime, which it lacks"),
        hint: "build one engine for each version")
    }
    for option in ["refit", "strip-plan"] where isOn(option) && !hasDevice {
      throw BackendError(
        .tensorrtRTX,
        .cannotRunHere("\(library.name) needs a GPU to build with \(option), and there is no NVIDIA driver here"),
        hint: "leave \(option) off, or run this step on a machine with an NVIDIA GPU")
    }
  }

  /// The classic library builds for the GPU that it runs on.
  private func checkDevice(_ device: TensorRTDevice?, asked: [Int]) throws(BackendError) {
    guard let device, device.computeCapability > 0 else {
      throw BackendError(
        .tensorrt, .cannotRunHere("\(library.name) builds for the GPU that it runs on, and there is none here"),
        hint:
          "run this step on a machine with the target's GPU, or build for the backend tensorrt-rtx, which needs none")
    }
    let here = device.computeCapability
    // An engine for Ampere and later may be built on any of them.
    if asked.isEmpty || asked == [here] || options["hardware-compatibility"] == "ampere+" && here >= 80 { return }
    let wanted = asked.map { "sm_\($0)" }.joined(separator: ", ")
    throw BackendError(
      .tensorrt, .cannotRunHere("the target is \(wanted) and the GPU here is \(device.name), sm_\(here)"),
      hint: asked.count > 1
        ? "make a target of each compute capability, or set `hardware-compatibility`"
        : "run this step on a machine with that GPU")
  }
}

extension TensorRTJob {
  /// Makes the library's configuration be as the settings say, or says which of them it does not take.
  func apply(_ settings: TensorRTSettings) throws(BackendError) {
    func attempt(_ what: String, _ body: () throws(TensorRTRefusal) -> Void) throws(BackendError) {
      do throws(TensorRTRefusal) {
        try body()
      } catch {
        switch error {
        case .lacking: throw BackendError(library.facts.kind, .refused("\(library.facts.name) has no \(what)"))
        case .refused:
          let why = listener.all.isEmpty ? "" : ": \(listener.all.joined(separator: "; "))"
          throw BackendError(library.facts.kind, .refused("\(library.facts.name) does not take \(what)\(why)"))
        }
      }
    }
    let options = settings.options
    try attempt("workspace of \(ByteCount(settings.workspace))") { () throws(TensorRTRefusal) in
      try setWorkspace(settings.workspace)
    }
    if !settings.computeCapabilities.isEmpty {
      let names = settings.computeCapabilities.map { "sm_\($0)" }.joined(separator: ", ")
      try attempt("compute capabilities \(names)") { () throws(TensorRTRefusal) in
        try setComputeCapabilities(settings.computeCapabilities)
      }
    }
    for (option, flag) in Self.flags {
      let value = settings.isOn(option)
      try attempt("option \(option)") { () throws(TensorRTRefusal) in try setFlag(flag, value) }
    }
    if options["timing-cache"] == "off" {
      try attempt("timing-cache 'off'") { () throws(TensorRTRefusal) in try setFlag("DISABLE_TIMING_CACHE", true) }
    }
    if let level = options["optimization-level"].flatMap({ Int($0) }) {
      try attempt("optimization-level \(level)") { () throws(TensorRTRefusal) in try setOptimizationLevel(level) }
    }
    if let level = options["hardware-compatibility"], level != "none", let name = Self.compatibilityLevels[level] {
      try attempt("hardware-compatibility '\(level)'") { () throws(TensorRTRefusal) in
        try setHardwareCompatibility(name)
      }
    }
    if let count = options["max-aux-streams"].flatMap({ Int($0) }) {
      try attempt("max-aux-streams \(count)") { () throws(TensorRTRefusal) in try setMaxAuxStreams(count) }
    }
    if let verbosity = options["profiling-verbosity"], let name = Self.verbosities[verbosity] {
      try attempt("profiling-verbosity '\(verbosity)'") { () throws(TensorRTRefusal) in try setProfilingVerbosity(name)
      }
    }
  }

  private static let flags = [
    ("tf32", "TF32"), ("sparsity", "SPARSE_WEIGHTS"), ("strip-plan", "STRIP_PLAN"), ("refit", "REFIT"),
    ("weight-streaming", "WEIGHT_STREAMING"), ("version-compatible", "VERSION_COMPATIBLE"),
  ]
  private static let compatibilityLevels = [
    "ampere+": "AMPERE_PLUS", "same-compute-capability": "SAME_COMPUTE_CAPABILITY",
  ]
  private static let verbosities = ["layer-names-only": "LAYER_NAMES_ONLY", "none": "NONE", "detailed": "DETAILED"]
}
