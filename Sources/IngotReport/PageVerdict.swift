// The parts of a page about the engine as a whole: its gates and numbers, the types that it computes in, what was compared.

internal import IngotCore
internal import IngotPrecision
internal import IngotRelease
internal import IngotVerify

extension EnginePage {
  var verdict: HTML {
    guard let summary = bundle.verdict else { return .nothing }
    let gates: [HTML] = summary.gates.map { gate in
      let mark: HTML = gate.passed ? "<span class=\"ok\">passed</span>" : "<span class=\"bad\">FAILED</span>"
      return """
        <tr><td>\(mark)</td><td class="name">\(gate.name)</td><td class="n">\(gate.measured)</td><td>\(gate.bound)</td></tr>

        """
    }
    let meaning: HTML =
      documents.verdict.map { verdict in
        "<p class=\"dim small\">\(verdict.meaning). \(verdict.samples) samples, \(verdict.backend)."
          + (verdict.unjudged.isEmpty ? .nothing : " Not judged: \(verdict.unjudged.joined(separator: "; ")).") + "</p>"
      } ?? .nothing
    return """
      <h2>Verdict</h2>
      <div class="card scroll"><table>
      <thead><tr><th></th><th>gate</th><th class="n">measured</th><th>bound</th></tr></thead>
      <tbody>
      \(gates)</tbody></table></div>
      \(meaning)
      \(outputs)
      """
  }

  private var outputs: HTML {
    guard let verdict = documents.verdict, !verdict.outputs.isEmpty else { return .nothing }
    let rows: [HTML] = verdict.outputs.map { output in
      let numbers = [
        decibels(output.sqnrDecibels), output.cosine.map { fixed($0, digits: 6) } ?? "-",
        output.maxAbsoluteError.map { short(Float($0)) } ?? "-",
        output.meanAbsoluteError.map { short(Float($0)) } ?? "-",
      ]
      let cells: [HTML] = numbers.map { "<td class=\"n\">\($0)</td>" }
      return "<tr><td class=\"name\">\(output.output)</td>\(cells)</tr>\n"
    }
    return """
      <div class="card scroll"><table>
      <caption>Outputs against the original model's\(score(verdict))</caption>
      <thead><tr><th>output</th><th class="n">SQNR dB</th><th class="n">cosine</th><th class="n">largest error</th>\
      <th class="n">mean error</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      """
  }

  private func score(_ verdict: Verdict) -> HTML {
    guard let found = verdict.accuracy?.candidate, let original = verdict.accuracy?.reference else { return .nothing }
    return "; top1 \(percentText(found.top1, digits: 2)), the original's \(percentText(original.top1, digits: 2))"
  }

  // MARK: types

  var types: HTML {
    guard let lowering = documents.lowering else { return .nothing }
    return """
      <h2>Types</h2>
      <div class="card">
      \(bar("Compute of the lowered graph", lowering.multiplyAdds))
      \(bar("Weights of the lowered graph", lowering.weightBytes))
      \(engine)
      </div>
      """
  }

  private var engine: HTML {
    if let counts = documents.engineTypes { return bar("Compute of the engine, as its runtime tells", counts) }
    guard let told = bundle.compatibility.facts["engine compute"] else { return .nothing }
    return "<h3>Compute of the engine</h3>\n<p class=\"small\">\(told)</p>"
  }

  private func bar(_ title: HTML, _ counts: [String: Int]) -> HTML {
    let total = Double(counts.values.reduce(0, &+))
    let shares = counts.filter { $0.value > 0 }.mapValues { Double($0) / total }
    let sorted = shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    var start = 0.0
    var parts: [HTML] = []
    var keys: [HTML] = []
    for share in sorted {
      let style = style(of: share.key)
      parts.append("<rect class=\"\(style)\" x=\"\(start)\" width=\"\(share.value * 1000)\" height=\"12\"/>")
      keys.append(
        """
        <li><svg class="key" viewBox="0 0 14 8" aria-hidden="true"><rect class="\(style)" width="14" height="8"/></svg>\
        \(share.key) \(percentText(share.value))</li>
        """)
      start += share.value * 1000
    }
    return """
      <h3>\(title)</h3>
      <svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">\(parts)</svg>
      <ul class="keys">\(keys)</ul>
      """
  }

  /// The same for a type in every bar: what was asked for, float32, other types, and what nobody tells.
  private func style(of type: String) -> HTML {
    switch type {
    case documents.lowering?.precision: "b0"
    case ElementType.float32.description: "b1"
    case "untold": "b3"
    default: "b2"
    }
  }

  // MARK: choices

  /// What was measured before the form of the model was chosen.
  var trials: HTML {
    var rows: [HTML] = []
    for trial in documents.recipe?.trials ?? [] {
      rows.append(
        row(
          trial.choice, trial.candidate, "\(trial.sqnr.map { "\(decibels($0)) dB" } ?? "-")", trial.isChosen,
          trial.reason))
    }
    for candidate in documents.choice?.candidates ?? [] {
      let time = candidate.p50.map { "\(short(Float($0))) ms" } ?? "-"
      let reason = candidate.failedGates.isEmpty ? nil : candidate.failedGates.joined(separator: "; ")
      let isChosen = candidate.precision == documents.choice?.chosen
      rows.append(
        row("precision", candidate.precision, "\(time)", isChosen, isChosen ? documents.choice?.reason : reason))
    }
    guard !rows.isEmpty else { return .nothing }
    return """
      <h2>What was compared</h2>
      <div class="card scroll"><table>
      <thead><tr><th>choice</th><th>candidate</th><th class="n">measured</th><th>chosen</th><th>why</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      <p class="dim small">Decibels are of the outputs against the float model's, on samples of the calibration set.</p>
      """
  }

  private func row(_ choice: String, _ candidate: String, _ measured: HTML, _ isChosen: Bool, _ reason: String?) -> HTML
  {
    let mark: HTML = isChosen ? "<span class=\"ok\">chosen</span>" : ""
    return """
      <tr><td>\(choice)</td><td>\(candidate)</td><td class="n">\(measured)</td><td>\(mark)</td>\
      <td class="why">\(reason ?? "")</td></tr>

      """
  }
}
