// What a check says about a place in a file: one value per problem, so that all problems are reported at once.

/// One problem, with the place it is at and what to do about it.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  package enum Severity: String, Sendable { case error, warning, note }

  package var severity: Severity
  /// Nil for a file that has no lines (a model, an array): then `subject` names it.
  package var place: Place?
  /// The file or tensor that the problem is in, where there is no place.
  package var subject: String?
  package var problem: String
  /// What to do next: a sentence.
  package var hint: String?

  package init(
    _ severity: Severity = .error, at place: Place? = nil, in subject: String? = nil, _ problem: String,
    hint: String? = nil
  ) {
    (self.severity, self.place, self.subject, self.problem, self.hint) = (severity, place, subject, problem, hint)
  }

  /// `file:3:14: error: …`, the source line with a caret, and the hint.
  package var description: String {
    var text = (place?.description ?? subject).map { "\($0): " } ?? ""
    text += "\(severity.rawValue): \(problem)"
    if let excerpt = place?.excerpt { text += "\n\(excerpt)" }
    if let hint { text += "\n  hint: \(hint)" }
    return text
  }
}

/// The problems of one input, all of them.
package struct InputError: ReportableError {
  package var diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
  package init(in subject: String, _ problem: String, hint: String? = nil) {
    diagnostics = [Diagnostic(in: subject, problem, hint: hint)]
  }

  package var kind: FailureKind { .input }
  package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
