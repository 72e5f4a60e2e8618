import IngotCore
import Testing

@testable import IngotGraph

/// Shape arithmetic that ends in `%t`, a list of one element or more, of which a ConstantOfShape makes a tensor.
@Suite struct ShapesPropagationTests {
  /// - Returns: what `ConstantOfShape(%t)` is, where `%n` is [n], `%m` is [m] and `%s` is [n, m, 8].
  private func sizes(_ body: String, opset: Int64 = 17) throws -> String {
    let test = ShapeCase(
      "%x: float32[n,m,8]",
      """
      %s = Shape(%x)
      %n = Shape(%x) {end=1}
      %m = Shape(%x) {start=1, end=2}
      const %one: int64[1] = [1]
      const %two: int64[1] = [2]
      const %neg: int64[1] = [-1]
      const %zero: int64[] = [0]
      \(body)
      %y = ConstantOfShape(%t)
      """, "", opset: opset)
    return try test.infer()
  }

  @Test(arguments: [
    ("%t = Add(%s, %two)", "[n+2, m+2, 10]"), ("%t = Mul(%s, %n)", "[n*n, m*n, 8*n]"),
    ("%t = Div(%s, %two)", "[floor(n/2), floor(m/2), 4]"), ("%t = Sub(%s, %s)", "[0, 0, 0]"),
    ("%t = Mod(%s, %two)", "[-2*floor(n/2)+n, -2*floor(m/2)+m, 0]"), ("%a = Neg(%s)\n%t = Abs(%a)", "[?, ?, 8]"),
    ("%a = Sub(%n, %two)\n%t = Max(%a, %one)", "[max(n-2,1)]"), ("%t = Min(%n, %m)", "[min(m,n)]"),
    ("%a = Sub(%n, %two)\n%t = Add(%a, %two)", "[n]"), ("%t = Sub(%n, %two)", "[?]"),
    ("%t = Sum(%n, %m, %one)", "[m+n+1]"),
    ("%a = Mod(%n, %two)\n%t = Sub(%n, %a)", "[2*floor(n/2)]"),
  ]) func calculates(_ body: String, _ expected: String) throws { #expect(try sizes(body) == "float32\(expected)") }

  @Test(arguments: [
    (
      "%f = Cast(%s) {to=1}\nconst %c: float32[3] = [2.0,0.5,1.0]\n%g = Mul(%f, %c)\n%h = Floor(%g)\n%t = Cast(%h) {to=7}",
      "[2*n, floor(m/2), 8]"
    ),
    (
      "%f = Cast(%s) {to=1}\nconst %c: float32[] = [3.0]\n%g = Div(%f, %c)\n%h = Ceil(%g)\n%t = Cast(%h) {to=7}",
      "[floor((n+2)/3), floor((m+2)/3), 3]"
    ),
    (
      "%f = Cast(%s) {to=1}\nconst %c: float32[] = [0.3]\n%g = Mul(%f, %c)\n%h = Floor(%g)\n%t = Cast(%h) {to=7}",
      "[?, ?, ?]"
    ),
    (
      "%f = Cast(%s) {to=1}\nconst %c: float32[] = [0.5]\n%g = Mul(%f, %c)\n%t = Cast(%g) {to=7}",
      "[floor(n/2), floor(m/2), 4]"
    ),
    ("%a = Mul(%n, %two)\n%f = Cast(%a) {to=1}\n%g = Cast(%n) {to=1}\n%h = Div(%f, %g)\n%t = Cast(%h) {to=7}", "[2]"),
    (
      "%f = Cast(%n) {to=1}\nconst %c: float32[] = [3.0]\n%g = Div(%f, %c)\n%h = Mul(%g, %c)\n%t = Cast(%h) {to=7}",
      "[?]"
    ),
    ("%a = Cast(%n) {to=6}\n%t = Cast(%a) {to=7}", "[n]"), ("%a = Cast(%n) {to=3}\n%t = Cast(%a) {to=7}", "[?]"),
  ]) func calculatesWithFloats(_ body: String, _ expected: String) throws {
    #expect(try sizes(body) == "float32\(expected)")
  }

  @Test(arguments: [
    ("%c = Equal(%s, %neg)\n%t = Where(%c, %one, %s)", "[n, m, 8]"),
    ("%c = Less(%n, %neg)\n%d = Not(%c)\n%t = Where(%d, %n, %m)", "[n]"),
    ("%c = Equal(%n, %m)\n%t = Where(%c, %n, %m)", "[?]"), ("%c = Equal(%n, %m)\n%t = Where(%c, %n, %n)", "[n]"),
    ("%a = Add(%n, %one)\n%c = Greater(%a, %n)\n%t = Where(%c, %a, %m)", "[n+1]"),
    ("%c = GreaterOrEqual(%n, %two)\n%d = Equal(%n, %neg)\n%e = And(%c, %d)\n%t = Where(%e, %n, %m)", "[m]"),
    ("%c = LessOrEqual(%n, %n)\n%d = Equal(%n, %m)\n%e = Or(%c, %d)\n%t = Where(%e, %n, %m)", "[n]"),
    ("%b = Cast(%n) {to=9}\n%t = Where(%b, %m, %m)", "[m]"),
  ]) func compares(_ body: String, _ expected: String) throws { #expect(try sizes(body) == "float32\(expected)") }

  @Test(arguments: [
    ("%t = ReduceProd(%s) {keepdims=1}", "[8*m*n]"), ("const %a: int64[1] = [0]\n%t = ReduceSum(%s, %a)", "[m+n+8]"),
    ("%t = ReduceMax(%s)", "[max(m,n,8)]"), ("%t = CumSum(%s, %zero)", "[n, m+n, m+n+8]"),
    ("%t = CumSum(%s, %zero) {reverse=1, exclusive=1}", "[m+8, 8, 0]"),
    ("const %k: int64[2] = [1,2]\n%a = Expand(%n, %k)\n%t = Reshape(%a, %neg)", "[n, n]"),
    ("%t = Tile(%n, %two)", "[n, n]"), ("const %k: int64[3] = [2,0,1]\n%t = Gather(%s, %k)", "[8, n, m]"),
    ("const %k: int64[2] = [1,2]\n%a, %t = Split(%s, %k)", "[m, 8]"),
    ("%z = Size(%x)\n%t = Reshape(%z, %one)", "[8*m*n]"), ("%t = Concat(%m, %two, %n) {axis=0}", "[m, 2, n]"),
    ("%a = Transpose(%s)\n%t = Identity(%a)", "[n, m, 8]"),
  ]) func moves(_ body: String, _ expected: String) throws {
    #expect(try sizes(body) == "float32\(expected)")
  }

  /// `h-2` is a size where a convolution has made it, and may be -1 where a subtraction has.
  @Test func takesCalculatedNumbersForSizesWhereATensorHasThem() throws {
    let proven = ShapeCase(
      "%x: float32[n,m]",
      """
      const %two: int64[1] = [2]
      const %rest: int64[1] = [-1]
      %n = Shape(%x) {end=1}
      %k = Sub(%n, %two)
      %z = ConstantOfShape(%k)
      %t = Concat(%k, %rest) {axis=0}
      %y = Reshape(%x, %t)
      """, "float32[?, ?]")
    #expect(try proven.infer() == proven.expected)
  }

  @Test func takesTheSameListFromBothBranches() throws {
    let test = ShapeCase(
      "%c: bool[], %x: float32[n,4]",
      """
      %t = If(%c) {then_branch=graph t() -> (%p) {
        %p = Shape(%x) {end=1}
      }, else_branch=graph e() -> (%q) {
        %r = Relu(%x)
        %q = Shape(%r) {end=1}
      }}
      %y = ConstantOfShape(%t)
      """, "float32[n]")
    #expect(try test.infer() == test.expected)
  }

  /// Axes that an attribute aligns, not the end of the shapes.
  @Test func leavesBroadcastingOfOldVersionsAlone() throws {
    let test = ShapeCase(
      "%x: float32[n,m]",
      """
      const %k: int64[2,1] = [1,1]
      %s = Shape(%x)
      %t = Reshape(%s) {shape=[2,1]}
      const %p: int64[2] = [1,2]
      %y = Add(%t, %p) {broadcast=1, axis=0}
      """, "int64[2, 1]", opset: 4)
    #expect(try test.infer() == test.expected)
  }

  /// Thousands of nodes that make ever longer expressions of ever more elements.
  @Test func hostileArithmeticTakesBoundedTime() throws {
    let names = (0..<60).map { "n\($0)" }.joined(separator: ",")
    var body = "const %one: int64[1] = [1]\n%s0 = Shape(%x)\n%t = Transpose(%s0)"
    for index in 0..<1000 {
      let operation = ["Add", "Mul", "Sub", "Max", "Div", "Min", "Mod"][index % 7]
      body += "\n%s\(index + 1) = \(operation)(%s\(index), \(index % 3 == 0 ? "%s\(index / 2)" : "%s0"))"
    }
    var graph = try Graph(text: "graph g(%x: float32[\(names)]) -> () {\n\(body)\n}")
    let time = try ContinuousClock().measure { try graph.inferShapes(opsets: ["": 17]) }
    #expect(time < .seconds(30))
  }
}
