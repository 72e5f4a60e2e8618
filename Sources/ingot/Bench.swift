// `ingot bench`: how fast engines are on this machine.

internal import IngotBackends
internal import IngotCore
internal import IngotManifest
internal import IngotRelease
internal import IngotReport
internal import IngotRun
internal import IngotStore
internal import IngotVerify

extension Verb {
  static let bench = Verb(
    name: "bench", operands: "BUNDLE|MANIFEST|MODEL…", summary: "Time engines on this machine.",
    details: """
      Runs each engine on batches of several sizes: warms it up, runs it for a while, and prints percentiles of the time of a run (by
      nearest rank), throughput, processor cores at work, and whether the times drifted or varied. A manifest's engines are
      built first, as `ingot build` does it; a model is built by --backend for each size of batch by itself.

      Inputs are the samples of verify.data or --data, else random numbers, which the report says. They are handed over once;
      --copies has each run take them from the host's memory and bring its outputs there. The machine's settings are only read.

      Plug-ins, and the runtime inside a version-compatible engine, are code of whoever made the bundle. It runs with all of your
      rights, so a bundle's engine that needs it is timed with --host-code only; what a manifest builds here needs no such word.
      """,
    options: [
      .value("--batch", "N,N", "sizes of batches (default: 1,8,16,32,64, as far as the profiles take them)"),
      .value("--duration", "TIME", "time each size so long, as 500ms or 3s (default: 3s)"),
      .value("--count", "N", "time each size for N runs instead"),
      .value("--warm-up", "TIME", "run so long before anything counts, and three times at least (default: 200ms)"),
      .value("--streams", "N", "runs at a time, each on a thread of its own (default: 1)"),
      .flag("--copies", "let each run copy inputs and outputs between the host's memory and the engine's"),
      .flag(
        "--compare", "run two engines in turn and say how much longer the second one takes, with the interval of 95%"),
      .value(
        "--layers", "N", "also show the N layers that take longest, by the runtime's own profiler, in runs of their own"
      ),
      .flag("--host-code", "let engines of bundles run code of whoever made them"),
      .value("--html", "FILE", "also write the results as a page with pictures"),
      .value("--data", "SET", "feed the samples of a set"),
      .value("--dim", "NAME=SIZE", "the size of an open dimension other than the batch; may be given more than once"),
      .value("--variant", "NAME", "of a manifest's engines only this one; may be given more than once"),
      .value(
        "--backend", "NAME",
        "for models: onnxruntime (the default), onnxruntime-gpu, openvino, tensorrt or tensorrt-rtx"),
      .value("--option", "NAME=VALUE", "a build option, also of an engine that is built; may be given more than once"),
      .value("--out", short: "-o", "DIR", "write the bundles of manifests below DIR (default: out)"),
      Verb.memory, Verb.json,
    ] + storeOptions + runtimeOptions
  ) { context in
    let settings = try BenchSettings(context.arguments)
    let session = try Session(context)
    defer { session.store.close() }
    let subjects = try await benchSubjects(session, context)
    let scratch = try session.results.makeScratch()
    defer { session.results.removeScratch(scratch) }
    let bencher = Bencher(session.runtimes, settings, scratch: scratch) { context.terminal.show(status: $0) }
    if context.arguments.has("--compare") {
      guard subjects.count == 2 else { throw UsageError("--compare takes two engines, not \(subjects.count)") }
      let comparison = try bencher.compare(subjects[0], subjects[1], rounds: settings.rounds)
      context.terminal.show(status: "")
      try report(comparison, context)
      return .success
    }
    var benchmarks: [Benchmark] = []
    var absent: [BackendError] = []
    for subject in subjects {
      do {
        benchmarks.append(try bencher.run(subject))
      } catch let error as BackendError where error.kind == .unavailable && subjects.count > 1 {
        absent.append(error)
        context.terminal.note("\(subject.title): left out: \(error)")
      }
    }
    context.terminal.show(status: "")
    if benchmarks.isEmpty, let error = absent.first { throw error }
    try report(benchmarks, context)
    return .success
  }

