import IngotBackends
import IngotCore
import Testing

@Suite(.enabled(if: TestRuntimes.onnxRuntime != nil, TestRuntimes.comment))
struct OnnxRuntimeParseTests {
  let folder = TestFolder()
  let backend: OnnxRuntimeBackend

  init() throws { backend = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime)) }

  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout TestModel) -> Void
    var expected: [UnsupportedNode]
    init(_ name: String, _ expected: [UnsupportedNode], _ change: @escaping @Sendable (inout TestModel) -> Void) {
      (testDescription, self.expected, self.change) = (name, expected, change)
    }
  }

  static let cases: [Case] = [
    Case(
      "every node of an operator that is not known",
      [
        UnsupportedNode(name: "a", op: "Frob", reason: "ONNX Runtime has no operator com.example:Frob"),
        UnsupportedNode(name: "2", op: "Frob", reason: "ONNX Runtime has no operator com.example:Frob"),
      ]
    ) {
      $0.nodes = [
        .init(op: "Frob", inputs: ["x"], outputs: ["b"], name: "a", domain: "com.example"),
        .init(op: "Relu", inputs: ["b"], outputs: ["c"], name: "r"),
        .init(op: "Frob", inputs: ["c"], outputs: ["y"], domain: "com.example"),
      ]
      $0.opsets.append(("com.example", 1))
    },
    Case(
      "an operator that the standard does not have",
      [
        UnsupportedNode(name: "a", op: "Frob", reason: "ONNX Runtime has no operator Frob")
      ]
    ) { $0.nodes = [.init(op: "Frob", inputs: ["x"], outputs: ["y"], name: "a")] },
    Case(
      "an attribute that is not known",
      [
        UnsupportedNode(name: "r", op: "Relu", reason: "Unrecognized attribute: frob for operator Relu")
      ]
    ) { $0.nodes[0].attributes = [("frob", 1)] },
    Case(
      "types that do not go together",
      [
        UnsupportedNode(
          name: "sum", op: "Add",
          reason:
            "Type Error: Type parameter (T) of Optype (Add) bound to different types (tensor(float) and tensor(int64) in node (sum)."
        )
      ]
    ) {
      $0.nodes = [.init(op: "Add", inputs: ["x", "i"], outputs: ["y"], name: "sum")]
      $0.inputs.append(("i", .int64, ["n", "4"]))
    },
    Case(
      "shapes that do not go together",
      [
        UnsupportedNode(
          name: "mm", op: "MatMul",
          reason: "Node (mm) Op (MatMul) [ShapeInferenceError] Incompatible dimensions for matrix multiplication")
      ]
    ) {
      $0.nodes = [.init(op: "MatMul", inputs: ["x", "w"], outputs: ["y"], name: "mm")]
      $0.initializers = [("w", floats([1, 2, 3], [3, 1]))]
    },
    Case(
      "a type that has no kernel",
      [
        UnsupportedNode(
          name: "r", op: "Relu", reason: "Could not find an implementation for Relu(14) node with name 'r'")
      ]
    ) {
      $0.inputs[0].1 = .bfloat16; $0.outputs[0].1 = .bfloat16
    },
    Case(
      "a cycle",
      [UnsupportedNode(name: "", op: "", reason: "This is an invalid model. Error: the graph is not acyclic.")]
    ) {
      $0.nodes = [
        .init(op: "Add", inputs: ["x", "b"], outputs: ["a"]), .init(op: "Relu", inputs: ["a"], outputs: ["b"]),
        .init(op: "Relu", inputs: ["b"], outputs: ["y"]),
      ]
    },
  ]

  @Test(arguments: cases) func namesWhatItCannotTake(_ test: Case) throws {
    var model = TestModel.relu
    test.change(&model)
    let path = try folder.write(model)
    var found = try backend.parse(modelPath: path).unsupported
    for index in found.indices where found[index].reason.hasPrefix("\(path): ") {
      found[index].reason = String(found[index].reason.dropFirst(path.count + 2))
    }
    #expect(found == test.expected)
  }

  @Test func reportsFilesThatAreNoModels() throws {
    let whole = TestModel.relu.bytes
    for bytes in [[], Array("hello".utf8), Array(whole.prefix(whole.count / 2)), [UInt8](repeating: 0xff, count: 4096)]
    {
      let path = try folder.write(bytes, as: "broken.onnx")
      let report = try backend.parse(modelPath: path)
      #expect(report.unsupported.count == 1)
      #expect(throws: BackendError.self) { try backend.openModel(at: path) }
    }
    let error = #expect(throws: BackendError.self) { try backend.parse(modelPath: "/nowhere/a.onnx") }
    #expect(error?.description == "onnxruntime: /nowhere/a.onnx: stat failed: No such file or directory")
  }

  @Test func takesOnlyTensorsOfNumbers() throws {
    let model = TestModel(
      nodes: [.init(op: "Identity", inputs: ["x"], outputs: ["y"])], inputs: [("x", .string, ["n"])],
      outputs: [("y", .string, ["n"])])
    let path = try folder.write(model)
    let error = #expect(throws: BackendError.self) { try backend.openModel(at: path) }
    #expect(error?.description == "onnxruntime: the input 'x' is not a tensor of numbers")
  }
}
