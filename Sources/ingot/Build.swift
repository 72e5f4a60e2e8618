// `ingot build`: runs what must run, writes the bundles, and says what came of each engine.

internal import IngotCore
internal import IngotManifest
internal import IngotPlan
internal import IngotRelease
internal import IngotReport
internal import IngotRun
internal import IngotStore

extension Verb {
  static let build = Verb(
    name: "build", operands: "MANIFEST…", summary: "Build and verify the engines that manifests ask for.",
    details: """
      Runs the steps whose inputs changed, takes the others from the store, and writes one bundle an engine to
      DIR/NAME/VARIANT. A step that fails does not stop steps that do not need it. When gates fail, the bundles are written
      all the same, with their verdicts, and the command ends with 3.
      """,
    options: [
      .value("--out", short: "-o", "DIR", "write bundles below DIR (default: out)"),
      .value("--jobs", short: "-j", "N", "run at most N steps at once (default: one a processor core)"),
      .flag("--write-keep", "write the nodes that `max-drop` had to keep into the manifests"),
      .flag("--explain", "say for each step that runs which component of its key changed"),
      .value("--junit", "FILE", "also write the results as JUnit XML"),
      .value("--markdown", "FILE", "also write the results as a Markdown table"),
      .value("--html", "DIR", "also write a page an engine, DIR/NAME/VARIANT.html"),
      .flag("--worst", "list the layers that quantization costs most, also of engines that pass their gates"),
      Verb.memory, Verb.json,
    ] + storeOptions + runtimeOptions
  ) { context in
    let arguments = context.arguments
    let jobs = try arguments.count("--jobs", in: 1...1024) ?? Processor.coreCount
    let manifests = try Manifests(paths: arguments.operands)
    let session = try Session(context)
    defer { session.store.close() }
    try manifests.checkPins(session.store.fileDigests)
    let (outcomes, summaries) = try await makeBundles(manifests, session, jobs: jobs, context)
    try report(summaries, try builtEngines(summaries, outcomes, context), context)
    for (manifest, outcome) in zip(manifests.manifests, outcomes) {
      try Kept(manifest, outcome, session.store).tell(
        context.terminal, writes: context.arguments.has("--write-keep"))
    }
    return exitCode(outcomes, summaries)
  }

  /// Finds what is wrong with models, profiles, data and gates before the first step runs, not after the last build. Manifests
  /// with nothing left to do have passed this before.
  private static func checkFiles(
    of manifests: [Manifest], _ statuses: [[StepStatus]], _ digests: FileDigests
  ) throws {
    var problems: [Diagnostic] = []
    for (manifest, statuses) in zip(manifests, statuses) where !statuses.allSatisfy({ $0.finished != nil }) {
      let found = validateFiles(of: manifest) { try digests.digest(ofFileAt: $0) }
      problems += found.filter { $0.severity == .error && !problems.contains($0) }
    }
    guard problems.isEmpty else { throw InputError(problems) }
  }

  /// Runs the steps and writes the bundles. A blob of the store that turns out to be damaged when a step or a bundle needs
  /// it is dropped; then all blobs of these plans are checked, and the steps that made the damaged ones run again.
  static func makeBundles(
    _ manifests: Manifests, _ session: Session, jobs: Int, _ context: Context
  ) async throws -> ([RunOutcome], [EngineSummary]) {
    let plans = manifests.plans
    let progress = Progress(context.terminal)
    let executor = Executor(
      store: session.results,
      runner: Stages(
        runtimes: session.runtimes, memoryBudget: try memoryBudget(context), timingCaches: session.home.timingCaches),
      journal: session.journal, jobs: jobs,
      onEvent: progress.handle)
    var remainingTries = 3
    while true {
      remainingTries -= 1
      let statuses = plans.map { session.lookup.statuses(of: $0) }
      if remainingTries == 2 { try checkFiles(of: manifests.manifests, statuses, session.store.fileDigests) }
      if context.arguments.has("--explain") { explain(plans, statuses, on: context.terminal) }
      let outcomes = await executor.run(plans, statuses: statuses, lookup: session.lookup)
      context.terminal.show(status: "")
      let lost = outcomes.flatMap(\.failures).map(\.error).filter(isLostBlob)
      do {
        if remainingTries > 0, let first = lost.first { throw first }
        let writer = BundleWriter(store: session.store, out: context.arguments.value("--out") ?? "out")
        let summaries = try outcomes.flatMap { try writer.write($0) }
        for error in lost { context.terminal.complain("\(error)") }
        return (outcomes, summaries)
      } catch  where remainingTries > 0 && isLostBlob(error) {
        for output in statuses.joined().compactMap(\.finished).flatMap(\.record.outputs) {
          // What is damaged is told in a note, and dropped.
          _ = try? session.store.verifiedPath(of: output.digest)
        }
      }
    }
  }

