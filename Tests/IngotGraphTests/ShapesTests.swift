import IngotCore
import Testing

@testable import IngotGraph

/// One node (and what leads to it), and the type that its output `%y` should get.
struct ShapeCase: CustomTestStringConvertible, Sendable {
  var inputs: String
  var body: String
  var expected: String
  var opset: Int64

  init(_ inputs: String, _ body: String, _ expected: String, opset: Int64 = 17) {
    (self.inputs, self.body, self.expected, self.opset) = (inputs, body, expected, opset)
  }

  var testDescription: String { "\(inputs) | \(body.split(separator: "\n").last ?? "")" }

  /// What `%y` is after inference.
  func infer() throws -> String {
    var graph = try Graph(text: "graph g(\(inputs)) -> () {\n\(body)\n}")
    try graph.inferShapes(opsets: ["": opset])
    let y = graph[try #require(graph.find("y"))]
    return "\(y.type?.description ?? "?")\(y.shape?.shapeText ?? "")"
  }
}

@Suite struct ShapesTests {
  @Test(arguments: [
    ShapeCase("%a: float32[batch,1,4], %b: float32[3,1]", "%y = Add(%a, %b)", "float32[batch, 3, 4]"),
    ShapeCase("%a: float32[n], %b: float32[m]", "%y = Mul(%a, %b)", "float32[?]"),
    ShapeCase("%a: float32[n], %b: float32[5]", "%y = Mul(%a, %b)", "float32[5]"),
    ShapeCase("%a: float32[n], %b: float32[n]", "%y = Less(%a, %b)", "bool[n]"),
    ShapeCase("%a: float32[?]", "%b = Relu(%a)\n%y = Add(%a, %b)", "float32[?]"),
    ShapeCase("%a: float32[2]", "%y = Cast(%a) {to=10}", "float16[2]"),
    ShapeCase("%c: bool[n,1], %a: float32[1,4], %b: float32[]", "%y = Where(%c, %a, %b)", "float32[n, 4]"),
    ShapeCase("%a: float32", "%y = Relu(%a)", "float32"),
    ShapeCase("%a: float32[2]", "%y = com.example::Mystery(%a)", "?"),
  ]) func infersElementwiseOperations(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%x: float32[n,3,8,8], %w: float32[16,3,3,3]", "%y = Conv(%x, %w)", "float32[n, 16, 6, 6]"),
    ShapeCase(
      "%x: float32[n,3,h,w], %w: float32[16,3,3,3]", "%y = Conv(%x, %w) {pads=[1,1,1,1]}", "float32[n, 16, h, w]"),
    ShapeCase(
      "%x: float32[n,4,9,9], %w: float32[8,1,3,3]", "%y = Conv(%x, %w) {group=4, strides=[2,2], dilations=[2,2]}",
      "float32[n, 8, 3, 3]"),
    ShapeCase(
      "%x: float32[n,3,9,h], %w: float32[8,3,3,3]", "%y = Conv(%x, %w) {auto_pad=\"SAME_UPPER\", strides=[2,2]}",
      "float32[n, 8, 5, floor((h+1)/2)]"),
    ShapeCase("%x: float32[n,3,9], %w: float32[8,3,3]", "%y = Conv(%x, %w) {auto_pad=\"VALID\"}", "float32[n, 8, 7]"),
    ShapeCase(
      "%x: float32[n,8,5,5], %w: float32[8,2,3,3]",
      "%y = ConvTranspose(%x, %w) {group=2, strides=[2,2], pads=[1,1,1,1], output_padding=[1,1]}",
      "float32[n, 4, 10, 10]"),
    ShapeCase(
      "%x: float32[1,8,6,6]", "%y = MaxPool(%x) {kernel_shape=[3,3], strides=[2,2], ceil_mode=1}", "float32[1, 8, 3, 3]"
    ),
    ShapeCase(
      "%x: float32[1,8,7,7]", "%y = MaxPool(%x) {kernel_shape=[1,1], strides=[2,2], pads=[0,0,1,1], ceil_mode=1}",
      "float32[1, 8, 4, 4]"),
    ShapeCase("%x: float32[n,8,7,?]", "%y = GlobalAveragePool(%x)", "float32[n, 8, 1, 1]"),
  ]) func infersWindows(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%a: float32[b,2,3], %b: float32[3,5]", "%y = MatMul(%a, %b)", "float32[b, 2, 5]"),
    ShapeCase("%a: float32[3], %b: float32[b,3,5]", "%y = MatMul(%a, %b)", "float32[b, 5]"),
    ShapeCase("%a: float32[3], %b: float32[3]", "%y = MatMul(%a, %b)", "float32[]"),
    ShapeCase(
      "%a: float32[n,4], %b: float32[6,4], %c: float32[6]", "%y = Gemm(%a, %b, %c) {transB=1}", "float32[n, 6]"),
    ShapeCase("%a: float32[n,4,5], %s: float32[5]", "%y, %m = LayerNormalization(%a, %s)", "float32[n, 4, 5]"),
    ShapeCase("%a: float32[n,4,5], %s: float32[5]", "%z, %y = LayerNormalization(%a, %s)", "float32[n, 4, 1]"),
    ShapeCase("%a: float32[n,4,5]", "%y = ReduceMean(%a) {axes=[-1], keepdims=0}", "float32[n, 4]"),
    ShapeCase("%a: float32[n,4,5]", "const %i: int64[1] = [1]\n%y = ReduceSum(%a, %i)", "float32[n, 1, 5]"),
    ShapeCase("%a: float32[n,4,5]", "%y = ArgMax(%a) {axis=2, keepdims=0}", "int64[n, 4]"),
    ShapeCase("%a: float32[n,9]", "const %k: int64[1] = [3]\n%v, %y = TopK(%a, %k)", "int64[n, 3]"),
    ShapeCase(
      "%a: float32[n,4]", "const %s: float32[] = [0.1]\nconst %z: int8[] = [0]\n%y = QuantizeLinear(%a, %s, %z)",
      "int8[n, 4]"),
    ShapeCase("%a: int8[n,4]", "const %s: float32[] = [0.1]\n%y = DequantizeLinear(%a, %s)", "float32[n, 4]"),
  ]) func infersProductsAndReductions(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%a: float32[n,4,5]", "const %s: int64[2] = [0,-1]\n%y = Reshape(%a, %s)", "float32[n, 20]"),
    ShapeCase("%a: float32[n,4,5]", "const %s: int64[2] = [-1,20]\n%y = Reshape(%a, %s)", "float32[n, 20]"),
    ShapeCase("%a: float32[n,4,5]", "const %s: int64[2] = [-1,10]\n%y = Reshape(%a, %s)", "float32[2*n, 10]"),
    ShapeCase("%a: float32[n,4,5], %s: int64[3]", "%y = Reshape(%a, %s)", "float32[?, ?, ?]"),
    ShapeCase("%a: float32[n,4,5]", "%y = Transpose(%a) {perm=[2,0,1]}", "float32[5, n, 4]"),
    ShapeCase("%a: float32[n,4,5]", "%y = Flatten(%a)", "float32[n, 20]"),
    ShapeCase("%a: float32[n,1,5]", "%y = Squeeze(%a) {axes=[1]}", "float32[n, 5]", opset: 11),
    ShapeCase("%a: float32[n,5]", "const %i: int64[2] = [0,-1]\n%y = Unsqueeze(%a, %i)", "float32[1, n, 5, 1]"),
    ShapeCase("%a: float32[n,5], %b: float32[n,m]", "%y = Concat(%a, %b) {axis=1}", "float32[n, m+5]"),
    ShapeCase("%a: float32[n,5], %b: float32[?,2]", "%y = Concat(%a, %b) {axis=1}", "float32[n, 7]"),
    ShapeCase("%a: float32[n,7]", "const %s: int64[2] = [3,4]\n%x, %y = Split(%a, %s) {axis=1}", "float32[n, 4]"),
    ShapeCase("%a: float32[n,7]", "%x, %y = Split(%a) {axis=1, num_outputs=2}", "float32[n, 3]", opset: 18),
    ShapeCase("%a: float32[1,5]", "const %s: int64[3] = [2,4,1]\n%y = Expand(%a, %s)", "float32[2, 4, 5]"),
    ShapeCase("%a: float32[n,5]", "const %s: int64[2] = [1,3]\n%y = Tile(%a, %s)", "float32[n, 15]"),
    ShapeCase("%a: float32[n,8,h,2]", "%y = DepthToSpace(%a) {blocksize=2}", "float32[n, 2, 2*h, 4]"),
    ShapeCase("%a: float32[9,n,4], %i: int64[2,3]", "%y = Gather(%a, %i)", "float32[2, 3, n, 4]"),
    ShapeCase(
      "%a: float32[n,9]",
      "const %s: int64[1] = [-3]\nconst %e: int64[1] = [9223372036854775807]\nconst %x: int64[1] = [1]\n%y = Slice(%a, %s, %e, %x)",
      "float32[n, 3]"),
    ShapeCase(
      "%a: float32[n,9]", "%y = Slice(%a) {starts=[1], ends=[3], axes=[0]}", "float32[max(min(n,3)-1,0), 9]", opset: 9),
    ShapeCase("%a: float32[n,9]", "const %p: int64[4] = [0,1,0,2]\n%y = Pad(%a, %p)", "float32[n, 12]"),
    ShapeCase(
      "%a: float32[n,3,4,h]", "const %s: float32[4] = [1.0,1.0,2.5,1.0]\n%y = Resize(%a, _, %s)", "float32[n, 3, 10, h]"
    ),
  ]) func infersLayoutAndIndexing(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase(
      "%a: float32[batch,4,5]",
      """
      const %zero: int64[] = [0]
      const %rest: int64[1] = [-1]
      const %first: int64[1] = [0]
      %s = Shape(%a)
      %n = Gather(%s, %zero)
      %u = Unsqueeze(%n, %first)
      %t = Concat(%u, %rest) {axis=0}
      %y = Reshape(%a, %t)
      """, "float32[batch, 20]"),
    ShapeCase(
      "%a: float32[?,4,5]",
      "const %rest: int64[1] = [-1]\n%s = Shape(%a) {end=1}\n%t = Concat(%s, %rest) {axis=0}\n%y = Reshape(%a, %t)",
      "float32[?, 20]"),
    ShapeCase("%a: float32[batch,4]", "%s = Shape(%a)\n%y = ConstantOfShape(%s)", "float32[batch, 4]"),
    ShapeCase(
      "%a: float32[6,4]",
      "const %i: int64[1] = [0]\nconst %h: int64[1] = [2]\n%s = Shape(%a)\n%g = Gather(%s, %i)\n%d = Div(%g, %h)\n%y = Expand(%d, %d)",
      "int64[3]"),
    ShapeCase(
      "", "const %a: int64[] = [2]\nconst %b: int64[] = [9]\nconst %c: int64[] = [3]\n%y = Range(%a, %b, %c)",
      "int64[3]"),
  ]) func followsSizesThroughShapeArithmetic(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test func infersBothBranchesOfAnIf() throws {
    let test = ShapeCase(
      "%c: bool[], %x: float32[n,4]",
      """
      %y = If(%c) {then_branch=graph t() -> (%p) {
        %p = Relu(%x)
      }, else_branch=graph e() -> (%q) {
        const %k: float32[1,4] = ones
        %q = Identity(%k)
      }}
      """, "float32[?, 4]")
    #expect(try test.infer() == test.expected)
  }

  @Test(arguments: [
    (
      "%a: float32[2,3], %b: float32[4,3]", "%y = Add(%a, %b) # sum",
      "node 'sum' (Add): shapes [2, 3] and [4, 3] cannot be broadcast together"
    ),
    (
      "%a: float32[2,3], %b: float32[4,3]", "%y = MatMul(%a, %b)",
      "node 'y' (MatMul): the last size of input 0 is 3 and the size of input 1 that it is multiplied with is 4"
    ),
    (
      "%a: float32[2,3]", "%y = Softmax(%a)\n%z = Transpose(%y) {perm=[0,0]}",
      "node 'z' (Transpose): attribute 'perm' should be an order of 2 axes"
    ),
    ("%a: float32[2,3]", "%y = Flatten(%a) {axis=5}", "node 'y' (Flatten): axis 5 is outside a tensor with 2 axes"),
    (
      "%a: float32[2,3]", "const %s: int64[2] = [4,-1]\n%y = Reshape(%a, %s)",
      "node 'y' (Reshape): [2, 3] cannot become [4, ?]: the numbers of elements differ"
    ),
    (
      "%a: float32[1,3,8,8], %w: float32[4,2,3,3]", "%y = Conv(%a, %w)",
      "node 'y' (Conv): the channels of input 0 is 3 and what its weights and groups take is 2"
    ),
    (
      "%a: float32[1,3,2,2], %w: float32[4,3,3,3]", "%y = Conv(%a, %w)",
      "node 'y' (Conv): the output would have a negative size or too many elements"
    ),
  ]) func namesTheNodeThatCannotWork(_ inputs: String, _ body: String, _ message: String) throws {
    let error = #expect(throws: GraphError.self) { _ = try ShapeCase(inputs, body, "").infer() }
    #expect(error?.description == "\(message)\n  hint: no runtime can run this; check how the model was exported")
  }

  @Test func refusesADeclarationThatTheNodesRuleOut() throws {
    let error = #expect(throws: GraphError.self) {
      _ = try ShapeCase("%a: float32[2,3]", "%y: float32[2,4] = Relu(%a)", "").infer()
    }
    #expect(
      error?.description == """
        'y' is declared as float32[2, 4], and the nodes before it make float32[2, 3]
          hint: the model was edited after its shapes were written; export it again, or remove the declaration
        """)
  }
}
