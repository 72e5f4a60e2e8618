// Runtimes that are missing, foreign or refuse: each says the cause and the next step, and ends with 1, 2 or 4.

import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct BrokenRuntimeTests {
  @Test(arguments: BrokenRun.rtx) func tensorRTRTXSaysWhy(broken: BrokenRun) throws { try broken.run() }
  @Test(arguments: BrokenRun.tensorRT) func tensorRTSaysWhy(broken: BrokenRun) throws { try broken.run() }
  @Test(arguments: BrokenRun.onnxRuntime) func onnxRuntimeSaysWhy(broken: BrokenRun) throws { try broken.run() }
  @Test(arguments: BrokenRun.openVINO) func openVINOSaysWhy(broken: BrokenRun) throws { try broken.run() }

  @Test(arguments: [(11, 0, "built"), (10, 4, ", whose self-check failed: ")])
  func anUnknownVersionRunsWhereSomebodySaysSoAndItsSelfCheckPasses(layout: Int, status: Int32, words: String) throws {
    let space = try TestSpace()
    try space.write(BrokenBackend.product(), to: "m.onnx")
    try BrokenBackend(name: "tensorrt", files: [], install: "").manifest(space)
    let environment = try space.addTensorRT(
      version: 120000, ["-ULAYOUT", "-DLAYOUT=\(layout)"], as: ["libnvinfer.so.12", "libnvonnxparser.so.12"])
    let run = try space.ingot("build", "m.yaml", "--untested-runtime", environment: environment)
    #expect(run.status == status && (run.output + run.errors).contains(words), "\(run)")
  }

  @Test func hasTwelveCasesForEachBackend() {
    for cases in [BrokenRun.rtx, BrokenRun.tensorRT, BrokenRun.onnxRuntime, BrokenRun.openVINO] {
      #expect(cases.count >= 12 && cases.allSatisfy { [1, 2, 4].contains($0.status) })
    }
  }
}
