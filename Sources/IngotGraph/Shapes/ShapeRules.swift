// All rules of shape inference in one table. A new operation is one entry in the table of its family.

enum ShapeRules {
  /// By operation; other domains than the standard one stand before it: `com.microsoft::Gelu`.
  static let table: [String: ShapeRule] = {
    let families = [
      ElementwiseRules.table, ConvolutionRules.table, PoolingRules.table, MatrixRules.table, EinsumRules.table,
      NormalizationRules.table, LayoutRules.table, JoiningRules.table, SliceRules.table, IndexingRules.table,
      ReductionRules.table, CreationRules.table, ResizeRules.table, QuantizationRules.table, RecurrentRules.table,
      AttentionRules.table, MicrosoftAttentionRules.table, GenerationRules.table, DetectionRules.table,
      SignalRules.table,
      TextRules.table, TrainingRules.table, ClassicalRules.table, ControlFlowRules.table, SequenceRules.table,
    ]
    return families.reduce(into: [:]) { table, family in table.merge(family) { first, _ in first } }
  }()

  static func rule(for node: Node) -> ShapeRule? {
    table[node.domain.isEmpty ? node.opType : "\(node.domain)::\(node.opType)"]
  }
}
