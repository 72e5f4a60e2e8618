// Outputs of If, Loop and Scan that nothing reads.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesBodyOutputsTests {
  private func swept(_ source: String) throws -> String { try text(of: source, after: removeDeadCode).0 }

  @Test func bothBranchesLoseWhatNobodyReads() throws {
    let result = try swept(
      """
      graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
        %lost, %y: float32[2] = If(%c) {then_branch=graph t() -> (%p, %q) {
          %p = Abs(%x) # abs
          %q = Neg(%x) # neg
        }, else_branch=graph e() -> (%r, %s) {
          %r = Exp(%x) # exp
          %s = Relu(%x) # relu
        }} # if
      }
      """)
    #expect(
      result == """
        graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
          %y: float32[2] = If(%c) {then_branch=graph t() -> (%q) {
            %q = Neg(%x) # neg
          }, else_branch=graph e() -> (%s) {
            %s = Relu(%x) # relu
          }} # if
        }

        """)
  }

  /// %b adds itself up for nobody; %a is read for what stays; %s is stacked for nobody.
  @Test func aLoopCarriesOnlyWhatItNeeds() throws {
    let result = try swept(
      """
      graph g(%m: int64[], %c: bool[], %x: float32[2]) -> (%y: float32[n,2]) {
        %u, %v, %w, %y: float32[n,2] = Loop(%m, %c, %x, %x) {body=graph t(%i: int64[], %d: bool[], %a: float32[2], %b: float32[2]) -> (%d, %e, %f, %s, %k) {
          %e = Neg(%a) # neg
          %f = Add(%b, %b) # add
          %s = Exp(%b) # exp
          %k = Abs(%a) # abs
        }} # loop
      }
      """)
    #expect(
      result == """
        graph g(%m: int64[], %c: bool[], %x: float32[2]) -> (%y: float32[n,2]) {
          %u, %y: float32[n,2] = Loop(%m, %c, %x) {body=graph t(%i: int64[], %d: bool[], %a: float32[2]) -> (%d: bool[], %e, %k) {
            %e = Neg(%a) # neg
            %k = Abs(%a) # abs
          }} # loop
        }

        """)
  }

  /// What is carried may be read by way of another carried value, and by the condition.
  @Test func aLoopKeepsWhatItsConditionReads() throws {
    let source = """
      graph g(%m: int64[], %c: bool[], %x: bool[], %z: float32[2]) -> (%y: float32[2]) {
        %u, %v, %y: float32[2] = Loop(%m, %c, %x, %x, %z) {body=graph t(%i: int64[], %d: bool[], %a: bool[], %b: bool[], %h: float32[2]) -> (%e, %f, %b: bool[], %k) {
          %e = Not(%a) # not
          %f = Not(%b) # not_b
          %k = Abs(%h) # abs
        }} # loop
      }

      """
    #expect(try swept(source) == source)
  }

  @Test func aScanLosesTheAxesOfWhatItLoses() throws {
    let result = try swept(
      """
      graph g(%x: float32[2], %z: float32[3,2]) -> (%y: float32[2,3]) {
        %u, %v, %y: float32[2,3] = Scan(%x, %z) {body=graph t(%a: float32[2], %b: float32[2]) -> (%c, %d, %e) {
          %c = Add(%a, %b) # add
          %d = Neg(%b) # neg
          %e = Abs(%b) # abs
        }, num_scan_inputs=1, scan_output_axes=[0,1], scan_output_directions=[1,0]} # scan
      }
      """)
    #expect(
      result == """
        graph g(%x: float32[2], %z: float32[3,2]) -> (%y: float32[2,3]) {
          %y: float32[2,3] = Scan(%z) {body=graph t(%b: float32[2]) -> (%e) {
            %e = Abs(%b) # abs
          }, num_scan_inputs=1, scan_output_axes=[1], scan_output_directions=[0]} # scan
        }

        """)
  }
}
