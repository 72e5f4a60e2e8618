// What commands that run or look up steps share: the open store, the runtimes, the resolver between them.

internal import IngotBackends
internal import IngotCore
internal import IngotRun
internal import IngotStore

/// An open store and everything around it, for one invocation.
struct Session {
  let home: Home
  let store: DiskStore
  let runtimes: RuntimeSet
  let results: StoredResults
  let journal: ExplainJournal
  let lookup: SharedLookup

  init(_ context: Context) throws {
    home = try Home(context)
    store = try home.openStore(context.terminal)
    runtimes = RuntimeSet(
      locator: RuntimeLocator(paths: home.runtimePaths, managedDirectory: home.runtimes),
      fileDigests: store.fileDigests, environment: context.environment,
      allowsUntestedVersions: context.arguments.has("--untested-runtime"))
    results = StoredResults(store, worker: context.hostName) { Timestamp.now() }
    journal = ExplainJournal(store: store)
    lookup = SharedLookup(
      Lookup(
        store: results, resolver: DiskResolver(store: store, runtimes: runtimes), journal: journal))
  }
}
