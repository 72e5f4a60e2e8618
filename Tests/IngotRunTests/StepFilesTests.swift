// How a step's files come out of the store and go into it: by names, not by copies.

import IngotCore
import IngotPlan
import IngotRun
import IngotStore
import Synchronization
import Testing

@Suite struct StepFilesTests {
  /// Gives its input back as its output, and remembers which file it was.
  private final class PassingRunner: StepRunner {
    private let seen = Mutex<[UInt64]>([])
    var inodes: [UInt64] { seen.withLock { $0 } }

    func run(_ job: StageJob) throws -> StageResult {
      let path: String
      if job.step.stage == .sanitize {
        path = "\(job.scratch)/model.onnx"
        try FileSystem.writeAtomically("weights", to: path)
      } else {
        path = try #require(job.inputs["model"])
      }
      let inode = try FileStatus(ofFileAt: path).inode
      seen.withLock { $0.append(inode) }
      return StageResult(files: [(name: "model.onnx", path: path)])
    }
  }

  @Test func aFileThatAStepWroteIsTheBlobAndTheNextStepsInput() async throws {
    let folder = try TestFolder()
    let disk = try DiskStore(root: "\(folder.path)/store")
    let results = StoredResults(disk, worker: "here") { Timestamp(seconds: 1000) }
    let lower = LowerSettings(precision: "fp16", fallback: "fp32", keepNodes: [], keepOps: [])
    let plan = Plan(
      name: "net",
      steps: [
        Step(
          .sanitize(SanitizeSettings(inputs: [])), inputs: [StepInput("model", .model(path: "m"))], label: "sanitize"),
        Step(.lower(lower), inputs: [StepInput("model", .output(of: StepID(0), name: "model.onnx"))], label: "lower"),
      ])
    let (runner, journal) = (PassingRunner(), try MemoryStore())
    let lookup = SharedLookup(
      Lookup(store: results, resolver: MemoryResolver(files: ["m": "1"]), journal: journal))
    let executor = Executor(store: results, runner: runner, journal: journal, jobs: 1) { _ in }
    let outcome = await executor.run(plan, statuses: lookup.statuses(of: plan), lookup: lookup)
    #expect(outcome.failures.isEmpty)
    let blob = try FileStatus(ofFileAt: disk.path(of: Digest(of: "weights")))
    #expect(runner.inodes == [blob.inode, blob.inode])
    #expect(outcome.record(StepID(1))?.outputs == outcome.record(StepID(0))?.outputs)
  }
}
