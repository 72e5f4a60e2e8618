// The section `verify`.

internal import IngotCore

extension ManifestDecoder {
  mutating func verify(_ field: YAMLField) -> VerifySpec? {
    guard let reader = MappingReader(field, .verify, &problems) else { return nil }
    let countBefore = problems.count
    let data = reader["data"]?.path(in: bounds, &problems)
    let synthetic = reader["synthetic"]?.bool(&problems)
    let outputs = reader["outputs"].map { self.outputs($0) } ?? []
    let accuracy = reader["accuracy"].flatMap { self.accuracy($0) }
    let latency = reader["latency"].flatMap { self.latency($0) }
    let throughput = reader["throughput"].flatMap { self.throughput($0) }
    let regression = reader["regression"].flatMap { self.regression($0) }
    if synthetic?.value == true {
      if let data = reader["data"] {
        problems.append(
          Diagnostic(at: data.keyPlace, "`data` and `synthetic: true` exclude each other", hint: "remove one of them"))
      }
      if let accuracy = reader["accuracy"] {
        problems.append(
          Diagnostic(
            at: accuracy.keyPlace, "`accuracy` cannot be judged on random inputs", hint: "give `data` with labels"))
      }
    } else if reader.lacks("data"), reader.lacks("synthetic") || synthetic?.value == false {
      problems.append(
        Diagnostic(
          at: field.keyPlace, "`verify` has no `data`",
          hint: "name a set, or write `synthetic: true` to check with random inputs"))
    }
    let gates = ["outputs", "accuracy", "latency", "throughput", "regression"]
    if gates.allSatisfy(reader.lacks) {
      problems.append(
        Diagnostic(at: field.keyPlace, "`verify` has no gate", hint: "add \(alternatives(gates.map { "`\($0)`" }))"))
    }
    guard problems.count == countBefore else { return nil }
    return VerifySpec(
      data: data, outputs: outputs, accuracy: accuracy, latency: latency, throughput: throughput,
      regression: regression, synthetic: synthetic?.value ?? false)
  }

  private mutating func outputs(_ field: YAMLField) -> [OutputGate] {
    guard let entries = field.entries(of: "outputs", &problems) else { return [] }
    if entries.isEmpty {
      problems.append(
        Diagnostic(at: field.place, "`outputs` is empty", hint: "write `outputs: { NAME: { cosine: 0.999 } }`"))
    }
    var gates: [OutputGate] = []
    for (name, value) in entries {
      guard let reader = MappingReader(value, .outputGate, &problems, hint: "write `{ cosine: 0.999 }`") else {
        continue
      }
      let gate = OutputGate(
        name: name, cosine: reader["cosine"]?.number(in: -1...1, &problems),
        maxAbs: reader["max-abs"]?.number(in: 0 ... .greatestFiniteMagnitude, &problems),
        maxRelative: reader["max-relative"].flatMap { relative($0) }, sqnr: reader["sqnr"]?.decibels(&problems))
      if Shape.outputGate.optional.allSatisfy(reader.lacks) {
        problems.append(
          Diagnostic(
            at: name.place, "the output \(quoted(name.value)) has no gate",
            hint: "expected \(alternatives(Shape.outputGate.optional))"))
      }
      gates.append(gate)
    }
    return gates
  }

  private mutating func relative(_ field: YAMLField) -> Located<Double>? {
    if field.node.scalar?.text.hasSuffix("%") == true { return field.percent(in: 0...100, &problems) }
    return field.number(in: 0 ... .greatestFiniteMagnitude, &problems)
  }

  private mutating func accuracy(_ field: YAMLField) -> AccuracyGate? {
    let hint = "write `accuracy: { metric: top1, labels: labels, max-drop: 1% }`"
    guard let reader = MappingReader(field, .accuracy, &problems, hint: hint) else { return nil }
    let metric = reader["metric"]?.choice(of: Metric.self, noun: "metric", &problems)
    let labels = reader["labels"]?.text(&problems)
    let output = reader["output"]?.text(&problems)
    let maxDrop = reader["max-drop"]?.percent(&problems)
    let min = reader["min"]?.percent(&problems)
    if reader.lacks("max-drop"), reader.lacks("min") {
      problems.append(
        Diagnostic(at: field.keyPlace, "`accuracy` has no bound", hint: "add `max-drop: 1%` or `min: 75%`"))
    }
    guard let metric, let labels else { return nil }
    return AccuracyGate(metric: metric, labels: labels, output: output, maxDrop: maxDrop, min: min)
  }

  private mutating func latency(_ field: YAMLField) -> LatencyGate? {
    guard let reader = MappingReader(field, .latency, &problems, hint: "write `latency: { p99: 5ms }`") else {
      return nil
    }
    if Shape.latency.optional.allSatisfy(reader.lacks) {
      problems.append(
        Diagnostic(
          at: field.keyPlace, "`latency` has no gate", hint: "expected \(alternatives(Shape.latency.optional))"))
    }
    return LatencyGate(
      p50: reader["p50"]?.duration(&problems), p90: reader["p90"]?.duration(&problems),
      p95: reader["p95"]?.duration(&problems), p99: reader["p99"]?.duration(&problems))
  }

  private mutating func throughput(_ field: YAMLField) -> ThroughputGate? {
    guard let reader = MappingReader(field, .throughput, &problems, hint: "write `throughput: { min: 2000/s }`") else {
      return nil
    }
    let min = reader["min"]?.rate(&problems)
    let batch = reader["batch"]?.int(in: 1...1 << 20, &problems)
    return min.map { ThroughputGate(min: $0, batch: batch) }
  }

  private mutating func regression(_ field: YAMLField) -> RegressionGate? {
    let hint = "write `regression: { channel: production, max: 5% }`"
    guard let reader = MappingReader(field, .regression, &problems, hint: hint) else { return nil }
    let channel = reader["channel"].flatMap { self.channel($0) }
    guard let max = reader["max"]?.percent(in: 0...10, &problems), let channel else { return nil }
    return RegressionGate(channel: channel, max: max)
  }

  private mutating func channel(_ field: YAMLField) -> Located<String>? {
    guard let name = field.text(&problems) else { return nil }
    if let problem = problemOfName(name.value) { return field.refuse("\(field.shown) \(problem)", &problems) }
    guard name.value == name.value.lowercased() else {
      return field.refuse("\(field.shown) may hold only small letters", &problems)
    }
    return name
  }
}
