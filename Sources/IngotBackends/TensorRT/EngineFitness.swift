// Can an engine run on a machine, and if not, why? Answered from the engine's header and what its bundle says, without loading
// it. NVIDIA's Engine Compatibility pages (TensorRT 11, TensorRT-RTX) have the rules: an engine runs with the version that built it, a
// version-compatible one with later versions, one of TensorRT 10 with 11 too; one of TensorRT-RTX with its own release alone.

/// What speaks for and against an engine on a machine.
package struct EngineFitness: Hashable, Sendable {
  package enum Judgement: String, Hashable, Sendable { case fits, misfits, unknown }

  package struct Finding: Hashable, Sendable {
    /// `file`, `system`, `library`, `plug-in`, `driver`, `GPU`.
    package var subject: String
    package var judgement: Judgement
    package var text: String
    /// What to do about it.
    package var hint: String?
  }

  /// A library of plug-ins that an engine calls.
  package struct Plugin: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
      case inEngine
      case file(path: String)
      /// Only files of that name with other bytes are here.
      case otherFile(path: String)
      case nowhere(searched: [String])
    }

    package var name: String
    package var place: Place
    package init(name: String, place: Place) { (self.name, self.place) = (name, place) }

    package var finding: Finding {
      switch place {
      case .inEngine: Finding(subject: "plug-in", judgement: .fits, text: "\(name) is in the engine")
      case .file(let path): Finding(subject: "plug-in", judgement: .fits, text: "\(name) is here: \(path)")
      case .otherFile(let path):
        Finding(
          subject: "plug-in", judgement: .misfits, text: "\(path) is not the \(name) that the engine was built with",
          hint: "bring that one, or build the engine again with this one")
      case .nowhere(let folders):
        Finding(
          subject: "plug-in", judgement: .misfits,
          text: "the engine calls \(name), which is not in \(folders.joined(separator: ", "))",
          hint: "put the library beside the engine, or name its folder with --runtime-path")
      }
    }
  }

  /// What is known of an engine besides its header: a bundle's facts, the build's options.
  package struct Record: Hashable, Sendable {
    /// `sm_86` …
    package var compute: [String]
    package var facts: [String: String]
    package var plugins: [Plugin]

    package init(compute: [String] = [], facts: [String: String] = [:], plugins: [Plugin] = []) {
      (self.compute, self.facts, self.plugins) = (compute, facts, plugins)
    }
  }

  package private(set) var findings: [Finding] = []

  /// Everything must fit, and of several GPUs one.
  package var judgement: Judgement {
    let gpus = findings.filter { $0.subject == "GPU" }.map(\.judgement)
    let best = [Judgement.fits, .unknown, .misfits].first { gpus.contains($0) }
    let all = findings.filter { $0.subject != "GPU" }.map(\.judgement) + (best.map { [$0] } ?? [])
    return [Judgement.misfits, .unknown].first { all.contains($0) } ?? .fits
  }

  /// - Parameters:
  ///   - library: the version of the engine's runtime on the machine: `1.7.1.116`; nil where there is none.
  ///   - missing: why there is none, and how to get it.
  package init(
    of header: TensorRTEngineHeader, record: Record, library: String?, missing: String, driver: CUDADriver.State
  ) {
    judgeBuild(record)
    judgeLibrary(header, record, library, missing: missing)
    findings += record.plugins.map(\.finding)
    judgeDevice(header, record, driver)
  }

  private mutating func add(_ judgement: Judgement, _ subject: String, _ text: String, hint: String? = nil) {
    findings.append(Finding(subject: subject, judgement: judgement, text: text, hint: hint))
  }

  /// What the library itself does not ask before it reads the engine.
  private mutating func judgeBuild(_ record: Record) {
    if record.facts["runtime-platform"] == "windows-amd64" {
      add(
        .misfits, "system", "it was built for Windows (runtime-platform windows-amd64), and this is Linux",
        hint: "run it there, or build it without runtime-platform")
    }
    if record.facts["strip-plan"] == "on" {
      add(
        .misfits, "file", "it was built without its weights (strip-plan)",
        hint: "refit it with those of its model where it is used, or build it without strip-plan")
    }
  }

  private mutating func judgeLibrary(
    _ header: TensorRTEngineHeader, _ record: Record, _ library: String?, missing: String
  ) {
    let name = header.kind == .tensorrtRTX ? "TensorRT-RTX" : "TensorRT"
    guard let library else { return add(.misfits, "library", "there is no \(name) here", hint: missing) }
    guard let version = header.version else {
      return add(.unknown, "library", "the engine does not say which version of \(name) built it; here is \(library)")
    }
    let numbers = library.split(separator: ".").prefix(3).joined(separator: ".")
    let facts = "it was built by \(name) \(version), and here is \(numbers)"
    if version == numbers { return add(.fits, "library", "\(name) \(numbers) built it and is here") }
    if header.kind == .tensorrtRTX {
      return add(
        .misfits, "library", "\(facts): engines of TensorRT-RTX run with their own release alone",
        hint: "build it again with \(numbers), or install \(version)")
    }
    guard isOlder(version, numbers) else {
      return add(
        .misfits, "library", "\(facts): no engine runs with an older version",
        hint: "build it again with \(numbers), or install \(version) or later")
    }
    let reach = "version-compatible engines run with later versions of their major, and those of TensorRT 10 with 11"
    let majors = [version, numbers].map { $0.prefix { $0 != "." } }
    guard majors[0] == majors[1] || majors == ["10", "11"] else {
      return add(.misfits, "library", "\(facts): \(reach)", hint: "build it again with \(numbers)")
    }
    switch record.facts["version-compatible"] {
    case "on": add(.fits, "library", "\(facts), and it is version-compatible")
    case nil where record.facts.isEmpty:
      add(
        .unknown, "library", "\(facts): it runs only if it is version-compatible, which its header does not tell",
        hint: "ask for its bundle, whose `bundle.json` tells, or build it again")
    default:
      add(
        .misfits, "library", "\(facts), and it is not version-compatible",
        hint: "build it again with \(numbers), or with `build: { version-compatible: true }` for later versions")
    }
  }

  private mutating func judgeDevice(
    _ header: TensorRTEngineHeader, _ record: Record, _ driver: CUDADriver.State
  ) {
    let devices: [CUDADevice]
    switch driver {
    case .absent(let reason):
      return add(.misfits, "GPU", "there is no NVIDIA driver here: \(reason)", hint: "run it on a machine with a GPU")
    case .failed(let text):
      return add(.misfits, "GPU", "the NVIDIA driver here does not work: \(text)", hint: "`nvidia-smi` tells more")
    case .present(let cuda, _, let found):
      devices = found
      if let needed = header.cudaVersion, let major = Int(cuda.prefix { $0 != "." }), major < needed / 1000 {
        add(
          .misfits, "driver",
          "it was built with CUDA \(needed / 1000).\(needed % 1000 / 10), and the driver runs \(cuda)",
          hint: "install a driver for CUDA \(needed / 1000)")
      }
    }
    guard !devices.isEmpty else { return add(.misfits, "GPU", "the driver finds no GPU here") }
    let compute = header.computeCapabilities.map { $0.map { "sm_\($0)" } } ?? record.compute
    let list = compute.joined(separator: ", ")
    for (index, device) in devices.enumerated() {
      let here = "GPU \(index) is \(device.name), \(device.computeCapability)"
      switch record.facts["hardware-compatibility"] {
      case "ampere+" where device.computeMajor >= 8: add(.fits, "GPU", "\(here): it runs on Ampere and later")
      case "ampere+": add(.misfits, "GPU", "\(here): it runs on Ampere (sm_80) and later")
      default:
        if compute.isEmpty {
          add(.unknown, "GPU", "\(here): the engine does not say which GPU it was built for")
        } else if compute.contains(device.computeCapability) {
          add(.fits, "GPU", "\(here), and it was built for \(list)")
        } else {
          add(
            .misfits, "GPU", "\(here), and it was built for \(list)",
            hint: header.kind == .tensorrtRTX ? rtxHint(device) : "build it on this machine")
        }
      }
    }
  }

  /// TensorRT-RTX does not compile for every GPU.
  private func rtxHint(_ device: CUDADevice) -> String {
    if TensorRTEngineHeader.maskBits.contains(10 * device.computeMajor + device.computeMinor) {
      return "add \(device.computeCapability) to the target's `compute`, and build it again"
    }
    return
      "TensorRT-RTX does not compile for \(device.computeCapability); the backends `tensorrt` and `onnxruntime` run there"
  }
}
