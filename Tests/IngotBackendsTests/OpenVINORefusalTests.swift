import Foundation
import IngotBackends
import IngotCore
import Testing

@Suite(.enabled(if: TestRuntimes.openVINO != nil, TestRuntimes.comment))
struct OpenVINORefusalTests {
  let folder = TestFolder()
  let backend: OpenVINOBackend

  init() throws { backend = try OpenVINOBackend(libraryPath: #require(TestRuntimes.openVINO)) }

  @Test func namesEveryNodeOfAnOperatorThatItDoesNotKnow() throws {
    var model = TestModel.relu
    model.nodes = [
      .init(op: "Frob", inputs: ["x"], outputs: ["b"], name: "a", domain: "com.example"),
      .init(op: "Twist", inputs: ["b"], outputs: ["c"], name: "t"),
      .init(op: "Frob", inputs: ["c"], outputs: ["y"], domain: "com.example"),
    ]
    model.opsets.append(("com.example", 1))
    let found = try backend.parse(modelPath: folder.write(model)).unsupported
    #expect(
      found.sorted { $0.name < $1.name } == [
        UnsupportedNode(name: "2", op: "Frob", reason: "OpenVINO has no conversion rule for com.example.Frob"),
        UnsupportedNode(name: "a", op: "Frob", reason: "OpenVINO has no conversion rule for com.example.Frob"),
        UnsupportedNode(name: "t", op: "Twist", reason: "OpenVINO has no conversion rule for Twist-17"),
      ])
  }

  @Test func namesTheNodeWhoseTypesOrShapesDoNotGoTogether() throws {
    var model = TestModel.relu
    model.nodes = [.init(op: "Add", inputs: ["x", "i"], outputs: ["y"], name: "sum")]
    model.inputs.append(("i", .int64, ["n", "4"]))
    #expect(
      try backend.parse(modelPath: folder.write(model)).unsupported == [
        UnsupportedNode(
          name: "sum", op: "Add",
          reason: "Arguments do not have the same element type (arg0 element type: f32, arg1 element type: i64).")
      ])
  }

  @Test func reportsFilesThatAreNoModels() throws {
    let whole = TestModel.relu.bytes
    for bytes in [[], Array("hello".utf8), Array(whole.prefix(whole.count / 2)), [UInt8](repeating: 0xff, count: 4096)]
    {
      let path = try folder.write(bytes, as: "broken.onnx")
      #expect(try backend.parse(modelPath: path).unsupported.count == 1)
      #expect(throws: BackendError.self) {
        try backend.build(BuildRequest(modelPath: path), to: "\(folder.path)/engine") { _ in true }
      }
    }
    let error = #expect(throws: BackendError.self) { try backend.parse(modelPath: "/nowhere/a.onnx") }
    #expect(error?.description == "openvino: /nowhere/a.onnx: stat failed: No such file or directory")
  }

  @Test func leavesNothingWhenCancelledOrWhereItCannotWrite() throws {
    let path = try folder.write(.relu)
    for last in 1...4 {
      var count = 0
      let error = #expect(throws: BackendError.self) {
        try backend.build(BuildRequest(modelPath: path), to: "\(folder.path)/engine") { _ in
          count += 1
          return count < last
        }
      }
      #expect(error?.kind == .interrupted)
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/engine"))
    }
    let error = #expect(throws: BackendError.self) {
      try backend.build(BuildRequest(modelPath: path), to: "/nowhere/engine") { _ in true }
    }
    #expect(error?.kind == .step)
  }

  @Test func refusesEnginesThatAreNone() throws {
    let engine = "\(folder.path)/engine"
    _ = try backend.build(BuildRequest(modelPath: folder.write(.relu)), to: engine) { _ in true }
    let whole = try Array(Data(contentsOf: URL(fileURLWithPath: engine)))
    for count in [0, 1, 8, 16, 100, whole.count / 2] {
      let cut = try folder.write(Array(whole.prefix(count)), as: "cut-\(count)")
      #expect(throws: BackendError.self, "\(count) of \(whole.count)") { try backend.openEngine(at: cut) }
    }
    let garbage = try folder.write(Array("no engine at all, but long enough to be one".utf8), as: "garbage")
    #expect(throws: BackendError.self) { try backend.openEngine(at: garbage) }
    let missing = #expect(throws: BackendError.self) { try backend.openEngine(at: "/nowhere/e") }
    #expect(missing?.description == "openvino: /nowhere/e: open failed: No such file or directory")
  }

  @Test func refusesALibraryThatIsNone() throws {
    let text = try folder.write(Array("hello".utf8), as: "libopenvino_c.so")
    let error = #expect(throws: BackendError.self) { try OpenVINOBackend(libraryPath: text) }
    #expect(error?.kind == .unavailable)
    #expect(
      error?.description == """
        openvino: the library cannot be loaded: \(text): file too short
          hint: `ingot runtimes install openvino` brings one that works
        """)
    let other = #expect(throws: BackendError.self) { try OpenVINOBackend(libraryPath: "libc.so.6") }
    #expect(other?.description.contains("undefined symbol: ov_get_openvino_version") == true)
  }
}
