import IngotCore
import Testing

@Suite struct ByteCountTests {
  @Test(arguments: [("4GiB", 4 << 30), ("512MiB", 512 << 20), ("1.5 GB", 1_500_000_000), ("0B", 0)])
  func readsAmountsAsPeopleWriteThem(text: String, count: Int) {
    #expect(ByteCount(text)?.count == count)
  }

  @Test(arguments: ["4", "4 gib", "-1GiB", "1e3MB", "", "GiB", "99999999TiB", "0.3B"])
  func refusesWhatIsNotAnAmount(text: String) {
    #expect(ByteCount(text) == nil)
  }
}
