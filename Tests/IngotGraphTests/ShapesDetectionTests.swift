// Places in images, signals, strings, and what training adds.

import Testing

@testable import IngotGraph

@Suite struct ShapesDetectionTests {
  @Test(arguments: [
    ShapeCase(
      "%x: float32[1,c,9,9], %r: float32[?,4], %i: int64[n]",
      "%y = RoiAlign(%x, %r, %i) {output_height=3, output_width=2}",
      "float32[n, c, 3, 2]"),
    ShapeCase(
      "%x: float32[1,c,9,9], %r: float32[n,5]", "%y = MaxRoiPool(%x, %r) {pooled_shape=[2,3]}", "float32[n, c, 2, 3]"),
    ShapeCase("%b: float32[1,9,4], %s: float32[1,2,9]", "%y = NonMaxSuppression(%b, %s)", "int64[?, 3]"),
    ShapeCase("%x: float32[?,c,9,9], %g: float32[n,h,w,2]", "%y = GridSample(%x, %g)", "float32[n, c, h, w]"),
    ShapeCase("%x: float32, %g: float32[n,d,h,w,3]", "%y = GridSample(%x, %g)", "float32[n, ?, d, h, w]", opset: 20),
    ShapeCase(
      "%t: float32[n,2,3], %x: float32[n,c,h,w]", "%s = Shape(%x)\n%y = AffineGrid(%t, %s)", "float32[n, h, w, 2]",
      opset: 20),
    ShapeCase("%t: float32[n,3,4], %s: int64[5]", "%y = AffineGrid(%t, %s)", "float32[n, ?, ?, ?, 3]", opset: 20),
    ShapeCase(
      "%x: float32[n,9,h]", "const %s: int64[1] = [7]\n%y = CenterCropPad(%x, %s) {axes=[-2]}", "float32[n, 7, h]",
      opset: 18),
    ShapeCase("%x: float32, %s: int64[2]", "%y = CenterCropPad(%x, %s)", "float32[?, ?]", opset: 18),
    ShapeCase(
      "%x: float32[1,c,9,9], %r: float32[n,4], %i: int32[n]",
      "const %s: int32[2] = [3,4]\n%y = com.microsoft::CropAndResize(%x, %r, %i, %s)", "float32[n, c, 3, 4]"),
    ShapeCase("%x: uint8[n]", "%y = ImageDecoder(%x) {pixel_format=\"Grayscale\"}", "uint8[?, ?, 1]", opset: 20),
  ]) func infersRegions(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%x: float32[b,n,1]", "%y = DFT(%x) {onesided=1}", "float32[b, floor(n/2)+1, 2]", opset: 20),
    ShapeCase(
      "%x: float32[b,9,2]", "const %a: int64[] = [1]\n%y = DFT(%x, _, %a) {onesided=1, inverse=1}", "float32[b, 16, 1]",
      opset: 20),
    ShapeCase(
      "%x: float32[b,9,1], %a: int64[]", "const %l: int64[] = [4]\n%y = DFT(%x, %l, %a)", "float32[?, ?, 2]", opset: 20),
    ShapeCase(
      "%x: float32[b,n,1], %w: float32[16]", "const %s: int64[] = [8]\n%y = STFT(%x, %s, %w)",
      "float32[b, floor(n/8)-1, 9, 2]"),
    ShapeCase("", "const %n: int64[] = [16]\n%y = HannWindow(%n) {output_datatype=11}", "float64[16]"),
    ShapeCase(
      "%r: int64[], %f: float32[]",
      "const %b: int64[] = [8]\nconst %n: int64[] = [16]\n%y = MelWeightMatrix(%b, %n, %r, %f, %f)", "float32[9, 8]"),
  ]) func infersSignals(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%a: string[n,1], %b: string[3]", "%y = StringConcat(%a, %b)", "string[n, 3]", opset: 20),
    ShapeCase("%a: string[n]", "%y = StringSplit(%a)", "string[n, ?]", opset: 20),
    ShapeCase("%a: string[n]", "%x, %y = StringSplit(%a)", "int64[n]", opset: 20),
    ShapeCase("%a: string[n]", "%y = RegexFullMatch(%a) {pattern=\"a\"}", "bool[n]", opset: 20),
    ShapeCase("%a: string[4]", "%y = StringNormalizer(%a) {case_change_action=\"LOWER\"}", "string[4]"),
    ShapeCase("%a: string[1,4]", "%y = StringNormalizer(%a) {stopwords=[\"a\"]}", "string[1, ?]"),
    ShapeCase("%a: int64[n,12]", "%y = TfIdfVectorizer(%a) {ngram_indexes=[0,6,2]}", "float32[n, 7]"),
    ShapeCase("%a: string[n,c]", "%y = com.microsoft::Tokenizer(%a)", "string[n, c, ?]"),
  ]) func infersStrings(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase(
      "%s: float32[n,c,d], %l: int64[?,7]", "%y = SoftmaxCrossEntropyLoss(%s, %l) {reduction=\"none\"}", "float32[n, 7]"
    ),
    ShapeCase("%s: float32[n,c], %l: int64[n]", "%y = NegativeLogLikelihoodLoss(%s, %l)", "float32[]"),
    ShapeCase("%s: float32[n,c], %l: int64[n]", "%x, %y = SoftmaxCrossEntropyLoss(%s, %l)", "float32[n, c]"),
    ShapeCase(
      "%r: float32[], %t: int64[], %a: float32[2], %b: float64[3], %g: float32[2], %h: float64[3], %u: float32[2], %v: float64[3]",
      "%c, %d, %e, %y = ai.onnx.preview.training::Momentum(%r, %t, %a, %b, %g, %h, %u, %v)", "float64[3]"),
    ShapeCase(
      "%r: float32[], %t: int64[], %a: float32[2], %g: float32[2], %u: float32[2], %v: float32[2]",
      "%c, %d, %y = ai.onnx.preview.training::Adam(%r, %t, %a, %g, %u, %v)", "float32[2]"),
  ]) func infersTraining(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }
}