  private static func report(_ comparison: BenchComparison, _ context: Context) throws {
    if context.arguments.has("--json") {
      return context.terminal.print(try jsonText(BenchComparisonDocument(comparison: comparison)))
    }
    context.terminal.print(TextTable(comparison).text)
    context.terminal.note("\n" + (comparison.first.conditions + comparison.second.conditions).joined(separator: "\n"))
  }

  private static func report(_ benchmarks: [Benchmark], _ context: Context) throws {
    if let path = context.arguments.value("--html") {
      try FileSystem.makeDirectory(FileSystem.parent(of: path))
      try FileSystem.writeAtomically(BenchPage(benchmarks).text, to: path)
    }
    if context.arguments.has("--json") {
      return context.terminal.print(try jsonText(BenchDocument(benchmarks: benchmarks)))
    }
    context.terminal.print(TextTable(benchmarks: benchmarks).text)
    if let layers = TextTable(layersOf: benchmarks) { context.terminal.print("\n\(layers.text)") }
    context.terminal.note("\n" + benchmarks.flatMap(\.conditions).joined(separator: "\n"))
  }

  private static func benchSubjects(_ session: Session, _ context: Context) async throws -> [BenchSubject] {
    let arguments = context.arguments
    guard !arguments.operands.isEmpty else { throw UsageError("name a bundle, a manifest or a model") }
    let backend = try benchBackend(arguments)
    var subjects: [BenchSubject] = []
    for path in arguments.operands {
      if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
        subjects += try await benchSubjects(ofManifestAt: path, session, context)
      } else if try FileStatus(ofFileAt: path).isDirectory {
        subjects.append(try benchSubject(ofBundleAt: path, session, context))
      } else if FileSystem.name(of: path) == Bundle.manifestName {
        subjects.append(try benchSubject(ofBundleAt: FileSystem.parent(of: path), session, context))
      } else if case .engine = try FileKind(of: path) {
        throw InputError(
          in: path, "an engine alone does not say what it is fed", hint: "name the folder of its bundle")
      } else {
        var subject = BenchSubject(modelAt: path, backend: backend)
        if backend == .onnxruntimeGPU { subject.options["provider"] = "cuda" }
        subjects.append(subject)
      }
    }
    for index in subjects.indices {
      if let data = arguments.value("--data") { subjects[index].data = data }
      for text in arguments.all("--option") {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
          throw UsageError("--option takes NAME=VALUE, not '\(text)'")
        }
        subjects[index].options[String(text[..<sign])] = String(text[text.index(after: sign)...])
      }
    }
    return subjects
  }

  /// - Parameter manifest: which this Ingot has just built the bundle of; nil for a bundle of whoever made it.
  private static func benchSubject(
    ofBundleAt path: String, of manifest: Manifest? = nil, _ session: Session, _ context: Context
  ) throws -> BenchSubject {
    var subject = try BenchSubject(bundleAt: path)
    let search = PluginSearch(besideBundle: path, knownIn: manifest?.pluginFolders ?? [], session.home, context)
    subject.code = EngineCode(
      plugins: try search.libraries(subject.plugins),
      isTrusted: manifest != nil || context.arguments.has("--host-code"))
    return subject
  }

  private static func benchBackend(_ arguments: Arguments) throws(UsageError) -> BackendKind {
    let name = arguments.value("--backend") ?? BackendKind.onnxruntime.rawValue
    guard let backend = BackendKind(rawValue: name) else {
      throw UsageError("--backend takes \(BackendKind.allCases.map(\.rawValue).joined(separator: ", ")), not '\(name)'")
    }
    return backend
  }

  private static func benchSubjects(
    ofManifestAt path: String, _ session: Session, _ context: Context
  ) async throws -> [BenchSubject] {
    let manifests = try Manifests(paths: [path])
    try manifests.checkPins(session.store.fileDigests)
    let (outcomes, summaries) = try await makeBundles(manifests, session, jobs: Processor.coreCount, context)
    if let failure = outcomes.flatMap(\.failures).first { throw failure.error }
    let wanted = context.arguments.all("--variant")
    let known = summaries.map(\.variant)
    if let unknown = wanted.first(where: { !known.contains($0) }) {
      throw UsageError("--variant: \(path) has no engine '\(unknown)'; it has \(known.joined(separator: ", "))")
    }
    let manifest = manifests.manifests[0]
    return try summaries.filter { wanted.isEmpty || wanted.contains($0.variant) }.compactMap(\.path).map {
      var subject = try benchSubject(ofBundleAt: $0, of: manifest, session, context)
      subject.data = manifest.verify?.data.map { manifest.resolve($0.value) }
      subject.model = manifest.resolve(manifest.model.path.value)
      return subject
    }
  }
}

