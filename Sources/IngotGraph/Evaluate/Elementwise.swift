// Operations that make each element of the result from the elements at its place in the inputs, with NumPy's broadcasting.

internal import IngotCore

/// What an operation does with numbers of each kind; nil where it has no meaning for them.
struct UnaryOperation: Sendable {
  var integers: (@Sendable (Int64) -> Int64)?
  var unsigned: (@Sendable (UInt64) -> UInt64)?
  var floats: (@Sendable (Double) -> Double)?

  init(
    integers: (@Sendable (Int64) -> Int64)? = nil, unsigned: (@Sendable (UInt64) -> UInt64)? = nil,
    floats: (@Sendable (Double) -> Double)? = nil
  ) {
    (self.integers, self.unsigned, self.floats) = (integers, unsigned, floats)
  }

  func callAsFunction(_ numbers: Numbers) -> Numbers? {
    switch numbers {
    case .integers(let values): integers.map { .integers(values.map($0)) }
    case .unsigned(let values): unsigned.map { .unsigned(values.map($0)) }
    case .floats(let values): floats.map { .floats(values.map($0)) }
    }
  }
}

/// As above, for two operands. Integers may refuse: a division by zero has no result.
struct BinaryOperation: Sendable {
  var integers: (@Sendable (Int64, Int64) -> Int64?)?
  var unsigned: (@Sendable (UInt64, UInt64) -> UInt64?)?
  var floats: (@Sendable (Double, Double) -> Double)?

  init(
    integers: (@Sendable (Int64, Int64) -> Int64?)? = nil, unsigned: (@Sendable (UInt64, UInt64) -> UInt64?)? = nil,
    floats: (@Sendable (Double, Double) -> Double)? = nil
  ) {
    (self.integers, self.unsigned, self.floats) = (integers, unsigned, floats)
  }

  func callAsFunction(_ a: Numbers, _ b: Numbers) -> Numbers? {
    switch (a, b) {
    case (.integers(let x), .integers(let y)):
      guard let integers else { return nil }
      return Self.all(x, y, integers).map { .integers($0) }
    case (.unsigned(let x), .unsigned(let y)):
      guard let unsigned else { return nil }
      return Self.all(x, y, unsigned).map { .unsigned($0) }
    case (.floats(let x), .floats(let y)):
      guard let floats else { return nil }
      return .floats(zip(x, y).map(floats))
    case (.integers, _), (.unsigned, _), (.floats, _): return nil
    }
  }

  private static func all<T>(_ x: [T], _ y: [T], _ operation: (T, T) -> T?) -> [T]? {
    var values: [T] = []
    values.reserveCapacity(x.count)
    for (a, b) in zip(x, y) {
      guard let value = operation(a, b) else { return nil }
      values.append(value)
    }
    return values
  }
}

extension Evaluation {
  /// - Parameter isTotal: false where `compute` may refuse numbers, which is then found out before anything is promised.
  /// - Parameter compute: from as many numbers per tensor as it is to make; it must not look at places.
  func elementwise(
    _ tensors: [Tensor], as type: ElementType, isTotal: Bool = true, saturates: Bool = true,
    _ compute: @escaping @Sendable ([Numbers]) -> Numbers?
  ) -> Tensor? {
    guard let shape = Layout.broadcast(tensors.map(\.shape)), allows(shape, type), let count = Layout.count(shape)
    else {
      return nil
    }
    let operands = tensors.map { Operand($0, broadcastTo: shape) }
    let part: @Sendable (Range<Int>) -> [UInt8]? = { elements in
      var numbers: [Numbers] = []
      for operand in operands {
        guard let part = operand.numbers(elements) else { return nil }
        numbers.append(part)
      }
      return compute(numbers)?.bytes(as: type, saturates: saturates)
    }
    if let byteCount = type.byteCount(of: count), byteCount <= Tensor.eagerByteCount {
      guard let bytes = part(0..<count), bytes.count == byteCount else { return nil }
      return Tensor(type: type, shape: shape, bytes: Bytes(bytes))
    }
    let width = (type.bitCount ?? 8) / 8
    let isWhole = type.isPacked || operands.contains { $0.isWhole }
    let pieceCount = isWhole ? max(count, 1) : 1 << 15
    var start = 0
    // The first piece tells whether the types are understood; where numbers may be refused all of them are looked at.
    repeat {
      let end = min(count, start + pieceCount)
      guard let bytes = part(start..<end), isWhole || bytes.count == (end - start) * width else { return nil }
      start = end
    } while start < count && !isTotal
    return .made(type, shape, from: tensors, isWhole: isWhole) { part($0) ?? [] }
  }

