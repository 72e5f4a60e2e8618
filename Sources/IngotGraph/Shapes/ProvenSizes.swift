// Which calculated sizes are known not to be negative, because some tensor has them.

internal import IngotCore

/// `seq-2` is at least zero wherever a convolution has made a tensor of that size, though nothing in the text says so.
struct ProvenSizes {
  private var texts: Set<String> = []
  /// In the order in which they came, so that those of a subgraph can be taken back.
  private var order: [String] = []

  var mark: Int { order.count }

  mutating func insert(_ shape: [Dimension]) {
    for case .symbolic(let text) in shape where Self.mayBeNegative(text) && texts.insert(text).inserted {
      order.append(text)
    }
  }

  mutating func forget(since mark: Int) {
    for text in order[mark...] { texts.remove(text) }
    order.removeSubrange(mark...)
  }

  /// For inputs with elements that may be negative: the elements, without these.
  func sizes(of inputs: [ValueFacts?]) -> [Int: [Dimension]] {
    var result: [Int: [Dimension]] = [:]
    for (index, facts) in inputs.enumerated() {
      guard case .elements(let elements)? = facts?.content, elements.contains(where: { !isSize($0) }) else { continue }
      result[index] = elements.map { isSize($0) ? $0 : .unknown }
    }
    return result
  }

  private func isSize(_ element: Dimension) -> Bool {
    guard case .symbolic(let text) = element, Self.mayBeNegative(text), !texts.contains(text) else { return true }
    return element.lowerBound.map { $0 >= 0 } ?? false
  }

  /// Without a minus sign all is sums, products and quotients of sizes.
  private static func mayBeNegative(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "-")) }
}
