// What a build is asked for, as the manifest says it, checked against what the library at hand can do before it is asked.

internal import IngotCore

extension TensorRTBackend {
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
    if isOn("deterministic"), options["timing-cache"] == "off" {
      throw BackendError(
        library.kind, .refused("deterministic takes tactics from the timing cache, and timing-cache is off"),
        hint: "leave timing-cache at auto")
    }
  }

  func isOn(_ option: String) -> Bool { options[option] == "on" }

  /// - Returns: nil where nothing is timed: by request, or by TensorRT-RTX, whose timing cache changes no engine and asks for a
  ///   GPU (release notes of 1.1).
  func timings(in folder: String?, on device: TensorRTDevice?) -> TensorRTTimingCache? {
    guard let folder, let device, library.kind == .tensorrt, options["timing-cache"] != "off" else { return nil }
    return TensorRTTimingCache(folder: folder, library: library, device: device, isLocked: isOn("deterministic"))
  }

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
    if isOn("version-compatible") || isOn("exclude-lean-runtime") {
      throw BackendError(
        .tensorrtRTX,
        .refused("TensorRT-RTX has no version-compatible engines: they need a lean runtime, which it lacks"),
        hint: "build one engine for each version")
    }
    if let platform = options["runtime-platform"], platform != "same-as-build" {
      throw BackendError(
        .tensorrtRTX, .refused("TensorRT-RTX has no runtime-platform '\(platform)'"),
        hint: "run this step on the system that the engine is for")
    }
    for option in ["refit", "refit-identical", "strip-plan"] where isOn(option) && !hasDevice {
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
