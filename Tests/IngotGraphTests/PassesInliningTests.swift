// Branches, loops and functions that become part of the graph around them.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesInliningTests {
  private func run(_ pass: Pass, _ graphText: String) throws -> (text: String, report: PassReport) {
    try text(of: graphText, after: { try runPass(pass, on: &$0) })
  }

  private static func branching(_ condition: String) -> String {
    """
    graph g(%x: float32[2], %s: bool[]) -> (%y: float32[2], %z: float32[2]) {
      const %on: bool[] = [\(condition)]
      %p = Exp(%x) # exp
      %y: float32[2], %z: float32[2] = If(%on) {then_branch=graph t() -> (%a, %x) {
        const %two: float32[] = [2.0]
        %b = Mul(%p, %two) # mul
        %c = If(%s) {then_branch=graph u() -> (%d) {
          %d = Neg(%b)
        }, else_branch=graph v() -> (%d) {
          %d = Abs(%b)
        }} # inner
        %a = Add(%b, %c) # add
      }, else_branch=graph e() -> (%q, %r) {
        %q = Neg(%x) # neg
        %r = Neg(%p) # neg2
      }} # if
    }
    """
  }

  @Test func putsTheTakenBranchInItsPlace() throws {
    let (first, report) = try run(.constantIfs, Self.branching("true"))
    #expect(report.names == ["if"])
    #expect(first.contains("%y: float32[2] = Add("))
    #expect(first.contains("%z: float32[2] = Identity(%x)"))
    #expect(first.contains("# inner"))
    let (second, _) = try run(.constantIfs, Self.branching("false"))
    #expect(second.contains("%y: float32[2] = Neg(%x) # neg"))
    #expect(second.contains("%z: float32[2] = Neg(%p) # neg2"))
    #expect(!second.contains("If("))
  }

  @Test func keepsAConditionThatOnlyARunKnows() throws {
    #expect(try run(.constantIfs, Self.branching("true").replacing("If(%on)", with: "If(%s)")).report.isEmpty)
  }

  @Test func givesMovedValuesNamesOfTheirOwn() throws {
    // Both branches and the graph have a value `b`.
    let (result, _) = try run(
      .constantIfs,
      """
      graph g(%x: float32[2]) -> (%y, %z) {
        const %on: bool[] = [true]
        %y = If(%on) {then_branch=graph t() -> (%a) {
          %b = Exp(%x)
          %a = Neg(%b)
        }, else_branch=graph e() -> (%b) {
          %b = Log(%x)
        }}
        %z = If(%on) {then_branch=graph t() -> (%a) {
          %b = Sin(%x)
          %a = Neg(%b)
        }, else_branch=graph e() -> (%b) {
          %b = Log(%x)
        }}
      }
      """)
    #expect(!result.contains("If("))
    #expect(result.split(separator: "\n").count { $0.contains("Neg(") } == 2)
  }

  private static func looping(_ limit: String, _ start: String) -> String {
    """
    graph g(%x: float32[2], %m: int64[], %s: bool[]) -> (%y: float32[2], %l) {
      const %zero: int64[] = [0]
      const %one: int64[] = [1]
      const %on: bool[] = [true]
      const %off: bool[] = [false]
      %y: float32[2], %l = Loop(\(limit), \(start), %x) {body=graph b(%i: int64[], %c: bool[], %v: float32[2]) -> (%o, %w, %k) {
        %o = Identity(%c)
        %f = Cast(%i) {to=1}
        %w = Add(%v, %f)
        %k = Exp(%v)
      }} # loop
    }
    """
  }

  @Test func runsALoopThatRunsOnce() throws {
    for (limit, start) in [("%one", "%on"), ("%one", "_")] {
      let (result, report) = try run(.shortLoops, Self.looping(limit, start))
      #expect(report.names == ["loop"])
      #expect(result.contains("%y: float32[2] = Add(%x, "))
      #expect(result.contains("= Exp(%x)"))
      #expect(result.contains("Unsqueeze("))
    }
    for (limit, start) in [("%m", "%on"), ("%one", "%s"), ("_", "%on"), ("%zero", "%on")] {
      #expect(try run(.shortLoops, Self.looping(limit, start)).report.isEmpty)
    }
  }

  @Test func skipsALoopThatNeverRuns() throws {
    for (limit, start) in [("%zero", "%on"), ("%m", "%off"), ("_", "%off")] {
      let text = Self.looping(limit, start).replacing(", %l = Loop", with: " = Loop").replacing(", %l)", with: ")")
      let (result, _) = try run(.shortLoops, text)
      #expect(result.contains("%y: float32[2] = Identity(%x)"))
    }
  }

  private func inline(_ text: String) throws -> (model: Model, report: PassReport) {
    var model = try Model(text: text)
    let report = inlineFunctions(&model)
    #expect(model.graph.verify().map(\.description) == [])
    return (model, report)
  }

  @Test func putsFunctionsInThePlaceOfTheirCalls() throws {
    let (model, report) = try inline(
      """
      model ir 9 opset ai.onnx 17 opset custom 1
      graph g(%x: float32[2], %s: bool[]) -> (%y, %z) {
        %y = custom::Twice(%x) {alpha=0.5} # first
        %z = If(%s) {then_branch=graph t() -> (%a) {
          %a = custom::Twice(%y) # second
        }, else_branch=graph e() -> (%b) {
          %b = custom::Leak(%x) # third
        }}
      }
      function custom::Twice opset ai.onnx 17 opset custom 1 {alpha=0.1} graph(%v) -> (%r) {
        %t = custom::Leak(%v) {alpha=ref(alpha, 1)}
        %r = Add(%t, %t)
      }
      function custom::Leak opset ai.onnx 17 {alpha=0.2} graph(%v) -> (%r) {
        %r = LeakyRelu(%v) {alpha=ref(alpha, 1)}
      }
      function custom::Unused opset ai.onnx 17 graph(%v) -> (%r) {
        %r = Neg(%v)
      }
      """)
    #expect(report.removed == 3)
    #expect(model.functions.isEmpty)
    let text = model.graph.text()
    #expect(text.contains("LeakyRelu(%x) {alpha=0.5}"))
    #expect(text.contains("LeakyRelu(%y) {alpha=0.1}"))
    #expect(text.contains("LeakyRelu(%x) {alpha=0.2}"))
    #expect(!text.contains("custom::"))
  }

  @Test func leavesFunctionsThatCallThemselvesOrMeanOtherVersions() throws {
    for body in ["%r = custom::F(%v)", "%r = ReduceSum(%v) {axes=[0]}"] {
      let (model, report) = try inline(
        """
        model ir 9 opset ai.onnx 17 opset custom 1
        graph g(%x: float32[2]) -> (%y) {
          %y = custom::F(%x)
        }
        function custom::F opset ai.onnx 11 opset custom 1 graph(%v) -> (%r) {
          \(body)
        }
        function custom::Unused opset ai.onnx 11 graph(%v) -> (%r) {
          %r = Neg(%v)
        }
        """)
      #expect(model.functions.map(\.key.name) == ["F"])
      #expect(report.names == ["Unused"])
    }
  }

  @Test func leavesFunctionsThatWouldMakeAGraphWithoutEnd() throws {
    var text =
      "model ir 9 opset ai.onnx 17 opset custom 1\ngraph g(%x: float32[2]) -> (%y) {\n%y = custom::F40(%x)\n}\n"
    text += "function custom::F0 opset ai.onnx 17 graph(%v) -> (%r) {\n%r = Neg(%v)\n}\n"
    for level in 1...40 {
      text +=
        "function custom::F\(level) opset ai.onnx 17 opset custom 1 graph(%v) -> (%r) {\n"
        + "%t = custom::F\(level - 1)(%v)\n%r = custom::F\(level - 1)(%t)\n}\n"
    }
    let (model, report) = try inline(text)
    #expect(model.functions.count == 41)
    #expect(report.isEmpty)
  }
}
