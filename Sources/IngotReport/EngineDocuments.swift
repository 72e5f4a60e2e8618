// The documents of a bundle, read: what each stage that led to an engine wrote about itself.

package import IngotCalibration
package import IngotPrecision
package import IngotVerify

package struct EngineDocuments: Sendable {
  package var lowering: LoweringReport?
  package var ranges: RangeTable?
  package var recipe: QuantizationRecipe?
  package var verdict: Verdict?
  package var choice: Choice?
  /// The engine's multiply-adds by the type that they are done in; nil where its runtime does not tell.
  package var engineTypes: [String: Int]?
  /// Names of files that are there and that this version cannot read.
  package var unreadable: [String]

  package init(
    lowering: LoweringReport? = nil, ranges: RangeTable? = nil, recipe: QuantizationRecipe? = nil,
    verdict: Verdict? = nil, choice: Choice? = nil, unreadable: [String] = []
  ) {
    (self.lowering, self.ranges, self.recipe) = (lowering, ranges, recipe)
    (self.verdict, self.choice, self.unreadable) = (verdict, choice, unreadable)
  }

  package var layers: LayerTable { LayerTable(lowering: lowering, ranges: ranges, recipe: recipe) }
}
