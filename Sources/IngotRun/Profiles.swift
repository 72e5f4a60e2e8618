// Profiles as a manifest writes them, held against the model's inputs: every mistake is found here, before a runtime is
// asked and before anything expensive starts.

package import IngotBackends
package import IngotCore
package import IngotPlan

/// - Parameter inputs: of the model, with its symbolic dims.
/// - Parameter needsProfiles: whether the backend refuses a dynamic model without one.
/// - Parameter places: where a manifest says each profile, if the caller knows.
/// - Throws: every problem of every profile.
package func resolveProfiles(
  _ profiles: [ProfileSettings], inputs: [IOTensor], in subject: String, needsProfiles: Bool, places: [Place] = []
) throws(InputError) -> [OptimizationProfile] {
  let dynamic = inputs.filter { $0.shape.sizes == nil }
  if profiles.isEmpty {
    guard needsProfiles, let first = dynamic.first else { return [] }
    throw InputError(
      in: subject, "input '\(first.name)' has the shape \(first.shape.shapeText) and the manifest has no profile",
      hint: "add `profiles:` with min, opt and max for \(dynamicNames(dynamic))")
  }
  var problems: [Diagnostic] = []
  var resolved: [OptimizationProfile] = []
  for (index, profile) in profiles.enumerated() {
    var resolver = ProfileResolver(
      profile: profile, inputs: inputs, subject: "\(subject): profile \(index)",
      place: places.indices.contains(index) ? places[index] : nil)
    resolved.append(OptimizationProfile(inputs: resolver.resolve()))
    problems += resolver.problems
  }
  guard problems.isEmpty else { throw InputError(problems) }
  return resolved
}

private func dynamicNames(_ inputs: [IOTensor]) -> String {
  var names: [String] = []
  for case .symbolic(let name) in inputs.flatMap(\.shape) where !names.contains(name) { names.append(name) }
  return names.isEmpty ? inputs.map { "'\($0.name)'" }.joined(separator: ", ") : names.joined(separator: ", ")
}

/// One profile against all inputs.
private struct ProfileResolver {
  typealias Extent = OptimizationProfile.Extent

  let profile: ProfileSettings
  let inputs: [IOTensor]
  let subject: String
  let place: Place?
  var problems: [Diagnostic] = []
  /// What each symbolic dim was bound to, and by whom.
  private var bindings: [String: (range: [Int], owner: String)] = [:]

  init(profile: ProfileSettings, inputs: [IOTensor], subject: String, place: Place?) {
    (self.profile, self.inputs, self.subject, self.place) = (profile, inputs, subject, place)
  }

  mutating func resolve() -> [String: Extent] {
    let symbols = Set(inputs.flatMap(\.shape).compactMap { if case .symbolic(let name) = $0 { name } else { nil } })
    for range in profile.ranges where !range.isTensor {
      if symbols.contains(range.name) {
        bind(range.name, [range.min[0], range.opt[0], range.max[0]], by: "dimension '\(range.name)'")
      } else {
        report(
          "no input has a dimension named '\(range.name)'",
          hint: symbols.isEmpty
            ? "all of the model's dimensions are fixed; remove the profile"
            : "the model's symbolic dimensions are \(symbols.sorted().joined(separator: ", "))")
      }
    }
    var extents: [String: Extent] = [:]
    for range in profile.ranges where range.isTensor {
      guard let input = inputs.first(where: { $0.name == range.name }) else {
        report(
          "the model has no input '\(range.name)'",
          hint: "its inputs are \(inputs.map(\.name).joined(separator: ", "))")
        continue
      }
      extents[input.name] = extent(of: input, from: range)
    }
    for input in inputs where extents[input.name] == nil {
      if let extent = extent(of: input) { extents[input.name] = extent }
    }
    return extents
  }

  /// Of an input that the profile names, axis by axis.
  private mutating func extent(of input: IOTensor, from range: ProfileSettings.Range) -> Extent? {
    let rank = input.shape.count
    guard range.min.count == rank else {
      report(
        "input '\(input.name)' has \(rank) dimensions \(input.shape.shapeText), the profile gives it \(range.min.count)",
        hint: "give min, opt and max one size for each dimension")
      return nil
    }
    for (axis, dimension) in input.shape.enumerated() {
      let sizes = [range.min[axis], range.opt[axis], range.max[axis]]
      switch dimension {
      case .fixed(let size) where sizes != [size, size, size]:
        report(
          "axis \(axis) of input '\(input.name)' is \(size) in the model, the profile gives it \(sizes)",
          hint: "write \(size) in min, opt and max")
      case .symbolic(let name): bind(name, sizes, by: "input '\(input.name)'")
      case .fixed, .unknown: break
      }
    }
    return Extent(min: range.min, opt: range.opt, max: range.max)
  }

  /// Of an input that only dimensions speak of; nil where it is static.
  private mutating func extent(of input: IOTensor) -> Extent? {
    if input.shape.sizes != nil { return nil }
    var extent = Extent(min: [], opt: [], max: [])
    for (axis, dimension) in input.shape.enumerated() {
      let sizes: [Int]
      switch dimension {
      case .fixed(let size): sizes = [size, size, size]
      case .symbolic(let name):
        guard let bound = bindings[name] else {
          report(
            "dimension '\(name)' of input '\(input.name)' has no range",
            hint: "add `\(name): { min: …, opt: …, max: … }`")
          return nil
        }
        sizes = bound.range
      case .unknown:
        report(
          "axis \(axis) of input '\(input.name)' is dynamic and has no name",
          hint:
            "name it under model.inputs, or give the input's shapes: `\(input.name): { min: […], opt: […], max: […] }`")
        return nil
      }
      extent.min.append(sizes[0])
      extent.opt.append(sizes[1])
      extent.max.append(sizes[2])
    }
    return extent
  }

  private mutating func bind(_ name: String, _ range: [Int], by owner: String) {
    if let bound = bindings[name], bound.range != range {
      report(
        "'\(name)' is \(bound.range) for \(bound.owner) and \(range) for \(owner)",
        hint: "one name means one size: give both the same min, opt and max")
    }
    bindings[name] = (range, owner)
  }

  private mutating func report(_ problem: String, hint: String) {
    problems.append(Diagnostic(at: place, in: subject, problem, hint: hint))
  }
}
