// Runtimes that are missing, foreign or refuse: each says the cause and the next step, and ends with 1, 2 or 4.

import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct BrokenRuntimeTests {
  @Test(arguments: BrokenRun.rtx) func tensorRTRTXSaysWhy(broken: BrokenRun) throws { try broken.run() }
  @Test(arguments: BrokenRun.tensorRT) func tensorRTSaysWhy(broken: BrokenRun) throws { try broken.run() }
  @Test(arguments: BrokenRun.onnxRuntime) func onnxRuntimeSaysWhy(broken: BrokenRun) throws { try broken.run() }
  @Test(arguments: BrokenRun.openVINO) func openVINOSaysWhy(broken: BrokenRun) throws { try broken.run() }

  @Test func hasTwelveCasesForEachBackend() {
    for cases in [BrokenRun.rtx, BrokenRun.tensorRT, BrokenRun.onnxRuntime, BrokenRun.openVINO] {
      #expect(cases.count >= 12 && cases.allSatisfy { [1, 2, 4].contains($0.status) })
    }
  }
}
