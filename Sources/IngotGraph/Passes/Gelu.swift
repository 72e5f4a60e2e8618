// x * (1 + erf(x / √2)) / 2, and its form with tanh, as the one operation that they are since version 20.

internal import IngotCore

extension Pass {
  static let gelu = Pass("gelu", on: ["Mul", "Div"]) { rewriting, index, context in
    guard context.opset >= 20 else { return }
    let product = rewriting.product(ofNode: index)
    guard product.hasCoefficient(0.5), product.powers.count == 2 else { return }
    for x in product.powers.keys.sorted() {
      guard rewriting.isWideFloat(x), let factor = product.other(than: x), rewriting.isReadOnce(factor),
        let bell = rewriting.addend(factor, plus: 1), rewriting.isReadOnce(bell),
        let approximation = approximation(by: bell, of: x, rewriting),
        rewriting.haveSameShape(x, rewriting.node(index).outputs[0])
      else { continue }
      let old = rewriting.node(index)
      rewriting.replace(
        index,
        with: Node("Gelu", name: old.name, inputs: [x], outputs: old.outputs, attributes: [approximation]))
      return
    }
  }
}

/// The attribute that says which of the two forms it is; nil for neither.
private func approximation(by bell: ValueID, of x: ValueID, _ rewriting: Rewriting) -> Attribute? {
  if let erf = rewriting.maker(of: bell, "Erf"), let argument = rewriting.node(erf).inputs[0] {
    let product = rewriting.product(argument)
    guard product.hasCoefficient(0.5.squareRoot()), product.isPower(1, of: x) else { return nil }
    return Attribute(name: "approximate", value: .string(Array("none".utf8)))
  }
  guard let tanh = rewriting.maker(of: bell, "Tanh"), let argument = rewriting.node(tanh).inputs[0],
    isCubic(argument, of: x, rewriting)
  else { return nil }
  return Attribute(name: "approximate", value: .string(Array("tanh".utf8)))
}

/// √(2/π) * (x + 0.044715 * x³), or with the x taken out of the brackets.
private func isCubic(_ argument: ValueID, of x: ValueID, _ rewriting: Rewriting) -> Bool {
  let product = rewriting.product(argument)
  guard product.hasCoefficient((2 / Double.pi).squareRoot()) else { return false }
  if let factor = product.other(than: x), let cubic = rewriting.addend(factor, plus: 1) {
    let inner = rewriting.product(cubic)
    return inner.hasCoefficient(0.044715) && inner.isPower(2, of: x)
  }
  guard product.powers.count == 1, let sum = product.powers.first, sum.value == 1,
    let add = rewriting.maker(of: sum.key, "Add"), rewriting.node(add).inputs.contains(x)
  else { return false }
  return rewriting.node(add).inputs.contains { id in
    guard let id, id != x else { return false }
    let inner = rewriting.product(id)
    return inner.hasCoefficient(0.044715) && inner.isPower(3, of: x)
  }
}
