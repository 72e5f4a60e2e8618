// `ingot validate`: everything about a manifest that can be known without a runtime.

internal import IngotCore
internal import IngotPlan
internal import IngotRun

extension Verb {
  static let validate = Verb(
    name: "validate", operands: "MANIFEST…",
    summary: "Check manifests, their models, profiles and data; needs no runtime.",
    details: """
      Reads each manifest, the model that it names, and its calibration and evaluation sets, and reports every problem with
      its place: unknown keys, wrong values, profiles that do not fit the model's inputs, arrays that do not fit them either.
      Nothing is built and nothing is written.
      """,
    options: [Verb.json]
  ) { context in
    do {
      let manifests = try Manifests(paths: context.arguments.operands)
      let problems = manifests.manifests.flatMap { validateFiles(of: $0) { Bytes(try MappedFile(path: $0)).digest } }
      let errors = problems.filter { $0.severity == .error }
      guard errors.isEmpty else { throw InputError(problems) }
      if context.arguments.has("--json") {
        context.terminal.print(try jsonText(ValidationDocument(problems: problems)))
      } else {
        for warning in problems { context.terminal.note("\(warning)") }
        let engines = manifests.plans.map(\.engines.count).reduce(0, +)
        let words = "\(manifests.manifests.count) manifest\(manifests.manifests.count == 1 ? "" : "s")"
        context.terminal.note("\(words) valid, for \(engines) engine\(engines == 1 ? "" : "s")")
      }
      return .success
    } catch let error as InputError where context.arguments.has("--json") {
      context.terminal.print(try jsonText(ValidationDocument(problems: error.diagnostics)))
      return ExitCode(.input)
    }
  }
}

/// `ingot.validate/1`.
private struct ValidationDocument: JSONDocument {
  struct Problem: Encodable {
    var severity: String
    var file: String?
    var line: Int?
    var column: Int?
    var problem: String
    var hint: String?
  }

  static let format = "ingot.validate/1"
  var isValid: Bool
  var problems: [Problem]

  init(problems: [Diagnostic]) {
    isValid = !problems.contains { $0.severity == .error }
    self.problems = problems.map {
      Problem(
        severity: $0.severity.rawValue, file: $0.place?.source.path ?? $0.subject, line: $0.place?.line,
        column: $0.place?.column, problem: $0.problem, hint: $0.hint)
    }
  }
}
