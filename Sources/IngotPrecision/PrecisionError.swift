// What goes wrong while a model is given its precision: facts in the cases, words in `description`.

package import IngotCore
package import IngotGraph

package struct PrecisionError: ReportableError, Hashable {
  package enum Reason: Hashable, Sendable {
    /// Patterns of the keep list that nothing in the graph matches.
    case unmatchedPatterns([UnmatchedPattern])
    /// Tensors that are to be quantized and that no range was measured for.
    case missingRanges([String])
    /// A range that no scale can be made of.
    case unusableRange(tensor: String, amax: Double)
    /// A weight with a NaN or an infinity in it.
    case nonFiniteWeight(tensor: String, node: String, element: Int)
    /// The model holds quantized operators of its own.
    case alreadyQuantized(node: String, op: String)
    /// The operator set must be raised and cannot be.
    case opset(GraphError)
    /// Nothing was left to lower: the precision that was asked for is nowhere in the graph. Reasons with their node
    /// counts.
    case nothingLowered(type: ElementType, reasons: [String])
    case unsupportedType(ElementType, use: String)
    /// An input or output that cannot take another type, and why.
    case unusablePort(String, String)
    /// A recipe that was made for another model: what does not fit.
    case recipe(String)
    /// Less of the compute has the type than the manifest demands, or none of it.
    case shareMissed(precision: String, share: Double, least: Double?, layers: [ComputeLayer])
  }

  package struct UnmatchedPattern: Hashable, Sendable {
    /// `node`, `op`, or `input or output`.
    package var what: String
    package var pattern: String
    /// Names in the graph that look like it, best first.
    package var near: [String]
    /// The key of a manifest that has it.
    var key: String { what.contains("put") ? "io" : "keep" }
  }

  package var reason: Reason

  package init(_ reason: Reason) { self.reason = reason }

  package var kind: FailureKind {
    switch reason {
    case .unmatchedPatterns, .missingRanges, .unusableRange, .nonFiniteWeight, .alreadyQuantized, .opset,
      .nothingLowered, .unsupportedType, .unusablePort, .recipe:
      .input
    case .shareMissed: .gate
    }
  }

  package var description: String {
    switch reason {
    case .unmatchedPatterns(let patterns): patterns.map(Self.text).joined(separator: "\n")
    case .missingRanges(let tensors):
      "no range was measured for \(tensors.count) of the tensors to quantize: \(tensors.joined(separator: ", "))"
        + "\n  hint: calibrate this model; a range table of another model or of an older one does not fit"
    case .unusableRange(let tensor, let amax):
      "the range of '\(tensor)' is \(amax); a largest magnitude must be finite and not negative"
        + "\n  hint: look for NaN or Inf in the calibration samples, or keep the nodes that read '\(tensor)'"
    case .nonFiniteWeight(let tensor, let node, let element):
      "weight '\(tensor)' of node '\(node)' has a NaN or Inf at element \(element) and cannot be quantized"
        + "\n  hint: repair the model, or keep the node with 'keep: { nodes: [\"\(node)\"] }'"
    case .alreadyQuantized(let node, let op):
      "the model is quantized already: node '\(node)' is a \(op)"
        + "\n  hint: give the float model that it was made from, or build this one with the precision that it has"
    case .opset(let error): error.description
    case .nothingLowered(let type, let reasons):
      "no operator of the graph can be lowered to \(type)" + reasons.map { "\n  \($0)" }.joined()
        + "\n  hint: shorten 'keep', or ask for another precision"
    case .unsupportedType(let type, let use): "\(type) cannot be used as \(use)"
    case .unusablePort(let name, let reason):
      "'\(name)' cannot take another type: \(reason)\n  hint: leave it out of 'io'"
    case .shareMissed(let precision, let share, let least, let layers):
      Self.text(precision, share, least, layers)
    case .recipe(let why): "the recipe does not fit the model: \(why)\n  hint: calibrate this model"
    }
  }

  private static func text(
    _ precision: String, _ share: Double, _ least: Double?, _ layers: [ComputeLayer]
  ) -> String {
    let bound = least.map { ", must be at least \(fixed($0 * 100, digits: 1))%" } ?? ", and it was asked for"
    let named = layers.prefix(10).map { layer in
      "\n  \(layer.node.shown) (\(layer.op)) is \(layer.type)"
        + (layer.reason.map { ": \($0.shown) (rule \(layer.rule ?? "-"))" } ?? "")
    }
    let rest = layers.count > named.count ? "\n  and \(layers.count - named.count) more" : ""
    return "\(fixed(share * 100, digits: 1))% of the compute is \(precision)\(bound)\(named.joined())\(rest)"
      + "\n  hint: shorten 'keep', lower 'at-least', or ask for another precision"
  }

  private static func text(_ unmatched: UnmatchedPattern) -> String {
    let nearby = unmatched.near.isEmpty ? "" : "\n  hint: near it: \(unmatched.near.joined(separator: ", "))"
    return "\(unmatched.key): \(unmatched.what) pattern '\(unmatched.pattern)' matches nothing in the graph" + nearby
  }
}