extension Manifest {
  /// Where its libraries of plug-ins are.
  fileprivate var pluginFolders: [String] {
    targets.flatMap(plugins).map { FileSystem.parent(of: resolve($0.path.value)) }
  }
}

/// `ingot.bench/1`.
private struct BenchDocument: JSONDocument {
  static let format = "ingot.bench/1"
  var benchmarks: [Benchmark]
}

/// `ingot.bench-compare/1`.
private struct BenchComparisonDocument: JSONDocument {
  static let format = "ingot.bench-compare/1"
  var comparison: BenchComparison
}

extension BenchSettings {
  /// Turns are short, so that both meet the same moments; with --count, so many rounds.
  fileprivate var rounds: RoundPlan {
    let isCounted = plan.duration == .zero
    return RoundPlan(
      warmUpRounds: 3, leastRounds: isCounted ? plan.leastRuns : 10, mostRounds: isCounted ? plan.leastRuns : 10_000,
      duration: plan.duration, turn: .milliseconds(20))
  }

  fileprivate init(_ arguments: Arguments) throws(UsageError) {
    var batches: [Int]?
    if let text = arguments.value("--batch") {
      let sizes = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      batches = sizes.compactMap(\.self).filter { (1...1 << 20).contains($0) }
      guard batches?.count == sizes.count else {
        throw UsageError("--batch takes whole numbers of 1 or more with commas between them, not '\(text)'")
      }
    }
    var dims: [String: Int] = [:]
    for text in arguments.all("--dim") {
      guard let sign = text.lastIndex(of: "="), let size = Int(text[text.index(after: sign)...]), size >= 1 else {
        throw UsageError("--dim takes NAME=SIZE, not '\(text)'")
      }
      dims[String(text[..<sign])] = size
    }
    let count = try arguments.count("--count", in: 1...1 << 22)
    if count != nil, arguments.value("--duration") != nil {
      throw UsageError("--count and --duration exclude each other")
    }
    let duration = try arguments.duration("--duration", in: .milliseconds(1) ... .seconds(3600)) ?? .seconds(3)
    let plan = TimingPlan(
      warmUpRuns: 3, warmUp: try arguments.duration("--warm-up", in: .zero ... .seconds(600)) ?? .milliseconds(200),
      // So slow an engine that one run takes longer than all: one is still something.
      leastRuns: count ?? 1, duration: count == nil ? duration : .zero, limit: .seconds(86_400))
    self.init(
      batches: batches, dims: dims, streams: try arguments.count("--streams", in: 1...256) ?? 1,
      withCopies: arguments.has("--copies"), plan: plan)
    layerCount = try arguments.count("--layers", in: 1...1 << 16) ?? 0
    if layerCount > 0, arguments.has("--compare") { throw UsageError("--layers and --compare exclude each other") }
  }
}
