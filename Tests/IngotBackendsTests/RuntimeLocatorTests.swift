import Foundation
import IngotBackends
import IngotCore
import Testing

@Suite struct RuntimeLocatorTests {
  let folder = TestFolder()
  var managed: String { "\(folder.path)/managed" }

  private func touch(_ paths: String...) throws {
    for path in paths {
      let url = URL(fileURLWithPath: "\(folder.path)/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("x".utf8).write(to: url)
    }
  }

  private func locator(_ paths: String...) -> RuntimeLocator {
    RuntimeLocator(paths: paths.map { "\(folder.path)/\($0)" }, managedDirectory: managed, searchesSystem: false)
  }

  /// Paths below the test's folder, whose own path may hold links.
  private func relative(_ paths: [String]) throws -> [String] {
    let root = try FileSystem.realPath(folder.path)
    return paths.map { $0.hasPrefix("\(root)/") ? String($0.dropFirst(root.count + 1)) : $0 }
  }

  @Test func takesTheNewestInstalledOne() throws {
    try touch(
      "managed/onnxruntime-1.4.0/libonnxruntime.so.1.4.0", "managed/onnxruntime-1.31.1/libonnxruntime.so.1.31.1",
      "managed/onnxruntime-1.31.1/licences/LICENSE", "managed/onnxruntime-1.9.0/libonnxruntime.so.1.9.0",
      "managed/.installing-1/runtime/libonnxruntime.so.1.99.0", "managed/.lock")
    let found = try locator().locate(.onnxruntime)
    #expect(try relative(found.libraryPaths) == ["managed/onnxruntime-1.31.1/libonnxruntime.so.1.31.1"])
    #expect(found.libraryPath == found.libraryPaths[0])
    #expect(found.declaredVersion == "1.31.1")
    #expect(found.origin == .managed("\(managed)/onnxruntime-1.31.1"))
    #expect(ManagedRuntimes.list(in: managed).map(\.version) == ["1.31.1", "1.9.0", "1.4.0"])
    #expect(try locator().locate(.onnxruntime, version: "1.9").declaredVersion == "1.9.0")
  }

  @Test func skipsAFolderWithoutALibrary() throws {
    try touch("managed/onnxruntime-1.31.1/readme", "managed/onnxruntime-1.4.0/libonnxruntime.so.1.4.0")
    #expect(try locator().locate(.onnxruntime).declaredVersion == "1.4.0")
  }

  @Test func tellsTensorRTFromTensorRTRTX() throws {
    try touch(
      "managed/tensorrt-rtx-1.7.1.116/libtensorrt_rtx.so.1",
      "managed/tensorrt-rtx-1.7.1.116/libtensorrt_onnxparser_rtx.so.1",
      "managed/tensorrt-11.4.0/libnvinfer.so.11", "managed/tensorrt-11.4.0/libnvonnxparser.so.11",
      "managed/tensorrt-11.4.0/libnvinfer_builder_resource_sm80.so.11.4.0",
      "managed/tensorrt-11.4.0/libnvinfer_plugin.so.11")
    let rtx = try locator().locate(.tensorrtRTX)
    #expect(rtx.declaredVersion == "1.7.1.116")
    #expect(try relative([rtx.parserPath ?? ""]) == ["managed/tensorrt-rtx-1.7.1.116/libtensorrt_onnxparser_rtx.so.1"])
    let classic = try locator().locate(.tensorrt, version: "11")
    #expect(
      try relative(classic.libraryPaths).map { URL(fileURLWithPath: $0).lastPathComponent } == [
        "libnvinfer.so.11", "libnvinfer_builder_resource_sm80.so.11.4.0", "libnvonnxparser.so.11",
      ])
    #expect(throws: BackendError.self) { try locator().locate(.tensorrt, version: "10") }
  }

  @Test(arguments: [
    "site/onnxruntime/capi/libonnxruntime.so.1.30.0", "site/lib/libonnxruntime.so.1.30.0",
    "site/libonnxruntime.so.1.30.0",
    "site/onnxruntime-1.30.0/libonnxruntime.so.1.30.0",
  ])
  func looksInNamedFoldersAsPackagesFillThem(path: String) throws {
    try touch(path, "managed/onnxruntime-1.31.1/libonnxruntime.so.1.31.1")
    let found = try locator("site").locate(.onnxruntime)
    #expect(try relative(found.libraryPaths) == [path])
    #expect(found.declaredVersion == "1.30.0")
    // What a folder does not have is looked for further on.
    #expect(try locator("site").locate(.onnxruntime, version: "1.31").declaredVersion == "1.31.1")
  }

