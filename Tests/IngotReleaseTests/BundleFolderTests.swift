import Foundation
import IngotCore
import IngotRelease
import IngotStore
import Testing

@Suite struct BundleFolderTests {
  @Test func isWrittenOnceAndReadBack() throws {
    let place = try Workplace()
    let out = place.path("out/digits-int8-cpu")
    let bundle = try place.makeBundle()
    #expect(try bundle.write(to: out, from: place.store))
    #expect(try FileSystem.names(in: out) == ["bundle.json", "engine.plan", "ranges.json"])
    #expect(try FileSystem.names(in: place.path("out")) == ["digits-int8-cpu"])
    #expect(try read(out + "/engine.plan") == "engine")
    let (found, digest) = try Bundle.read(out)
    #expect(try found == bundle && digest == bundle.digest())

    let before = try FileStatus(ofFileAt: out)
    #expect(try !bundle.write(to: out, from: place.store))
    let next = try place.nextStore()
    #expect(try !bundle.write(to: out, from: next))
    #expect(try FileStatus(ofFileAt: out) == before)
    #expect(next.fileDigests.hashedByteCount == 0)
  }

  @Test func anEditedFileIsNoticedAndDoesNotTouchTheStore() throws {
    let place = try Workplace()
    let out = place.path("out/b")
    let bundle = try place.makeBundle()
    try bundle.write(to: out, from: place.store)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: out + "/engine.plan"))
    try handle.write(contentsOf: Data("ENGINE".utf8))
    try handle.close()
    let error = #expect(throws: ReleaseError.self) { try Bundle.read(out) }
    #expect(
      error?.description == """
        \(out): the bundle's files are not those that bundle.json names:
          engine.plan is \(Digest(of: "ENGINE")), not \(Digest(of: "engine"))
          hint: build it again, or copy it again from where it came
        """)
    #expect(try place.store.read(Digest(of: "engine")) == Array("engine".utf8))
    #expect(try bundle.write(to: out, from: place.store))
    #expect(try read(out + "/engine.plan") == "engine")
    #expect(try Bundle.read(out).bundle == bundle)
  }

  @Test func reportsAllThatIsWrongWithAFolder() throws {
    let place = try Workplace()
    let out = place.path("out/b")
    try place.makeBundle().write(to: out, from: place.store)
    try FileSystem.remove(out + "/engine.plan")
    try write("too long", to: out + "/ranges.json")
    let error = #expect(throws: ReleaseError.self) { try Bundle.read(out) }
    #expect(
      error?.description == """
        \(out): the bundle's files are not those that bundle.json names:
          \(out)/engine.plan: open failed: No such file or directory
          ranges.json has 8 bytes, not 6
          hint: build it again, or copy it again from where it came
        """)
    let absent = #expect(throws: ReleaseError.self) { try Bundle.read(place.path("absent")) }
    #expect(
      absent?.description == "\(place.path("absent")): this is no bundle: there is no bundle.json; build it again")
  }

  @Test func replacesAnOlderBundle() throws {
    let place = try Workplace()
    let out = place.path("out/b")
    try place.makeBundle("first").write(to: out, from: place.store)
    let second = try place.makeBundle("second")
    #expect(try second.write(to: out, from: place.store))
    #expect(try Bundle.read(out).bundle == second)
    #expect(try FileSystem.names(in: place.path("out")) == ["b"])
  }

  @Test func replacesABundleThatIsBroken() throws {
    let place = try Workplace()
    let out = place.path("out/b")
    let bundle = try place.makeBundle()
    try bundle.write(to: out, from: place.store)
    try write("{", to: out + "/bundle.json")
    #expect(try bundle.write(to: out, from: place.store))
    #expect(try Bundle.read(out).bundle == bundle)
  }

  @Test func doesNotReplaceWhatAPersonPutThere() throws {
    let place = try Workplace()
    let bundle = try place.makeBundle()
    for name in ["documents", "file"] {
      let path = place.path(name)
      if name == "file" { try write("x", to: path) } else { try FileSystem.makeDirectory(path + "/mine") }
      let error = #expect(throws: ReleaseError.self) { try bundle.write(to: path, from: place.store) }
      #expect(
        error?.description == """
          \(path): a folder that Ingot did not write is in the way of a bundle; \
          move it, or choose another folder with --out
          """)
    }
    let out = place.path("out")
    try bundle.write(to: out, from: place.store)
    try write("mine", to: out + "/notes.txt")
    #expect(try !bundle.write(to: out, from: place.store))
    let error = #expect(throws: ReleaseError.self) { try place.makeBundle("other").write(to: out, from: place.store) }
    #expect(
      error?.description == """
        \(out)/notes.txt: the folder is to be replaced by a newer bundle and this file is no part of the old one; \
        move it elsewhere
        """)
    #expect(try read(out + "/notes.txt") == "mine")
  }

  @Test func whatAKilledBuildLeftIsRemoved() throws {
    let place = try Workplace()
    let bundle = try place.makeBundle()
    for _ in 0..<2 {
      try FileSystem.makeDirectory(place.path("out/.b.ingot-part"))
      try write("half", to: place.path("out/.b.ingot-part/engine.plan"))
      try bundle.write(to: place.path("out/b"), from: place.store)
      #expect(try FileSystem.names(in: place.path("out")) == ["b"])
    }
  }

  @Test func aKillAtAnyMomentLeavesAWholeBundleOrNone() async throws {
    let place = try Workplace()
    let out = place.path("out/b")
    let engines = ["first", "second"]
    let bundles = try engines.map { try place.makeBundle($0) }
    for bundle in bundles { _ = try bundle.put(in: place.store) }
    for round in 0..<10 {
      let (root, delay) = (place.path, 700 * round * round)
      await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String, delay = delay as Int] in
        let store = try DiskStore(root: root + "/store")
        let next = try ["first", "second"].map { try bundle(of: $0, in: store) }
        for bundle in next { try bundle.write(to: root + "/out/b", from: store) }
        Thread.detachNewThread {
          usleep(UInt32(delay))
          kill(getpid(), SIGKILL)
        }
        while true { for bundle in next { try bundle.write(to: root + "/out/b", from: store) } }
      }
      #expect(try bundles.contains(Bundle.read(out).bundle))
    }
    try bundles[0].write(to: out, from: place.store)
    #expect(try FileSystem.names(in: place.path("out")) == ["b"])
    #expect(try Bundle.read(out).bundle == bundles[0])
  }

  @Test func twoBuildsMayWriteOneFolder() async throws {
    let place = try Workplace()
    let bundles = try ["first", "second"].map { try place.makeBundle($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for bundle in bundles {
        group.addTask { for _ in 0..<10 { try bundle.write(to: place.path("out/b"), from: place.store) } }
      }
      try await group.waitForAll()
    }
    #expect(try bundles.contains(Bundle.read(place.path("out/b")).bundle))
    #expect(try FileSystem.names(in: place.path("out")) == ["b"])
  }
}

/// The bundle that `Workplace.makeBundle` files, from a process that has only the store.
private func bundle(of engine: String, in store: DiskStore) throws -> Bundle {
  for name in try FileSystem.names(in: FileSystem.parent(of: store.path(of: Digest(of: engine)))) {
    guard let digest = Digest(hex: name), let bundle = try? Bundle(digest, from: store) else { continue }
    if bundle.engineFile?.digest == Digest(of: engine) { return bundle }
  }
  throw ReleaseError(.notVerified(bundle: engine))
}
