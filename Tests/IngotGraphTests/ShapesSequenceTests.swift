import IngotCore
import Testing

@testable import IngotGraph

@Suite struct ShapesSequenceTests {
  @Test(arguments: [
    ("%y = SequenceConstruct(%a, %b)", "sequence(float32[n,?])"),
    ("%s = SequenceConstruct(%a, %b)\nconst %i: int64[] = [1]\n%y = SequenceAt(%s, %i)", "float32[n,5]"),
    ("%s = SequenceConstruct(%a, %b)\nconst %i: int64[] = [-1]\n%y = SequenceAt(%s, %i)", "float32[n,5]"),
    ("%s = SequenceConstruct(%a, %b)\n%y = SequenceAt(%s, %k)", "float32[n,?]"),
    ("%s = SequenceConstruct(%a, %b)\n%y = ConcatFromSequence(%s) {axis=1}", "float32[n,9]"),
    ("%s = SequenceConstruct(%a, %a)\n%y = ConcatFromSequence(%s) {axis=0, new_axis=1}", "float32[2,n,4]"),
    ("%s = SequenceEmpty()\n%t = SequenceInsert(%s, %a)\n%y = SequenceInsert(%t, %b, %k)", "sequence(float32[n,?])"),
    ("%s = SequenceEmpty() {dtype=7}\n%y = Identity(%s)", "sequence(int64)"),
    ("%s = SequenceConstruct(%a, %b)\n%t = SequenceErase(%s)\n%y = Identity(%t)", "sequence(float32[n,4])"),
    ("%s = SequenceConstruct(%a, %b)\n%y = SequenceLength(%s)", "int64[]"),
    (
      "%s = SequenceConstruct(%a, %b)\n%l = SequenceLength(%s)\nconst %o: int64[1] = [-1]\n%m = Reshape(%l, %o)\n%y = ConstantOfShape(%m)",
      "float32[2]"
    ),
    ("%y = SplitToSequence(%b) {axis=1}", "sequence(float32[n,1])"),
    ("%y = SplitToSequence(%b) {axis=1, keepdims=0}", "sequence(float32[n])"),
    (
      "const %p: int64[] = [2]\n%s = SplitToSequence(%b, %p) {axis=1}\nconst %i: int64[] = [2]\n%y = SequenceAt(%s, %i)",
      "float32[n,1]"
    ),
    ("const %p: int64[2] = [2,3]\n%y = SplitToSequence(%b, %p) {axis=1}", "sequence(float32[n,?])"),
    ("%s = SplitToSequence(%b, %k) {axis=1}\n%y = ConcatFromSequence(%s) {axis=1}", "float32[n,?]"),
    ("%o = Optional(%a)\n%y = OptionalGetElement(%o)", "float32[n,4]"), ("%y = Optional(%a)", "optional(float32[n,4])"),
    ("%o = Optional(%a)\n%y = OptionalHasElement(%o)", "bool[]"), ("%y = OptionalGetElement(%a)", "float32[n,4]"),
    (
      """
      %s = SequenceConstruct(%a, %b)
      %y = SequenceMap(%s, %a) {body=graph m(%e: float32, %f: float32) -> (%g) {
        %h = Transpose(%e)
        %g = MatMul(%h, %f)
      }}
      """, "sequence(float32[?,4])"
    ),
    (
      """
      %s = SequenceEmpty()
      const %c: int64[] = [3]
      %y = Loop(%c, _, %s) {body=graph l(%i: int64[], %d: bool[], %v) -> (%e, %w) {
        %e = Identity(%d)
        %w = SequenceInsert(%v, %a)
      }}
      """, "sequence(float32[n,4])"
    ),
  ]) func followsSequences(_ body: String, _ expected: String) throws {
    var graph = try Graph(text: "graph g(%a: float32[n,4], %b: float32[n,5], %k: int64[]) -> () {\n\(body)\n}")
    try graph.inferShapes(opsets: ["": 18])
    let y = graph[try #require(graph.find("y"))]
    #expect(y.valueType.map { TextName.type($0) } == expected)
  }

  @Test(arguments: [
    "%y = SequenceAt(%a, %k)", "%y = ConcatFromSequence(%a) {axis=0}", "%y = SequenceLength(%a)",
    "%y = SequenceErase(%a)", "%s = SequenceConstruct(%a)\n%y = SequenceInsert(%s, %a, %a)",
    "const %p: int64[] = [0]\n%y = SplitToSequence(%a, %p)", "%y = SplitToSequence(%a) {axis=9}",
    "%s = SequenceConstruct(%a)\n%y = ConcatFromSequence(%s) {axis=-9223372036854775808}",
    "%y = SequenceMap(%a)", "%y = OptionalGetElement(_)", "%y = SequenceInsert(_, _)",
  ]) func survivesWhatIsNoSequence(_ body: String) throws {
    var graph = try Graph(text: "graph g(%a: float32[n,4], %k: int64[]) -> () {\n\(body)\n}")
    try? graph.inferShapes(opsets: ["": 18])
    #expect(graph.find("y") != nil)
  }
}
