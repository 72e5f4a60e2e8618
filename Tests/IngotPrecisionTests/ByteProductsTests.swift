// Weights for processors that add two products of bytes in 16 bits: which elements are added is written down here once more, from
// the kernels' side.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// One node with weights whose neighbours are nearly equal, so that every sum is too large unless it is bounded.
struct Product: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var text: String
  /// Indices of each output channel's weights in the order in which kernels take them: they add the first and the second,
  /// the third and the fourth …
  var orders: [[Int]]
  /// The same where the product became a convolution.
  var ordersOfKernels: [[Int]]?

  /// - Parameter kernel: places of the kernel, on each axis.
  static func convolution(_ inputs: Int, to outputs: Int, kernel: Int, group: Int = 1) -> Product {
    let (own, places) = (inputs / group, kernel * kernel)
    let text = """
      graph main(%x: float32[b,\(inputs),16,16]) -> (%y: float32[b,\(outputs),?,?]) {
        const %w: float32[\(outputs),\(own),\(kernel),\(kernel)] = ramp(1.0, 0.001)
        %a: float32[b,\(outputs),?,?] = Conv(%x, %w) {group=\(group)} # conv
        %y: float32[b,\(outputs),?,?] = Sigmoid(%a) # last
      }
      """
    func element(_ output: Int, _ channel: Int, _ place: Int) -> Int { (output * own + channel) * places + place }
    var orders: [[Int]] = []
    for output in 0..<outputs {
      // MLAS goes through the channels of one place after the other; oneDNN starts anew at each place.
      orders.append((0..<places).flatMap { place in (0..<own).map { element(output, $0, place) } })
      for place in 0..<places { orders.append((0..<own).map { element(output, $0, place) }) }
    }
    return Product(
      testDescription: "\(inputs) to \(outputs), \(kernel) x \(kernel), \(group)", text: text, orders: orders)
  }

  static func product(_ op: String, depth: Int, columns: Int, isTransposed: Bool = false) -> Product {
    let shape = isTransposed ? "\(columns),\(depth)" : "\(depth),\(columns)"
    let text = """
      graph main(%x: float32[b,\(depth)]) -> (%y: float32[b,\(columns)]) {
        const %w: float32[\(shape)] = ramp(1.0, 0.001)
        %y: float32[b,\(columns)] = \(op)(%x, %w)\(isTransposed ? " {transB=1}" : "") # product
      }
      """
    let orders = (0..<columns).map { column in
      (0..<depth).map { isTransposed ? column * depth + $0 : $0 * columns + column }
    }
    let kernels = (0..<columns).map { column in (0..<depth).map { column * depth + $0 } }
    return Product(testDescription: "\(op) \(shape)", text: text, orders: orders, ordersOfKernels: kernels)
  }

  /// The largest sum of two codes that are added.
  func largestSum(_ codes: [Int8], isConvolution: Bool = false) -> Int {
    var largest = 0
    for order in isConvolution ? ordersOfKernels ?? orders : orders {
      for first in stride(from: 0, to: order.count - 1, by: 2) {
        largest = max(largest, abs(Int(codes[order[first]]) + Int(codes[order[first + 1]])))
      }
    }
    return largest
  }
}

@Suite struct ByteProductsTests {
  private func codes(_ text: String, _ form: Int8Form, _ products: ByteProducts) throws -> [Int8] {
    let result = try lowered(text) {
      try lowerToInt8(&$0, form: form, products: products) { _ in ActivationRange(min: 0, max: 1, amax: 1) }
    }
    return try #require(result.model.graph.constant(result.model.graph.find("w_quantized"))).elements(as: Int8.self)
  }

  @Test(arguments: [
    Product.convolution(16, to: 16, kernel: 3), .convolution(16, to: 16, kernel: 1), .convolution(3, to: 16, kernel: 7),
    .convolution(1, to: 16, kernel: 3), .convolution(64, to: 32, kernel: 3, group: 4),
    .convolution(16, to: 32, kernel: 3, group: 16), .product("MatMul", depth: 32, columns: 16),
    .product("MatMul", depth: 33, columns: 17), .product("Gemm", depth: 32, columns: 16),
    .product("Gemm", depth: 33, columns: 16, isTransposed: true),
  ])
  func noTwoWeightsThatAreAddedReachPast128(product: Product) throws {
    for form in [Int8Form.onnxruntime, .openvino] {
      let bounded = product.largestSum(
        try codes(product.text, form, .saturating), isConvolution: form == .openvino)
      #expect(bounded <= 128 && bounded >= 120)
      #expect(product.largestSum(try codes(product.text, form, .exact)) > 200)
    }
    #expect(try codes(product.text, .tensorrt, .saturating) == codes(product.text, .tensorrt, .exact))
  }

  /// Its kernels add nothing of one channel.
  @Test func aDepthwiseConvolutionKeepsAllBits() throws {
    let depthwise = Product.convolution(16, to: 16, kernel: 3, group: 16)
    #expect(try codes(depthwise.text, .onnxruntime, .saturating) == codes(depthwise.text, .onnxruntime, .exact))
  }

  @Test func neighboursOfOppositeSignsCostNothing() throws {
    let text = """
      graph main(%x: float32[b,16]) -> (%y: float32[b,16]) {
        const %w: float32[16,16] = ramp(-1.0, 0.0625)
        %y: float32[b,16] = MatMul(%x, %w) # product
      }
      """
    var alternating = try model(text)
    var values: [Float] = []
    for row in 0..<16 { for column in 1...16 { values.append(Float(row % 2 == 0 ? column : -column)) } }
    let weight = try #require(alternating.graph.find("w"))
    alternating.graph[weight].initializer = Initializer(Tensor(values, shape: [16, 16]))
    var bounded = alternating
    let exact = try lowerToInt8(&alternating, form: .onnxruntime) { _ in ActivationRange(amax: 1) }
    let report = try lowerToInt8(&bounded, form: .onnxruntime, products: .saturating) { _ in ActivationRange(amax: 1) }
    #expect(report.quantized == exact.quantized)
    #expect(exact.products == .exact && report.products == .saturating)
    #expect(report.notes.contains { $0.name == "weights" && $0.text == "bounded for processors without VNNI" })
  }

  /// For a batch of vectors; a sequence of them stays signed.
  @Test(arguments: [("b,32", "uint8"), ("b,s,32", "int8")])
  func openVINOReadsFewRowsUnsignedWithoutVNNI(shape: String, type: String) throws {
    let text = """
      graph main(%x: float32[\(shape)]) -> (%y: float32[\(shape)]) {
        const %w: float32[32,32] = ramp
        %y: float32[\(shape)] = MatMul(%x, %w) # product
      }
      """
    func found(_ products: ByteProducts) throws -> String? {
      let graph = try lowered(text) {
        try lowerToInt8(&$0, form: .openvino, products: products) { _ in ActivationRange(amax: 1) }
      }.model.graph
      return graph[try #require(graph.find("x_quantized"))].type?.description
    }
    #expect(try found(.saturating) == type)
    #expect(try found(.exact) == "int8")
  }
}
