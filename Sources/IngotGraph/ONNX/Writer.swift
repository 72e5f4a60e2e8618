// Writes a model file. Fields go out in the order of their numbers and lists in the order that they have in the graph,
// so equal models give equal bytes. Weights are not copied: the pieces of the file are slices of wherever they are
// until the system call.
//
// What is written differently from what was read, with the same meaning: typed tensor fields (float_data …) become
// raw_data, repeated numbers are packed, `ai.onnx` is the empty domain, operator sets are sorted by domain, and
// value_info entries that repeat an input, an output or an initializer or name a value that no node mentions are left
// out.

package import IngotCore

/// Where a written model's weights go.
package enum WeightPolicy: Hashable, Sendable {
  /// Into the model; a model that protobuf's 2 GiB would not hold is written with `externalAbove(1024)` instead.
  case keepInline
  /// Initializers of more than so many bytes go to one file `<name of the model>.data` beside it, each on a 4 KiB page
  /// of its own so that it can be mapped. (So do attributes' tensors that came from such a file.)
  case externalAbove(Int)
  /// Weights that were read from files beside the model stay there; the model must be written where those names lead to
  /// them.
  case referToSource
}

extension Model {
  /// What protobuf's readers take: 2 GiB less one byte.
  package static let byteLimit = Int(Int32.max)

  /// The model's file with all weights in it, in pieces. It may be over `byteLimit`, which `write` would not write.
  package func encoded() -> [Bytes] {
    var writer = ModelWriter(policy: .keepInline, dataName: "")
    return writer.encode(self).pieces
  }

  /// Replaces the model at `path`, its data file first. Each file is replaced in one step; the two together are not, so
  /// write to a new place where a crash in between must not matter.
  /// - Returns: the paths written: the model's, and its data file's if it has one.
  /// - Throws: `.cannotWrite`; `.weightsElsewhere` for `referToSource`; `.tooLarge`.
  @discardableResult
  package func write(
    to path: String, weights policy: WeightPolicy = .keepInline, isDurable: Bool = true
  ) throws(ModelError) -> [String] {
    let dataName = FileSystem.name(of: path) + ".data"
    if policy == .referToSource { try requireSources(besides: path) }
    var writer = ModelWriter(policy: policy, dataName: dataName)
    var message = writer.encode(self)
    if message.byteCount > Self.byteLimit, policy == .keepInline {
      writer = ModelWriter(policy: .externalAbove(1024), dataName: dataName)
      message = writer.encode(self)
    }
    guard message.byteCount <= Self.byteLimit else { throw ModelError(path, .tooLarge(byteCount: message.byteCount)) }
    let dataPath = FileSystem.join(FileSystem.parent(of: path), dataName)
    do throws(SystemError) {
      if !writer.data.isEmpty { try FileSystem.writeAtomically(writer.data, to: dataPath, isDurable: isDurable) }
      try FileSystem.writeAtomically(message.pieces, to: path, isDurable: isDurable)
    } catch {
      throw ModelError(path, .cannotWrite(error))
    }
    return writer.data.isEmpty ? [path] : [path, dataPath]
  }

  private func requireSources(besides path: String) throws(ModelError) {
    let folder = FileSystem.parent(of: path)
    var checked: Set<String> = []
    for (name, initializer) in allInitializers {
      guard case .external(let location, _, let bytes) = initializer.storage, !checked.contains(location) else {
        continue
      }
      let source = bytes.fileRange?.file.path
      let target = try? FileSystem.realPath(FileSystem.join(folder, location))
      if source == nil || source != target {
        throw ModelError(path, .weightsElsewhere(tensor: name, location: location, file: source))
      }
      checked.insert(location)
    }
  }
}

extension Graph {
  /// Dense tensors, the parts of sparse ones among them, with those of attributes and of subgraphs. A tensor of an attribute has
  /// the attribute's name.
  package var allInitializers: [(name: String, initializer: Initializer)] {
    var result: [(name: String, initializer: Initializer)] = []
    for value in values {
      for part in value.initializer?.denseParts ?? [] { result.append((value.name, part)) }
    }
    for node in nodes { for attribute in node.attributes { result += attribute.initializers } }
    return result
  }
}

