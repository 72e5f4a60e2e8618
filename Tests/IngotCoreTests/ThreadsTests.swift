// Threads that share work.

import IngotCore
import Synchronization
import Testing

@Suite struct ThreadsTests {
  @Test(arguments: [0, 1, 2, 9]) func eachThreadHasItsNumberAndAllAreWaitedFor(count: Int) {
    let numbers = Mutex<[Int]>([])
    withThreads(count) { number in numbers.withLock { $0.append(number) } }
    #expect(numbers.withLock { $0.sorted() } == Array(0..<max(count, 1)))
  }

  /// In a process of its own: other tests have pools too.
  @Test func theThreadsOfAPoolEndWithIt() async {
    await #expect(processExitsWith: .success) {
      func threadCount() throws -> Int { try FileSystem.names(in: "/proc/self/task").count }
      var pool: BlockingPool? = BlockingPool(threadCount: 20)
      #expect(await pool?.run { 6 * 7 } == 42)
      #expect(try threadCount() > 20)
      pool = nil
      for _ in 0..<500 where try threadCount() > 20 { try await Task.sleep(for: .milliseconds(20)) }
      #expect(try threadCount() <= 20)
    }
  }
}
