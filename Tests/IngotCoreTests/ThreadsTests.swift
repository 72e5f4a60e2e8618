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
}
