// Normalizations and activations that exporters write in steps.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesFusionTests {
  private func run(_ pass: Pass, _ nodes: String, opset: Int64, type: String = "float32") throws -> (
    text: String, report: PassReport
  ) {
    try text(
      of: """
        graph g(%x: \(type)[n,6,4]) -> (%y) {
          const %half: \(type)[] = [0.5]
          const %one: \(type)[] = [1.0]
          const %two: \(type)[] = [2.0]
          const %three: \(type)[] = [3.0]
          const %six: \(type)[] = [6.0]
          const %zero: \(type)[] = [0.0]
          const %root: \(type)[] = [1.4142135]
          const %bend: \(type)[] = [0.7978846]
          const %cube: \(type)[] = [0.044715]
          const %alpha: \(type)[] = [1.702]
          const %epsilon: \(type)[] = [0.00001]
          const %gamma: \(type)[4] = [1.0, 2.0, 3.0, 4.0]
          const %beta: \(type)[1,4] = [0.0, 1.0, 2.0, 3.0]
          const %other: \(type)[6,4] = ones
          const %c1: \(type)[6,1] = ramp
          const %ones2: \(type)[2] = ones
          const %zeros2: \(type)[2] = zeros
          const %groups: int64[3] = [0, 2, -1]
          const %back: int64[3] = [0, 6, 4]
        \(nodes)
        }
        """, after: { try runPass(pass, on: &$0, opset: opset) })
  }

  static let erf = "%d = Div(%x, %root)\n%e = Erf(%d)\n%a = Add(%e, %one)\n"
  static let tanh =
    "%p = Pow(%x, %three)\n%q = Mul(%cube, %p)\n%s = Add(%x, %q)\n%u = Mul(%s, %bend)\n%t = Tanh(%u)\n%a = Add(%one, %t)\n"
  static let fast = """
    %p = Mul(%x, %x)
    %q = Mul(%cube, %p)
    %s = Add(%one, %q)
    %v = Mul(%x, %bend)
    %u = Mul(%v, %s)
    %t = Tanh(%u)
    %a = Add(%one, %t)

    """

  @Test(arguments: [erf, tanh, fast]) func makesGeluOfBothForms(_ gate: String) throws {
    let approximate = gate == Self.erf ? "none" : "tanh"
    for end in [
      "%m = Mul(%x, %a)\n%y = Mul(%m, %half)", "%m = Mul(%half, %x)\n%y = Mul(%m, %a)",
      "%m = Mul(%a, %half)\n%y = Mul(%x, %m)",
      "%m = Mul(%a, %x)\n%y = Div(%m, %two)",
    ] {
      let (result, report) = try run(.gelu, gate + end, opset: 20)
      #expect(report.removed >= 4, "\(end)")
      #expect(result.contains("Gelu(%x) {approximate=\"\(approximate)\"}"))
    }
  }

  @Test func leavesWhatIsNoGelu() throws {
    let end = "%m = Mul(%x, %a)\n%y = Mul(%m, %half)"
    #expect(try run(.gelu, Self.erf + end, opset: 19).report.isEmpty)
    #expect(try run(.gelu, Self.erf + end, opset: 20, type: "float16").report.isEmpty)
    #expect(try run(.gelu, Self.erf + "%m = Mul(%x, %a)\n%y = Mul(%m, %two)", opset: 20).report.isEmpty)
    #expect(try run(.gelu, Self.erf.replacing("%root", with: "%two") + end, opset: 20).report.isEmpty)
    let isReadTwice = Self.erf + "%m = Mul(%x, %a)\n%z = Mul(%m, %half)\n%y = com.example::Use(%a, %z)"
    #expect(try run(.gelu, isReadTwice, opset: 20).report.isEmpty)
    #expect(try run(.gelu, Self.erf.replacing("Div(%x", with: "Div(%other") + end, opset: 20).report.isEmpty)
  }

  @Test(arguments: [
    ("%s = Sigmoid(%x)\n%y = Mul(%x, %s)", 24, "Swish(%x) {alpha=1.0}"),
    ("%b = Mul(%x, %alpha)\n%s = Sigmoid(%b)\n%y = Mul(%s, %x)", 24, "Swish(%x) {alpha=1.702}"),
    ("%b = Add(%x, %three)\n%s = Clip(%b, %zero, %six)\n%m = Mul(%x, %s)\n%y = Div(%m, %six)", 14, "HardSwish(%x)"),
    ("%b = Add(%x, %three)\n%s = Clip(%b, %zero, %six)\n%y = Div(%s, %six)", 14, "HardSigmoid(%x)"),
    ("%s = HardSigmoid(%x) {alpha=0.16666667, beta=0.5}\n%y = Mul(%x, %s)", 14, "HardSwish(%x)"),
    ("%s = Softplus(%x)\n%t = Tanh(%s)\n%y = Mul(%x, %t)", 18, "Mish(%x)"),
    ("%s = Softmax(%x) {axis=1}\n%y = Log(%s)", 13, "LogSoftmax(%x) {axis=1}"),
    ("%e = Exp(%x)\n%s = Add(%e, %one)\n%y = Log(%s)", 13, "Softplus(%x)"),
  ]) func makesActivations(_ nodes: String, _ opset: Int64, _ expected: String) throws {
    let (result, report) = try run(.activations, nodes, opset: opset)
    #expect(report.removed >= 1)
    #expect(result.contains(expected))
    if opset > 13, !expected.hasPrefix("HardSigmoid") {
      #expect(!(try run(.activations, nodes, opset: 13).text.contains(expected)))
    }
  }

  @Test(arguments: [
    "%s = Sigmoid(%x)\n%y = Mul(%other, %s)", "%s = HardSigmoid(%x)\n%y = Mul(%x, %s)",
    "%b = Add(%x, %three)\n%s = Clip(%b, %zero, %six)\n%m = Mul(%x, %s)\n%y = Div(%m, %three)",
    "%s = Softmax(%x)\n%l = Log(%s)\n%y = Sub(%l, %s)", "%e = Exp(%x)\n%s = Add(%e, %two)\n%y = Log(%s)",
  ]) func leavesOtherActivationsAlone(_ nodes: String) throws {
    #expect(try run(.activations, nodes, opset: 24).report.isEmpty)
  }

  static let centered = """
    %mean = ReduceMean(%x) {axes=[-1]}
    %d = Sub(%x, %mean)
    %p = Pow(%d, %two)
    %var = ReduceMean(%p) {axes=[2]}
    %sum = Add(%var, %epsilon)
    %dev = Sqrt(%sum)
    %n = Div(%d, %dev)

    """

  @Test func makesALayerNormalization() throws {
    let (result, report) = try run(
      .layerNormalization, Self.centered + "%m = Mul(%n, %gamma)\n%y = Add(%beta, %m)", opset: 17)
    #expect(report.removed >= 8)
    #expect(result.contains("= LayerNormalization(%x, %gamma, %y_bias) {axis=-1, epsilon="))
    #expect(try run(.layerNormalization, Self.centered + "%y = Mul(%n, %gamma)", opset: 16).report.isEmpty)
  }

  @Test func normalizesWithoutAScaleAndWithAReciprocal() throws {
    let (result, _) = try run(.layerNormalization, Self.centered + "%y = Relu(%n)", opset: 17)
    #expect(result.contains("LayerNormalization(%x, %n_scale)"))
    let reciprocal = Self.centered.replacing("%n = Div(%d, %dev)", with: "%i = Reciprocal(%dev)\n%n = Mul(%i, %d)")
    #expect(
      try run(.layerNormalization, reciprocal + "%y = Relu(%n)", opset: 17).text.contains("LayerNormalization(%x"))
  }

  @Test(arguments: [
    centered.replacing("axes=[2]", with: "axes=[1]"), centered.replacing("axes=[-1]", with: "axes=[1]"),
    centered.replacing("%two", with: "%three"),
    centered.replacing("ReduceMean(%x)", with: "ReduceMax(%x)"),
  ]) func leavesOtherQuotientsAlone(_ nodes: String) throws {
    #expect(try run(.layerNormalization, nodes + "%y = Relu(%n)", opset: 17).report.isEmpty)
  }

  @Test func normalizesByTheRootOfTheMeanSquareSince23() throws {
    let nodes = """
      %axis = Constant() {value=int64[1] [-1]}
      %p = Mul(%x, %x)
      %var = ReduceMean(%p, %last)
      %sum = Add(%var, %epsilon)
      %dev = Sqrt(%sum)
      %n = Div(%x, %dev)
      %y = Mul(%gamma, %n)
      const %last: int64[1] = [-1]
      """
    #expect(try run(.layerNormalization, nodes, opset: 23).text.contains("= RMSNormalization(%x, %gamma)"))
    #expect(try run(.layerNormalization, nodes, opset: 22).report.isEmpty)
  }

  @Test func makesAGroupNormalization() throws {
    let nodes = """
      %g = Reshape(%x, %groups)
      %i = InstanceNormalization(%g, %ones2, %zeros2) {epsilon=0.001}
      %b = Reshape(%i, %back)
      %m = Mul(%b, %c1)
      %y = Add(%m, %c1)
      """
    let (result, report) = try run(.groupNormalization, nodes, opset: 21)
    #expect(report.removed == 4)
    #expect(result.contains("GroupNormalization(%x, %y_scale, %y_bias) {epsilon=0.001, num_groups=2}"))
    #expect(try run(.groupNormalization, nodes, opset: 20).report.isEmpty)
    #expect(try run(.groupNormalization, nodes.replacing("%zeros2", with: "%ones2"), opset: 21).report.isEmpty)
  }
}
