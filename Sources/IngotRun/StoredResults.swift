// The store on disk behind the executor's `ResultStore`: a step's record is an action result, its facts the result's
// standard output, one `name<TAB>value` a line, where `\n`, `\t` and `\\` stand for what would break the lines.

package import IngotCore
package import IngotPlan
internal import IngotRelease
package import IngotStore
internal import Synchronization

package final class StoredResults: ResultStore {
  private let store: DiskStore
  private let worker: String
  private let clock: WallClock
  /// A scratch folder lives as long as its value.
  private let scratches = Mutex<[String: ScratchDirectory]>([:])

  /// - Parameter worker: names this machine in records.
  package init(_ store: DiskStore, worker: String, clock: @escaping WallClock) {
    (self.store, self.worker, self.clock) = (store, worker, clock)
  }

  package func record(for key: Digest) -> StepRecord? {
    guard let result = store.lookup(key) else { return nil }
    return StepRecord(
      key: key, outputs: result.outputs.map { StepOutput(name: $0.path, digest: $0.digest, byteCount: $0.byteCount) },
      facts: Self.facts(in: result.stdoutRaw), duration: .nanoseconds(result.execution.duration), wasCached: true)
  }

  package func makeScratch() throws -> String {
    let scratch = try store.makeScratchDirectory()
    scratches.withLock { $0[scratch.path] = scratch }
    return scratch.path
  }

  package func removeScratch(_ path: String) {
    _ = scratches.withLock { $0.removeValue(forKey: path) }
  }

  package func commit(key: Digest, _ result: StageResult, duration: Duration) throws -> StepRecord {
    var outputs: [ActionResult.Output] = []
    for file in result.files {
      outputs.append(ActionResult.Output(path: file.name, try store.put(movingFileAt: file.path)))
    }
    let completed = clock()
    let nanoseconds = duration.nanoseconds
    let execution = ActionResult.Execution(
      worker: worker, started: Timestamp(nanoseconds: completed.nanoseconds - nanoseconds), completed: completed,
      duration: nanoseconds)
    let text = result.facts.map { "\(Self.escaped($0.name))\t\(Self.escaped($0.value))\n" }.joined()
    let filed = ActionResult(outputs: outputs, execution: execution, stdoutRaw: Array(text.utf8))
    try store.put(filed, for: key)
    // In the order in which the record gives them back, so that what is made from them is the same now and later.
    return StepRecord(
      key: key, outputs: filed.outputs.map { StepOutput(name: $0.path, digest: $0.digest, byteCount: $0.byteCount) },
      facts: result.facts, duration: duration, wasCached: false)
  }

  package func unfinishedPath(for key: Digest) -> String? { store.unfinishedPath(for: key) }

  package func path(of output: StepOutput) throws -> String { try store.verifiedPath(of: output.digest) }

  package func stageBundle(ofChannel name: String, at folder: String) throws {
    guard let bundle = try Channels(in: store).bundle(servedBy: name) else { return }
    try FileSystem.makeDirectory(folder)
    for file in bundle.files {
      try FileSystem.duplicate(
        try store.verifiedPath(of: file.digest), to: FileSystem.join(folder, file.path), allowsHardLink: true)
    }
    try FileSystem.writeAtomically(
      [Bytes(try bundle.encoded())], to: FileSystem.join(folder, Bundle.manifestName), isDurable: false)
  }

  private static func facts(in bytes: [UInt8]) -> [NamedOption] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
      return NamedOption(
        name: unescaped(line[..<tab]), value: unescaped(line[line.index(after: tab)...]))
    }
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\\": result += "\\\\"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    var isEscape = false
    for byte in bytes {
      if isEscape {
        result.append(byte == UInt8(ascii: "n") ? 0x0A : byte == UInt8(ascii: "t") ? 0x09 : byte)
        isEscape = false
      } else if byte == UInt8(ascii: "\\") {
        isEscape = true
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
