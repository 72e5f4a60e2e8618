// One engine as one HTML page: what was asked, what each stage did, the verdict, and what the precision cost at each layer. Made
// from a bundle and its documents alone, so that it can be made again as long as they are kept. It loads nothing, and its
// policy lets nothing else run in it.

internal import FoundationEssentials
package import IngotCore
internal import IngotPrecision
package import IngotRelease

package struct EnginePage: Sendable {
  /// What is known of a step besides its result.
  package struct StepTime: Sendable, Hashable {
    package var seconds: Double
    /// Whether the build that made this page took it from the store; nil where no build made it.
    package var wasCached: Bool?
    package init(seconds: Double, wasCached: Bool?) { (self.seconds, self.wasCached) = (seconds, wasCached) }
  }

  let bundle: Bundle
  let digest: Digest
  let documents: EngineDocuments
  let layers: LayerTable
  /// By the key of the step.
  let times: [Digest: StepTime]

  package init(_ bundle: Bundle, digest: Digest, documents: EngineDocuments, times: [Digest: StepTime]) {
    (self.bundle, self.digest, self.documents, self.times) = (bundle, digest, documents, times)
    layers = documents.layers
  }

  /// The whole file.
  package var text: String {
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(bundle.title)</title>
      <style>\(PageStyle.css)</style>
      </head>
      <body>
      <main>
      \(header)
      \(asked)
      \(stages)
      \(verdict)
      \(types)
      \(trials)
      \(layerTable)
      \(pictures)
      \(footer)
      </main>
      <script>\(PageStyle.script)</script>
      </body>
      </html>

      """
    return page.text
  }

  /// Nothing from outside, and no script or style but this page's own, whatever a name brings along.
  private static let policy: String = {
    func hash(_ part: HTML) -> String {
      "'sha256-\(Data(Digest(of: part.text).rawBytes).base64EncodedString())'"
    }
    return "default-src 'none'; style-src \(hash(PageStyle.css)); script-src \(hash(PageStyle.script)); "
      + "base-uri 'none'; form-action 'none'"
  }()

  private var header: HTML {
    let state: HTML
    if let verdict = bundle.verdict {
      let level = verdict.level == .engine ? "the engine itself ran" : "the lowered graph ran in the reference runtime"
      state =
        verdict.passed
        ? "<span class=\"ok\">passed</span> — \(level), on \(verdict.device)"
        : "<span class=\"bad\">failed \(verdict.failedGates.count) of its gates</span> — \(level), on \(verdict.device)"
    } else {
      state = "not verified"
    }
    return """
      <header>
      <h1>\(bundle.title)</h1>
      <p>\(state)</p>
      <p class="dim small"><code>\(digest.description)</code></p>
      </header>
      """
  }

  private var asked: HTML {
    let compatibility = bundle.compatibility
    var rows: [(String, HTML)] = [("Precision", "\(bundle.precision)")]
    if let lowering = documents.lowering, lowering.precision != lowering.fallback {
      rows.append(("Fallback", "\(lowering.fallback)"))
      if let least = lowering.requiredShare {
        rows.append(("Demanded", "at least \(percentText(least)) of the compute in \(lowering.precision)"))
      }
    }
    let compute = compatibility.compute.isEmpty ? "" : " for \(compatibility.compute.joined(separator: ", "))"
    rows.append(("Target", "\(bundle.target): \(compatibility.backend) \(compatibility.version)\(compute)"))
    for (title, tensors) in [("Inputs", bundle.signature.inputs), ("Outputs", bundle.signature.outputs)] {
      let list: [HTML] = tensors.enumerated().map { index, tensor in
        let shape = tensor.shape.map(\.dimension).shapeText
        return "\(index == 0 ? HTML.nothing : "<br>")\(tensor.name): \(tensor.type) \(shape)"
      }
      rows.append((title, "\(list)"))
    }
    for plugin in compatibility.plugins ?? [] {
      rows.append(("Plug-in", "\(plugin.name), \(plugin.digest.description)"))
    }
    let facts = compatibility.facts.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)" as HTML) }
    let told: HTML = facts.isEmpty ? .nothing : "\n<h2>What the runtime tells</h2>\n\(Self.list(facts))"
    return "<h2>What was asked</h2>\n\(Self.list(rows))\(told)"
  }

  private static func list(_ rows: [(String, HTML)]) -> HTML {
    let entries: [HTML] = rows.map { "<dt>\($0)</dt><dd>\($1)</dd>\n" }
    return "<dl class=\"card\">\n\(entries)</dl>"
  }

  private var stages: HTML {
    let rows: [HTML] = bundle.steps.map { step in
      let tools = step.tools.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
      let made = step.outputs.map(\.name).joined(separator: ", ")
      let time = times[step.key]
      let state = time?.wasCached.map { $0 ? "cached" : "ran" } ?? "-"
      return """
        <tr><td>\(step.stage)</td><td class="n">\(time.map { durationText($0.seconds) } ?? "-")</td><td>\(state)</td>\
        <td class="name">\(made)</td><td class="name">\(tools.isEmpty ? "-" : tools)</td><td><code>\(String(step.key.hex.prefix(12)))</code></td></tr>

        """
    }
    return """
      <h2>What each stage did</h2>
      <div class="card scroll"><table>
      <thead><tr><th>stage</th><th class="n">time</th><th>this build</th><th>made</th><th>tools</th><th>key</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      <p class="dim small">Times are how long a stage took when it ran. They are of the store, not of the bundle; - is not known.</p>
      """
  }

  private var footer: HTML {
    let unreadable: HTML =
      documents.unreadable.isEmpty
      ? .nothing : " This version of Ingot cannot read \(documents.unreadable.joined(separator: ", ")) of the bundle."
    return """
      <footer>Made by Ingot from the bundle's own documents.\(unreadable) \
      <code>ingot inspect BUNDLE --html FILE</code> makes it again; <code>--json</code> has every number.</footer>
      """
  }
}

func percentText(_ share: Double, digits: Int = 1) -> String { "\(fixed(share * 100, digits: digits))%" }
