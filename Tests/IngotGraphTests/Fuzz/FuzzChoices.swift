// What a fuzzed model wants of sanitizing: options, chosen by bytes in a field of the model that ONNX does not have. So an
// input is still one model file, and a model without the field is sanitized as it is by default.

@testable import IngotCore
@testable import IngotGraph

struct FuzzChoices {
  /// Of the field in ModelProto.
  static let field = 1999

  private var bytes: ArraySlice<UInt8>

  init(of model: Model) {
    // The field's key and a length of one byte; what comes after it is taken as it comes.
    let key = UInt64(Self.field << 3 | 2)
    let start = [UInt8(key & 0x7f) | 0x80, UInt8(key >> 7)]
    let stored = model.unknownFields.array
    let place = stored.indices.first { $0 + 3 <= stored.count && stored[$0] == start[0] && stored[$0 + 1] == start[1] }
    bytes = place.map { stored[($0 + 3)...].prefix(64) } ?? []
  }

  mutating func options(for model: Model) -> SanitizeOptions {
    var options = SanitizeOptions()
    let inputs = model.graph.inputs.map { model.graph[$0] }
    let names = model.graph.values.map(\.name)
    let symbols = inputs.flatMap { $0.shape ?? [] }.compactMap {
      if case .symbolic(let name) = $0 { name } else { nil }
    }
    while let choice = bytes.popFirst() {
      switch choice % 16 {
      case 0, 1: if let name = pick(symbols) { options.dimensions[name] = dimension() }
      case 2: if let input = pick(inputs) { options.inputShapes[input.name] = input.shape?.map { _ in dimension() } }
      case 3: if let input = pick(inputs) { options.inputTypes[input.name] = pick(ElementType.allCases) }
      case 4: if let name = pick(names) { options.extraction.from.append(name) }
      case 5, 6: if let name = pick(names) { options.extraction.to.append(name) }
      case 7: if let name = pick(names) { options.outputs.added.append(name) }
      case 8: if let name = pick(names) { options.outputs.removed.append(name) }
      case 9: if let name = pick(names) { options.outputs.only = (options.outputs.only ?? []) + [name] }
      case 10: options.opset = Int64(number() % 30)
      case 11, 12: if let name = pick(names) { options.bounds[name] = number() }
      case 13: if let old = pick(names), let new = pick(names + ["new", ""]) { options.renames[old] = new }
      case 14: options.makesDoublesFloats = true
      default: choosePasses(&options)
      }
    }
    return options
  }

  private mutating func choosePasses(_ options: inout SanitizeOptions) {
    guard let pass = pick(PassSelection.names) else { return }
    switch (options.passes, number() % 2) {
    case (.only(let names), 0): options.passes = .only(names.union([pass]))
    case (_, 0): options.passes = .only([pass])
    case (.allBut(let names), _): options.passes = .allBut(names.union([pass]))
    default: options.foldLimit = number() * 64
    }
  }

  private mutating func dimension() -> Dimension {
    switch number() {
    case 0: .unknown
    case 1: .symbolic("size")
    case let size where size > 250: .fixed(size << 40)
    case let size: .fixed(size - 2)
    }
  }

  private mutating func number() -> Int { Int(bytes.popFirst() ?? 0) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[number() % elements.count]
  }
}
