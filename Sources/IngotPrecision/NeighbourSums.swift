// Which weights a kernel adds up two by two, and how large their sums are. For `ByteProducts.saturating`: the scale of a channel
// whose largest sum is brought to 127 leaves no sum of two codes over 128, each of the two being rounded by half a step.

internal import IngotCore
internal import IngotGraph

/// Sees a weight's elements one after the other and tells sums of neighbours along its input channels.
///
/// Kernels of MLAS and oneDNN multiply four input channels at a time, from the first on, and add the products of the first two
/// and of the last two: channels 2n and 2n+1. Where a convolution's input channels are odd in number, MLAS counts on through
/// the places of the kernel, and oneDNN does not: then every two channels in a row are neighbours, and the last channel of a
/// place those of the next place's first one.
struct NeighbourSums {
  /// Elements from one input channel to the next, and input channels.
  private let stride: Int
  private let count: Int
  private let isCountedOn: Bool
  /// The first channel's elements and the last one's that was seen.
  private var first: [Float]
  private var previous: [Float]
  private var place = 0
  private var channel = 0

  /// - Parameter outputs: the output channels' axis.
  /// - Returns: nil where kernels add no weights of one channel: in depthwise convolutions.
  init?(axis outputs: Int, _ shape: [Int], readBy node: Node) {
    let axis = 1 - outputs
    guard shape.indices.contains(axis) else { return nil }
    let isConvolution = node.opType == "Conv"
    if isConvolution, shape[axis] == 1, node.int("group") ?? 1 == Int64(shape[0]), shape[0] > 1 { return nil }
    (stride, count) = (shape[(axis + 1)...].reduce(1, *), shape[axis])
    isCountedOn = isConvolution && count % 2 == 1
    first = [Float](repeating: 0, count: stride)
    previous = first
  }

  /// The largest magnitude of the sums whose second element this is.
  mutating func largest(endingWith value: Float) -> Float {
    var largest: Float = 0
    if channel % 2 == 1 || isCountedOn && channel > 0 { largest = (previous[place] + value).magnitude }
    if isCountedOn {
      if channel == 0 { first[place] = value }
      if channel == count - 1 {
        // Of a single channel the next place is not there yet: this one is the next of the one before.
        let sum =
          count == 1 ? (place > 0 ? first[place - 1] + value : 0) : place + 1 < stride ? first[place + 1] + value : 0
        largest = max(largest, sum.magnitude)
      }
    }
    previous[place] = value
    place += 1
    if place == stride { (place, channel) = (0, channel + 1 == count ? 0 : channel + 1) }
    return largest
  }
}
