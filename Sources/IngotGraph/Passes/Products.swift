// What a chain of multiplications comes to: a number times powers of values. Patterns ask for this instead of for one of the
// many orders in which exporters multiply.

internal import IngotCore

struct Product {
  var coefficient = 1.0
  /// How often each value is a factor; never 0.
  var powers: [ValueID: Int] = [:]

  /// Nodes of a chain that are looked at.
  fileprivate static let nodeLimit = 8

  /// The factor besides `value`, where both are there once and nothing else is.
  func other(than value: ValueID) -> ValueID? {
    guard powers.count == 2, powers[value] == 1 else { return nil }
    return powers.first { $0.key != value && $0.value == 1 }?.key
  }

  func isPower(_ power: Int, of value: ValueID) -> Bool { powers == [value: power] }

  func hasCoefficient(_ number: Double) -> Bool { coefficient.isClose(to: number) }
}

extension Double {
  /// Equal but for the rounding to float32.
  func isClose(to other: Double) -> Bool { abs(self - other) <= 1e-6 * abs(other) }
}

extension Rewriting {
  /// The value as a product, through nodes whose results nothing else reads. One that is no product is itself.
  func product(_ id: ValueID) -> Product { product(id, isExpanded: isReadOnce(id)) }

  /// What the node's output is the product of.
  func product(ofNode index: Int) -> Product {
    graph.nodes[index].outputs.first.flatMap(\.self).map { product($0, isExpanded: true) } ?? Product()
  }

  private func product(_ id: ValueID, isExpanded: Bool) -> Product {
    var (result, nodeCount) = (Product(), 0)
    var stack = [(id: id, isExpanded: isExpanded)]
    while let (id, isExpanded) = stack.popLast() {
      if let number = scalar(id) {
        result.coefficient *= number
        continue
      }
      if isExpanded, nodeCount < Product.nodeLimit, let index = maker(of: id, "Mul", "Div", "Pow"),
        let factors = factors(of: index, &result)
      {
        nodeCount += 1
        stack += factors.map { ($0, isReadOnce($0)) }
      } else {
        result.powers[id, default: 0] += 1
      }
    }
    return result
  }

  /// A node's factors; a number that it divides by goes into the coefficient.
  private func factors(of index: Int, _ result: inout Product) -> [ValueID]? {
    let node = graph.nodes[index]
    guard node.inputs.count == 2, let a = node.inputs[0], let b = node.inputs[1] else { return nil }
    switch node.opType {
    case "Mul": return [a, b]
    case "Div":
      guard let number = scalar(b), number != 0 else { return nil }
      result.coefficient /= number
      return [a]
    default:
      guard let exponent = scalar(b) ?? constant(b)?.singleInteger.map({ Double($0) }), exponent == 2 || exponent == 3
      else { return nil }
      result.powers[a, default: 0] += Int(exponent)
      return []
    }
  }

  /// The operand besides a number; the node must be an Add of the two.
  func addend(_ id: ValueID?, plus number: Double) -> ValueID? {
    guard let index = maker(of: id, "Add"), graph.nodes[index].inputs.count == 2 else { return nil }
    let inputs = graph.nodes[index].inputs
    for position in 0..<2 where scalar(inputs[position])?.isClose(to: number) ?? false { return inputs[1 - position] }
    return nil
  }

  /// Whether both shapes are known and equal.
  func haveSameShape(_ a: ValueID?, _ b: ValueID?) -> Bool {
    guard let a = shape(a), let b = shape(b) else { return false }
    return a == b && !a.contains(.unknown)
  }

  /// Whether the value's type is one that decimal patterns are exact enough in.
  func isWideFloat(_ id: ValueID?) -> Bool { type(id) == .float32 || type(id) == .float64 }
}
