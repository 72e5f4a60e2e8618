// The documents of a bundle that lies on disk, for lists of layers and for pages.

internal import FoundationEssentials
internal import IngotCalibration
internal import IngotCore
internal import IngotPlan
internal import IngotPrecision
internal import IngotRelease
internal import IngotReport
internal import IngotRun
internal import IngotVerify

extension EngineDocuments {
  /// What cannot be read is left out, and named: a bundle of an older Ingot is still a bundle.
  init(of bundle: Bundle, in folder: String) {
    self.init()
    for file in bundle.files {
      let path = FileSystem.join(folder, file.path)
      let isRead =
        switch file.path {
        case "lower.json": read(path, into: \.lowering, LoweringReport.init(json:))
        case "verdict.json": read(path, into: \.verdict, Verdict.init(json:))
        case "choice.json": read(path, into: \.choice, Choice.init(json:))
        case "ranges.json": read(path, into: \.ranges) { try? RangeTable(bytes: $0, path: path) }
        case "build.json": readTypes(path)
        case "recipe.json": read(path, into: \.recipe) { _ in try? QuantizationRecipe(path: path) }
        default: true
        }
      if !isRead { unreadable.append(file.path) }
    }
  }

  private mutating func read<Document>(
    _ path: String, into field: WritableKeyPath<EngineDocuments, Document?>, _ decode: ([UInt8]) -> Document?
  ) -> Bool {
    guard let bytes = try? FileSystem.read(path, limit: Self.fileByteLimit), let document = decode(bytes) else {
      return false
    }
    self[keyPath: field] = document
    return true
  }

  /// Where the backend does not tell, the document says so and nothing is missing.
  private mutating func readTypes(_ path: String) -> Bool {
    guard let bytes = try? FileSystem.read(path, limit: Self.fileByteLimit),
      let document = try? JSONDecoder().decode(BuildTypes.self, from: Data(bytes))
    else { return false }
    engineTypes = document.types?.multiplyAdds
    return true
  }

  /// As large as the largest of them may be.
  private static let fileByteLimit = QuantizationRecipe.fileByteLimit
}

/// The part of `build.json` that says what the engine computes in.
private struct BuildTypes: Decodable {
  struct Types: Decodable { var multiplyAdds: [String: Int]? }
  var types: Types?
}

/// An engine of a build that has its bundle.
struct BuiltEngine {
  var summary: EngineSummary
  var bundle: Bundle
  var digest: Digest
  var documents: EngineDocuments
  var times: [Digest: EnginePage.StepTime]

  /// - Returns: nil where there is no bundle.
  init?(_ summary: EngineSummary, _ engine: Plan.Engine, of outcome: RunOutcome) throws {
    guard let folder = summary.path else { return nil }
    let bytes = try FileSystem.read(FileSystem.join(folder, Bundle.manifestName))
    self.summary = summary
    bundle = try Bundle(decoding: bytes, path: folder)
    digest = Digest(of: bytes)
    documents = EngineDocuments(of: bundle, in: folder)
    times = [:]
    for record in engine.steps.compactMap({ outcome.record($0) }) {
      times[record.key] = EnginePage.StepTime(seconds: record.duration.seconds, wasCached: record.wasCached)
    }
  }

  var page: EnginePage { EnginePage(bundle, digest: digest, documents: documents, times: times) }

  /// The worst layers in words; nil where nothing was quantized.
  func worstLayers(_ count: Int) -> String? { worst(count, of: documents.layers, in: bundle.title) }
}

/// - Parameter title: of what the layers are in.
/// - Returns: nil where no layer was measured.
func worst(_ count: Int, of layers: LayerTable, in title: String) -> String? {
  guard layers.rankedCount > 0 else { return nil }
  let shown = min(count, layers.rankedCount)
  let head =
    "\(shown < layers.rankedCount ? "the \(shown) worst of " : "")\(layers.rankedCount) quantized layers of \(title), "
    + "\(layers.orderText):"
  return "\(head)\n\(TextTable(worst: count, of: layers).text)"
}
