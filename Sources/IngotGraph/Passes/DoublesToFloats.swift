// Calculates in float32 what a model calculates in float64, as most devices can do no other. Inputs and outputs of the model
// keep their types. Results are rounded earlier: this runs only where it is asked for.

internal import IngotCore

func makeDoublesFloats(_ model: inout Model) -> PassReport {
  var report = PassReport("doubles-to-floats")
  // What other domains' operators and functions do with other types, nobody knows.
  guard model.functions.isEmpty, model.training.isEmpty, model.graph.isStandard else { return report }
  let interface = model.graph.inputs + model.graph.outputs
  let casts = interface.filter { model.graph[$0].type == .float64 && model.graph[$0].initializer == nil }
  for id in model.graph.inputs where casts.contains(id) { model.graph.castInput(id, &report) }
  for id in model.graph.outputs where casts.contains(id) { model.graph.castOutput(id, &report) }
  model.graph.makeDoublesFloats(keeping: Set(casts), &report)
  return report
}

extension Graph {
  fileprivate var isStandard: Bool {
    nodes.allSatisfy { $0.domain.isEmpty && $0.subgraphs.allSatisfy { $0.graph.isStandard } }
  }

  /// Lets all readers of an input read its cast instead.
  fileprivate mutating func castInput(_ id: ValueID, _ report: inout PassReport) {
    let copy = addValue(freshName: "\(self[id].name)_float32", type: .float32, shape: self[id].shape)
    var replacement = Replacement(for: self)
    // An input that is an output too stays what it is, and so does one that a body has another value in the way of.
    guard !outputs.contains(id), replacement.replace(id, with: copy, in: self) else { return }
    apply(replacement)
    nodes.insert(.cast(from: id, to: copy, type: .float32), at: 0)
    report.change(self[id].name)
  }

  /// Makes a value under another name and casts it to the output.
  fileprivate mutating func castOutput(_ id: ValueID, _ report: inout PassReport) {
    guard let maker = producers[id.index] else { return }
    let original = addValue(freshName: "\(self[id].name)_float32", type: .float32, shape: self[id].shape)
    var replacement = Replacement(for: self)
    guard replacement.replace(id, with: original, in: self) else { return }
    apply(replacement)
    nodes[maker].outputs = nodes[maker].outputs.map { $0 == id ? original : $0 }
    nodes.append(.cast(from: original, to: id, type: .float64))
    report.change(self[id].name)
  }

  fileprivate mutating func makeDoublesFloats(keeping kept: Set<ValueID>, _ report: inout PassReport) {
    for index in values.indices where !kept.contains(ValueID(index)) {
      let id = ValueID(index)
      if let tensor = self[id].initializer?.tensor, let narrow = tensor.narrowed {
        self[id].initializer = Initializer(narrow)
        report.change(self[id].name)
      }
      if self[id].type == .float64 { self[id].type = .float32 }
    }
    for index in nodes.indices {
      for position in nodes[index].attributes.indices {
        nodes[index].attributes[position].value.makeDoublesFloats(name: nodes[index].attributes[position].name)
      }
      // The casts at the interface are the ones that keep float64.
      let isInterface = nodes[index].outputs.contains { $0.map(kept.contains) ?? false }
      if isInterface, nodes[index].opType == "Cast" {
        nodes[index].set("to", .int(Int64(ElementType.float64.rawValue)))
      }
      if nodes[index].hasSubgraphs {
        nodes[index].forEachSubgraph { $0.makeDoublesFloats(keeping: [], &report) }
      }
    }
  }
}

extension Node {
  fileprivate static func cast(from source: ValueID, to target: ValueID, type: ElementType) -> Node {
    let attribute = Attribute(name: "to", value: .int(Int64(type.rawValue)))
    return Node("Cast", name: "", inputs: [source], outputs: [target], attributes: [attribute])
  }
}

extension Attribute.Value {
  /// - Parameter name: some attributes are the number of a type.
  fileprivate mutating func makeDoublesFloats(name: String) {
    switch self {
    case .int(let number) where number == Int64(ElementType.float64.rawValue) && Self.typeNames.contains(name):
      self = .int(Int64(ElementType.float32.rawValue))
    case .tensor(let initializer):
      if let narrow = initializer.tensor?.narrowed { self = .tensor(Initializer(narrow)) }
    default: break
    }
  }

  private static let typeNames: Set<String> = ["to", "dtype", "output_dtype", "output_datatype"]
}

extension Tensor {
  /// The same numbers as float32; nil for other types than float64.
  fileprivate var narrowed: Tensor? {
    guard type == .float64, let numbers = Numbers(self) else { return nil }
    return Tensor(numbers, type: .float32, shape: shape)
  }
}