  private static func isLostBlob(_ error: any Error) -> Bool {
    if case .store(let error)? = (error as? ReleaseError)?.reason { return error.isLostBlob }
    return (error as? StoreError)?.isLostBlob ?? false
  }

  /// Those whose layers are shown: of all for pages and with `--worst`, else of those that failed their gates.
  private static func builtEngines(
    _ summaries: [EngineSummary], _ outcomes: [RunOutcome], _ context: Context
  ) throws -> [BuiltEngine] {
    let arguments = context.arguments
    let all = arguments.has("--worst") || arguments.value("--html") != nil
    let engines = outcomes.flatMap { outcome in outcome.plan.engines.map { (outcome, $0) } }
    return try zip(summaries, engines).compactMap { summary, engine in
      all || summary.state == .rejected ? try BuiltEngine(summary, engine.1, of: engine.0) : nil
    }
  }

  private static func report(_ summaries: [EngineSummary], _ built: [BuiltEngine], _ context: Context) throws {
    for engine in built {
      guard let folder = context.arguments.value("--html") else { break }
      let (manifest, variant) = (engine.summary.manifest, engine.summary.variant)
      try write(engine.page.text, to: "\(folder)/\(manifest)/\(variant).html")
    }
    let listed = built.filter { context.arguments.has("--worst") || $0.summary.state == .rejected }
    if let path = context.arguments.value("--junit") { try write(junitXML(summaries), to: path) }
    let table = TextTable(summaries)
    if let path = context.arguments.value("--markdown") { try write(table.markdown + "\n", to: path) }
    if context.arguments.has("--json") {
      context.terminal.print(try jsonText(BuildDocument(summaries, listed)))
      return
    }
    for engine in summaries where engine.state == .rejected {
      context.terminal.complain("\(engine.manifest)/\(engine.variant): \(engine.problems.joined(separator: "; "))")
    }
    if Interrupt.wasRequested { context.terminal.complain("\(Interrupted())") }
    if context.terminal.isQuiet { return }
    // A table of thousands of rows helps nobody.
    if summaries.count <= 200 { context.terminal.print(table.text) }
    for engine in summaries {
      for gate in engine.unjudged {
        context.terminal.note("note: \(engine.manifest)/\(engine.variant): not judged: \(gate)")
      }
    }
    for words in listed.prefix(20).compactMap({ $0.worstLayers(10) }) { context.terminal.print("\n\(words)") }
    context.terminal.note(overview(summaries))
  }

  private static func write(_ text: String, to path: String) throws(SystemError) {
    try FileSystem.makeDirectory(FileSystem.parent(of: path))
    try FileSystem.writeAtomically(text, to: path)
  }

  private static func overview(_ summaries: [EngineSummary]) -> String {
    let cached = summaries.count { $0.wasCached && $0.state != .failed }
    var words = ["\(summaries.count) engine\(summaries.count == 1 ? "" : "s")", "\(cached) up to date"]
    let built = summaries.count { !$0.wasCached && $0.state != .failed }
    let rejected = summaries.count { $0.state == .rejected }
    let failed = summaries.count { $0.state == .failed }
    if built > 0 { words.append("\(built) built") }
    if rejected > 0 { words.append("\(rejected) with failed gates") }
    if failed > 0 { words.append("\(failed) not finished") }
    return words.joined(separator: ", ")
  }

  /// The worst that happened: an interrupt, then a failed step, a wrong input, a missing runtime, a failed gate.
  private static func exitCode(_ outcomes: [RunOutcome], _ summaries: [EngineSummary]) -> ExitCode {
    let kinds = outcomes.flatMap(\.failures).map(\.error.kind)
    for kind in [FailureKind.interrupted, .step, .input, .unavailable, .gate] where kinds.contains(kind) {
      return ExitCode(kind)
    }
    return summaries.contains { $0.state == .rejected } ? ExitCode(.gate) : .success
  }

  private static func explain(_ plans: [Plan], _ statuses: [[StepStatus]], on terminal: Terminal) {
    for (plan, statuses) in zip(plans, statuses) {
      for (step, status) in zip(plan.steps, statuses) {
        guard case .missing(_, let changes) = status else { continue }
        terminal.note("  \(plan.name)/\(step.label): \(words(for: changes))")
      }
    }
  }
}

/// `ingot.build/1`.
private struct BuildDocument: JSONDocument {
  struct Layers: Encodable {
    var manifest: String
    var variant: String
    var layers: LayerTable
  }

  static let format = "ingot.build/1"
  var engines: [EngineSummary]
  /// Of engines that failed their gates, and with `--worst` of all.
  var layers: [Layers]?

  init(_ engines: [EngineSummary], _ built: [BuiltEngine]) {
    self.engines = engines
    layers =
      built.isEmpty
      ? nil
      : built.map { Layers(manifest: $0.summary.manifest, variant: $0.summary.variant, layers: $0.documents.layers) }
  }
}
