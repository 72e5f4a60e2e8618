// A Pad with zeros before a Conv or a pooling becomes part of it, where both see the same elements.

internal import IngotCore

extension Pass {
  static let pads = Pass("pads", on: ["Conv", "MaxPool", "AveragePool"]) { rewriting, index, context in
    let node = rewriting.node(index)
    guard let value = node.inputs.first.flatMap(\.self), rewriting.isReadOnce(value),
      let maker = rewriting.maker(of: value, "Pad"), let source = rewriting.node(maker).inputs[0],
      let padding = SpatialPadding(maker, in: rewriting, opset: context.opset),
      padding.isAllowed(before: node, of: source, rewriting), let merged = padding.merged(into: node)
    else { return }
    var window = node
    window.inputs[0] = source
    window.removeAttribute("auto_pad")
    window.set("pads", .ints(merged))
    if node.opType == "AveragePool" { window.set("count_include_pad", .int(1)) }
    rewriting.replace(index, with: window)
  }
}

/// A Pad with a constant that leaves the batch and the channels alone.
private struct SpatialPadding {
  /// Of the spatial axes: all starts, then all ends; none is negative.
  let pads: [Int64]
  let value: Double

  init?(_ index: Int, in rewriting: Rewriting, opset: Int64) {
    let node = rewriting.node(index)
    guard opset >= 2, node.string("mode") ?? "constant" == "constant",
      let given = rewriting.integers(index, input: 1, attribute: "pads"), let rank = rewriting.rank(node.inputs[0]),
      rank >= 3
    else { return nil }
    var all = given
    if node.inputs.count > 3, let id = node.inputs[3] {
      guard let axes = rewriting.constant(id)?.integers, given.count == 2 * axes.count else { return nil }
      all = [Int64](repeating: 0, count: 2 * rank)
      for (position, axis) in axes.enumerated() {
        guard let axis = Layout.axis(axis, rank: rank) else { return nil }
        (all[axis], all[rank + axis]) = (given[position], given[axes.count + position])
      }
    }
    guard all.count == 2 * rank, all.allSatisfy({ $0 >= 0 }), all[0] == 0, all[1] == 0, all[rank] == 0,
      all[rank + 1] == 0
    else { return nil }
    pads = Array(all[2..<rank] + all[(rank + 2)...])
    if node.inputs.count > 2, let id = node.inputs[2] {
      guard let value = rewriting.scalar(id) else { return nil }
      self.value = value
    } else {
      value = Double(node.float("value") ?? 0)
    }
  }

  func isAllowed(before node: Node, of source: ValueID, _ rewriting: Rewriting) -> Bool {
    switch node.opType {
    case "Conv": return value == 0
    case "AveragePool":
      let countsPadding = node.int("count_include_pad") ?? 0 != 0
      return value == 0 && isInsideWindow(node) && (countsPadding || node.padsNothing)
    default:
      // The runtime pads with what is smaller than everything; zeros are, where there is nothing below them.
      let isLowest = value == -.infinity || value == 0 && rewriting.maker(of: source, "Relu", "Sigmoid") != nil
      return isLowest && isInsideWindow(node) && node.outputs.count == 1
    }
  }

  /// Runtimes want a window to hold more than padding; windows that are rounded up would hang over it.
  private func isInsideWindow(_ node: Node) -> Bool {
    guard let kernel = node.ints("kernel_shape"), node.int("ceil_mode") ?? 0 == 0,
      node.ints("dilations")?.allSatisfy({ $0 == 1 }) ?? true, let merged = merged(into: node),
      merged.count == 2 * kernel.count
    else { return false }
    return merged.enumerated().allSatisfy { $1 < kernel[$0 % kernel.count] }
  }

  /// - Returns: the window's pads and these.
  func merged(into node: Node) -> [Int64]? {
    guard ["NOTSET", "VALID"].contains(node.string("auto_pad") ?? "NOTSET") else { return nil }
    let own = node.string("auto_pad") == "VALID" ? nil : node.ints("pads")
    guard let own else { return pads }
    guard own.count == pads.count else { return nil }
    var sums: [Int64] = []
    for (a, b) in zip(own, pads) {
      let (sum, overflow) = a.addingReportingOverflow(b)
      guard !overflow, sum >= 0 else { return nil }
      sums.append(sum)
    }
    return sums
  }
}
