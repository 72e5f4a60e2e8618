import IngotCore
import IngotPlan
import IngotRun
import IngotStore
import Testing

@Suite struct StoredResultsTests {
  private let folder: TestFolder
  private let store: DiskStore
  private let results: StoredResults

  init() throws {
    folder = try TestFolder()
    store = try DiskStore(root: "\(folder.path)/store")
    results = StoredResults(store, worker: "here") { Timestamp(seconds: 1000) }
  }

  private func commit(_ key: Digest, facts: [NamedOption] = []) throws -> StepRecord {
    let scratch = try results.makeScratch()
    defer { results.removeScratch(scratch) }
    var files: [(name: String, path: String)] = []
    for (name, text) in [("model.onnx", "a model"), ("lower.json", "{}")] {
      try FileSystem.writeAtomically(text, to: "\(scratch)/\(name)")
      files.append((name, "\(scratch)/\(name)"))
    }
    return try results.commit(key: key, StageResult(files: files, facts: facts), duration: .milliseconds(1500))
  }

  @Test func whatIsCommittedIsFoundByItsKey() throws {
    let key = Digest(of: "key")
    #expect(results.record(for: key) == nil)
    let made = try commit(key, facts: [NamedOption(name: "b", value: "2"), NamedOption(name: "a", value: "1")])
    #expect(!made.wasCached && made.duration == .milliseconds(1500))
    for store in [store, try DiskStore(root: "\(folder.path)/store")] {
      let found = try #require(StoredResults(store, worker: "there") { Timestamp(seconds: 2000) }.record(for: key))
      #expect(found.wasCached)
      #expect(Set(found.outputs) == Set(made.outputs))
      #expect(found.facts == made.facts)
      #expect(found.duration == made.duration && found.key == key)
    }
    let output = try #require(made.output("model.onnx"))
    #expect(output == StepOutput(name: "model.onnx", digest: Digest(of: "a model"), byteCount: 7))
    #expect(try String(decoding: FileSystem.read(results.path(of: output)), as: UTF8.self) == "a model")
  }

  @Test(arguments: [
    "", "two\nlines", "a\ttab", "back\\slash", "\\n", "\\", "passed\ttrue\npassed\tfalse", "ünïcode", "\r\n",
  ])
  func factsComeBackAsTheyWere(text: String) throws {
    let key = Digest(of: "key")
    let facts = [NamedOption(name: "name \(text)", value: text), NamedOption(name: "passed", value: "false")]
    _ = try commit(key, facts: facts)
    let reopened = try DiskStore(root: "\(folder.path)/store")
    #expect(StoredResults(reopened, worker: "there") { Timestamp.now() }.record(for: key)?.facts == facts)
  }

  @Test func scratchFoldersGoAway() throws {
    let scratch = try results.makeScratch()
    try FileSystem.writeAtomically("x", to: "\(scratch)/file")
    results.removeScratch(scratch)
    #expect((try? FileStatus(ofFileAt: scratch)) == nil)
    results.removeScratch(scratch)
    #expect(Set(try (0..<20).map { _ in try results.makeScratch() }).count == 20)
  }

  @Test func aResultWithALostBlobIsAMiss() throws {
    let key = Digest(of: "key")
    let output = try #require(try commit(key).output("model.onnx"))
    try FileSystem.remove(store.path(of: output.digest))
    let reopened = try DiskStore(root: "\(folder.path)/store")
    let again = StoredResults(reopened, worker: "there") { Timestamp.now() }
    #expect(again.record(for: key) == nil)
    let error = #expect(throws: StoreError.self) { try again.path(of: output) }
    #expect(error?.isLostBlob == true)
  }
}

@Suite struct ExplainJournalTests {
  private let folder: TestFolder
  private let journal: ExplainJournal
  private let components = [
    KeyComponent(name: "stage", value: "build"), KeyComponent(name: "option", value: ""),
    KeyComponent(name: "a b", value: "two\nlines ü"),
  ]

  init() throws {
    folder = try TestFolder()
    journal = ExplainJournal(store: try DiskStore(root: "\(folder.path)/store"))
  }

  @Test func remembersTheLastComponentsOfEachStep() {
    #expect(journal.components(of: "net/build") == nil)
    journal.remember([KeyComponent(name: "old", value: "1")], for: "net/build")
    journal.remember(components, for: "net/build")
    journal.remember([], for: "net/lower")
    #expect(journal.components(of: "net/build") == components)
    #expect(journal.components(of: "net/lower") == [])
    #expect(journal.components(of: "net") == nil)
  }

  @Test(
    arguments: [[], [0], [0, 0, 0], [0x61], [0x61, 0, 0xFF, 0xFE], Array(repeating: 0x61, count: 2 << 20)] as [[UInt8]])
  func aDamagedFileCostsOnlyWords(bytes: [UInt8]) throws {
    journal.remember(components, for: "net/build")
    let name = try #require(try FileSystem.names(in: "\(folder.path)/store/explain").first)
    try folder.write(bytes, to: "store/explain/\(name)")
    _ = journal.components(of: "net/build")
    journal.remember(components, for: "net/build")
    #expect(journal.components(of: "net/build") == components)
  }

  @Test func aFolderThatCannotBeMadeIsNoFailure() throws {
    try folder.write("a file in the way", to: "store/explain")
    journal.remember(components, for: "net/build")
    #expect(journal.components(of: "net/build") == nil)
  }
}
