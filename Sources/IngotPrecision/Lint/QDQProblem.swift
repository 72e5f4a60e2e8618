// One place where a quantized model breaks a rule: facts for programs, words for people.

package import IngotCore

package struct QDQProblem: Hashable, Sendable {
  package var rule: QDQRule
  package var severity: Diagnostic.Severity
  /// `node 'if1' (If), then_branch` for a graph inside the main one, which is empty.
  package var graph: String
  /// `node 'conv1' (Conv)`; nil where it is about the model.
  package var node: String?
  /// The tensor that it is about.
  package var value: String?
  package var problem: String
  package var hint: String

  /// `node 'q1' (QuantizeLinear): Q1: …`.
  package func diagnostic(in path: String?) -> Diagnostic {
    let places = [graph, node ?? ""].filter { !$0.isEmpty }
    return Diagnostic(
      severity, in: path, (places + ["\(rule.rawValue): \(problem)"]).joined(separator: ": "), hint: hint)
  }
}

/// What the linter found: the first hundred of each rule, and how many there are.
package struct QDQProblems: Sendable {
  private var listed: [QDQProblem] = []
  private var counts: [QDQRule: Int] = [:]
  private var severities: [Diagnostic.Severity: Int] = [:]

  /// More problems of one rule than these are counted only.
  package static let limit = 100

  package init() {}

  package mutating func add(_ problem: QDQProblem) {
    counts[problem.rule, default: 0] += 1
    severities[problem.severity, default: 0] += 1
    if counts[problem.rule, default: 0] <= Self.limit { listed.append(problem) }
  }

  package func count(_ rule: QDQRule) -> Int { counts[rule] ?? 0 }
  package func count(_ severity: Diagnostic.Severity) -> Int { severities[severity] ?? 0 }

  /// Errors, then warnings, then notes, each in the order in which they were found.
  package var all: [QDQProblem] {
    [Diagnostic.Severity.error, .warning, .note].flatMap { severity in listed.filter { $0.severity == severity } }
  }

  /// How often each rule is broken, in the rules' order.
  package var countsByRule: [(rule: QDQRule, count: Int)] {
    QDQRule.allCases.compactMap { rule in counts[rule].map { (rule, $0) } }
  }

  package func diagnostics(in path: String?) -> [Diagnostic] {
    let rest = countsByRule.filter { $0.count > Self.limit }.map {
      "\($0.count - Self.limit) more of \($0.rule.rawValue)"
    }
    let more = rest.isEmpty ? [] : [Diagnostic(.note, in: path, "and \(rest.joined(separator: ", "))")]
    return all.map { $0.diagnostic(in: path) } + more
  }
}