  @Test func takesAFileThatIsNamedAndIgnoresItForOtherRuntimes() throws {
    try touch(
      "a/libonnxruntime.so.1.30.0", "a/libonnxruntime.so.1.31.1", "managed/openvino-2026.4.1/libopenvino_c.so.2641",
      "managed/openvino-2026.4.1/libopenvino.so.2641", "managed/openvino-2026.4.1/libtbb.so.12")
    let found = try locator("a/libonnxruntime.so.1.30.0").locate(.onnxruntime)
    #expect(try relative([found.libraryPath]) == ["a/libonnxruntime.so.1.30.0"])
    let other = try locator("a/libonnxruntime.so.1.30.0").locate(.openvino)
    #expect(other.declaredVersion == "2026.4.1")
    #expect(other.libraryPaths.count == 3)
  }

  @Test func followsLinksOnce() throws {
    try touch("lib/libonnxruntime.so.1.30.0")
    for (link, target) in [
      ("libonnxruntime.so.1", "libonnxruntime.so.1.30.0"), ("libonnxruntime.so", "libonnxruntime.so.1"),
    ] {
      try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/lib/\(link)", withDestinationPath: target)
    }
    let found = try locator("lib").locate(.onnxruntime)
    #expect(try relative(found.libraryPaths) == ["lib/libonnxruntime.so.1.30.0"])
    #expect(found.declaredVersion == "1.30.0")
    let byLink = try locator("lib/libonnxruntime.so").locate(.onnxruntime)
    #expect(try relative([byLink.libraryPath]) == ["lib/libonnxruntime.so.1.30.0"])
  }

  @Test func saysWhereItLookedAndHowToInstall() throws {
    try touch("site/readme")
    let error = #expect(throws: BackendError.self) { try locator("site").locate(.tensorrtRTX) }
    #expect(error?.kind == .unavailable)
    #expect(
      error?.description == """
        tensorrt-rtx: no library was found; searched \(folder.path)/site, \(managed)/tensorrt-rtx-*
          hint: run `ingot runtimes install tensorrt-rtx`, or name its folder with --runtime-path or INGOT_RUNTIME_PATH
        """)
    let version = #expect(throws: BackendError.self) { try self.locator().locate(.onnxruntime, version: "1.20") }
    #expect(
      version?.hint == """
        `ingot runtimes install` has only version 1.31.1; install version 1.20 yourself, or name its folder with \
        --runtime-path or INGOT_RUNTIME_PATH
        """)
  }

  @Test func saysWhichOtherVersionsAreThere() throws {
    try touch("managed/onnxruntime-1.30.0/libonnxruntime.so.1.30.0")
    try touch("managed/onnxruntime-1.31.1/libonnxruntime.so.1.31.1")
    try touch("site/libonnxruntime.so.1.29.0")
    let error = #expect(throws: BackendError.self) { try locator("site").locate(.onnxruntime, version: "1.20") }
    #expect(
      error?.reason
        == .notFound(searched: [
          "\(folder.path)/site (has 1.29.0)", "\(managed)/onnxruntime-* (has 1.31.1, 1.30.0)",
        ]))
  }

  @Test(
    .disabled(if: FileManager.default.fileExists(atPath: "/usr/lib/x86_64-linux-gnu/libnvinfer.so.10"), "there is one"))
  func asksTheSystemsLoaderLast() throws {
    let locator = RuntimeLocator(paths: [], managedDirectory: managed)
    let error = #expect(throws: BackendError.self) { try locator.locate(.tensorrt) }
    #expect(
      error?.description == """
        tensorrt: no library was found; searched \(managed)/tensorrt-*, the system's library path for libnvinfer.so.11 or \
        libnvinfer.so.10
          hint: install it where the system's loader finds it (NVIDIA's packages or containers do), or name its folder with \
        --runtime-path or INGOT_RUNTIME_PATH
        """)
  }

  @Test func aNamedPathMustBeThere() throws {
    try touch("managed/onnxruntime-1.31.1/libonnxruntime.so.1.31.1")
    let error = #expect(throws: BackendError.self) { try locator("nowhere").locate(.onnxruntime) }
    #expect(
      error?.description == """
        onnxruntime: no library was found; searched \(folder.path)/nowhere
          hint: the path was given for runtimes and is not there
        """)
  }

  @Test(
    .enabled(if: TestRuntimes.folder != nil, TestRuntimes.comment),
    arguments: [
      BackendKind.onnxruntime, .openvino, .tensorrtRTX,
    ])
  func loadsWhatIsInstalled(kind: BackendKind) throws {
    let located = try RuntimeLocator(paths: [], managedDirectory: #require(TestRuntimes.folder)).locate(kind)
    let backend = try makeBackend(located)
    #expect(backend.identity.kind == kind)
    #expect(backend.identity.version == located.declaredVersion)
    #expect(Set(backend.identity.libraryPaths) == Set(located.libraryPaths))
  }
}
