// `ingot inspect`: what is in a file, whatever it is: a model, an engine, a bundle, a range table.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotRelease

extension Verb {
  static let inspect = Verb(
    name: "inspect", operands: "FILE", summary: "Say what is in a model, an engine, a bundle or a range table.",
    details: """
      FILE is an ONNX model, a TensorRT engine, a bundle's folder, a `bundle.json`, a `ranges.json`, a calibration cache of TensorRT
      5 to 10 or the JSON of onnxruntime.quantization. Needs no runtime and no GPU.
      """,
    options: [.flag("--nodes", "list a model's nodes"), Verb.json]
  ) { context in
    let operands = context.arguments.operands
    guard operands.count == 1 else { throw UsageError("name one file") }
    let path = operands[0]
    switch try FileKind(of: path) {
    case .bundle(let folder):
      let (bundle, digest) = try Bundle.read(folder)
      try show(BundleDocument(digest: digest.description, bundle: bundle), text(of: bundle, digest), context)
    case .ranges:
      let table = try ImportedRanges(path: path).table
      try show(RangesDocument(table), table.inspection, context)
    case .engine:
      let header = try TensorRTEngineHeader(path: path)
      try show(EngineDocument(header), text(of: header), context)
    case .model:
      let summary = try Model.read(path: path).summary(includesNodes: context.arguments.has("--nodes"))
      try show(ModelDocument(model: summary), summary.description, context)
    }
    return .success
  }

  private static func show(_ document: some JSONDocument, _ text: String, _ context: Context) throws {
    context.terminal.print(context.arguments.has("--json") ? try jsonText(document) : text)
  }

  private static func text(of bundle: Bundle, _ digest: Digest) -> String {
    var lines = [
      "bundle      \(digest)", "name        \(bundle.name) \(bundle.variant)", "precision   \(bundle.precision)",
      "runtime     \(bundle.compatibility.backend) \(bundle.compatibility.version)"
        + (bundle.compatibility.compute.isEmpty ? "" : " for \(bundle.compatibility.compute.joined(separator: ", "))"),
    ]
    if let verdict = bundle.verdict {
      lines.append(
        "verdict     \(verdict.passed ? "passed" : "FAILED") (\(verdict.level.rawValue), on \(verdict.device)"
          + (verdict.synthetic == true ? ", random inputs)" : ")"))
      lines += verdict.gates.map { "  \($0.passed ? "ok    " : "FAILED") \($0.name): \($0.measured), \($0.bound)" }
    } else {
      lines.append("verdict     none: it was not verified")
    }
    for (title, tensors) in [("inputs", bundle.signature.inputs), ("outputs", bundle.signature.outputs)] {
      lines += tensors.map { tensor in
        "\(title.padded(to: 12))\(tensor.name): \(tensor.type) \(tensor.shape.map(\.dimension).shapeText)"
      }
    }
    lines += bundle.files.map { "file        \($0.path), \(ByteCount($0.byteCount)), \($0.digest)" }
    lines += bundle.compatibility.facts.sorted { $0.key < $1.key }.map { "fact        \($0.key): \($0.value)" }
    return lines.joined(separator: "\n")
  }

  private static func text(of header: TensorRTEngineHeader) -> String {
    var lines = [
      "engine      \(header.kind.rawValue)", "version     \(header.version ?? "not told")",
      "size        \(ByteCount(header.byteCount))",
    ]
    if let capabilities = header.computeCapabilities {
      lines.append("compute     \(capabilities.map { "sm_\($0)" }.joined(separator: ", "))")
    }
    lines += header.sections.map { "section     \($0.name), \(ByteCount($0.range.count))" }
    return lines.joined(separator: "\n")
  }
}

/// What a path is, by its first bytes.
private enum FileKind {
  case bundle(folder: String), ranges, engine, model

  init(of path: String) throws {
    let status: FileStatus
    do {
      status = try FileStatus(ofFileAt: path)
    } catch {
      throw InputError(in: path, error.isNotFound ? "there is no such file" : error.description, hint: "check the path")
    }
    if status.isDirectory {
      self = .bundle(folder: path)
    } else if FileSystem.name(of: path) == Bundle.manifestName {
      self = .bundle(folder: FileSystem.parent(of: path))
    } else {
      let start = Bytes(try MappedFile(path: path)).prefix(64)
      if start.starts(with: Array("vtrt".utf8)) || start.starts(with: Array("ftrt".utf8)) {
        self = .engine
      } else if start.first == UInt8(ascii: "{") || start.starts(with: Array("TRT-".utf8)) {
        self = .ranges
      } else {
        self = .model
      }
    }
  }
}

extension Bytes {
  fileprivate func prefix(_ count: Int) -> [UInt8] { self[0..<Swift.min(count, self.count)].array }
}

/// `ingot.inspect-model/1`.
private struct ModelDocument: JSONDocument {
  static let format = "ingot.inspect-model/1"
  var model: ModelDescription
}

/// `ingot.inspect-bundle/1`.
private struct BundleDocument: JSONDocument {
  static let format = "ingot.inspect-bundle/1"
  var digest: String
  var bundle: Bundle
}

/// `ingot.inspect-engine/1`.
private struct EngineDocument: JSONDocument {
  static let format = "ingot.inspect-engine/1"
  var kind: String
  var version: String?
  var bytes: Int
  var compute: [String]?

  init(_ header: TensorRTEngineHeader) {
    (kind, version, bytes) = (header.kind.rawValue, header.version, header.byteCount)
    compute = header.computeCapabilities.map { $0.map { "sm_\($0)" } }
  }
}
