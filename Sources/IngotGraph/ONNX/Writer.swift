// Writes a model file. Fields go out in the order of their numbers and lists in the order that they have in the graph,
// so equal models give equal bytes. Weights are not copied: the pieces of the file are slices of wherever they are
// until the system call.
//
// What is written differently from what was read, with the same meaning: typed tensor fields (float_data …) become
// raw_data, repeated numbers are packed, `ai.onnx` is the empty domain, operator sets are sorted by domain, and
// value_info entries that repeat an input, an output or an initializer or name a value that no node mentions are left
// out.

package import IngotCore

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
    let policy = resolved(policy, for: path)
    if policy == .referToSource { try requireSources(besides: path) }
    let dataName = dataName(besides: path, policy)
    var writer = ModelWriter(policy: policy, dataName: dataName)
    var message = writer.encode(self)
    if message.byteCount > Self.byteLimit {
      writer = ModelWriter(policy: policy, dataName: dataName, inlineLimit: 1024)
      message = writer.encode(self)
    }
    guard message.byteCount <= Self.byteLimit else { throw ModelError(path, .tooLarge(byteCount: message.byteCount)) }
    let dataPath = FileSystem.join(FileSystem.parent(of: path), dataName)
    let data = writer.data.pieces
    do throws(SystemError) {
      if !data.isEmpty { try FileSystem.writeAtomically(data, to: dataPath, isDurable: isDurable) }
      try FileSystem.writeAtomically(message.pieces, to: path, isDurable: isDurable)
    } catch {
      throw ModelError(path, .cannotWrite(error))
    }
    return data.isEmpty ? [path] : [path, dataPath]
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

/// The state of writing one model. Its parts are in GraphWriter.swift, NodeWriter.swift, TensorWriter.swift and so on.
struct ModelWriter {
  let policy: WeightPolicy
  var data: DataFile
  /// Constants of more bytes go into the data file even where the policy would keep them inline.
  let inlineLimit: Int

  init(policy: WeightPolicy, dataName: String, inlineLimit: Int = .max) {
    (self.policy, self.inlineLimit) = (policy, inlineLimit)
    data = DataFile(name: dataName)
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
