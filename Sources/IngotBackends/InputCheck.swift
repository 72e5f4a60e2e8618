// Whether tensors fit a session's inputs, asked before a runtime is: the same words whichever runtime it is.

internal import IngotCore

extension [IOTensor] {
  /// What is wrong with tensors for these inputs; nil where nothing is.
  func problem(with given: [String: Tensor]) -> String? {
    for name in given.keys.sorted() where !contains(where: { $0.name == name }) {
      return "there is no input '\(name)'; the inputs are \(map(\.summary).joined(separator: ", "))"
    }
    for input in self {
      guard let tensor = given[input.name] else { return "the input \(input.summary) is missing" }
      guard tensor.type == input.type, input.admits(tensor.shape) else {
        return "the input '\(input.name)' is \(input.type) \(input.shape.shapeText), not \(tensor.type) \(tensor.shape)"
      }
    }
    return nil
  }
}

extension IOTensor {
  /// `image (float32 [batch, 1, 8, 8])`.
  fileprivate var summary: String { "\(name) (\(type) \(shape.shapeText))" }

  fileprivate func admits(_ sizes: [Int]) -> Bool {
    shape.count == sizes.count && zip(shape, sizes).allSatisfy { $0.size == nil || $0.size == $1 }
  }
}
