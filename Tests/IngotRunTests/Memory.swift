// A store, a resolver and a runner that are values in memory, for tests of what runs and what does not.

import IngotCore
import IngotPlan
import IngotRun
import Synchronization

final class MemoryStore: ResultStore, KeyJournal {
  private struct State {
    var records: [Digest: StepRecord] = [:]
    var contents: [Digest: [UInt8]] = [:]
    var journal: [String: [KeyComponent]] = [:]
    var scratches: [String] = []
  }

  private let state = Mutex(State())
  private let root: String

  init() throws {
    root = "/tmp/ingot-tests-\(FileSystem.uniqueSuffix())"
    try FileSystem.makeDirectory(root)
  }

  deinit { try? FileSystem.remove(root) }

  func record(for key: Digest) -> StepRecord? { state.withLock { $0.records[key] } }

  func makeScratch() throws -> String {
    let path = "\(root)/\(FileSystem.uniqueSuffix())"
    try FileSystem.makeDirectory(path)
    state.withLock { $0.scratches.append(path) }
    return path
  }

  func removeScratch(_ path: String) { try? FileSystem.remove(path) }

  func commit(key: Digest, _ result: StageResult, duration: Duration) throws -> StepRecord {
    var outputs: [StepOutput] = []
    for file in result.files {
      let bytes = try FileSystem.read(file.path)
      let digest = Digest(of: bytes)
      try FileSystem.writeAtomically([Bytes(bytes)], to: "\(root)/\(digest.hex)", isDurable: false)
      outputs.append(StepOutput(name: file.name, digest: digest, byteCount: bytes.count))
    }
    let record = StepRecord(key: key, outputs: outputs, facts: result.facts, duration: duration, wasCached: true)
    state.withLock { $0.records[key] = record }
    var made = record
    made.wasCached = false
    return made
  }

  func path(of output: StepOutput) throws -> String { "\(root)/\(output.digest.hex)" }
  func stageBundle(ofChannel name: String, at folder: String) throws {}

  func components(of label: String) -> [KeyComponent]? { state.withLock { $0.journal[label] } }
  func remember(_ components: [KeyComponent], for label: String) { state.withLock { $0.journal[label] = components } }

  /// Folders that were made and are still there.
  var leftovers: [String] {
    get throws { try FileSystem.names(in: root).filter { $0.contains("-") } }
  }
}

/// Files are their paths' contents in a dictionary; tools have versions.
struct MemoryResolver: InputResolver {
  var files: [String: String]
  var toolVersions: [String: String] = [:]

  func digest(ofModelAt path: String) throws -> Digest { try digest(of: path) }
  func digest(ofCalibrationSetAt path: String) throws -> Digest { try digest(of: path) }
  func digest(ofFileAt path: String) throws -> Digest { try digest(of: path) }
  func digest(ofChannel name: String) throws -> Digest { Digest(of: files[name] ?? "") }

  func identity(of tool: ToolRequirement) throws -> ToolIdentity {
    let version = toolVersions[tool.backend] ?? "1"
    return ToolIdentity(name: tool.backend, version: version, digest: Digest(of: version))
  }

  private func digest(of path: String) throws -> Digest {
    guard let text = files[path] else { throw InputError(in: path, "there is no such file") }
    return Digest(of: text)
  }
}

/// Records what ran; each output's bytes are what `transform` makes of the step's inputs.
final class RecordingRunner: StepRunner {
  private let labels = Mutex<[String]>([])
  private let transform: @Sendable (StageJob, [String]) throws -> String

  init(_ transform: @escaping @Sendable (StageJob, [String]) throws -> String = { $1.joined(separator: "+") }) {
    self.transform = transform
  }

  var ran: [String] { labels.withLock { $0.sorted() } }
  func forget() { labels.withLock { $0 = [] } }

  func run(_ job: StageJob) throws -> StageResult {
    labels.withLock { $0.append(job.step.label) }
    let inputs = try job.step.inputs.map { input in
      guard case .output = input.source, let path = job.inputs[input.name] else {
        return job.inputDigests[input.name]?.hex ?? ""
      }
      return String(decoding: try FileSystem.read(path), as: UTF8.self)
    }
    let path = "\(job.scratch)/out"
    try FileSystem.writeAtomically(try transform(job, inputs), to: path)
    return StageResult(files: [(name: "out", path: path)], facts: [NamedOption(name: "label", value: job.step.label)])
  }
}
