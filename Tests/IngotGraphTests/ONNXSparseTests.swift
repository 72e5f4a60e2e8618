import IngotCore
import Testing

@testable import IngotGraph

/// Sparse constants: what is read of them, and which of them are refused.
@Suite struct ONNXSparseTests {
  /// SparseTensorProto: values 1, indices 2, dims 3.
  private func sparse(
    values: WireWriter = tensor("s", dims: [2]) { $0.writeArray(4, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]) },
    indices: WireWriter?, dims: [Int64]
  ) -> WireWriter {
    message {
      $0.writeMessage(1, values)
      if let indices { $0.writeMessage(2, indices) }
      for size in dims { $0.writeVarint(3, UInt64(bitPattern: size)) }
    }
  }

  private func indices(_ dims: [Int64], _ numbers: [Int64]) -> WireWriter {
    tensor("", type: 7, dims: dims) { $0.writePackedInts(7, numbers) }
  }

  /// GraphProto with a sparse_initializer 15.
  private func model(_ sparse: WireWriter) -> [UInt8] {
    var whole = graph(nodes: [node("Op", "o", ["x", "s"], ["y"])])
    whole.writeMessage(15, sparse)
    return IngotGraphTests.model(whole)
  }

  @Test(
    arguments: [
      ([2], [1, 7], [1, 7]), ([2, 2], [0, 1, 1, 3], [1, 7]),
    ] as [([Int64], [Int64], [Int])])
  func readsBothFormsOfIndices(dims: [Int64], numbers: [Int64], places: [Int]) throws {
    let read = try read(model(sparse(indices: indices(dims, numbers), dims: [2, 4])))
    let value = read.graph[try #require(read.graph.find("s"))]
    let initializer = try #require(value.initializer)
    guard case .sparse(let elements) = initializer.storage else {
      Issue.record("the initializer is not sparse")
      return
    }
    #expect(initializer.shape == [2, 4] && initializer.type == .float32 && initializer.tensor == nil)
    #expect(elements.values.tensor?.floats == [1, 2])
    #expect(try elements.places(shape: [2, 4]) == places)
    #expect(value.type == .float32 && value.shape == [.fixed(2), .fixed(4)])
    #expect(read.check().isEmpty)
    #expect(try encode(IngotGraphTests.read(encode(read))) == encode(read))
  }

  @Test func needsNoIndicesWithoutValues() throws {
    let none = sparse(values: tensor("s", dims: [0]), indices: nil, dims: [1 << 40])
    #expect(try read(model(none)).check().isEmpty)
  }

  @Test(
    arguments: [
      ([2], [7, 1], "the index of value 1 is not after the one before it"),
      ([2], [1, 1], "the index of value 1 is not after the one before it"),
      ([2], [-1, 1], "the index of value 0 is outside the tensor"),
      ([2], [0, 8], "the index of value 1 is outside the tensor"),
      ([2, 2], [0, 1, 0, 4], "the index of value 1 is outside the tensor"),
      ([2, 2], [0, 1, -1, 0], "the index of value 1 is outside the tensor"),
      ([2, 2], [1, 0, 0, 3], "the index of value 1 is not after the one before it"),
    ] as [([Int64], [Int64], String)])
  func checksWhereValuesAre(dims: [Int64], numbers: [Int64], problem: String) throws {
    let read = try read(model(sparse(indices: indices(dims, numbers), dims: [2, 4])))
    #expect(read.check().contains { $0.description.contains(problem) })
  }

  @Test(
    arguments: [
      (nil, [2, 4], "there are 2 values and no indices"),
      (([3], 3), [2, 4], "indices are [2] or [2, 2], and these are [3]"),
      (([2, 3], 6), [2, 4], "indices are [2] or [2, 2], and these are [2, 3]"),
      (([2], 2), [], "a sparse tensor has at least one axis"),
      (([2], 2), [1 << 40, 1 << 40], "is negative or over any memory"),
      (([2], 2), [-2, 4], "is negative or over any memory"),
    ] as [(([Int64], Int)?, [Int64], String)])
  func refusesWhatDoesNotFitTogether(form: ([Int64], Int)?, dims: [Int64], problem: String) throws {
    let places = form.map { indices($0.0, (0..<Int64($0.1)).map { $0 }) }
    let error = try #require(throws: ModelError.self) { try read(model(sparse(indices: places, dims: dims))) }
    #expect(error.description.contains(problem))
  }

  @Test func refusesIndicesOfAnotherType() throws {
    let places = tensor("", type: 6, dims: [2]) { $0.writePackedInts(5, [0, 1]) }
    let error = try #require(throws: ModelError.self) { try read(model(sparse(indices: places, dims: [8]))) }
    #expect(error.description.contains("indices are int64, and these are int32"))
  }

  @Test func refusesTwoOfOneName() throws {
    var whole = graph(nodes: [], initializers: [tensor("s", dims: [0])])
    whole.writeMessage(15, sparse(indices: indices([2], [0, 1]), dims: [8]))
    let error = try #require(throws: ModelError.self) { try read(IngotGraphTests.model(whole)) }
    #expect(error.description.contains("two initializers are named 's'"))
  }

  @Test func survivesSanitizing() throws {
    var model = try Model(
      text: """
        graph g(%x: float32[2,4]) -> (%y: float32[2,4]) {
          const %s: float32[2,4] = sparse(float32[2] [1.0, 2.0], int64[2] [1, 7])
          %y = Add(%x, %s) # add
        }
        """)
    _ = try sanitize(&model)
    #expect(model.graph.text().contains("const %s: float32[2,4] = sparse(float32[2] [1.0, 2.0], int64[2] [1, 7])"))
  }
}

/// Quantization annotations while a graph changes.
@Suite struct ONNXAnnotationTests {
  private let text = """
    graph g(%x: float32[2]) -> (%y: float32[2]) {
      const %scale: float32[] = [0.5]
      const %lost: float32[] = [0.25]
      quantized %m {SCALE_TENSOR=%scale}
      quantized %dead {SCALE_TENSOR=%lost}
      %m: float32[2] = Relu(%x) # a
      %dead: float32[2] = Neg(%x) # b
      %y: float32[2] = Sqrt(%m) # c
    }
    """

  @Test func stayWithTheTensorsThatStay() throws {
    var model = try Model(text: text)
    _ = try sanitize(&model)
    let graph = model.graph
    #expect(graph.annotations.count == 1 && graph.find("lost") == nil)
    let annotation = try #require(graph.annotations.first)
    #expect(graph[annotation.tensor].name == "m" && graph[annotation.parameters[0].value].name == "scale")
    let written = try read(encode(model)).graph
    #expect(written.text() == graph.text())
  }

  @Test func followNewNames() throws {
    var model = try Model(text: text)
    model.graph.rename(try #require(model.graph.find("scale")), to: "step")
    #expect(try read(encode(model)).text().contains("quantized %m {SCALE_TENSOR=%step}"))
  }

  @Test func goWhenTheirScaleIsGone() throws {
    var model = try Model(text: text)
    model.graph[try #require(model.graph.find("scale"))].initializer = nil
    _ = removeDeadCode(&model.graph)
    #expect(model.graph.annotations.isEmpty)
  }

  @Test func trainingInformationGoesBeforeItsNamesAreWrong() throws {
    var model = try Model(text: text)
    model.training = [TrainingInfo(algorithm: try Graph(text: "graph step() -> (%z) { %z = Neg(%m) }"))]
    let report = try sanitize(&model)
    #expect(model.training.isEmpty && report.passes.contains { $0.pass == "training-info" && $0.names == ["step"] })
  }
}
