// The section `profiles`: by symbolic dimension, where min, opt and max are sizes, or by tensor, where they are shapes.

internal import IngotCore

extension ManifestDecoder {
  /// - Parameter inputs: what the manifest says of the model's inputs; shapes are checked against it.
  mutating func profiles(_ field: YAMLField, inputs: [InputSpec]) -> [ProfileSpec]? {
    guard let items = field.items(of: "profiles", &problems) else { return nil }
    if items.isEmpty {
      return field.refuse("`profiles` is empty", &problems, hint: "remove the key if the model's shapes are fixed")
    }
    var profiles: [ProfileSpec] = []
    for item in items {
      guard let entries = item.entries(of: "dimensions or tensors", &problems) else { continue }
      if entries.isEmpty { problems.append(Diagnostic(at: item.place, "the profile is empty")) }
      var profile = ProfileSpec(place: item.place, dimensions: [], tensors: [])
      for (name, value) in entries { read(value, named: name, into: &profile, inputs: inputs) }
      profiles.append(profile)
    }
    for (index, profile) in profiles.enumerated() {
      guard !profile.isEmpty, let first = profiles[..<index].first(where: { $0 == profile }) else { continue }
      problems.append(Diagnostic(at: profile.place, "this profile is the same as the one at line \(first.place.line)"))
    }
    return profiles
  }

  private mutating func read(
    _ field: YAMLField, named name: Located<String>, into profile: inout ProfileSpec, inputs: [InputSpec]
  ) {
    let reader = MappingReader(
      field, .dimensionRange, &problems, hint: "write `\(name.value): { min: 1, opt: 8, max: 16 }`")
    guard let reader else { return }
    guard let min = reader["min"], let opt = reader["opt"], let max = reader["max"] else { return }
    let areLists = [min, opt, max].map { if case .sequence = $0.node.content { true } else { false } }
    if areLists.contains(true) {
      guard let range = shapeRange(name, min, opt, max) else { return }
      check(range, at: field.place, against: inputs.first { $0.name == name })
      profile.tensors.append(range)
      return
    }
    let (low, usual, high) = (
      min.int(in: 1...Int.max, &problems), opt.int(in: 1...Int.max, &problems), max.int(in: 1...Int.max, &problems)
    )
    guard let low, let usual, let high else { return }
    checkOrder(low, usual, high, axis: nil)
    profile.dimensions.append(DimensionRange(name: name, min: low.value, opt: usual.value, max: high.value))
  }

  private mutating func shapeRange(
    _ name: Located<String>, _ min: YAMLField, _ opt: YAMLField, _ max: YAMLField
  ) -> ShapeRange? {
    let (low, usual, high) = (shape(min), shape(opt), shape(max))
    guard let low, let usual, let high else { return nil }
    for (field, shape) in [(opt, usual), (max, high)] where shape.count != low.count {
      return field.refuse("\(field.shown) has \(shape.count) dimensions, but `min` has \(low.count)", &problems)
    }
    for axis in low.indices { checkOrder(low[axis], usual[axis], high[axis], axis: axis) }
    return ShapeRange(name: name, min: low.map(\.value), opt: usual.map(\.value), max: high.map(\.value))
  }

  private mutating func shape(_ field: YAMLField) -> [Located<Int>]? {
    guard let items = field.items(of: "sizes", &problems) else { return nil }
    var sizes: [Located<Int>] = []
    for item in items {
      if let size = item.int(in: 1...Int.max, &problems) { sizes.append(size) }
    }
    return sizes.count == items.count ? sizes : nil
  }

  private mutating func checkOrder(_ min: Located<Int>, _ opt: Located<Int>, _ max: Located<Int>, axis: Int?) {
    if min.value <= opt.value, opt.value <= max.value { return }
    let suffix = axis.map { " on axis \($0)" } ?? ""
    if min.value > max.value {
      problems.append(Diagnostic(at: min.place, "`min` \(min.value) is more than `max` \(max.value)\(suffix)"))
    } else if opt.value < min.value {
      problems.append(Diagnostic(at: opt.place, "`opt` \(opt.value) is less than `min` \(min.value)\(suffix)"))
    } else if opt.value > max.value {
      problems.append(Diagnostic(at: opt.place, "`opt` \(opt.value) is more than `max` \(max.value)\(suffix)"))
    }
  }

  /// Ranks and fixed sizes must be those of `model.inputs`, where it tells.
  private mutating func check(_ range: ShapeRange, at place: Place, against input: InputSpec?) {
    guard let input else { return }
    let stated = "line \(input.name.place.line)"
    if input.dims.count != range.min.count {
      problems.append(
        Diagnostic(
          at: place,
          "the shapes of \(quoted(range.name.value)) have \(range.min.count) dimensions, but \(stated) gives it \(input.dims.count)"
        ))
      return
    }
    for (axis, dim) in input.dims.enumerated() {
      guard case .fixed(let size) = dim.value, range.min[axis] != size || range.max[axis] != size else { continue }
      problems.append(
        Diagnostic(at: place, "axis \(axis) of \(quoted(range.name.value)) is fixed to \(size) in \(stated)"))
    }
  }
}

extension ProfileSpec {
  fileprivate var isEmpty: Bool { dimensions.isEmpty && tensors.isEmpty }
}
