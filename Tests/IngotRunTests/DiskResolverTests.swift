import IngotBackends
import IngotCore
import IngotGraph
import IngotPlan
import IngotRun
import IngotStore
import Testing

@Suite struct DiskResolverTests {
  private let folder: TestFolder
  private let store: DiskStore

  init() throws {
    folder = try TestFolder()
    store = try DiskStore(root: "\(folder.path)/store")
  }

  private var resolver: DiskResolver {
    let locator = RuntimeLocator(paths: [], managedDirectory: "\(folder.path)/none", searchesSystem: false)
    return DiskResolver(
      store: store,
      runtimes: RuntimeSet(locator: locator, fileDigests: store.fileDigests, environment: [:]))
  }

  // MARK: Models

  private func model(in name: String, external: Bool) throws -> String {
    let path = "\(folder.path)/\(name)/net.onnx"
    try FileSystem.makeDirectory(FileSystem.parent(of: path))
    let model = try Model.read(path: "\(TestFolder.repository)/Pipelines/models/digits.onnx")
    try model.write(to: path, weights: external ? .externalAbove(64) : .keepInline)
    return path
  }

  @Test func anEqualCopyOfAModelHasTheSameDigest() throws {
    let first = try model(in: "a", external: false)
    let second = try folder.write(FileSystem.read(first), to: "b/renamed.onnx")
    #expect(try resolver.digest(ofModelAt: first) == resolver.digest(ofModelAt: second))
    #expect(try resolver.digest(ofModelAt: first) == Digest(of: FileSystem.read(first)))
  }

  @Test func weightsBesideAModelBelongToItsDigest() throws {
    let first = try model(in: "a", external: true)
    let second = try model(in: "b", external: true)
    let digest = try resolver.digest(ofModelAt: first)
    #expect(digest != Digest(of: try FileSystem.read(first)))
    #expect(try resolver.digest(ofModelAt: second) == digest)
    var weights = try FileSystem.read("\(second).data")
    weights[weights.count / 2] ^= 1
    try folder.write(weights, to: "b/net.onnx.data")
    #expect(try FileSystem.read(second) == FileSystem.read(first))
    #expect(try resolver.digest(ofModelAt: second) != digest)
  }

  @Test func saysWhichWeightsAreGone() throws {
    let path = try model(in: "a", external: true)
    // Once, so that the names of the files are remembered.
    _ = try resolver.digest(ofModelAt: path)
    try FileSystem.remove("\(path).data")
    let error = #expect(throws: InputError.self) { try resolver.digest(ofModelAt: path) }
    #expect(
      error?.description == """
        \(path): error: its weights are in 'net.onnx.data', which is not there
          hint: copy the file that was exported with the model into the folder of the model
        """)
  }

  @Test func saysThatThereIsNoModel() throws {
    let path = "\(folder.path)/missing.onnx"
    let error = #expect(throws: InputError.self) { try resolver.digest(ofModelAt: path) }
    #expect(
      error?.description == """
        \(path): error: there is no such model
          hint: model.path is relative to the manifest; check its spelling
        """)
    let notAFile = #expect(throws: InputError.self) { try resolver.digest(ofModelAt: folder.path) }
    #expect(
      notAFile?.description == """
        \(folder.path): error: this is no regular file
          hint: model.path must name an ONNX file
        """)
  }

  @Test func whatHasNotChangedIsNotReadAgain() throws {
    let path = try model(in: "a", external: true)
    let digest = try resolver.digest(ofModelAt: path)
    store.close()
    let again = try DiskStore(root: "\(folder.path)/store")
    let locator = RuntimeLocator(paths: [], managedDirectory: "\(folder.path)/none", searchesSystem: false)
    let runtimes = RuntimeSet(locator: locator, fileDigests: again.fileDigests, environment: [:])
    #expect(try DiskResolver(store: again, runtimes: runtimes).digest(ofModelAt: path) == digest)
    #expect(again.fileDigests.hashedByteCount == 0)
  }

  // MARK: Calibration sets

  private func npy(_ values: [Float]) -> [UInt8] {
    let header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(values.count), 1), }\n".utf8)
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    return magic + [UInt8(header.count & 0xFF), UInt8(header.count >> 8)] + header + littleEndianBytes(of: values)
  }

  private func digest(of name: String, _ description: String, _ values: [Float] = [1, 2, 3]) throws -> Digest {
    try folder.write(description, to: "\(name)/set.yaml")
    try folder.write(npy(values), to: "\(name)/x.npy")
    return try resolver.digest(ofCalibrationSetAt: "\(folder.path)/\(name)")
  }

  @Test func onlyWhatReachesTheModelBelongsToASetsDigest() throws {
    let plain = "set: 1\narrays:\n  x: { file: x.npy }\n"
    let digest = try digest(of: "a", plain)
    #expect(try self.digest(of: "b", plain) == digest)
    #expect(
      try self.digest(of: "c", "# A comment.\nset: 1\ndescription: words\narrays: { x: { file: \"x.npy\" } }\n")
        == digest)
    #expect(try self.digest(of: "d", plain, [1, 2, 4]) != digest)
    #expect(try self.digest(of: "e", plain, [1, 2, 3, 3]) != digest)
    #expect(try self.digest(of: "f", "set: 1\narrays:\n  y: { file: x.npy }\n") != digest)
  }

  @Test func howARawFileIsReadBelongsToASetsDigest() throws {
    try folder.write(littleEndianBytes(of: [1, 2, 3, 4] as [Float]), to: "raw/x.bin")
    func digest(_ how: String) throws -> Digest {
      try folder.write("set: 1\narrays:\n  x: { file: x.bin, \(how) }\n", to: "raw/set.yaml")
      return try resolver.digest(ofCalibrationSetAt: "\(folder.path)/raw")
    }
    let digests = [
      try digest("type: float32, shape: [4, 1]"), try digest("type: float32, shape: [2, 2]"),
      try digest("type: int32, shape: [4, 1]"),
    ]
    #expect(Set(digests).count == 3)
  }
}
