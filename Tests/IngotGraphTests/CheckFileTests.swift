import IngotCore
import Testing

@testable import IngotGraph

@Suite struct CheckFileTests {
  private func texts(_ folder: TemporaryFolder, _ bytes: [UInt8]) throws -> [String] {
    let problems = Model.checkFile(path: try folder.file("model.onnx", bytes))
    return problems.diagnostics(in: "m").map { $0.description.replacing(folder.path, with: "DIR") }
  }

  @Test func aFileThatCannotBeReadIsOneProblem() throws {
    let folder = try TemporaryFolder()
    #expect(
      try texts(folder, []) == [
        "m: error: the file is empty\n  hint: the export or the download was cut off; get the model again"
      ])
    #expect(Model.checkFile(path: "\(folder.path)/none.onnx").all.map(\.code) == [.unreadable])
  }

  @Test func reportsAllExternalDataThatIsMissing() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("short.data", [0, 0])
    let lost = ["a", "b"].map { externalTensor($0, dims: [2], [("location", "\($0).data")]) }
    let short = externalTensor("c", dims: [2], [("location", "short.data")])
    let nodes = [
      node("Add", "n1", ["x", "a"], ["p"]), node("Add", "n2", ["p", "b"], ["q"]), node("Add", "n3", ["q", "c"], ["r"]),
      node("Nonsense", "n4", ["r"], ["y"]),
    ]
    let bytes = model(graph(nodes: nodes, initializers: lost + [short], inputs: [port("x", dims: [2])]))
    let problems = Model.checkFile(path: try folder.file("model.onnx", bytes))
    let errors = problems.all.filter { $0.severity == .error }
    #expect(errors.map(\.code).filter { $0 == .externalData }.count == 3)
    #expect(errors.map(\.code).contains(.unknownOperator))
    #expect(!errors.map(\.code).contains(.badInitializer))
    #expect(errors[0].problem.hasPrefix("initializer 'a': external data 'a.data' is missing (at byte "))
    #expect(errors[2].problem.contains("has 2 bytes, and the tensor should be 8 bytes from 0"))
    #expect(throws: ModelError.self) { try Model.read(path: try folder.file("model.onnx", bytes)) }
  }

  @Test func reportsRepeatedInitializersAmongOthers() throws {
    let folder = try TemporaryFolder()
    let zero = tensor("w", dims: [1]) { $0.writeFixed32(4, 0) }
    let bytes = model(graph(nodes: [node("Nonsense", "n", ["x", "w"], ["y"])], initializers: [zero, zero]))
    let codes = Model.checkFile(path: try folder.file("model.onnx", bytes)).all.map(\.code)
    #expect(codes.contains(.duplicateName))
    #expect(codes.contains(.unknownOperator))
  }

  @Test(arguments: [
    (2, "error needs-newer-ir-version: the model imports operator sets, which IR version 2 does not have"),
    (3, "error needs-newer-ir-version: initializer 'w' is no input, which needs IR version 4, and the model says 3"),
    (8, "warning needs-newer-ir-version: 'w' is int4, which needs IR version 10, and the model says 8"),
    (99, "warning newer-ir-version: IR version 99 is newer than 14, the newest that Ingot knows"),
  ])
  func comparesVersionsWithWhatIsUsed(version: Int64, expected: String) throws {
    var model = Model(
      graph: try Graph(
        text: """
          graph g(%x: float32[2]) -> (%y: float32[2]) {
            const %w: float32[2] = ramp
            %y = Neg(%x)
          }
          """), irVersion: version)
    let id = try #require(model.graph.find("w"))
    model.graph[id].initializer = Initializer(type: .int4, shape: [2], storage: .raw(Bytes([0x21])))
    model.graph[id].type = .int4
    #expect(problemTexts(of: model).contains { $0.hasPrefix(expected) }, "\(problemTexts(of: model))")
    model.opsets[""] = 99
    #expect(
      problemTexts(of: model).contains {
        $0.hasPrefix("warning newer-opset: operator set 99 is newer than 28, the newest that Ingot knows")
      })
  }
}
