// One thing that is wrong with a model: facts for programs, and words for people.

package import IngotCore

package struct ModelProblem: Hashable, Sendable {
  package var severity: Diagnostic.Severity
  package var code: ProblemCode
  /// Where the graph is: empty for the main one, `node 'if1' (If), then_branch` for one inside it, `function my.domain::Norm`.
  package var graph: String
  /// `node 'conv1' (Conv)`, `node 17 (Conv)` for one without a name; nil where it is about no single node.
  package var node: String?
  /// The name of the value that it is about.
  package var value: String?
  package var problem: String
  package var hint: String

  /// With the place in front: `node 'if1' (If), then_branch: node 3 (Add): reads 'w' …`.
  package var text: String { ([graph, node ?? ""].filter { !$0.isEmpty } + [problem]).joined(separator: ": ") }

  /// - Parameter path: the model's.
  package func diagnostic(in path: String?) -> Diagnostic { Diagnostic(severity, in: path, text, hint: hint) }
}

/// What kind of problem it is, for programs; the words are part of `ingot check --json` and stay.
package enum ProblemCode: String, Sendable, CaseIterable {
  // The file.
  case unreadable
  case externalData = "external-data"
  // The model around the graph.
  case noIRVersion = "no-ir-version"
  case newerIRVersion = "newer-ir-version"
  case needsNewerIRVersion = "needs-newer-ir-version"
  case badOpset = "bad-opset"
  case missingOpset = "missing-opset"
  case newerOpset = "newer-opset"
  // The graph.
  case noOutputs = "no-outputs"
  case noName = "no-name"
  case malformedName = "malformed-name"
  case duplicateName = "duplicate-name"
  case duplicateProducer = "duplicate-producer"
  case hiddenName = "hidden-name"
  case missingOutput = "missing-output"
  case missingValue = "missing-value"
  case cycle
  case unsorted
  case unused
  case badShape = "bad-shape"
  case badInitializer = "bad-initializer"
  case noType = "no-type"
  // The nodes.
  case noOperator = "no-operator"
  case unknownOperator = "unknown-operator"
  case deprecatedOperator = "deprecated-operator"
  case onnxRuntimeOperator = "onnxruntime-operator"
  case inputCount = "input-count"
  case outputCount = "output-count"
  case unknownAttribute = "unknown-attribute"
  case missingAttribute = "missing-attribute"
  case duplicateAttribute = "duplicate-attribute"
  case attributeType = "attribute-type"
  case attributeValue = "attribute-value"
  case type
  case shape
  case declaration
  // Functions.
  case missingFunction = "missing-function"
  case recursiveFunction = "recursive-function"
  case badReference = "bad-reference"
  // Ingot's own.
  case valueNumber = "value-number"
}

/// The problems of one model: the first hundred of each severity, and how many there are.
package struct ModelProblems: Sendable {
  private var listed: [Diagnostic.Severity: [ModelProblem]] = [:]
  private var counts: [Diagnostic.Severity: Int] = [:]
  private var codes: Set<ProblemCode> = []

  /// More problems of one severity than these are counted only.
  package static let limit = 100

  package init() {}

  package mutating func add(_ problem: ModelProblem) {
    codes.insert(problem.code)
    counts[problem.severity, default: 0] += 1
    if counts[problem.severity, default: 0] <= Self.limit { listed[problem.severity, default: []].append(problem) }
  }

  package func count(_ severity: Diagnostic.Severity) -> Int { counts[severity] ?? 0 }

  /// Whether another problem of this severity would only be counted: then nobody reads its words.
  func isFull(_ severity: Diagnostic.Severity) -> Bool { count(severity) >= Self.limit }

  func has(_ code: ProblemCode) -> Bool { codes.contains(code) }

  /// Errors, then warnings, then notes, each in the order in which they were found.
  package var all: [ModelProblem] {
    [.error, .warning, .note].flatMap { (severity: Diagnostic.Severity) in listed[severity] ?? [] }
  }

  package var remainderText: String? {
    let rest = [(Diagnostic.Severity.error, "error"), (.warning, "warning"), (.note, "note")].compactMap {
      severity, word -> String? in
      let rest = count(severity) - Self.limit
      return rest > 0 ? "\(rest) more \(word)\(rest == 1 ? "" : "s")" : nil
    }
    return rest.isEmpty ? nil : "and \(rest.joined(separator: ", ")); the first \(Self.limit) of a kind are listed"
  }

  /// - Parameter path: the model's.
  package func diagnostics(in path: String?) -> [Diagnostic] {
    all.map { $0.diagnostic(in: path) } + (remainderText.map { [Diagnostic(.note, in: path, $0)] } ?? [])
  }
}
