// `ingot doctor ENGINE`: whether a TensorRT engine can run on this machine, and if not, why.

internal import IngotBackends
internal import IngotCore
internal import IngotRelease
internal import IngotRun

/// `ingot.doctor-engine/1`.
struct EngineExamination: JSONDocument {
  struct Finding: Encodable {
    var subject: String
    var judgement: String
    var text: String
    var hint: String?
  }

  static let format = "ingot.doctor-engine/1"
  var engine: String
  var runtime: String
  var builtBy: String?
  /// `yes`, `no`, or `unknown` where neither the engine nor a bundle tells enough.
  var canRun: String
  var findings: [Finding]

  /// - Returns: nil where the operands are no engine and no bundle with one.
  init?(_ context: Context, _ home: Home, _ locator: RuntimeLocator) throws {
    let operands = context.arguments.operands
    guard let first = operands.first, (try? FileStatus(ofFileAt: first)) != nil else { return nil }
    var (path, record) = (first, EngineFitness.Record())
    switch try FileKind(of: path) {
    case .engine: break
    case .bundle(let folder):
      let bundle = try Bundle.read(folder).bundle
      let kind = BackendKind(rawValue: bundle.compatibility.backend)
      guard kind == .tensorrt || kind == .tensorrtRTX else {
        throw UsageError(
          "\(folder) is a bundle of \(bundle.compatibility.backend), which runs wherever that runtime is; "
            + "engines of TensorRT are bound to versions and GPUs, and those are what this tells of")
      }
      path = FileSystem.join(folder, bundle.engine)
      record = .init(
        compute: bundle.compatibility.compute,
        facts: buildOptions(ofBundleAt: folder).merging(bundle.compatibility.facts) { _, fact in fact },
        plugins: PluginSearch(besideBundle: folder, home, context).plugins(of: bundle))
    default: return nil
    }
    guard operands.count == 1 else { throw UsageError("name one engine or bundle; only manifests may be several") }
    let header = try TensorRTEngineHeader(path: path)
    let (version, missing) = Self.library(for: header.kind, locator)
    let fitness = EngineFitness(
      of: header, record: record, library: version, missing: missing, driver: CUDADriver.probe())
    (engine, runtime, builtBy) = (path, header.kind.rawValue, header.version)
    canRun =
      switch fitness.judgement {
      case .fits: "yes"
      case .misfits: "no"
      case .unknown: "unknown"
      }
    findings = fitness.findings.map {
      Finding(subject: $0.subject, judgement: $0.judgement.rawValue, text: $0.text, hint: $0.hint)
    }
  }

  /// The version that a build would find, or why it finds none.
  private static func library(for kind: BackendKind, _ locator: RuntimeLocator) -> (version: String?, missing: String) {
    do throws(BackendError) {
      let located = try locator.locate(kind)
      return ((try? makeBackend(located).identity.version) ?? located.declaredVersion, "")
    } catch {
      return (nil, error.hint ?? error.description)
    }
  }

  var text: String {
    let words = [
      "yes": "it can run here", "no": "it CANNOT run here", "unknown": "whether it can run here is not known",
    ]
    var lines = ["\(engine): \(words[canRun] ?? canRun)"]
    for finding in findings {
      let mark = ["fits": "ok", "misfits": "no", "unknown": "?"][finding.judgement] ?? ""
      lines.append("  \(mark.padded(to: 4))\(finding.subject.padded(to: 9))\(finding.text)")
      if let hint = finding.hint { lines.append("               hint: \(hint)") }
    }
    return lines.joined(separator: "\n")
  }
}
