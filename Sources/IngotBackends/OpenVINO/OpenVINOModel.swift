// A model that OpenVINO has read, and the numbers that this release gives to element types.

internal import COpenVINO
internal import IngotCore

/// OpenVINO's numbers of element types, which are not the same in every release.
struct OpenVINOTypes {
  private static let known: [ElementType] = [
    .float32, .float16, .bfloat16, .float64, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .bool,
  ]

  private var types: [Int32: ElementType] = [:]

  /// Learns them from a model with one input of each type.
  init(askedOf library: OpenVINOLibrary) throws(BackendError) {
    let model = try OpenVINOModel(library, bytes: Self.model)
    for (index, type) in Self.known.enumerated() {
      if let number = model.inputTypeNumber(index) { types[number] = type }
    }
    guard types.count == Self.known.count else {
      throw BackendError(.openvino, .failed("this release does not tell its element types apart"))
    }
  }

  subscript(number: Int32) -> ElementType? { types[number] }
  func number(of type: ElementType) -> Int32? { types.first { $0.value == type }?.key }

  /// ONNX: `y0 = Identity(x0)` … for each type.
  private static var model: [UInt8] {
    var graph = WireWriter()
    for index in known.indices {
      var node = WireWriter()
      node.writeString(1, "x\(index)")
      node.writeString(2, "y\(index)")
      node.writeString(4, "Identity")
      graph.writeMessage(1, node)
    }
    graph.writeString(2, "types")
    for (field, prefix) in [(11, "x"), (12, "y")] {
      for (index, element) in known.enumerated() {
        graph.writeMessage(field, valueInfo("\(prefix)\(index)", element))
      }
    }
    var opset = WireWriter()
    opset.writeString(1, "")
    opset.writeVarint(2, 17)
    var model = WireWriter()
    model.writeVarint(1, 8)
    model.writeMessage(7, graph)
    model.writeMessage(8, opset)
    return model.array
  }

  private static func valueInfo(_ name: String, _ element: ElementType) -> WireWriter {
    var size = WireWriter()
    size.writeVarint(1, 1)
    var shape = WireWriter()
    shape.writeMessage(1, size)
    var tensor = WireWriter()
    tensor.writeVarint(1, UInt64(element.rawValue))
    tensor.writeMessage(2, shape)
    var type = WireWriter()
    type.writeMessage(1, tensor)
    var info = WireWriter()
    info.writeString(1, name)
    info.writeMessage(2, type)
    return info
  }
}

/// A graph in OpenVINO's hands.
@safe final class OpenVINOModel {
  private let library: OpenVINOLibrary
  let handle: OpaquePointer

  init(_ library: OpenVINOLibrary, path: String) throws(BackendError) {
    var model: OpaquePointer?
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_read(library.handle, path, &model, &$0) }
    guard let model = unsafe model else { fatalError("BUG: a model was read and is not there") }
    self.library = library
    unsafe handle = model
  }

  init(_ library: OpenVINOLibrary, bytes: [UInt8]) throws(BackendError) {
    var model: OpaquePointer?
    try unsafe OpenVINOLibrary.check { unsafe ingot_ov_read_bytes(library.handle, bytes, bytes.count, &model, &$0) }
    guard let model = unsafe model else { fatalError("BUG: a model was read and is not there") }
    self.library = library
    unsafe handle = model
  }

  deinit { unsafe ingot_ov_close_model(handle) }

  func inputTypeNumber(_ index: Int) -> Int32? { unsafe ingot_ov_model_input(handle, index)?.pointee.type }

  func inputs(_ types: OpenVINOTypes) throws(BackendError) -> [IOTensor] {
    try unsafe describePorts("input", types) { unsafe ingot_ov_model_input(handle, $0) }
  }

  func outputs(_ types: OpenVINOTypes) throws(BackendError) -> [IOTensor] {
    try unsafe describePorts("output", types) { unsafe ingot_ov_model_output(handle, $0) }
  }

  /// Limits the sizes that the model takes to those between the smallest and the largest of all profiles.
  /// - Returns: the limits by input, as text: `[1..8, 3, 224, 224]`.
  func bind(_ profiles: [OptimizationProfile], inputs: [IOTensor]) throws(BackendError) -> [String: String] {
    var limits: [String: String] = [:]
    for (index, input) in inputs.enumerated() {
      let extents = profiles.compactMap { $0.inputs[input.name] }
      guard !extents.isEmpty else { continue }
      let ranges = try input.ranges(in: extents)
      unsafe ingot_ov_bind(
        handle, index, ranges.map { ingot_ov_dimension(min: Int64($0.lowerBound), max: Int64($0.upperBound)) })
      let texts = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)..\($0.upperBound)" }
      limits[input.name] = "[\(texts.joined(separator: ", "))]"
    }
    if !limits.isEmpty { try unsafe OpenVINOLibrary.check { unsafe ingot_ov_reshape(handle, &$0) } }
    return limits
  }
}

extension IOTensor {
  /// For each axis, the sizes from the smallest to the largest of all extents.
  fileprivate func ranges(in extents: [OptimizationProfile.Extent]) throws(BackendError) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for axis in shape.indices {
      let smallest = extents.compactMap { axis < $0.min.count ? $0.min[axis] : nil }.min() ?? -1
      let largest = extents.compactMap { axis < $0.max.count ? $0.max[axis] : nil }.max() ?? -1
      let hasRank = extents.allSatisfy { $0.min.count == shape.count && $0.max.count == shape.count }
      let fits = shape[axis].size.map { $0 == smallest && $0 == largest } ?? (0 <= smallest && smallest <= largest)
      guard hasRank, fits else {
        throw BackendError(.openvino, .refused("a profile has no shapes for '\(name)' that fit \(shape.shapeText)"))
      }
      ranges.append(smallest...largest)
    }
    return ranges
  }
}

/// Inputs or outputs, in order, until there is no port.
func describePorts(
  _ role: String, _ types: OpenVINOTypes, _ port: (Int) -> UnsafePointer<ingot_ov_port>?
) throws(BackendError) -> [IOTensor] {
  var tensors: [IOTensor] = []
  while let port = unsafe port(tensors.count)?.pointee {
    let name = unsafe port.name.map { unsafe String(cString: $0) } ?? ""
    guard !name.isEmpty else {
      throw BackendError(.openvino, .refused("\(role) number \(tensors.count) of the model has no name"))
    }
    guard let type = unsafe types[port.type] else {
      throw BackendError(.openvino, .refused("the \(role) '\(name)' has an element type that Ingot cannot hand over"))
    }
    guard let dims = unsafe port.dims, unsafe port.rank >= 0 else {
      throw BackendError(
        .openvino, .refused("the \(role) '\(name)' has no known rank"),
        hint: "give it a shape in the model, dynamic or not")
    }
    let shape = unsafe (0..<Int(port.rank)).map { axis in
      unsafe dims[axis].min == dims[axis].max ? Dimension.fixed(Int(dims[axis].min)) : .unknown
    }
    tensors.append(IOTensor(name: name, type: type, shape: shape))
  }
  return tensors
}
