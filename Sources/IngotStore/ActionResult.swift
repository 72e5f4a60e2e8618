// What a step left: the record behind a key. On disk and on the wire it is build.bazel.remote.execution.v2.ActionResult
// (ActionResultCoding.swift), so any server of Bazel's HTTP cache protocol can hold and check it.

package import IngotCore

/// The outputs of a step that succeeded. A failed step has no record.
package struct ActionResult: Hashable, Sendable {
  /// A file that the step made.
  package struct Output: Hashable, Sendable {
    /// Relative, with `/` between parts, none of which is `..`: the output's name, not a place on a disk.
    package var path: String
    package var digest: Digest
    package var byteCount: Int

    package init(path: String, digest: Digest, byteCount: Int) {
      (self.path, self.digest, self.byteCount) = (path, digest, byteCount)
    }

    package init(path: String, _ blob: Blob) { self.init(path: path, digest: blob.digest, byteCount: blob.byteCount) }
  }

  /// Who ran the step and when; it takes no part in what the result means.
  package struct Execution: Hashable, Sendable {
    /// The machine's name, or what else says where it ran; not empty, because some servers write their own name there
    /// then.
    package var worker: String
    package var started: Timestamp
    package var completed: Timestamp
    /// Nanoseconds that the work itself took, from a clock that nobody sets.
    package var duration: Int64

    package init(worker: String, started: Timestamp, completed: Timestamp, duration: Int64) {
      (self.worker, self.started, self.completed, self.duration) = (worker, started, completed, duration)
    }
  }

  /// Sorted by path, no path twice.
  package let outputs: [Output]
  package var execution: Execution
  /// The step's own small record, in a form that its stage defines; at most 1 MiB.
  package var stdoutRaw: [UInt8]

  /// - Parameter outputs: in any order; their paths differ and are as `Output.path` says.
  package init(outputs: [Output], execution: Execution, stdoutRaw: [UInt8] = []) {
    let sorted = outputs.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    if let problem = Self.problem(ofPaths: sorted) { preconditionFailure(problem) }
    precondition(stdoutRaw.count <= Self.stdoutLimit, "a step's own record has at most 1 MiB")
    (self.outputs, self.execution, self.stdoutRaw) = (sorted, execution, stdoutRaw)
  }

  package func output(_ path: String) -> Output? { outputs.first { $0.path == path } }

  static let stdoutLimit = 1 << 20
  static let outputLimit = 10_000

  /// What is wrong with the outputs' paths, if anything.
  static func problem(ofPaths sorted: [Output]) -> String? {
    for (index, output) in sorted.enumerated() {
      let parts = output.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      let isRelative = parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual("..".utf8) && !$0.elementsEqual(".".utf8) }
      guard isRelative, output.path.utf8.count <= 1024, output.path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
        return "an output's path is not a plain relative one"
      }
      if index > 0 && sorted[index - 1].path == output.path { return "an output is there twice" }
    }
    return nil
  }
}
