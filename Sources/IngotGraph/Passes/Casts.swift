// A cast of a cast that loses nothing is one cast.

internal import IngotCore

extension Pass {
  /// `Cast(Cast(x))` reads `x` where the first one keeps every number: float16 to float32 to int8 is float16 to int8.
  static let casts = Pass("casts", on: ["Cast"]) { rewriting, index, _ in
    let node = rewriting.node(index)
    guard let first = rewriting.maker(of: node.inputs.first.flatMap(\.self), "Cast"),
      let source = rewriting.node(first).inputs.first.flatMap(\.self), let type = rewriting.type(source),
      let between = rewriting.type(node.inputs[0]), type.fits(in: between), between != .string
    else { return }
    var merged = node
    merged.inputs = [source]
    rewriting.replace(index, with: merged)
  }
}
