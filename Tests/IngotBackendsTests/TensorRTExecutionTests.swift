// Engines that run: on a TensorRT of our own and a CUDA driver of our own, whose device memory is this machine's. What is proven is
// that each method is called in its slot with what it needs, and that bytes go to the GPU and come back as they should.

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

/// The families that run engines here, by version and layout.
private let families = [(101601, 10), (100000, 10), (110400, 11), (10701, 15)]

@Suite struct TensorRTExecutionTests {
  private func rows(_ count: Int, from first: Float = 1) -> Tensor {
    Tensor((0..<count * 16).map { first + Float($0) }, shape: [count, 16])
  }

  @Test(arguments: families)
  func runsAnEngine(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    do {
      let session = try standIn.open("weight=0.5")
      #expect(session.inputs == [IOTensor(name: "x", type: .float32, shape: [.unknown, .fixed(16)])])
      #expect(session.outputs.map(\.name) == ["y"])
      for count in [3, 8, 1] {
        let outputs = try session.run(["x": rows(count)])
        #expect(outputs["y"] == rows(count, from: 1.5))
      }
    }
    let calls = try standIn.calls
    #expect(!calls.contains { $0.hasPrefix("WRONG") }, "\(calls)")
    let made =
      layout == 15 ? ["setRuntimeCache", "createExecutionContext with a configuration"] : ["createExecutionContext 0"]
    #expect(
      Array(calls.prefix(8 + made.count)) == [
        "createInferRuntime \(version)", "deserializeCudaEngine",
      ] + made + [
        "setInputShape x 3x16", "setTensorAddress x", "inferShapes", "setTensorAddress y", "enqueueV3",
        "setInputShape x 8x16",
      ])
    let deleted = calls.filter { $0.hasPrefix("delete") }
    #expect(
      deleted == ["delete context"] + (layout == 15 ? ["delete runtime cache", "delete runtime config"] : [])
        + ["delete engine", "delete runtime"])
    #expect(try standIn.driver.live == 0)
  }

  @Test(arguments: families)
  func runsWhatWasPreparedAgainAndAgain(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    do {
      let session = try standIn.open("")
      let runs = try (0..<2).map { _ in try session.prepare(["x": rows(2)]) }
      let before = try standIn.driver.calls.count
      for run in runs { try run.run(withCopies: false) }
      #expect(try Array(standIn.driver.calls[before...]) == ["cuStreamSynchronize", "cuStreamSynchronize"])
      let middle = try standIn.driver.calls.count
      try runs[0].run(withCopies: true)
      #expect(
        try Array(standIn.driver.calls[middle...]) == [
          "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2", "cuStreamSynchronize",
        ])
    }
    #expect(try standIn.driver.live == 0)
  }

  // MARK: CUDA graphs

  @Test(arguments: [(101601, 10), (110400, 11)])
  func launchesAGraphInsteadWhereAsked(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    do {
      let session = try standIn.open("", ["cuda-graphs": "on"])
      let run = try session.prepare(["x": rows(2)])
      let (enqueued, before) = (try standIn.calls.filter { $0 == "enqueueV3" }.count, try standIn.driver.calls.count)
      #expect(enqueued == 2)
      try run.run(withCopies: false)
      try run.run(withCopies: false)
      #expect(
        try Array(standIn.driver.calls[before...]) == [
          "cuGraphLaunch", "cuStreamSynchronize", "cuGraphLaunch", "cuStreamSynchronize",
        ])
      #expect(try standIn.calls.filter { $0 == "enqueueV3" }.count == 2)
    }
    #expect(try standIn.driver.live == 0)
  }

  @Test func saysWhatKeepsRunsFromBeingRecorded() throws {
    let standIn = try StandInTensorRT(version: 110400, layout: 11)
    let late = try #require(throws: BackendError.self) {
      _ = try standIn.open("late", ["cuda-graphs": "on"]).prepare(["x": rows(2)])
    }
    #expect(
      late.reason
        == .refused("cuda-graphs: the shape of 'y' depends on the data, so a run cannot be recorded"))
    let session = try standIn.open("", ["cuda-graphs": "on"])
    try standIn.driver.fail("cuStreamEndCapture", 700)
    let error = try #require(throws: BackendError.self) { _ = try session.prepare(["x": rows(2)]) }
    #expect(
      error.description == """
        tensorrt: cuda-graphs: cuStreamEndCapture: CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered
          hint: leave cuda-graphs off
        """)
  }

  @Test func tellsRTXToRecordByItself() throws {
    let standIn = try StandInTensorRT(version: 10701, layout: 15)
    let session = try standIn.open("", ["cuda-graphs": "on", "dynamic-shape-kernels": "eager"])
    _ = try session.prepare(["x": rows(2)])
    let calls = try standIn.calls
    #expect(calls.contains("setCudaGraphStrategy 1"))
    #expect(calls.contains("setDynamicShapesKernelSpecializationStrategy 1"))
    #expect(!(try standIn.driver.calls).contains("cuStreamBeginCapture_v2"))
  }

  @Test func whatRTXCompiledIsKeptForTheNextContext() throws {
    let standIn = try StandInTensorRT(version: 10701, layout: 15)
    let session = try standIn.open()
    #expect(session.runtimeCache == Bytes(Array("kernels".utf8)))
    let again = try standIn.open("", runtimeCache: session.runtimeCache)
    #expect(try standIn.calls.contains("deserialize kernels"))
    #expect(try again.run(["x": rows(1)])["y"] == rows(1))
    let classic = try StandInTensorRT(version: 110400, layout: 11).open()
    #expect(classic.runtimeCache == nil)
  }

  // MARK: Shapes

  @Test(arguments: families)
  func choosesTheProfileThatTakesTheInputs(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    let session = try standIn.open("two-profiles")
    for count in [4, 40, 5] { #expect(try session.run(["x": rows(count)])["y"] == rows(count)) }
    #expect(
      try standIn.calls.filter { $0.hasPrefix("setOptimizationProfileAsync") } == [
        "setOptimizationProfileAsync 1", "setOptimizationProfileAsync 0",
      ])
    let error = try #require(throws: BackendError.self) { _ = try session.run(["x": rows(100)]) }
    #expect(
      error.description == """
        \(standIn.kind.rawValue): no profile of the engine takes x [100, 16]; they take x [1, 16] to [16, 16]; or x [17, 16] \
        to [64, 16]
          hint: ask for sizes inside a profile, or build with another one
        """)
  }

  @Test(arguments: families)
  func readsShapesFromValues(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    let session = try standIn.open("sizes")
    let outputs = try session.run(["x": rows(2), "sizes": Tensor([4 as Int64, 8])])
    #expect(outputs["y"] == Tensor(rows(2).floats ?? [], shape: [4, 8]))
    #expect(try standIn.driver.calls.filter { $0 == "cuMemcpyHtoDAsync_v2" }.count == 1)
    let error = try #require(throws: BackendError.self) {
      _ = try session.run(["x": rows(2), "sizes": Tensor([4 as Int64, 80])])
    }
    #expect(error.description.contains("no profile of the engine takes"))
    #expect(!(try standIn.calls).contains { $0.hasPrefix("WRONG") })
  }

  @Test(arguments: families)
  func takesOutputsWhoseShapeTheDataDecides(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    do {
      let session = try standIn.open("late")
      for kept in [2, 3, 0] {
        let values: [Float] = (0..<48).map { $0 / 16 < kept ? 1 : -1 }
        let x = Tensor(values, shape: [3, 16])
        #expect(try session.run(["x": x])["y"] == Tensor([Float](repeating: 1, count: kept * 16), shape: [kept, 16]))
      }
    }
    #expect(!(try standIn.calls).contains { $0.hasPrefix("WRONG") })
    #expect(try standIn.driver.live == 0)
  }

  @Test func saysWhyALateOutputHasNoMemory() throws {
    let standIn = try StandInTensorRT(version: 110400, layout: 11)
    let session = try standIn.open("late")
    _ = try session.run(["x": rows(1)])
    try standIn.driver.fail("cuMemAlloc_v2", 2)
    let error = try #require(throws: BackendError.self) { _ = try session.run(["x": rows(2)]) }
    #expect(error.description.contains("out of memory") && error.hint != nil)
  }

  @Test func refusesInputsThatAreNotTheEngines() throws {
    let session = try StandInTensorRT(version: 110400, layout: 11).open()
    let error = try #require(throws: BackendError.self) { _ = try session.run(["z": rows(1)]) }
    #expect(error.reason == .refused("there is no input 'z'; the inputs are x (float32 [?, 16])"))
  }

  // MARK: What else an engine tells and takes

  @Test(arguments: families)
  func timesLayersAndDescribesThem(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    let session = try standIn.open()
    #expect(
      try session.layerTimes(["x": rows(2)]) == [
        LayerTime(layer: "scale", time: .microseconds(250)), LayerTime(layer: "shift", time: .microseconds(500)),
      ])
    #expect(
      try standIn.backend().timeLayers(
        ofEngineAt: standIn.engine(""), options: [:], code: EngineCode(), inputs: ["x": rows(2)], runs: 3, scratch: "")
        == session.layerTimes(["x": rows(2)]))
    #expect(try session.layers() == "{\"Layers\": [\"scale\", \"shift\"]}")
    #expect(!(try standIn.calls).contains { $0.hasPrefix("WRONG") })
  }

  @Test(arguments: [(101601, 10), (110400, 11), (10701, 15)])
  func keepsWeightsInHostMemoryWhereAsked(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    _ = try standIn.open("streaming", ["weight-streaming-budget": "600"])
    #expect(try standIn.calls.contains("setWeightStreamingBudgetV2 600"))
    let more = try #require(throws: BackendError.self) {
      _ = try standIn.open("streaming", ["weight-streaming-budget": "1001"])
    }
    #expect(more.description.contains("refused the weight-streaming-budget of 1001 B"))
    let none = try #require(throws: BackendError.self) { _ = try standIn.open("", ["weight-streaming-budget": "600"]) }
    #expect(none.description.contains("the engine has no weights that can be streamed"))
  }

  @Test func namesWhatAVersionLacks() throws {
    let old = try StandInTensorRT(version: 100000, layout: 10)
    let error = try #require(throws: BackendError.self) {
      _ = try old.open("streaming", ["weight-streaming-budget": "600"])
    }
    #expect(error.reason == .refused("TensorRT 10.0.0 or this engine has no weight-streaming-budget of 600 B"))
    let classic = try StandInTensorRT(version: 110400, layout: 11)
    let kernels = try #require(throws: BackendError.self) {
      _ = try classic.open("", ["dynamic-shape-kernels": "eager"])
    }
    #expect(kernels.reason == .refused("TensorRT 11.4.0 or this engine has no dynamic-shape-kernels 'eager'"))
  }

  @Test(arguments: families)
  func givesAnEngineOtherWeights(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    let session = try standIn.open("refit")
    #expect(try session.refittableWeights() == ["w1", "w2"])
    let model = standIn.file("model.onnx"), refitted = standIn.file("refitted.plan")
    func refit(_ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: model))
      try session.refit(withModelAt: model, to: refitted)
    }
    try refit("2.5")
    #expect(try session.run(["x": rows(1)])["y"] == rows(1, from: 3.5))
    #expect(
      try standIn.calls.suffix(12).contains("refitCudaEngine") && standIn.calls.contains("delete parser refitter"))
    let partial = try #require(throws: BackendError.self) { try refit("7 partial") }
    #expect(partial.description.hasSuffix("lacks weights of the engine:\n  w2"))
    let bad = try #require(throws: BackendError.self) { try refit("bad") }
    #expect(bad.description.contains("refused the refit with \(model)"))
    #expect(try session.run(["x": rows(1)])["y"] == rows(1, from: 3.5))
    let reopened = try standIn.backend().openEngine(at: refitted)
    #expect(try reopened.run(["x": rows(1)])["y"] == rows(1, from: 3.5))
    let fixed = try #require(throws: BackendError.self) { _ = try standIn.open().refittableWeights() }
    #expect(fixed.description.hasSuffix("or this engine has no refit\n  hint: build it with refit"))
    #expect(!(try standIn.calls).contains { $0.hasPrefix("WRONG") })
  }

  // MARK: What does not run here

  @Test(arguments: [(101601, 10), (110400, 11)])
  func saysWhyAnEngineDoesNotRunHere(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    let foreign = try #require(throws: BackendError.self) { _ = try standIn.open("foreign") }
    guard case .cannotRunHere(let words) = foreign.reason else {
      Issue.record("\(foreign)")
      return
    }
    #expect(words.contains("expecting compute 9.0 got compute 8.6, please rebuild"))
    var other = try standIn.plan("")
    other[25] += 1
    try Data(other).write(to: URL(fileURLWithPath: standIn.file("other.plan")))
    let newer = try #require(throws: BackendError.self) {
      _ = try standIn.backend().openEngine(at: standIn.file("other.plan"))
    }
    #expect(newer.description.contains("no engine runs with an older version"))
    let damaged = try #require(throws: BackendError.self) { _ = try standIn.open("damaged") }
    #expect(damaged.kind == .input)
    let direct = try #require(throws: BackendError.self) { _ = try standIn.open("direct") }
    #expect(direct.description.contains("'y' is laid out as CHW2") && direct.hint == "build it without direct-io")
    try Data("no plan at all, only a few words".utf8).write(to: URL(fileURLWithPath: standIn.file("junk.plan")))
    let junk = try #require(throws: BackendError.self) {
      _ = try standIn.backend().openEngine(at: standIn.file("junk.plan"))
    }
    #expect(junk.kind == .input)
    #expect(try standIn.driver.live == 0)
  }

  @Test(arguments: [
    ("cuDevicePrimaryCtxRetain", 804), ("cuStreamCreate", 700), ("cuMemAlloc_v2", 2), ("cuMemHostAlloc", 2),
    ("cuMemcpyHtoDAsync_v2", 700), ("cuMemcpyDtoHAsync_v2", 700), ("cuStreamSynchronize", 700),
  ])
  func whatTheDriverRefusesIsSaidAndLeavesNothing(call: String, code: Int) throws {
    let standIn = try StandInTensorRT(version: 110400, layout: 11)
    try standIn.driver.fail(call, code)
    let error = try #require(throws: BackendError.self) {
      _ = try standIn.open().run(["x": rows(2)])
    }
    #expect(error.description.contains("\(call.replacing("_v2", with: "")): CUDA_ERROR_"))
    #expect((error.hint != nil) == (code == 2))
    #expect(try standIn.driver.live == 0)
  }
}
