import Foundation
import IngotCore
import IngotGraph
import Testing

/// Where weights go when a model is written.
@Suite struct ONNXWeightPolicyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  /// `source.onnx` with two tensors in `source.onnx.data` and a small one inline.
  private func source() throws -> Model {
    let model = try Model(
      text: """
        graph g(%x) -> (%y) {
          const %small: float32[2] = ramp
          const %a: uint8[3000] = ramp
          const %b: uint8[5000] = ramp
          %y = Op(%x, %small, %a, %b)
        }
        """)
    try model.write(to: path("source.onnx"), weights: .externalAbove(1024))
    return try Model.read(path: path("source.onnx"))
  }

  private func constants(_ model: Model) -> [String] {
    model.text(elementLimit: 2).split(separator: "\n").filter { $0.contains("const") }.map {
      String($0.drop { $0 == " " })
    }
  }

  @Test func staysInlineWhereItWas() throws {
    let model = try Model(text: "graph g(%x) -> (%y) { const %a: uint8[3000] = ramp\n %y = Op(%x, %a)\n }")
    #expect(try model.write(to: path("out.onnx"), weights: .automatic) == [path("out.onnx")])
  }

  @Test func refersToTheSourceBesideItAndWritesOnlyWhatIsNew() throws {
    var model = try source()
    let id = try #require(model.graph.find("b"))
    model.graph[id].initializer = Initializer(
      Tensor(type: .uint8, shape: [2000], bytes: Bytes([UInt8](repeating: 9, count: 2000))))
    #expect(
      try model.write(to: path("out.onnx"), weights: .automatic) == [path("out.onnx"), path("out.onnx.data")])
    let written = try Model.read(path: path("out.onnx"))
    #expect(
      constants(written) == [
        "const %small: float32[2] = [0.0, 1.0]", "const %a: uint8[3000] = external(\"source.onnx.data\", 0)",
        "const %b: uint8[2000] = external(\"out.onnx.data\", 0)",
      ])
    #expect(try FileSystem.read(path("out.onnx.data")).count == 2000)
  }

  @Test func leavesAFileThatItRefersToAlone() throws {
    var model = try source()
    let before = try FileSystem.read(path("source.onnx.data"))
    model.graph[try #require(model.graph.find("b"))].initializer = Initializer(
      Tensor(type: .uint8, shape: [2000], bytes: Bytes([UInt8](repeating: 9, count: 2000))))
    try model.write(to: path("source.onnx"), weights: .automatic)
    #expect(try FileSystem.read(path("source.onnx.data")) == before)
    let written = try Model.read(path: path("source.onnx"))
    #expect(constants(written).last == "const %b: uint8[2000] = external(\"source.onnx.1.data\", 0)")
  }

  @Test func takesACopyElsewhere() throws {
    let model = try source()
    try FileSystem.makeDirectory(path("elsewhere"))
    let out = path("elsewhere/out.onnx")
    #expect(try model.write(to: out, weights: .automatic) == [out, out + ".data"])
    let written = try Model.read(path: out)
    #expect(
      constants(written) == [
        "const %small: float32[2] = [0.0, 1.0]", "const %a: uint8[3000] = external(\"out.onnx.data\", 0)",
        "const %b: uint8[5000] = external(\"out.onnx.data\", 4096)",
      ])
    for name in ["a", "b"] {
      #expect(written.graph.constant(written.graph.find(name)) == model.graph.constant(model.graph.find(name)))
    }
  }

  @Test func copiesASharedTensorOnce() throws {
    let data = [UInt8](repeating: 5, count: 3000)
    _ = try folder.file("w.bin", data)
    let tensors = ["a", "b"].map { externalTensor($0, type: 2, dims: [3000], [("location", "w.bin")]) }
    let bytes = model(graph(nodes: [node("Op", "o", ["x", "a", "b"], ["y"])], initializers: tensors))
    let model = try Model.read(path: try folder.file("model.onnx", bytes))
    try model.write(to: path("out.onnx"), weights: .copySource)
    #expect(try FileSystem.read(path("out.onnx.data")) == data)
  }

  @Test func copiesLargePiecesInTheKernel() throws {
    let data = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    _ = try folder.file("w.bin", data)
    let tensor = externalTensor("w", type: 2, dims: [600_000], [("location", "w.bin"), ("offset", "4097")])
    let bytes = model(graph(nodes: [node("Op", "o", ["x", "w"], ["y"])], initializers: [tensor]))
    let model = try Model.read(path: try folder.file("model.onnx", bytes))
    try model.write(to: path("out.onnx"), weights: .copySource)
    #expect(try FileSystem.read(path("out.onnx.data")) == Array(data[4097..<604_097]))
  }

  @Test func findsAndMovesExternalDataInFunctionsTrainingAndSparseTensors() throws {
    _ = try folder.file("w.bin", Array(0..<64))
    func external(_ name: String, _ dims: [Int64], type: UInt64 = 1, offset: Int) -> WireWriter {
      externalTensor(name, type: type, dims: dims, [("location", "w.bin"), ("offset", String(offset))])
    }
    let constant = message {
      $0.writeString(1, "value")
      $0.writeMessage(5, external("", [2], offset: 0))
      $0.writeVarint(20, 4)
    }
    let function = message {
      $0.writeString(1, "F")
      $0.writeMessage(7, node("Constant", "c", [], ["b"], attributes: [constant]))
    }
    let start = graph(nodes: [], initializers: [external("v", [2], offset: 8)], inputs: [])
    let sparse = message {
      $0.writeMessage(1, external("s", [2], offset: 16))
      $0.writeMessage(2, tensor("", type: 7, dims: [2]) { $0.writePackedInts(7, [0, 3]) })
      $0.writeVarint(3, 4)
    }
    var whole = graph(nodes: [node("F", "f", ["x", "s"], ["y"])])
    whole.writeMessage(15, sparse)
    let bytes =
      IngotGraphTests.model(whole)
      + message {
        $0.writeMessage(20, message { $0.writeMessage(1, start) })
        $0.writeMessage(25, function)
      }.array
    let model = try Model.read(path: try folder.file("model.onnx", bytes))
    #expect(model.summary().externalFiles.map(\.tensors) == [3])
    try model.write(to: path("out.onnx"), weights: .copySource)
    let written = try Model.read(path: path("out.onnx"))
    #expect(written.summary().externalFiles.map(\.location) == ["out.onnx.data"])
    let contents = written.allInitializers.compactMap { $0.initializer.tensor?.bytes.array }
    #expect(contents == model.allInitializers.compactMap { $0.initializer.tensor?.bytes.array })
    #expect(contents.contains(Array(16..<24)))
  }

  @Test func keepsWhatTheFileSaysOfExternalDataWhileItStaysThere() throws {
    _ = try folder.file("w.bin", Array(0..<8))
    let tensor = externalTensor("w", dims: [2], [("location", "w.bin"), ("checksum", "abc")])
    let model = try Model.read(path: try folder.file("model.onnx", addModel(tensor)))
    try model.write(to: path("stays.onnx"), weights: .referToSource)
    try model.write(to: path("moves.onnx"), weights: .copySource)
    #expect(contains(try FileSystem.read(path("stays.onnx")), entry("checksum", "abc").array))
    #expect(!contains(try FileSystem.read(path("moves.onnx")), Array("checksum".utf8)))
  }
}
