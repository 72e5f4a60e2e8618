import IngotCore
import IngotGraph
import Testing

@Suite struct FuzzTests {
  /// A damaged model gives an error or a model; what is read is written so that it reads the same, and nothing that
  /// looks at it crashes.
  @Test(.timeLimit(.minutes(2)), arguments: [1, 2, 3, 4] as [UInt64])
  func survivesMutatedModels(seed: UInt64) throws {
    var random = Dice(state: seed)
    let originals = try [
      encode(Model(text: everyKindOfAttribute)), everyKindOfData(), subgraphModel(), everyKindOfPart(),
    ]
    var modelCount = 0
    for _ in 0..<5000 {
      var bytes = originals[Int.random(in: 0..<originals.count, using: &random)]
      for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, using: &random) }
      guard let model = try? read(bytes) else { continue }
      modelCount += 1
      let written = encode(model)
      let again = try read(written)
      #expect(encode(again) == written)
      _ = model.check()
      _ = model.checkFully()
      if modelCount % 8 == 0 {
        _ = model.text()
        _ = model.summary(includesNodes: true).description
      }
    }
    #expect(modelCount > 150)
  }

  private func mutate(_ bytes: inout [UInt8], using random: inout Dice) {
    if bytes.isEmpty { return }
    let index = Int.random(in: 0..<bytes.count, using: &random)
    let end = min(bytes.count, index + Int.random(in: 1...16, using: &random))
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
    case 3: bytes.removeSubrange(index..<end)
    case 4: bytes.insert(contentsOf: bytes[index..<end], at: index)
    case 5: bytes.removeLast(bytes.count - index)
    case 6: bytes.insert(contentsOf: [UInt8](repeating: 0xff, count: end - index), at: index)
    default: bytes.replaceSubrange(index..<end, with: bytes[..<min(end - index, bytes.count)])
    }
  }
}

/// Functions, training information, sparse tensors, annotations and types that are no tensors.
func everyKindOfPart() throws -> [UInt8] {
  var model = try Model(
    text: """
      model ir 14 opset ai.onnx 22 opset custom 1
      graph main(%x: sequence(float32[2,?]), %m: map(int64, optional(float32)), %o: opaque("d", "n")) -> (%y: sparse(float32[n])) {
        const %s: float32[3,4] = sparse(float32[2] [1.0, 2.0], int64[2] [0, 5])
        const %c: int8[2,2] = sparse(int8[1] [7], int64[1,2] [1, 1])
        const %scale: float32[] = [0.5]
        quantized %s {SCALE_TENSOR=%scale}
        %t = Constant() {sparse_value=float32[4] sparse(float32[0] [])}
        %u = Optional() {type=type(sequence(float16[2])), more=types[float32,int2[8]], all=sparse_tensors[bool[2] sparse(bool[1] [true], int64[1] [1])]}
        %y = custom::F[a](%s, %c, %t, %u, %x) {axis=1}
      }
      function custom::F[a] opset ai.onnx 22 {axis, count=2, body=graph b() -> (%z) { %z = Neg(%q) }} graph(%a, %b, %c, %d, %e) -> (%f) {
        %g: float32[2] = Sum(%a, %b) {axis=ref(axis, 2)}
        %f = Relu(%g)
      }
      """)
  var training = TrainingInfo(initialization: try Graph(text: "graph i() -> (%v) { const %v: float32[1] = [1.0] }"))
  training.algorithm = try Graph(text: "graph t() -> (%z) { %z = Neg(%y) }")
  training.initializationBindings = [.init(initializer: "scale", output: "v")]
  training.updateBindings = [.init(initializer: "scale", output: "z")]
  model.training = [training]
  return encode(model)
}

let everyKindOfAttribute = """
  graph main(%x: float32[batch,3,?]) -> (%y: float32[batch,8], %z) {
    const %w: float32[2,2] = ramp
    const %names: string[2] = ["a", "b"]
    const %q: int4[3] = hex(2103)
    %y: float32[batch,8] = Op(%x, _, %w) {a=1, b=0.5, c="text", d=[1,2,3], e=[0.5,1.5], f=["x","y"]} # first
    %z, _ = com.example::Op(%y, %q, %names) {t=int32[2] [1, 2], u=tensors[bool[1] [true]], v=ref(outer, 2)}
  }
  """

/// Every typed field of a tensor, packed and one by one, and fields that Ingot does not know at every level.
func everyKindOfData() -> [UInt8] {
  let tensors = [
    tensor("float", dims: [2]) { $0.writeArray(4, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]) },
    tensor("floats one by one", dims: [2]) {
      $0.writeFixed32(4, 0x3f80_0000)
      $0.writeFixed32(4, 0x4000_0000)
    },
    tensor("int8", type: 3, dims: [2]) { $0.writePackedInts(5, [-1, 7]) },
    tensor("float16", type: 10, dims: [2]) { $0.writePackedInts(5, [0x3c00, 0x4000]) },
    tensor("uint4", type: 21, dims: [3]) { $0.writePackedInts(5, [0x21, 0x03]) },
    tensor("int64", type: 7, dims: [2]) { $0.writePackedInts(7, [-1, 1 << 40]) },
    tensor("uint32", type: 12, dims: [1]) { $0.writePackedInts(11, [0xffff_ffff]) },
    tensor("double", type: 11, dims: [1]) { $0.writeArray(10, [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]) },
    tensor("string", type: 8, dims: [2]) {
      $0.writeArray(6, [0xff])
      $0.writeString(6, "b")
      $0.writeString(99, "unknown")
    },
    tensor("raw", type: 2, dims: [3]) { $0.writeArray(9, [1, 2, 3]) },
  ]
  var whole = graph(nodes: [node("Relu", "r", ["x"], ["y"])], initializers: tensors)
  whole.writeString(77, "unknown")
  return model(whole) + message { $0.writeString(26, "a device") }.array
}

func subgraphModel() -> [UInt8] {
  let inner = graph(nodes: [node("Add", "inner", ["x", "c"], ["z"])], inputs: [], outputs: [port("z")])
  let outer = graph(
    nodes: [
      node("If", "again", ["c"], ["z"], attributes: [branch("then_branch", inner), branch("else_branch", inner)])
    ],
    inputs: [], outputs: [port("z")])
  return model(
    graph(
      nodes: [
        node("Not", "not", ["x"], ["c"]),
        node("If", "if", ["c"], ["y"], attributes: [branch("then_branch", outer), branch("else_branch", inner)]),
      ]))
}

/// AttributeProto: name 1, g 6, type 20.
func branch(_ name: String, _ graph: WireWriter) -> WireWriter {
  message {
    $0.writeString(1, name)
    $0.writeMessage(6, graph)
    $0.writeVarint(20, 5)
  }
}

extension WireWriter {
  mutating func writePackedInts(_ number: Int, _ values: [Int64]) {
    writeMessage(number, message { for value in values { $0.appendVarint(UInt64(bitPattern: value)) } })
  }
}
