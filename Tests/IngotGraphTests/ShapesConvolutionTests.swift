// Windows over places: convolutions, their inverses, and pools.

import Testing

@testable import IngotGraph

@Suite struct ShapesConvolutionTests {
  @Test(arguments: [
    ShapeCase(
      "%x: float32[n,3,h,w], %w: float32[8,3,3,3]", "%y = Conv(%x, %w) {pads=[1,1,0,0]}", "float32[n, 8, h-1, w-1]"),
    ShapeCase(
      "%x: float32[n,3,h], %w: float32[8,3,3]", "%y = Conv(%x, %w) {strides=[2], pads=[1,1]}",
      "float32[n, 8, floor((h+1)/2)]"),
    ShapeCase("%x: float32[n,3,h,w], %w: float32", "%y = Conv(%x, %w)", "float32[n, ?, ?, ?]"),
    ShapeCase("%x: float32, %w: float32[8,3,3]", "%y = Conv(%x, %w)", "float32[?, 8, ?]"),
    ShapeCase("%x: uint8[1,3,8,8], %w: int8[4,3,3,3]", "%y = ConvInteger(%x, %w)", "int32[1, 4, 6, 6]"),
    ShapeCase(
      "%x: uint8[1,3,8,8], %a: float32[], %b: uint8[], %w: int8[4,3,3,3], %c: float32[], %d: int8[], %e: float32[], %f: int8[]",
      "%y = QLinearConv(%x, %a, %b, %w, %c, %d, %e, %f)", "int8[1, 4, 6, 6]"),
    ShapeCase(
      "%x: float32[1,4,9,9], %w: float32[6,4,3,3], %o: float32[1,18,7,7]", "%y = DeformConv(%x, %w, %o)",
      "float32[1, 6, 7, 7]", opset: 19),
    ShapeCase(
      "%x: float32[n,12,4]", "const %i: int64[2] = [5,6]\nconst %b: int64[2] = [2,3]\n%y = Col2Im(%x, %i, %b)",
      "float32[n, 2, 5, 6]", opset: 18),
    ShapeCase(
      "%x: float32[n,8,8,3], %w: float32[4,3,3,3]", "%y = com.microsoft::NhwcConv(%x, %w)", "float32[n, 6, 6, 4]"),
    ShapeCase(
      "%x: float32[1,3,8,8], %w: float32[4,3,3,3]",
      "%y = com.microsoft::FusedConv(%x, %w) {activation=\"Relu\", pads=[1,1,1,1]}", "float32[1, 4, 8, 8]"),
  ]) func infersConvolutions(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase(
      "%x: float32[n,8,h], %w: float32[8,2,3]", "%y = ConvTranspose(%x, %w) {strides=[2]}", "float32[n, 2, 2*h+1]"),
    ShapeCase(
      "%x: float32[n,8,h], %w: float32[8,2,3]", "%y = ConvTranspose(%x, %w) {strides=[2], auto_pad=\"SAME_UPPER\"}",
      "float32[n, 2, 2*h]"),
    // A kernel smaller than the stride leaves its gaps.
    ShapeCase(
      "%x: float32[1,8,4], %w: float32[8,2,2]", "%y = ConvTranspose(%x, %w) {strides=[3], auto_pad=\"SAME_UPPER\"}",
      "float32[1, 2, 11]"),
    ShapeCase(
      "%x: float32[n,8,h], %w: float32[8,2,3]", "%y = ConvTranspose(%x, %w) {output_shape=[17]}", "float32[n, 2, 17]"),
    ShapeCase(
      "%x: float32[1,8,5], %w: float32[8,2,3]",
      "const %p: int64[2] = [1,0]\n%y = com.microsoft::ConvTransposeWithDynamicPads(%x, %w, %p)", "float32[1, 2, 6]"),
    ShapeCase(
      "%x: float32[1,8,5], %w: float32[8,2,3], %p: int64[2]",
      "%y = com.microsoft::ConvTransposeWithDynamicPads(%x, %w, %p)", "float32[1, 2, ?]"),
  ]) func infersTransposedConvolutions(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%x: float32", "%y = AveragePool(%x) {kernel_shape=[2,2]}", "float32[?, ?, ?, ?]"),
    ShapeCase(
      "%x: float32[n,c,h]", "%v, %y = MaxPool(%x) {kernel_shape=[2], strides=[2]}", "int64[n, c, floor(h/2)]"),
    // Rounding up is a formula where no window can start behind the data.
    ShapeCase(
      "%x: float32[n,c,h]", "%y = MaxPool(%x) {kernel_shape=[3], strides=[2], ceil_mode=1}",
      "float32[n, c, floor(h/2)]"),
    ShapeCase(
      "%x: float32[n,c,h]", "%y = MaxPool(%x) {kernel_shape=[2], strides=[2], pads=[0,1], ceil_mode=1}",
      "float32[n, c, ?]"),
    ShapeCase("%x: float32[n,c,9]", "%y = LpPool(%x) {kernel_shape=[3], dilations=[2]}", "float32[n, c, 5]", opset: 18),
    ShapeCase("%x: float32[n,c,9,9]", "%y = GlobalLpPool(%x)", "float32[n, c, 1, 1]"),
    ShapeCase(
      "%x: float32[1,1,2,2], %i: int64[1,1,2,2]", "%y = MaxUnpool(%x, %i) {kernel_shape=[2,2], strides=[2,2]}",
      "float32[1, 1, 4, 4]"),
    ShapeCase(
      "%x: float32[1,1,2,2], %i: int64[1,1,2,2]",
      "const %s: int64[4] = [1,1,5,5]\n%y = MaxUnpool(%x, %i, %s) {kernel_shape=[2,2], strides=[2,2]}",
      "float32[1, 1, 5, 5]"),
    ShapeCase("%x: int8[n,8,8,3]", "%y = com.microsoft::NhwcMaxPool(%x) {kernel_shape=[3,3]}", "int8[n, 6, 6, 3]"),
    ShapeCase(
      "%x: uint8[n,8,9,3], %s: float32[], %z: uint8[]",
      "%y = com.microsoft::QLinearGlobalAveragePool(%x, %s, %z, %s, %z) {channels_last=1}", "uint8[n, 1, 1, 3]"),
  ]) func infersPools(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }
}
