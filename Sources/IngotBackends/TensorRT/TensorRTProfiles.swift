// Optimization profiles against the inputs that the parser found. TensorRT takes most mistakes without a word and fails late,
// or not at all (a profile for an unknown name is no error to it): so they are looked for here, all at once.

internal import IngotCore

/// What is wrong with profiles for these inputs, each problem a sentence; empty where nothing is.
func problems(of profiles: [OptimizationProfile], for inputs: [TensorRTTensor]) -> [String] {
  let needed = inputs.filter { $0.isDynamic || $0.isShapeTensor }
  if profiles.isEmpty && !needed.isEmpty {
    let names = needed.map { "'\($0.name)' \($0.shape?.shapeText ?? "of unknown rank")" }.joined(separator: ", ")
    return ["the sizes of \(names) are open and there is no optimization profile that says them"]
  }
  var problems: [String] = []
  for (index, profile) in profiles.enumerated() {
    for name in profile.inputs.keys.sorted() where !inputs.contains(where: { $0.name == name }) {
      let names = inputs.map(\.name).joined(separator: ", ")
      problems.append(
        "profile \(index) has sizes for '\(name)', which is no input of the model; its inputs are \(names)")
    }
    for input in inputs {
      if let extent = profile.inputs[input.name] {
        problems += extent.problems(for: input).map { "profile \(index), input '\(input.name)': \($0)" }
      } else if needed.contains(input) {
        problems.append("profile \(index) has no sizes for the input '\(input.name)' \(input.shape?.shapeText ?? "")")
      }
    }
  }
  return problems
}

/// Nil where it overflows.
private func product(_ sizes: [Int]) -> Int? {
  var product = 1
  for size in sizes {
    let (next, overflow) = product.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    product = next
  }
  return product
}

extension OptimizationProfile.Extent {
  fileprivate func problems(for input: TensorRTTensor) -> [String] {
    guard min.count == opt.count, opt.count == max.count else {
      return ["min, opt and max do not have equally many sizes"]
    }
    if input.isShapeTensor { return valueProblems(count: input.shape?.sizes.flatMap(product)) }
    guard let shape = input.shape else { return [] }
    guard min.count == shape.count else { return ["it has \(min.count) sizes, and the shape is \(shape.shapeText)"] }
    var problems: [String] = []
    for axis in shape.indices {
      let (low, middle, high) = (min[axis], opt[axis], max[axis])
      if low < 0 || low > middle || middle > high {
        problems.append("axis \(axis): min \(low), opt \(middle) and max \(high) are not in order")
      } else if high > Int(Int32.max) {
        problems.append("axis \(axis): \(high) is more than TensorRT's largest size, \(Int32.max)")
      } else if let fixed = shape[axis].size, low != fixed || high != fixed {
        problems.append("axis \(axis) is always \(fixed), not \(low) to \(high)")
      }
    }
    return problems
  }

  private func valueProblems(count: Int?) -> [String] {
    if let count, min.count != count { return ["it has \(min.count) values, and the tensor has \(count)"] }
    return min.indices.filter { min[$0] > opt[$0] || opt[$0] > max[$0] }.map {
      "value \($0): min \(min[$0]), opt \(opt[$0]) and max \(max[$0]) are not in order"
    }
  }
}

extension TensorRTJob {
  func add(_ profiles: [OptimizationProfile]) throws(BackendError) {
    let inputs = inputs
    let found = problems(of: profiles, for: inputs)
    guard found.isEmpty else {
      throw BackendError(
        library.facts.kind, .refused(found.joined(separator: "\n  ")), hint: "correct `profiles` in the manifest")
    }
    for (index, profile) in profiles.enumerated() {
      do throws(TensorRTRefusal) {
        try beginProfile()
        for input in inputs {
          if let extent = profile.inputs[input.name] { try setExtent(extent, of: input) }
        }
        try endProfile()
      } catch {
        let why = listener.all.isEmpty ? "" : ": \(listener.all.joined(separator: "; "))"
        throw BackendError(library.facts.kind, .refused("\(library.facts.name) does not take profile \(index)\(why)"))
      }
    }
  }
}
