// What Slice and Pad leave of an axis, and what Concat, Split and Tile make of several.

import Testing

@testable import IngotGraph

@Suite struct ShapesSliceTests {
  /// Slices the first axis.
  private static func slice(_ size: String, _ start: Int, _ end: Int, _ step: Int, _ expected: String) -> ShapeCase {
    ShapeCase(
      "%a: float32[\(size),2]",
      """
      const %s: int64[1] = [\(start)]
      const %e: int64[1] = [\(end)]
      const %x: int64[1] = [0]
      const %t: int64[1] = [\(step)]
      %y = Slice(%a, %s, %e, %x, %t)
      """, "float32[\(expected), 2]")
  }

  @Test(arguments: [
    slice("10", 2, 100, 3, "3"), slice("10", -1, -100, -1, "10"), slice("10", 5, 2, 1, "0"), slice("10", 0, 0, 1, "0"),
    slice("n", 0, .max, 1, "n"), slice("n", 1, .max, 1, "max(n-1,0)"), slice("n", 0, -1, 1, "max(n-1,0)"),
    slice("n", 0, 5, 1, "min(n,5)"), slice("n", -3, .max, 1, "min(n,3)"), slice("n", 1, 3, 1, "max(min(n,3)-1,0)"),
    slice("n", -4, -1, 1, "max(-max(n-4,0)+n-1,0)"), slice("n", 0, .max, 2, "floor((n+1)/2)"),
    slice("n", -1, .min, -1, "n"), slice("n", -1, .min, -2, "floor((n+1)/2)"), slice("n", 7, 2, -1, "?"),
  ]) func cutsAxes(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%a: float32[n,9], %s: int64[1], %e: int64[1]", "%y = Slice(%a, %s, %e)", "float32[?, ?]"),
    ShapeCase(
      "%a: float32[n,9], %s: int64[1], %e: int64[1]", "const %x: int64[1] = [1]\n%y = Slice(%a, %s, %e, %x)",
      "float32[n, ?]"),
    // As many as another tensor has.
    ShapeCase(
      "%a: float32[9,4], %b: float32[seq,4]",
      "const %z: int64[1] = [0]\n%e = Shape(%b) {end=1}\n%y = Slice(%a, %z, %e)", "float32[min(seq,9), 4]"),
    // The first rows of a table go with a text only where it is long enough for it.
    ShapeCase(
      "%a: float32[9,4], %b: float32[n,seq,4]",
      "const %z: int64[1] = [0]\n%e = Shape(%b) {start=1, end=2}\n%p = Slice(%a, %z, %e)\n%y = Add(%b, %p)",
      "float32[n, seq, 4]"),
    ShapeCase("%a: float32[n,9]", "const %p: int64[4] = [1,0,2,-3]\n%y = Pad(%a, %p)", "float32[n+3, 6]"),
    ShapeCase("%a: float32[n,9]", "%y = Pad(%a) {pads=[0,1,0,1]}", "float32[n, 11]", opset: 2),
    ShapeCase("%a: float32[n,9]", "%y = Pad(%a) {paddings=[0,1,0,1]}", "float32[n, 11]", opset: 1),
    ShapeCase(
      "%a: float32[n,9,2], %p: int64[2]", "const %x: int64[1] = [1]\n%y = Pad(%a, %p, _, %x)", "float32[n, ?, 2]",
      opset: 18),
    ShapeCase("%a: float32, %p: int64[6]", "%y = Pad(%a, %p)", "float32[?, ?, ?]"),
  ]) func cutsAndPads(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%a: float32[n,5], %b: float32[m,5]", "%y = Concat(%a, %b) {axis=0}", "float32[m+n, 5]"),
    ShapeCase("%a: float32[n,5], %b: float32[n,5]", "%y = Concat(%a, %b) {axis=-2}", "float32[2*n, 5]"),
    ShapeCase("%a: float32[n,5], %b: float32", "%y = Concat(%a, %b) {axis=1}", "float32[n, ?]"),
    ShapeCase(
      "%s: float32[], %z: uint8[], %a: uint8[n,5], %b: uint8[n,2]",
      "%y = com.microsoft::QLinearConcat(%s, %z, %a, %s, %z, %b, %s, %z) {axis=1}", "uint8[n, 7]"),
    ShapeCase("%a: float32[n,6]", "%x, %y = Split(%a) {axis=0}", "float32[floor(n/2), 6]", opset: 13),
    ShapeCase("%a: float32[n]", "%x, %y = Split(%a) {num_outputs=2}", "float32[-floor((n+1)/2)+n]", opset: 18),
    ShapeCase("%a: float32[n,7]", "%x, %y = Split(%a) {axis=1, split=[3,4]}", "float32[n, 4]", opset: 2),
    ShapeCase("%a: float32[n,7], %s: int64[2]", "%x, %y = Split(%a, %s) {axis=1}", "float32[n, ?]", opset: 13),
    ShapeCase("%a: float32[n,5]", "const %s: int64[2] = [2,3]\n%y = Tile(%a, %s)", "float32[2*n, 15]"),
    ShapeCase("%a: float32, %s: int64[2]", "%y = Tile(%a, %s)", "float32[?, ?]"),
  ]) func joinsAndParts(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }
}