extension Attribute {
  /// Dense tensors, with those of subgraphs.
  var initializers: [(name: String, initializer: Initializer)] {
    switch value {
    case .tensor(let tensor), .sparseTensor(let tensor): tensor.denseParts.map { (name, $0) }
    case .tensors(let tensors), .sparseTensors(let tensors): tensors.flatMap(\.denseParts).map { (name, $0) }
    case .graph(let graph): graph.allInitializers
    case .graphs(let graphs): graphs.flatMap(\.allInitializers)
    case .float, .int, .string, .floats, .ints, .strings, .type, .types, .reference, .opaque: []
    }
  }
}

/// The state of writing one model. Its parts are in GraphWriter.swift, NodeWriter.swift and TensorWriter.swift.
struct ModelWriter {
  let policy: WeightPolicy
  let dataName: String
  /// The data file's bytes, in pieces.
  private(set) var data: [Bytes] = []
  private var dataByteCount = 0

  private static let pageByteCount = 4096
  private static let padding = Bytes([UInt8](repeating: 0, count: pageByteCount))

  init(policy: WeightPolicy, dataName: String) { (self.policy, self.dataName) = (policy, dataName) }

  /// - Returns: where in the data file the bytes are.
  mutating func addData(_ bytes: Bytes) -> Int {
    let over = dataByteCount % Self.pageByteCount
    if over > 0 {
      data.append(Self.padding[0..<Self.pageByteCount - over])
      dataByteCount += Self.pageByteCount - over
    }
    defer { dataByteCount += bytes.count }
    data.append(bytes)
    return dataByteCount
  }

  mutating func encode(_ model: Model) -> WireWriter {
    var message = WireWriter()
    if model.irVersion != 0 { message.writeVarint(ModelField.irVersion, UInt64(bitPattern: model.irVersion)) }
    message.writeText(ModelField.producerName, model.producerName)
    message.writeText(ModelField.producerVersion, model.producerVersion)
    message.writeText(ModelField.domain, model.domain)
    if model.modelVersion != 0 { message.writeVarint(ModelField.modelVersion, UInt64(bitPattern: model.modelVersion)) }
    if let docString = model.docString { message.writeString(ModelField.docString, docString) }
    message.writeMessage(ModelField.graph, encode(model.graph))
    message.writeOpsets(ModelField.opsetImport, model.opsets)
    for (key, value) in model.metadata { message.writeEntry(ModelField.metadata, key, value) }
    for training in model.training { message.writeMessage(ModelField.training, encode(training)) }
    for function in model.functions { message.writeMessage(ModelField.functions, encode(function)) }
    message.writeRaw(model.unknownFields)
    return message
  }
}

extension WireWriter {
  mutating func writeOpsets(_ number: Int, _ opsets: [String: Int64]) {
    for (domain, version) in opsets.sorted(by: { $0.key < $1.key }) {
      var opset = WireWriter()
      opset.writeText(OpsetField.domain, domain)
      opset.writeVarint(OpsetField.version, UInt64(bitPattern: version))
      writeMessage(number, opset)
    }
  }

  /// Nothing for an empty text.
  mutating func writeText(_ number: Int, _ text: String) {
    if !text.isEmpty { writeString(number, text) }
  }

  mutating func writeEntry(_ number: Int, _ key: String, _ value: String) {
    var entry = WireWriter()
    entry.writeString(EntryField.key, key)
    entry.writeString(EntryField.value, value)
    writeMessage(number, entry)
  }

  /// A packed field; nothing where there are no values.
  mutating func writePacked(_ number: Int, _ values: some Sequence<Int64>) {
    var packed = WireWriter()
    for value in values { packed.appendVarint(UInt64(bitPattern: value)) }
    if packed.byteCount > 0 { writeMessage(number, packed) }
  }
}