  func map(
    _ tensor: Tensor, as type: ElementType? = nil, isTotal: Bool = true,
    _ compute: @escaping @Sendable (Numbers) -> Numbers?
  ) -> Tensor? {
    elementwise([tensor], as: type ?? tensor.type, isTotal: isTotal) { compute($0[0]) }
  }

  /// Two inputs of one type and shapes that broadcast. Before opset 7 the node says how, and a shape of fewer axes may
  /// belong in the middle.
  func binaryInputs() -> (Tensor, Tensor)? {
    guard let a = input(0), let b = input(1) else { return nil }
    guard opset < 7, a.shape != b.shape else { return (a, b) }
    guard node.int("broadcast") == 1 else { return nil }
    let axis = node.int("axis").map { Int(clamping: $0) } ?? a.shape.count - b.shape.count
    guard axis >= 0, axis <= a.shape.count - b.shape.count else { return nil }
    let padding = [Int](repeating: 1, count: a.shape.count - b.shape.count - axis)
    guard let aligned = b.reshaped(b.shape + padding), Layout.broadcast([a.shape, aligned.shape]) == a.shape else {
      return nil
    }
    return (a, aligned)
  }
}

/// An input of an elementwise operation, in the shape of the result.
private struct Operand: Sendable {
  private let bytes: Bytes
  private let type: ElementType
  private let width: Int
  /// Nil where the elements are in the result's order already.
  private let view: StridedView?
  /// The one element of a scalar.
  private let single: Numbers?
  let isWhole: Bool

  init(_ tensor: Tensor, broadcastTo shape: [Int]) {
    (bytes, type, width) = (tensor.bytes, tensor.type, (tensor.type.bitCount ?? 8) / 8)
    single = tensor.elementCount == 1 ? Numbers(tensor) : nil
    view =
      tensor.elementCount == Layout.count(shape)
      ? nil : StridedView(shape, strides: Layout.broadcastStrides(tensor.shape, to: shape))
    isWhole = single == nil && (tensor.type.isPacked || view != nil && tensor.bytes.computationDepth > 0)
  }

  func numbers(_ elements: Range<Int>) -> Numbers? {
    switch single {
    case .integers(let value)?: return .integers([Int64](repeating: value[0], count: elements.count))
    case .unsigned(let value)?: return .unsigned([UInt64](repeating: value[0], count: elements.count))
    case .floats(let value)?: return .floats([Double](repeating: value[0], count: elements.count))
    case nil: break
    }
    if type.isPacked {
      // All elements or none: a packed operand makes the whole operation one piece.
      let count = bytes.count * 8 / (type.bitCount ?? 8)
      let all = Tensor(
        type: .uint8, shape: [count], bytes: Bytes(type.unpacked(bytes, count: count)))
      let picked = view.flatMap { all.viewed($0, shape: [elements.count]) } ?? all
      let packed = type.packed(Array(picked.bytes.array[..<elements.count]))
      return Numbers(Bytes(packed), type: type, count: elements.count)
    }
    guard let view else {
      return Numbers(
        bytes[elements.lowerBound * width..<elements.upperBound * width], type: type, count: elements.count)
    }
    let part = bytes.withSpan { view.bytes(elements, of: $0, elementByteCount: width) }
    return Numbers(Bytes(part), type: type, count: elements.count)
  }
}
