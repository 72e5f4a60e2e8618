// What goes wrong while outputs are compared: facts in the cases, words in `description`.

package import IngotCore

package struct VerifyError: ReportableError, Hashable {
  package enum Reason: Hashable, Sendable {
    /// Two tensors that should be of one output have different shapes.
    case shapesDiffer(output: String, reference: [Int], candidate: [Int])
    case unsupportedType(output: String, ElementType)
    /// Gates or metrics name an output that the model does not have.
    case unknownOutputs([String], known: [String])
    /// Scores are not [samples, classes] with a label for each sample.
    case scoresDoNotFit(output: String, shape: [Int], labels: Int)
    case labelOutOfRange(label: Int64, classes: Int, sample: Int)
    /// A gate judges something that was not measured: its name and what is missing.
    case notMeasured(gate: String, what: String)
    case badBound(gate: String, bound: Double)
    /// A verdict over nothing would pass everything.
    case noSamples
  }

  package var reason: Reason

  package init(_ reason: Reason) { self.reason = reason }

  package var kind: FailureKind {
    switch reason {
    case .shapesDiffer: .step
    case .unsupportedType, .unknownOutputs, .scoresDoNotFit, .labelOutOfRange, .notMeasured, .badBound, .noSamples:
      .input
    }
  }

  package var description: String {
    switch reason {
    case .shapesDiffer(let output, let reference, let candidate):
      "output '\(output)' has shape \(reference) in the reference and \(candidate) in the candidate"
        + "\n  hint: both must run with the same inputs; compare their signatures with 'ingot inspect'"
    case .unsupportedType(let output, let type):
      "output '\(output)' is \(type), which is not compared; floats of 16 to 64 bits, integers and bool are"
    case .unknownOutputs(let names, let known):
      "no output is called \(names.map { "'\($0)'" }.joined(separator: ", "))"
        + "\n  hint: the outputs are \(known.map { "'\($0)'" }.joined(separator: ", "))"
    case .scoresDoNotFit(let output, let shape, let labels):
      "output '\(output)' has shape \(shape); \(labels) labels need [\(labels), classes] scores or [\(labels)] integers"
    case .labelOutOfRange(let label, let classes, let sample):
      "label \(label) of sample \(sample) is outside 0...\(classes - 1), the classes that the scores have"
    case .notMeasured(let gate, let what): "gate '\(gate)' cannot be judged: \(what)"
    case .badBound(let gate, let bound): "gate '\(gate)' has the bound \(bound), which no measurement can be held to"
    case .noSamples: "not one sample was verified\n  hint: look at the set and at 'samples' in the manifest"
    }
  }
}
