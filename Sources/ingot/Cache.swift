// `ingot cache`: what the store holds, whether it is sound, and what may go.

internal import IngotCore
internal import IngotStore

extension Verb {
  static let cache = Verb(
    name: "cache", operands: "stats | verify | gc",
    summary: "Look at the store, check it, or remove what nobody used for long.",
    details: """
      `stats` counts what is in the store. `verify` reads every blob, and removes those whose bytes are not their digest's: the next
      build makes them anew. `gc` removes results that no build used for --days and files that nothing names; what a channel
      serves, or served, stays.
      """,
    options: [.value("--days", "N", "for gc: keep results used within the last N days (default: 30)"), Verb.json]
      + storeOptions
  ) { context in
    let home = try Home(context)
    let store = try home.openStore(context.terminal)
    defer { store.close() }
    let facts: [(name: String, value: Int)]
    switch context.arguments.operands {
    case ["stats"]: facts = statistics(try store.statistics())
    case ["verify"]: facts = verification(try store.verify())
    case ["gc"]:
      facts = collection(
        try store.collectGarbage(unusedFor: try context.arguments.count("--days", in: 0...36500) ?? 30))
    default: throw UsageError("say `stats`, `verify` or `gc`")
    }
    if context.arguments.has("--json") {
      context.terminal.print(try jsonText(CacheDocument(store: home.store, facts: facts)))
    } else {
      for fact in facts {
        let value = fact.name.hasSuffix("bytes") ? "\(ByteCount(fact.value))" : "\(fact.value)"
        context.terminal.print("\(fact.name.padded(to: 24))\(value)")
      }
    }
    return .success
  }

  private static func statistics(_ found: StoreStatistics) -> [(name: String, value: Int)] {
    [
      ("blobs", found.blobCount), ("blob-bytes", found.blobByteCount), ("results", found.actionCount),
      ("result-bytes", found.actionByteCount), ("pins", found.pinCount), ("temporary-files", found.temporaryCount),
    ]
  }

  private static func verification(_ found: VerificationReport) -> [(name: String, value: Int)] {
    [
      ("checked-blobs", found.checkedBlobCount), ("checked-bytes", found.checkedByteCount),
      ("checked-results", found.checkedActionCount), ("removed-blobs", found.corruptBlobs.count),
      ("unusable-results", found.unusableActions.count), ("strays", found.strays.count),
    ]
  }

  private static func collection(_ done: CollectionReport) -> [(name: String, value: Int)] {
    [
      ("removed-results", done.removedActionCount), ("removed-blobs", done.removedBlobCount),
      ("removed-bytes", done.removedByteCount), ("kept-blobs", done.keptBlobCount), ("kept-bytes", done.keptByteCount),
    ]
  }
}

/// `ingot.cache/1`.
private struct CacheDocument: JSONDocument {
  static let format = "ingot.cache/1"
  var store: String
  /// By the names that the text shows.
  var facts: [String: Int]

  init(store: String, facts: [(name: String, value: Int)]) {
    self.store = store
    self.facts = Dictionary(uniqueKeysWithValues: facts)
  }
}
