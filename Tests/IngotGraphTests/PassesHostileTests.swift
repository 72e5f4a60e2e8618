// Graphs that nobody should write: every operation with inputs, shapes and attributes at random and at the limits. Inference
// and passes may say no; they may not trap.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesHostileTests {
  private static let sizes = [0, 1, 2, 3, 4, 8, 1 << 31, 1 << 62, Int.max]
  private static let numbers: [Int64] = [0, 1, -1, 2, 3, 4, -2, 8, .max, .min, 1 << 31, -(1 << 31), 1 << 62]
  private static let names = [
    "axis", "axes", "perm", "kernel_shape", "pads", "strides", "dilations", "group", "auto_pad", "ceil_mode", "to",
    "keepdims",
    "transA", "transB", "starts", "ends", "steps", "split", "num_outputs", "allowzero", "blocksize", "k", "batch_dims",
    "shape",
    "value", "value_int", "value_ints", "dtype", "fmod", "start", "end", "output_shape", "output_padding", "scales",
    "hidden_size",
    "direction", "layout", "epsilon", "training_mode", "noop_with_empty_axes", "output_height", "output_dtype",
    "spatial",
  ]

  private static let operations = Set(ShapeRules.table.keys).union(Evaluators.table.keys).sorted()

  @Test(arguments: 0..<8) func nothingTraps(_ seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    var (accepted, evaluated) = (0, 0)
    for _ in 0..<4 {
      for operation in Self.operations {
        var model = Self.model(of: operation, &dice)
        if let node = model.graph.nodes.first {
          let inputs = node.inputs.map { model.graph.constant($0) }
          if node.evaluated(inputs, opset: 17, byteLimit: 4096) != nil { evaluated += 1 }
        }
        var copy = model
        if (try? inferShapes(&copy)) != nil { accepted += 1 }
        let wasValid = model.graph.verify().isEmpty
        _ = model.checkFully()
        if (try? sanitize(&model)) != nil, wasValid {
          #expect(model.graph.verify(requiresOrder: true).map(\.description) == [])
        }
      }
    }
    // The dice are not loaded: much is refused and much is not.
    #expect(accepted > 80)
    #expect(evaluated > 0)
  }

  private static func model(of operation: String, _ dice: inout Dice) -> Model {
    var graph = Graph(name: "hostile")
    let inputs = (0..<Int.random(in: 0...5, using: &dice)).map { input($0, of: &graph, &dice) }
    let outputs = (0..<Int.random(in: 1...3, using: &dice)).map { graph.addValue(Value(name: "out\($0)")) as ValueID? }
    let parts = operation.split(separator: ":").map(String.init)
    var node = Node(
      parts.last ?? "", name: "node", domain: parts.count > 1 ? parts[0] : "", inputs: inputs, outputs: outputs)
    for _ in 0..<Int.random(in: 0...5, using: &dice) {
      node.set(names.randomElement(using: &dice) ?? "", attribute(&dice))
    }
    graph.nodes = [node]
    graph.outputs = [outputs[0] ?? ValueID(0)]
    return Model(graph: graph, opset: [1, 6, 9, 11, 13, 17, 21].randomElement(using: &dice) ?? 17)
  }

  private static func input(_ index: Int, of graph: inout Graph, _ dice: inout Dice) -> ValueID? {
    switch Int.random(in: 0..<8, using: &dice) {
    case 0: return nil
    case 1...4: return graph.addInitializer(freshName: "const\(index)", tensor(&dice))
    default:
      let type = Bool.random(using: &dice) ? ElementType.float32 : ElementType.allCases.randomElement(using: &dice)
      let shape: [Dimension]? =
        Int.random(in: 0..<6, using: &dice) == 0
        ? nil : (0..<Int.random(in: 0...5, using: &dice)).map { _ in dimension(&dice) }
      let id = graph.addValue(Value(name: "in\(index)", type: type, shape: shape))
      graph.inputs.append(id)
      return id
    }
  }

  private static func dimension(_ dice: inout Dice) -> Dimension {
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: .unknown
    case 1: .symbolic("n")
    default: .fixed(sizes.randomElement(using: &dice) ?? 1)
    }
  }

  private static func tensor(_ dice: inout Dice) -> Tensor {
    let shape = (0..<Int.random(in: 0...3, using: &dice)).map { _ in Int.random(in: 0...4, using: &dice) }
    let values = (0..<shape.reduce(1, *)).map { _ in numbers.randomElement(using: &dice) ?? 0 }
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: return Tensor(values.map { Float($0) / 3 }, shape: shape)
    case 1: return Tensor(values.map { $0 == .min ? .nan : $0 == .max ? .infinity : Float($0) }, shape: shape)
    case 2: return Tensor(.integers(values), type: .bool, shape: shape) ?? Tensor(values, shape: shape)
    case 3: return Tensor(.integers(values), type: .int32, shape: shape) ?? Tensor(values, shape: shape)
    default: return Tensor(values, shape: shape)
    }
  }

  private static func attribute(_ dice: inout Dice) -> Attribute.Value {
    let list = (0..<Int.random(in: 0...4, using: &dice)).map { _ in numbers.randomElement(using: &dice) ?? 0 }
    switch Int.random(in: 0..<8, using: &dice) {
    case 0: return .float([0, -1, .nan, .infinity, 1e-5].randomElement(using: &dice) ?? 0)
    case 1:
      return .string(Array((["SAME_UPPER", "VALID", "x", "bidirectional"].randomElement(using: &dice) ?? "").utf8))
    case 2: return .tensor(Initializer(tensor(&dice)))
    case 3: return .floats(list.map { Float($0) })
    case 4, 5: return .int(numbers.randomElement(using: &dice) ?? 0)
    default: return .ints(list)
    }
  }

  @Test func deepAndWideShapesEndInAnErrorOrInNothing() throws {
    var text = "const %two: int64[2] = [2, 2]\n%a0 = Tile(%x, %two)\n"
    for step in 1..<80 { text += "%a\(step) = Tile(%a\(step - 1), %two)\n" }
    var graph = try Graph(text: "graph g(%x: float32[3,3]) -> () {\n\(text)}")
    let error = #expect(throws: GraphError.self) { try graph.inferShapes(opsets: ["": 17]) }
    #expect(error?.description.contains("the output would have a negative size or too many elements") == true)
  }
}
