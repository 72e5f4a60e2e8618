import IngotCore
import Testing

@testable import IngotGraph

/// A calculation with sizes, and the text of its result.
struct SizeCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var result: Dimension
  var expected: Dimension

  init(_ text: String, _ result: Dimension, _ expected: String) {
    (testDescription, self.result) = (text, result)
    self.expected = Int(expected).map { .fixed($0) } ?? (expected == "?" ? .unknown : .symbolic(expected))
  }
}

private let (n, m, h) = (Dimension.symbolic("n"), Dimension.symbolic("m"), Dimension.symbolic("h"))

private func num(_ size: Int) -> Dimension { .fixed(size) }

@Suite struct ShapesExpressionTests {
  @Test(arguments: [
    SizeCase("sorts", m + n + num(1) + n * m, "m*n+m+n+1"),
    SizeCase("adds up", n + n - num(3) + num(4), "2*n+1"),
    SizeCase("cancels", (n + num(1)) * (n - num(1)) - n * n, "-1"),
    SizeCase("nothing is left", n - n, "0"),
    SizeCase("zero times anything", num(0) * .unknown, "0"),
    SizeCase("unknown", n + .unknown, "?"),
    SizeCase("multiplies out", (n + m) * num(3), "3*m+3*n"),
    SizeCase("overflow", n * num(.max) + n * num(.max), "?"),
    SizeCase("overflow of numbers", num(.max) + num(1), "?"),
    SizeCase("overflow of a product", num(.max) * num(2), "?"),
    SizeCase("minus", num(1) - n, "-n+1"),
    SizeCase("product of a shape", [n, num(3), m, num(2)].product, "6*m*n"),
    SizeCase("product with zero", [n, .unknown, num(0)].product, "0"),
  ]) func keepsSumsAndProductsInOneForm(_ test: SizeCase) { #expect(test.result == test.expected) }

  @Test(arguments: [
    SizeCase("exact", (n * num(6)).floorDivided(by: num(3)), "2*n"),
    SizeCase("numbers", num(7).floorDivided(by: num(2)), "3"),
    SizeCase("negative numbers", num(-7).floorDivided(by: num(2)), "-4"),
    SizeCase("rest", (h - num(1)).floorDivided(by: num(2)) + num(1), "floor((h+1)/2)"),
    SizeCase("common factor", (n * num(2) + num(1)).floorDivided(by: num(4)), "floor(n/2)"),
    SizeCase("whole part leaves", (n * num(5) + num(7)).floorDivided(by: num(2)), "floor((n+1)/2)+2*n+3"),
    SizeCase("stacked", (h.ceilDivided(by: num(2)) + num(0)).ceilDivided(by: num(2)), "floor((h+3)/4)"),
    SizeCase("by a name", (n * m * num(4)).floorDivided(by: n), "4*m"),
    SizeCase("by a sum", ((n + num(1)) * (m + num(2))).floorDivided(by: n + num(1)), "m+2"),
    SizeCase("by a name with a rest", (n * m + num(1)).floorDivided(by: n), "floor(1/n)+m"),
    SizeCase("common factor with a name", (n * num(4)).floorDivided(by: m * num(6)), "floor(2*n/(3*m))"),
    SizeCase("up by a name", n.ceilDivided(by: m), "floor((n-1)/m)+1"),
    SizeCase("up by a factor", (n * m).ceilDivided(by: m), "n"),
    SizeCase("by zero", n.floorDivided(by: num(0)), "?"),
    SizeCase("zero by zero", num(0).floorDivided(by: num(0)), "?"),
    SizeCase("the smallest number", num(.min).floorDivided(by: num(-1)), "?"),
    SizeCase("exactly", (n * num(20)).dividedExactly(by: num(8)) ?? num(-1), "floor(n/2)+2*n"),
    SizeCase("not exactly", num(7).dividedExactly(by: num(2)) ?? num(-1), "-1"),
    SizeCase("half", h.scaled(by: 0.5), "floor(h/2)"),
    SizeCase("one and a half", h.scaled(by: 1.5), "floor(h/2)+h"),
    SizeCase("a third", h.scaled(by: 1 / 3), "?"),
  ]) func divides(_ test: SizeCase) { #expect(test.result == test.expected) }

  @Test(arguments: [
    SizeCase("of sizes", .maximum(n, num(0)), "n"),
    SizeCase("a size may be zero", .maximum(n, num(1)), "max(n,1)"),
    SizeCase("one is larger", .maximum(n + num(1), n), "n+1"),
    SizeCase("one is smaller", .minimum(n + num(1), n), "n"),
    SizeCase("flat", .maximum(.maximum(n, m), .maximum(num(3), n)), "max(m,n,3)"),
    SizeCase("minimum", .minimum(num(512), n), "min(n,512)"),
    SizeCase("numbers", .minimum(num(512), num(3)), "3"),
    SizeCase("of a difference", .maximum(n - num(1), num(0)), "max(n-1,0)"),
    SizeCase("of a quotient", .maximum((n + num(1)).floorDivided(by: num(2)), num(0)), "floor((n+1)/2)"),
    SizeCase("of a maximum", .maximum(.maximum(n, num(4)), num(2)), "max(n,4)"),
    SizeCase("broadcast with one more", n.broadcast(with: m + num(2)) ?? num(-1), "m+2"),
    SizeCase("broadcast with itself, capped", n.broadcast(with: .minimum(n, num(512))) ?? num(-1), "n"),
    SizeCase("broadcast with another, capped", m.broadcast(with: .minimum(n, num(512))) ?? num(-1), "?"),
    SizeCase("broadcast of names", n.broadcast(with: m) ?? num(-1), "?"),
  ]) func knowsWhichIsLarger(_ test: SizeCase) { #expect(test.result == test.expected) }

  @Test(arguments: ["2*seq", "batch-size", "max(a,b)", "a'b", "1", "", "a b", "'", "n*n", "floor(n/2)"])
  func keepsNamesOfModelsApart(_ name: String) throws {
    let imported = Dimension.symbolic(name).imported
    #expect(imported != .symbolic(name))
    #expect(imported.exported == .symbolic(name))
    let sum = imported + n + num(1) - n
    #expect(sum != .unknown)
    #expect((sum - num(1)).exported == .symbolic(name))
    #expect(try #require(sum.expression).value(at: [name: 5]) == 6)
  }

  @Test(arguments: ["batch", "_x1", "unk__12", "s0.1", "größe", "max", "floor"])
  func leavesPlainNamesAsTheyAre(_ name: String) {
    #expect(Dimension.symbolic(name).imported == .symbolic(name))
    #expect(Dimension.symbolic(name) * num(2) == .symbolic("2*\(name)"))
  }

  @Test func aModelCannotNamePlaceholders() {
    #expect(Dimension.symbolic("\u{1}3").imported == .unknown)
    #expect((Dimension.placeholder(3) * num(2)).exported == .unknown)
    #expect(Dimension.placeholder(3) * num(2) - Dimension.placeholder(3) == .placeholder(3))
  }

  /// Random calculations, beside the same with numbers.
  @Test(arguments: 0..<20) func meansWhatTheCalculationMeans(seed: UInt64) throws {
    var random = Numbers(seed: seed)
    for _ in 0..<200 {
      let sizes = ["n": random.next(in: 1...9), "m": random.next(in: 1...9), "h": random.next(in: 1...9)]
      var pool: [(Dimension, Int)] = sizes.sorted { $0.key < $1.key }.map { (.symbolic($0.key), $0.value) }
      pool.append((.fixed(3), 3))
      for _ in 0..<8 {
        let (a, b) = (pool[random.next(in: 0...(pool.count - 1))], pool[random.next(in: 0...(pool.count - 1))])
        let (operation, c) = (random.next(in: 0...6), random.next(in: 1...4))
        let result: (Dimension, Int)
        switch operation {
        case 0: result = (a.0 + b.0, a.1 + b.1)
        case 1: result = (a.0 - b.0, a.1 - b.1)
        case 2: result = (a.0 * b.0, a.1 * b.1)
        case 3: result = (a.0.floorDivided(by: .fixed(c)), floorDivision(a.1, c))
        case 4 where b.1 != 0: result = (a.0.floorDivided(by: b.0), floorDivision(a.1, b.1))
        case 4, 5: result = (.maximum(a.0, b.0), max(a.1, b.1))
        default: result = (.minimum(a.0, b.0), min(a.1, b.1))
        }
        guard result.0 != .unknown, abs(result.1) < 1 << 40 else { continue }
        let expression = try #require(result.0.expression, "\(result.0)")
        #expect(expression.value(at: sizes) == result.1, "\(result.0) at \(sizes)")
        #expect(Dimension(expression) == result.0, "one form")
        if let bound = expression.lowerBound { #expect(bound <= result.1, "\(result.0) at \(sizes)") }
        pool.append(result)
      }
    }
  }

  private func floorDivision(_ a: Int, _ b: Int) -> Int { Int((Double(a) / Double(b)).rounded(.down)) }

  /// What an input calls `n+1` is another size than one more than `n`.
  @Test func noCalculationIsWrittenLikeANameOfTheModel() throws {
    let test = ShapeCase(
      "%a: float32[n], %b: float32[\"n+1\"], %c: float32[1]",
      "%d = Concat(%a, %c) {axis=0}\n%e = Relu(%b)\n%y = Concat(%b, %c) {axis=0}", "float32['n+1'+1]")
    #expect(try test.infer() == test.expected)
    var graph = try Graph(text: "graph g(\(test.inputs)) -> () {\n\(test.body)\n}")
    try graph.inferShapes(opsets: ["": 17])
    #expect(graph.find("d").map { graph[$0].shape } == [.unknown])
    #expect(graph.find("e").map { graph[$0].shape } == [.symbolic("n+1")])
  }

  /// A number beside a size that hangs on a free one of the inputs is from another time.
  @Test func declaredNumbersDoNotBindFreeSizes() throws {
    var graph = try Graph(text: "graph g(%a: float32[?,3]) -> () {\n%y: float32[1,30] = Flatten(%a) {axis=0}\n}")
    try graph.inferShapes(opsets: ["": 17])
    #expect(graph.find("y").map { graph[$0].shape } == [.fixed(1), .unknown])
  }

  @Test func staysShort() {
    var (sum, product, stack) = (Dimension.fixed(1), Dimension.fixed(1), n)
    for index in 0..<5_000 {
      let name = Dimension.symbolic("name\(index)")
      if sum != .unknown { sum = sum + name }
      if product != .unknown { product = product * (name + num(1)) }
      if stack != .unknown { stack = .maximum((stack * name).floorDivided(by: num(2)), num(1)) - num(1) }
    }
    #expect([sum, product, stack] == [.unknown, .unknown, .unknown])
    #expect(Dimension.symbolic(String(repeating: "x", count: 1 << 20)) + num(1) == .unknown)
  }

  @Test(arguments: [
    "((((", "floor(", "1+", "*n", "--n", "n n", "floor()", "max(,)", "'", "99999999999999999999*n", "n\u{0}",
  ])
  func refusesTextThatIsNoExpression(_ text: String) {
    let result = Dimension.symbolic(text) + num(1)
    #expect(result == .unknown || result.lowerBound == nil)
  }
}

/// A small generator with a seed (SplitMix64).
private struct Numbers {
  var seed: UInt64

  mutating func next(in range: ClosedRange<Int>) -> Int {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var z = seed
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return range.lowerBound + Int((z ^ (z >> 31)) % UInt64(range.count))
  }
}
