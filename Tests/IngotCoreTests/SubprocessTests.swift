import Foundation
import IngotCore
import Testing

@Suite struct SubprocessTests {
  @Test func givesStatusOutputAndLines() throws {
    var lines: [String] = []
    let result = try runSubprocess(["sh", "-c", "echo one; echo two >&2; printf three; exit 7"]) { lines.append($0) }
    #expect(result.status == 7 && result.output == "one\ntwo\nthree")
    #expect(lines == ["one", "two", "three"])
  }

  @Test func runsInAFolderWithoutInput() throws {
    #expect(try runSubprocess(["sh", "-c", "pwd; cat"], in: "/usr").output == "/usr\n")
  }

  @Test func saysWhichSignalEndedIt() throws {
    #expect(try runSubprocess(["sh", "-c", "kill -9 $$"]).status == 137)
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    let error = #expect(throws: SystemError.self) { try runSubprocess(["/absent/program"]) }
    #expect(error?.description == "/absent/program: start failed: No such file or directory")
  }

  @Test func takesMoreOutputThanAPipeHolds() throws {
    let result = try runSubprocess(["sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x"])
    #expect(result.output.utf8.count == 1_000_000)
  }

  @Test func aSlowProgramDoesNotHoldUpAnother() async throws {
    let pool = BlockingPool(threadCount: 8)
    try await withThrowingTaskGroup(of: (isSlow: Bool, ended: ContinuousClock.Instant).self) { group in
      for number in 0..<8 {
        let isSlow = number % 2 == 0
        group.addTask {
          let ended = try await pool.run { () throws(SystemError) in
            _ = try runSubprocess(isSlow ? ["sleep", "3"] : ["true"]).status
            return ContinuousClock.now
          }
          return (isSlow, ended)
        }
      }
      // One that was held up would end with the slow ones, on a machine of any speed.
      let ends = try await group.reduce(into: []) { $0.append($1) }.sorted { $0.ended < $1.ended }
      #expect(ends.map(\.isSlow) == [false, false, false, false, true, true, true, true])
    }
  }
}
