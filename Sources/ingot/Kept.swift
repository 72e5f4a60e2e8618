// What searches for `max-drop` found: told after a build, and written into the manifests where the command line says so.

internal import IngotCore
internal import IngotManifest
internal import IngotPlan
internal import IngotRun
internal import IngotStore

/// The nodes that one manifest's engines keep, found in one build.
struct Kept {
  private let manifest: Manifest
  /// In the plan's order.
  private var engines: [(name: String, variant: Int, report: SearchReport)] = []

  /// - Parameter outcome: of the manifest's plan.
  init(_ manifest: Manifest, _ outcome: RunOutcome, _ store: DiskStore) throws {
    self.manifest = manifest
    for (index, engine) in outcome.plan.engines.enumerated() {
      guard let id = engine.steps.first(where: { outcome.plan[$0].stage == .search }),
        let output = outcome.record(id)?.output("search.json"),
        let report = SearchReport(json: try store.read(output.digest))
      else { continue }
      engines.append(("\(outcome.plan.name)/\(engine.variant)", index, report))
    }
  }

  /// - Parameter writes: whether the manifest gets what was found.
  func tell(_ terminal: Terminal, writes: Bool) throws {
    for (name, _, report) in engines {
      if report.holds {
        terminal.note("\(name): max-drop holds with \(report.words)")
      } else {
        terminal.complain(
          "\(name): max-drop cannot be held: \(report.words)\n  hint: allow a larger drop, give another `fallback`, "
            + "calibrate with more samples, or ask for another precision")
      }
    }
    let groups = groups
    guard !groups.isEmpty else { return }
    if writes { return try write(groups, terminal) }
    for group in groups {
      let spec = manifest.variants[group.variant].precision
      terminal.note(
        "  to keep them without a search, under `precision` of \(manifest.source.path) (or build with --write-keep):")
      terminal.note("    \(spec.keepLine(adding: group.nodes))")
    }
  }

  /// Nodes by the precision that says `max-drop`: one manifest says the same for all of its targets.
  private var groups: [(variant: Int, nodes: [String])] {
    var found: [(variant: Int, place: String, nodes: [String])] = []
    for (_, variant, report) in engines where report.holds && !report.kept.isEmpty {
      let place = manifest.variants[variant].precision.maxDrop?.first?.metric.place.description ?? ""
      let index = found.firstIndex { $0.place == place } ?? found.count
      if index == found.count { found.append((variant, place, [])) }
      found[index].nodes += report.kept.filter { !found[index].nodes.contains($0) }
    }
    return found.map { ($0.variant, $0.nodes) }
  }

  private func write(_ groups: [(variant: Int, nodes: [String])], _ terminal: Terminal) throws {
    var patched = manifest
    for group in groups {
      let spec = patched.variants[group.variant].precision
      guard let text = patched.text(keeping: group.nodes, in: spec) else {
        throw InputError([
          Diagnostic(
            at: spec.type.place, "the nodes to keep cannot be written here by themselves",
            hint: "write \(spec.keepLine(adding: group.nodes))")
        ])
      }
      patched = try Manifest.parse(text: text, path: manifest.source.path, in: manifest.bounds)
    }
    try FileSystem.writeAtomically(patched.source.text, to: manifest.source.path)
    terminal.note("  \(manifest.source.path): keeps \(groups.reduce(0) { $0 + $1.nodes.count }) more nodes")
  }
}
