// Runs one node on constants, for folding and for shapes that are calculated in the graph. It says nil to operations that it
// does not know, to inputs that no runtime would accept, and to results that would be too large, and it never does what
// depends on chance or on the run. Quantization is left alone on purpose: a folded QuantizeLinear would take the precision
// out of the graph.
//
// Large results are recipes (LazyTensors.swift) where an operation can make any part of its result alone; the others are
// bounded by `Evaluation.elementLimit`.

package import IngotCore

/// One node with its constant inputs.
struct Evaluation {
  var node: Node
  /// The version of the standard operator set.
  var opset: Int64
  var inputs: [Tensor?]
  /// Results over this are refused before any memory is asked for.
  var byteLimit: Int

  func input(_ index: Int) -> Tensor? { inputs.indices.contains(index) ? inputs[index] : nil }

  /// - Returns: whether a result of this shape may be made.
  func allows(_ shape: [Int], _ type: ElementType) -> Bool {
    guard let count = Layout.count(shape), let byteCount = type.byteCount(of: count) else { return false }
    return byteCount <= byteLimit
  }

  /// A list that is an attribute up to some version and an input from then on.
  func integers(input index: Int, attribute name: String) -> [Int64]? {
    if let tensor = input(index) { return tensor.integers }
    return node.ints(name)
  }
}

typealias Evaluator = @Sendable (Evaluation) -> [Tensor]?

enum Evaluators {
  /// By operation of the standard domain.
  static let table: [String: Evaluator] = {
    let families = [
      ArithmeticEvaluators.table, LogicEvaluators.table, MathEvaluators.table, CastEvaluators.table,
      MovementEvaluators.table, JoiningEvaluators.table, IndexingEvaluators.table, ShapeEvaluators.table,
      ReductionEvaluators.table, AxisEvaluators.table, MatrixEvaluators.table,
    ]
    return families.reduce(into: [:]) { table, family in table.merge(family) { first, _ in first } }
  }()
}

extension Node {
  /// - Parameter inputs: one tensor per input, nil for one that is left out.
  /// - Parameter opset: the version of the standard operator set.
  /// - Returns: one tensor per output, or nil where this is not evaluated.
  package func evaluated(_ inputs: [Tensor?], opset: Int64, byteLimit: Int) -> [Tensor]? {
    guard domain.isEmpty, let evaluate = Evaluators.table[opType],
      inputs.allSatisfy({ $0?.bytes.computationDepth ?? 0 <= Tensor.depthLimit && $0?.type.fillsBytes ?? true })
    else { return nil }
    let evaluation = Evaluation(node: self, opset: opset, inputs: inputs, byteLimit: byteLimit)
    guard let results = evaluate(evaluation), results.count >= outputs.count else { return nil }
    return results.enumerated().map { position, result in
      result.isKeptInMemory
        ? result.forgotten(sources: inputs.compactMap(\.self)) { evaluate(evaluation)?[position] } : result
    }
  }

  var isEvaluable: Bool { domain.isEmpty && Evaluators.table[opType] != nil }
}
