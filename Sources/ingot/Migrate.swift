// `ingot migrate`: a command line that built an engine becomes a manifest, with what changed in meaning.

internal import IngotCore
internal import IngotGraph
internal import IngotManifest

extension Verb {
  static let migrate = Verb(
    name: "migrate", operands: "COMMAND", summary: "Make a manifest of a trtexec or polygraphy command line.",
    details: """
      Takes a line such as 'trtexec --onnx=m.onnx --int8 --fp16 --calib=m.cache --optShapes=x:8x3x224x224 --workspace=4096', as
      one word or as words behind `--`, and writes a manifest that builds the same engine: from the same model, with the scales
      of the same calibration cache. Paths are those of the command; run it where that ran.

      What means something else now, what nothing says any more and what is not needed is listed, in the manifest too. A flag
      that no version of the tool has is refused.
      """,
    options: [
      .value("--out", short: "-o", "FILE", "write to FILE, which must not be there yet"),
      .value("--target", "NAME", "tensorrt (the default), tensorrt-rtx, onnxruntime or openvino"),
      .value("--data", "DIR", "a calibration set, where the command has no calibration cache"),
      Verb.json,
    ]
  ) { context in
    let arguments = context.arguments
    guard !arguments.operands.isEmpty else { throw UsageError("give a command line to migrate") }
    let name = arguments.value("--target") ?? TargetBackend.tensorrt.rawValue
    guard let backend = TargetBackend(rawValue: name) else {
      let names = TargetBackend.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--target takes \(names), not '\(name)'")
    }
    let command = try OldCommand(arguments.operands)
    let out = arguments.value("--out")
    let folder = out.map(FileSystem.parent) ?? "."
    let migration = try command.migration(
      to: backend, model: facts(of: command.model, context.terminal),
      data: arguments.value("--data").map { relativePath($0, to: folder) }, name: engineName(for: command.model),
      relative: { relativePath($0, to: folder) })
    if let out { try writeNew(migration.manifest, to: out) }
    if arguments.has("--json") {
      context.terminal.print(try jsonText(MigrateDocument(path: out, migration)))
    } else if let out {
      for change in migration.changes {
        context.terminal.note("\(change.kind.rawValue) \(change.flag): \(change.text)")
      }
      context.terminal.note("wrote \(out); `ingot validate \(out)` checks it, `ingot build \(out)` builds it")
    } else {
      context.terminal.print(migration.manifest)
    }
    return .success
  }
}

/// A model that is not here is no reason to stop: the manifest may go where it is.
private func facts(of path: String, _ terminal: Terminal) -> MigratedModel {
  do throws(ModelError) {
    let model = try Model.read(path: path)
    return MigratedModel(
      isQuantized: model.graph.nodes.contains { $0.opType == "QuantizeLinear" || $0.opType == "DequantizeLinear" },
      inputs: model.summary().inputs.map(\.name))
  } catch {
    terminal.note("\(error)\n  hint: the manifest is made without a look at the model")
    return MigratedModel(isQuantized: nil, inputs: [])
  }
}

/// `ingot.migrate/1`.
private struct MigrateDocument: JSONDocument {
  static let format = "ingot.migrate/1"

  struct Change: Encodable {
    /// `changed`, `dropped` or `idle`.
    var kind: String
    var flag: String
    var text: String
  }

  /// Nil where nothing was written.
  var path: String?
  var manifest: String
  var changes: [Change]

  init(path: String?, _ migration: Migration) {
    (self.path, manifest) = (path, migration.manifest)
    changes = migration.changes.map { Change(kind: $0.kind.rawValue, flag: $0.flag, text: $0.text) }
  }
}
