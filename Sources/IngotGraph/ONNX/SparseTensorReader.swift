// Reads SparseTensorProto: its values and indices are tensors, in all the forms that tensors have. Whether each index is in range
// is verifying's question, because it needs the elements.

internal import IngotCore

extension ModelReader {
  mutating func readSparseTensor(
    _ file: RawSpan, _ range: Range<Int>, owner: TensorOwner
  ) throws(ModelError) -> (name: String, initializer: Initializer) {
    var message = MessageReader(file, range, .tensor, path: path)
    var (values, indices): (Range<Int>?, Range<Int>?)
    var sizes: [Int64] = []
    while let field = try message.next() {
      switch field.number {
      case SparseTensorField.values: values = try message.range(field)
      case SparseTensorField.indices: indices = try message.range(field)
      case SparseTensorField.dims: try message.appendInts(field, to: &sizes)
      default: try message.keep(field)
      }
    }
    try countItem(at: range.lowerBound, times: sizes.count)
    let (name, list) = try readTensor(
      file, values ?? range.lowerBound..<range.lowerBound, owner: .sparse(part: "values"))
    var elements = SparseElements(values: list, indices: nil)
    if let indices { elements.indices = try readTensor(file, indices, owner: .sparse(part: "indices")).initializer }
    func problem(_ problem: ModelError.TensorProblem) -> ModelError {
      error(.tensor(problem, name: owner.label(name), offset: range.lowerBound))
    }
    let shape = sizes.map(Int.init)
    guard let count = Initializer.checkedElementCount(shape),
      list.type == .string || list.type.byteCount(of: count) != nil
    else { throw problem(.shape(sizes)) }
    if let wrong = elements.formProblem(shape: shape) { throw problem(.sparse(wrong)) }
    var tensor = Initializer(type: list.type, shape: shape, storage: .sparse(elements))
    tensor.unknownFields = joined(message.kept)
    if case .attribute = owner { tensor.name = name }
    return (name, tensor)
  }
}
