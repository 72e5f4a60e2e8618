// Bundles on disk after a build: DIR/NAME/VARIANT. A folder that already holds its bundle is recognized by its files' status alone.

internal import IngotCore
internal import IngotPlan
internal import IngotRelease
internal import IngotReport
internal import IngotRun
internal import IngotStore

/// Writes what a run made and sums it up.
final class BundleWriter {
  private let store: DiskStore
  private let out: String
  /// What this run has put where: a second manifest must not overwrite it with something else.
  private var written: [String: Digest] = [:]

  init(store: DiskStore, out: String) { (self.store, self.out) = (store, out) }

  /// - Returns: a summary an engine, in the plan's order.
  func write(_ outcome: RunOutcome) throws -> [EngineSummary] {
    try outcome.plan.engines.map { engine in
      let record = outcome.record(engine.serialize)
      let path = "\(out)/\(outcome.plan.name)/\(engine.variant)"
      if let record { try write(record, to: path) }
      return EngineSummary(
        engine, of: outcome.plan, problems: problems(of: engine, in: outcome), path: record == nil ? nil : path
      ) { outcome.record($0) }
    }
  }

  private func write(_ record: StepRecord, to path: String) throws {
    guard let manifest = record.output(Bundle.manifestName) else { return }
    if let other = written.updateValue(manifest.digest, forKey: path) {
      if other == manifest.digest { return }
      throw InputError(
        in: path, "two manifests of this build write different bundles here",
        hint: "give them different names, or build them with different --out folders")
    }
    if isUpToDate(record, manifest.digest, path) { return }
    let bundle = try Bundle(decoding: try store.read(manifest.digest), path: path)
    try bundle.write(to: path, from: store)
  }

  private func isUpToDate(_ record: StepRecord, _ manifest: Digest, _ path: String) -> Bool {
    let files =
      [(Bundle.manifestName, manifest.hex)]
      + record.facts.compactMap { fact in
        fact.name.hasPrefix("file ") ? (String(fact.name.dropFirst(5)), fact.value) : nil
      }
    return files.allSatisfy { name, digest in
      (try? store.fileDigests.digest(ofFileAt: "\(path)/\(name)"))?.hex == digest
    }
  }

  private func problems(of engine: Plan.Engine, in outcome: RunOutcome) -> [String] {
    engine.steps.compactMap { id in
      if case .failed(let error) = outcome[id] { "\(outcome.plan[id].label): \(error)" } else { nil }
    }
  }
}
