// How the fuzzer changes a model: field by field, so that most changes leave a file that parses and gets to the code
// behind the reader. One time in sixteen it is libFuzzer's own, of bytes.

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int

@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int {
  var mutator = Mutator(dice: Dice(state: UInt64(seed)))
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard Int.random(in: 0..<16, using: &mutator.dice) > 0,
    let result = mutator.mutated(Array(bytes)), result.count <= capacity
  else { return mutateBytes(start, count, capacity) }
  for (index, byte) in result.enumerated() { start[index] = byte }
  return result.count
}

private struct Mutator {
  var dice: Dice
  /// Texts of the model: names of values above all, so that a change of one joins nodes anew.
  private var texts: [[UInt8]] = []
  private var messages: [WireField] = []
  private var fieldCount = 0

  private static let numbers: [UInt64] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 16, 17, 19, 20, 21, 22, 23, 24, 25, 64, 255, 1024, 65535, 1 << 31, 1 << 32,
    1 << 46,
    1 << 62, UInt64(Int64.max), 1 << 63, .max, .max - 1, .max - 2,
  ]

  init(dice: Dice) { self.dice = dice }

  mutating func mutated(_ bytes: [UInt8]) -> [UInt8]? {
    guard var fields = WireField.parse(bytes[...]), !fields.isEmpty else { return nil }
    collect(fields)
    if Int.random(in: 0..<8, using: &dice) == 0 {
      changeChoices(&fields)
      return WireField.encode(fields)
    }
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      var target = Int.random(in: 0..<max(fieldCount, 1), using: &dice)
      change(&fields, &target)
    }
    return WireField.encode(fields)
  }

  /// Other options for sanitizing: FuzzChoices.swift says how they are read.
  private mutating func changeChoices(_ fields: inout [WireField]) {
    var bytes: [UInt8] = []
    if let index = fields.firstIndex(where: { $0.number == FuzzChoices.field }) {
      if case .bytes(let old) = fields[index].content { bytes = old }
      fields.remove(at: index)
    }
    let start = Int.random(in: 0...bytes.count, using: &dice)
    let new = (0..<Int.random(in: 0...4, using: &dice)).map { _ in UInt8.random(in: .min ... .max, using: &dice) }
    bytes.replaceSubrange(start..<min(bytes.count, start + Int.random(in: 0...2, using: &dice)), with: new)
    fields.append(WireField(number: FuzzChoices.field, content: .bytes(Array(bytes.prefix(48)))))
  }

  private mutating func collect(_ fields: [WireField]) {
    for field in fields {
      fieldCount += 1
      switch field.content {
      case .bytes(let bytes) where bytes.count < 64: texts.append(bytes)
      case .message(let inner):
        messages.append(field)
        collect(inner)
      case .varint, .fixed32, .fixed64, .bytes: break
      }
    }
  }

  /// Changes the field at `target` in the order of the file.
  /// - Returns: whether it was among these fields; if not, `target` is lower by their number.
  @discardableResult private mutating func change(_ fields: inout [WireField], _ target: inout Int) -> Bool {
    for index in fields.indices {
      if target == 0 {
        changeField(index, of: &fields)
        return true
      }
      target -= 1
      guard case .message(var inner) = fields[index].content else { continue }
      fields[index].content = .varint(0)  // so that the inner array is changed in place
      let isDone = change(&inner, &target)
      fields[index].content = .message(inner)
      if isDone { return true }
    }
    return false
  }

  private mutating func changeField(_ index: Int, of fields: inout [WireField]) {
    switch Int.random(in: 0..<12, using: &dice) {
    case 0: fields.remove(at: index)
    case 1: fields.insert(fields[index], at: Int.random(in: 0...fields.count, using: &dice))
    case 2: fields.swapAt(index, Int.random(in: fields.indices, using: &dice))
    case 3:
      // Another message of the same number, from anywhere in the model.
      let alike = messages.filter { $0.number == fields[index].number }
      if let other = alike.randomElement(using: &dice) { fields[index] = other }
    case 4: if let other = messages.randomElement(using: &dice) { fields.append(other) }
    case 5: fields[index].number = Int.random(in: 1...30, using: &dice)
    default: changeContent(&fields[index].content)
    }
  }

  private mutating func changeContent(_ content: inout WireField.Content) {
    switch content {
    case .varint(let value): content = .varint(number(near: value))
    case .fixed64(let value): content = .fixed64(number(near: value))
    case .fixed32(let value): content = .fixed32(UInt32(truncatingIfNeeded: number(near: UInt64(value))))
    case .message(let fields):
      // To bytes and back would do nothing; a doubled list is long soon.
      if let one = fields.randomElement(using: &dice) { content = .message(fields + [one]) }
    case .bytes(var bytes):
      switch Int.random(in: 0..<8, using: &dice) {
      case 0..<4: content = .bytes(texts.randomElement(using: &dice) ?? [])
      case 4: content = .bytes(Array(Self.operations.randomElement(using: &dice)?.utf8 ?? "".utf8))
      case 5: content = .bytes([])
      default:
        let capacity = bytes.count + 8
        let count = bytes.count
        bytes += [UInt8](repeating: 0, count: 8)
        let after = bytes.withUnsafeMutableBufferPointer { buffer in
          buffer.baseAddress.map { mutateBytes($0, count, capacity) } ?? 0
        }
        content = .bytes(Array(bytes.prefix(after)))
      }
    }
  }

  private mutating func number(near value: UInt64) -> UInt64 {
    switch Int.random(in: 0..<4, using: &dice) {
    case 0: value &+ 1
    case 1: value &- 1
    case 2: value ^ (1 << UInt64.random(in: 0..<64, using: &dice))
    default: Self.numbers.randomElement(using: &dice) ?? 0
    }
  }
}

extension Mutator {
  /// Some of each family; a changed operator keeps the inputs and attributes of another.
  fileprivate static let operations = [
    "Identity", "Constant", "Shape", "Gather", "Concat", "Slice", "Cast", "Reshape", "Transpose", "Squeeze",
    "Unsqueeze",
    "Expand", "Tile", "Pad", "Split", "Range", "Resize", "Where", "Add", "Mul", "Div", "Pow", "Sqrt", "Mod", "Equal",
    "ReduceMean", "ReduceSum", "ArgMax", "TopK", "MatMul", "Gemm", "Conv", "ConvTranspose", "MaxPool", "AveragePool",
    "BatchNormalization", "LayerNormalization", "Softmax", "Erf", "Sigmoid", "Tanh", "Dropout", "If", "Loop", "Scan",
    "LSTM", "GRU", "Einsum", "NonZero", "OneHot", "GatherND", "ScatterND", "ScatterElements", "QuantizeLinear",
    "DequantizeLinear", "SequenceConstruct", "SequenceAt", "SplitToSequence", "ConcatFromSequence",
    "OptionalGetElement",
    "SpaceToDepth", "DepthToSpace", "CumSum", "Trilu", "EyeLike", "ConstantOfShape", "Size", "Compress", "Unique",
    "axis", "axes", "perm", "value", "to", "keepdims", "then_branch", "body", "float_data", "allowzero", "mode",
  ]
}
