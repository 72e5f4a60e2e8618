// Each pass alone, on a graph written as text; the whole pipeline on the same graphs is in PassesSanitizeTests.swift.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesTests {
  @Test func removesDeadNodesOptionalOutputsAndConstants() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[1,2,4,4], %unused: int64[]) -> (%y: float32[1,2,2,2]) {
          const %w: float32[2] = ones
          %y: float32[1,2,2,2], %mask = MaxPool(%x) {kernel_shape=[2,2], strides=[2,2]} # pool
          %a = Relu(%x) # dead1
          %b = Mul(%a, %w) # dead2
        }
        """, after: removeDeadCode)
    #expect(
      result == """
        graph g(%x: float32[1,2,4,4], %unused: int64[]) -> (%y: float32[1,2,2,2]) {
          %y: float32[1,2,2,2] = MaxPool(%x) {kernel_shape=[2,2], strides=[2,2]} # pool
        }

        """)
    #expect(report.removed == 3)
    #expect(report.changed == 1)
    #expect(report.names == ["dead1", "dead2", "pool"])
  }

  @Test func keepsWhatOnlyASubgraphReads() throws {
    let source = """
      graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
        const %w: float32[2] = [1.0, 2.0]
        %used = Relu(%x) # relu
        %y: float32[2] = If(%c) {then_branch=graph t() -> (%p) {
          %p = Add(%used, %w) # add
        }, else_branch=graph e() -> (%q) {
          %q = Neg(%x) # neg
        }} # if
      }

      """
    let (result, report) = try text(of: source, after: removeDeadCode)
    #expect(result == source)
    #expect(report.isEmpty)
  }

  @Test func dropsBothWhatADeadPartOfABodyReadsAndThatPart() throws {
    let (result, _) = try text(
      of: """
        graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
          %lost = Relu(%x) # relu
          %y: float32[2] = If(%c) {then_branch=graph t() -> (%p) {
            %dead = Neg(%lost) # dead
            %p = Abs(%x) # abs
          }, else_branch=graph e() -> (%q) {
            %q = Neg(%x) # neg
          }} # if
        }
        """, after: removeDeadCode)
    #expect(!result.contains("lost"))
  }

  @Test(arguments: [
    "Identity(%a)", "Dropout(%a)", "Cast(%a) {to=1}", "Transpose(%a) {perm=[0,1,2]}", "Reshape(%a, %same)",
    "Reshape(%a, %kept)",
    "Flatten(%flat) {axis=1}", "Slice(%a, %zero, %end)", "Pad(%a, %pads)", "Expand(%a, %one)", "Tile(%a, %ones)",
    "Concat(%a) {axis=1}", "Sum(%a)", "Squeeze(%a, %none)",
  ]) func removesNodesThatDoNothing(_ operation: String) throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[n,2,4], %f: float32[n,8]) -> (%y: float32) {
          const %same: int64[3] = [-1,2,4]
          const %kept: int64[3] = [0,0,-1]
          const %zero: int64[1] = [0]
          const %end: int64[1] = [9223372036854775807]
          const %pads: int64[6] = zeros
          const %one: int64[1] = [1]
          const %ones: int64[3] = ones
          const %none: int64[0] = []
          %a = Relu(%x)
          %flat = Relu(%f)
          %b = \(operation) # noop
          %y: float32 = Exp(%b)
        }
        """,
      after: { graph in try runPass(.noOps, on: &graph) })
    #expect(report.names == ["noop"])
    #expect(result.contains("Exp(%\(operation.contains("%flat") ? "flat" : "a"))"))
  }

  @Test(arguments: [
    "Cast(%a) {to=10}", "Transpose(%a) {perm=[0,2,1]}", "Reshape(%a, %other)", "Slice(%a, %zero, %end, %axis, %back)",
    "Dropout(%a, _, %true)", "Slice(%a, %zero, %two, %zero)", "com.example::Identity(%a)", "Expand(%a, %s)",
  ]) func keepsNodesThatMayDoSomething(_ operation: String) throws {
    let (_, report) = try text(
      of: """
        graph g(%x: float32[n,2,2], %s: int64[3]) -> (%y: float32) {
          const %other: int64[3] = [-1,4,1]
          const %zero: int64[1] = [0]
          const %axis: int64[1] = [1]
          const %two: int64[1] = [2]
          const %end: int64[1] = [9223372036854775807]
          const %back: int64[1] = [-1]
          const %true: bool[] = [true]
          %a = Relu(%x)
          %b = \(operation) # noop
          %y: float32 = com.example::Use(%b)
        }
        """,
      after: { graph in try runPass(.noOps, on: &graph) })
    #expect(report.isEmpty)
  }

  @Test func keepsOutputNamesWhenItRemovesTheNodeBeforeThem() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[2]) -> (%y: float32[2], %z: float32[2], %direct: float32[2]) {
          %a: float32[2] = Relu(%x) # relu
          %y: float32[2] = Identity(%a) # first
          %z: float32[2] = Identity(%a) # second
          %direct: float32[2] = Identity(%x) # third
        }
        """,
      after: { graph in try runPass(.noOps, on: &graph) })
    #expect(
      result == """
        graph g(%x: float32[2]) -> (%y: float32[2], %z: float32[2], %direct: float32[2]) {
          value %a: float32[2]
          %y: float32[2] = Relu(%x) # relu
          %z: float32[2] = Identity(%y) # second
          %direct: float32[2] = Identity(%x) # third
        }

        """)
    #expect(report.removed == 1)
  }

  @Test func renamesWhatSubgraphsReadUnlessTheyHaveThatNameThemselves() throws {
    func run(inner: String) throws -> (text: String, report: PassReport) {
      try text(
        of: """
          graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
            %a: float32[2] = Relu(%x) # relu
            %b: float32[2] = Identity(%a) # noop
            %y: float32[2] = If(%c) {then_branch=graph t() -> (%p) {
              %\(inner) = Neg(%x) # neg
              %p = Add(%b, %\(inner)) # add
            }, else_branch=graph e() -> (%q) {
              %q = Neg(%b) # neg2
            }} # if
          }
          """,
        after: { graph in try runPass(.noOps, on: &graph) })
    }
    let renamed = try run(inner: "other")
    #expect(renamed.report.names == ["noop"])
    #expect(renamed.text.contains("Add(%a, %other)"))
    #expect(renamed.text.contains("Neg(%a)"))
    // A body's own `a` would hide the outer one, so the body goes on reading `b`.
    #expect(try run(inner: "a").report.isEmpty)
  }

  @Test func makesInitializersOfConstantNodesButNotOfOutputs() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[2]) -> (%y: float32[2], %k: int64[]) {
          %a = Constant() {value=float32[2] [1.0, 2.0]} # c1
          %b = Constant() {value_float=2.5} # c2
          %k: int64[] = Constant() {value_int=7} # c3
          %c = Mul(%x, %a) # mul
          %y: float32[2] = Mul(%c, %b) # mul2
        }
        """, after: replaceConstantNodes)
    #expect(
      result == """
        graph g(%x: float32[2]) -> (%y: float32[2], %k: int64[]) {
          const %a: float32[2] = [1.0, 2.0]
          const %b: float32[] = [2.5]
          %k: int64[] = Constant() {value_int=7} # c3
          %c = Mul(%x, %a) # mul
          %y: float32[2] = Mul(%c, %b) # mul2
        }

        """)
    #expect(report.names == ["c1", "c2"])
  }

  @Test func sortsNodesAndNamesThoseOfACycle() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[2]) -> (%y: float32[2]) {
          %y: float32[2] = Add(%a, %b) # add
          %a = Relu(%x) # first
          %b = Neg(%a) # second
        }
        """, after: { try sortNodes(&$0) })
    #expect(
      result == """
        graph g(%x: float32[2]) -> (%y: float32[2]) {
          %a = Relu(%x) # first
          %b = Neg(%a) # second
          %y: float32[2] = Add(%a, %b) # add
        }

        """)
    #expect(report.changed == 3)

    var graph = try Graph(
      text: """
        graph g(%x: float32[2]) -> (%y: float32[2]) {
          %a = Add(%x, %b) # first
          %b = Relu(%a) # second
          %y: float32[2] = Neg(%b) # follower
        }
        """)
    let error = #expect(throws: GraphError.self) { _ = try sortNodes(&graph) }
    #expect(
      error?.description == """
        2 nodes wait for each other's outputs: 'first', 'second'
          hint: an ONNX graph has no loops except inside Loop and Scan; export the model again
        """)
  }

  @Test func mergesEqualInitializers() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[2]) -> (%y: float32[1,2]) {
          const %a: float32[2] = [1.0, 2.0]
          const %b: float32[2] = [1.0, 2.0]
          const %c: float32[1,2] = [1.0, 2.0]
          const %d: float32[2] = [1.0, 3.0]
          %e = Add(%x, %a) # n1
          %f = Add(%e, %b) # n2
          %h = Add(%f, %c) # n3
          %y: float32[1,2] = Add(%h, %d) # n4
        }
        """,
      after: { graph in
        defer { graph.compact() }
        return try runPass(.duplicateInitializers, on: &graph)
      })
    #expect(report.names == ["b"])
    #expect(result.contains("Add(%e, %a)"))
    #expect(!result.contains("%b"))
  }

  @Test func givesEveryNodeANameOfItsOwn() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[2]) -> (%y: float32[2]) {
          %a = Relu(%x)
          %b = Neg(%a) # same
          %c = Neg(%b) # same
          %d = Abs(%c) # Relu_a
          %y: float32[2] = Abs(%d)
        }
        """, after: nameNodes)
    #expect(
      result == """
        graph g(%x: float32[2]) -> (%y: float32[2]) {
          %a = Relu(%x) # Relu_a_1
          %b = Neg(%a) # same
          %c = Neg(%b) # same_1
          %d = Abs(%c) # Relu_a
          %y: float32[2] = Abs(%d) # Abs_y
        }

        """)
    #expect(report.changed == 3)
  }
}
