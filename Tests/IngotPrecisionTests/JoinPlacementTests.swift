// P5 and P10: branches of a Concat in one scale, and what a Resize reads, in the forms that the backends take.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// Two convolutions whose results meet in a Concat, which a third reads. `r` is also what the first two read.
private func joined(_ branches: String = "%a, %b", tail: String = "%y: float32[b,16,8,8] = Conv(%j, %v) # conv3")
  -> String
{
  """
  graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,?,?,?]) {
    const %w: float32[16,16,3,3] = ramp(-1.0, 0.001)
    const %v: float32[16,32,3,3] = ramp(-1.0, 0.001)
    %r: float32[b,16,8,8] = Relu(%x) # stem
    %c: float32[b,16,8,8] = Conv(%r, %w) {pads=[1,1,1,1]} # conv1
    %a: float32[b,16,8,8] = Relu(%c) # relu1
    %d: float32[b,16,8,8] = Conv(%r, %w) {pads=[1,1,1,1]} # conv2
    %b: float32[b,16,8,8] = Relu(%d) # relu2
    %j: float32[b,32,8,8] = Concat(\(branches)) {axis=1} # concat
    \(tail)
  }
  """
}

/// `tensor scale readers` of each quantized activation; without the scale for what is not symmetric.
private func pairs(_ text: String, form: Int8Form = .tensorrt, _ amax: [String: Float] = [:]) throws -> [String] {
  let result = try lowered(text) { model throws(PrecisionError) in
    try lowerToInt8(&model, form: form) { name in
      let most = amax[name] ?? 1.27
      return ActivationRange(min: name == "x" ? -most : 0, max: most, amax: most)
    }
  }
  let problems = lintQDQ(result.model, for: QDQTarget(rawValue: form.rawValue) ?? .tensorrt)
  // Of shared scales those should know who refit an engine; what the models here end in is not read quantized.
  let others = problems.all.filter { $0.rule != .refit && $0.rule != .resultStaysFloat }
  #expect(others.isEmpty, "\(others)")
  return result.report.quantized.filter { $0.role == .activation }.map {
    ([$0.tensor] + (form == .tensorrt ? ["\($0.scales[0])"] : []) + $0.readers).joined(separator: " ")
  }
}

@Suite struct JoinPlacementTests {
  @Test func branchesOfAConcatHaveTheScaleOfItsResult() throws {
    // The result's own range decides: what lies beyond it in a branch is clipped there anyway.
    #expect(
      try pairs(joined(), ["a": 12.7, "b": 0.0127, "j": 2.54]) == [
        "r 0.01 conv1 conv2", "a 0.02 concat", "b 0.02 concat", "j 0.02 conv3",
      ])
  }

  @Test func aBranchThatOthersReadQuantizedHasASay() throws {
    let text = joined("%a, %r")
    #expect(
      try pairs(text, ["r": 5.08, "j": 2.54]) == ["r 0.04 conv1 conv2 concat", "a 0.04 concat", "j 0.04 conv3"])
    #expect(try pairs(text, ["r": 0.127, "j": 2.54]) == ["r 0.001 conv1 conv2", "j 0.02 conv3"])
    #expect(try pairs(text, form: .openvino, ["r": 0.127, "j": 2.54]) == ["r conv1 conv2", "j conv3"])
  }

  @Test func onnxRuntimeHasAScaleForEachBranch() throws {
    // A convolution that writes an output stays float there (O2).
    let tail = "%q: float32[b,16,8,8] = Conv(%j, %v) # conv3\n  %y: float32[b,16,8,8] = Tanh(%q) # tanh"
    #expect(
      try pairs(joined("%a, %r", tail: tail), form: .onnxruntime, ["r": 0.127, "j": 2.54]) == [
        "r conv1 conv2 concat", "a concat", "j conv3", "q tanh",
      ])
  }

  @Test func aConcatOfConcatsHasOneScale() throws {
    let text = joined(
      tail: """
        const %u: float32[16,48,3,3] = ramp
        %p: float32[b,32,8,8] = MaxPool(%j) {kernel_shape=[1,1]} # pool
        %k: float32[b,48,8,8] = Concat(%p, %b) {axis=1} # outer
        %y: float32[b,16,8,8] = Conv(%k, %u) # conv3
        """)
    #expect(
      try pairs(text, ["k": 2.54]) == [
        "r 0.01 conv1 conv2", "a 0.02 concat", "b 0.02 concat outer", "p 0.02 outer", "k 0.02 conv3",
      ])
  }

  @Test(arguments: [
    ("%y: float32[b,32,8,8] = Tanh(%j) # tanh", "something reads it in float: its branches stay float"),
    (
      "%y: float32[b,16,8,8] = Conv(%j, %v) # conv3\n  %z: float32[b,32,8,8] = Tanh(%j) # tanh",
      "something reads it in float: its branches stay float"
    ),
  ])
  func aConcatThatIsReadInFloatStaysFloat(tail: String, reason: String) throws {
    let placement = try place(try Model(text: joined(tail: tail)).graph)
    #expect(placement.decisions.contains { $0.node == "concat" && $0.rule == "P5" && $0.reason == reason })
    #expect(!placement.activations.contains { $0.rule == "P5" })
  }

  @Test func onnxRuntimeQuantizesAllBranchesOrNone() throws {
    let tail = "%y: float32[b,32,8,8] = Tanh(%j) # tanh"
    let some = try pairs(joined("%a, %x", tail: tail), form: .onnxruntime)
    #expect(some == ["x concat", "r conv1 conv2", "a concat"])
  }

  @Test func aResizeReadsWhatAConvolutionWritesInInt8() throws {
    let text = { (source: String, tail: String) in
      joined(
        tail: """
          const %none: float32[0] = []
          const %twice: float32[4] = [1.0, 1.0, 2.0, 2.0]
          %u: float32[b,16,16,16] = Resize(\(source), %none, %twice) {mode="nearest"} # resize
          \(tail)
          """)
    }
    let tail = "%y: float32[b,16,16,16] = Tanh(%u) # tanh"
    #expect(try pairs(text("%a", tail)) == ["r 0.01 conv1 conv2", "a 0.01 resize"])
    #expect(try pairs(text("%r", tail)) == ["r 0.01 conv1 conv2"])
    let output = try Model(text: text("%a", "%y: float32[b,16,16,16] = Identity(%u) # copy"))
    #expect(try place(output.graph).decisions.contains { $0.reason == "its result is an output of the graph" })
  }
}
