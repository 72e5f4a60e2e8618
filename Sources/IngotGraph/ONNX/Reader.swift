// Reads a model file: protobuf's wire format with the messages of onnx.proto. Weights are not touched: an initializer
// is a slice of the mapped file. What does not fit Ingot's types is refused with an error that names the file, the
// thing and the byte; whether the graph makes sense (order, missing inputs) is Verify.swift's question.

package import IngotCore

extension Model {
  /// Reads a model and finds its external data beside it; no weight is read from the disk.
  package static func read(path: String) throws(ModelError) -> Model {
    let file: MappedFile
    do throws(SystemError) { file = try MappedFile(path: path) } catch { throw ModelError(path, .cannotRead(error)) }
    return try read(bytes: Bytes(file), path: path, baseDirectory: FileSystem.parent(of: path))
  }

  /// - Parameter path: the model's name in errors.
  /// - Parameter baseDirectory: where external data is; nil for a model that must have none.
  package static func read(bytes: Bytes, path: String, baseDirectory: String?) throws(ModelError) -> Model {
    let reader = ModelReader(bytes: bytes, path: path, externalFiles: ExternalFiles(folder: baseDirectory))
    return try reader.read().model
  }

  /// Reads a model for a check: initializers whose external data is missing or wrong have no bytes, and each is a problem
  /// of its own. Nothing but a check should work on such a model.
  static func readForCheck(path: String) throws(ModelError) -> (model: Model, problems: [ModelError]) {
    let file: MappedFile
    do throws(SystemError) { file = try MappedFile(path: path) } catch { throw ModelError(path, .cannotRead(error)) }
    return try readForCheck(bytes: Bytes(file), path: path, baseDirectory: FileSystem.parent(of: path))
  }

  /// As above, for a model that is in memory.
  static func readForCheck(
    bytes: Bytes, path: String, baseDirectory: String?
  ) throws(ModelError) -> (model: Model, problems: [ModelError]) {
    var reader = ModelReader(bytes: bytes, path: path, externalFiles: ExternalFiles(folder: baseDirectory))
    reader.collectedProblems = []
    return try reader.read()
  }
}

extension ModelReader {
  /// - Returns: the problems are those that were to be collected.
  fileprivate consuming func read() throws(ModelError) -> (model: Model, problems: [ModelError]) {
    if bytes.isEmpty { throw error(.empty) }
    do throws(ModelError) {
      let model = try bytes.withSpan { (file) throws(ModelError) in try readModel(file) }
      return (model, collectedProblems ?? [])
    } catch {
      switch error.reason {
      case .malformed, .noGraph:
        if let format = ModelError.FileFormat(bytes) { throw ModelError(path, .anotherFormat(format)) }
        throw error
      default: throw error
      }
    }
  }
}

/// The state of reading one model. Its parts are in GraphReader.swift, NodeReader.swift, TensorReader.swift and so on.
struct ModelReader {
  let bytes: Bytes
  let path: String
  var externalFiles: ExternalFiles
  /// Where it is not nil, problems that leave the rest readable are collected here, and reading goes on.
  var collectedProblems: [ModelError]?
  /// Nodes, attributes, values, sizes and texts read so far: a file of empty messages would take a hundred times its
  /// size in memory.
  private var itemCount = 0
  var depth = 0

  static let itemLimit = 1 << 22
  static let depthLimit = 64

  init(bytes: Bytes, path: String, externalFiles: ExternalFiles) {
    (self.bytes, self.path, self.externalFiles) = (bytes, path, externalFiles)
  }

  mutating func countItem(at offset: Int, times: Int = 1) throws(ModelError) {
    itemCount += times
    if itemCount > Self.itemLimit { throw error(.tooManyItems(limit: Self.itemLimit, offset: offset)) }
  }

  func error(_ reason: ModelError.Reason) -> ModelError { ModelError(path, reason) }

  /// The bytes of fields that are only handed on: a slice where they are one run, else a copy.
  func joined(_ ranges: [Range<Int>]) -> Bytes {
    switch ranges.count {
    case 0: Bytes()
    case 1: bytes[ranges[0]]
    default: Bytes(ranges.flatMap { bytes[$0].array })
    }
  }

  mutating func readModel(_ file: RawSpan) throws(ModelError) -> Model {
    var message = MessageReader(file, 0..<bytes.count, .model, path: path)
    var model = Model(graph: Graph(name: ""), irVersion: 0)
    model.opsets = [:]
    var graph: Range<Int>?
    var (functions, training): ([Range<Int>], [Range<Int>]) = ([], [])
    while let field = try message.next() {
      switch field.number {
      case ModelField.irVersion: model.irVersion = try message.int(field)
      case ModelField.producerName: model.producerName = try message.string(field)
      case ModelField.producerVersion: model.producerVersion = try message.string(field)
      case ModelField.domain: model.domain = try message.string(field)
      case ModelField.modelVersion: model.modelVersion = try message.int(field)
      case ModelField.docString: model.docString = try message.string(field)
      case ModelField.graph:
        if graph != nil { throw error(.repeated(.graph, offset: field.offset)) }
        graph = try message.range(field)
      case ModelField.opsetImport:
        try countItem(at: field.offset)
        try readOpset(file, try message.range(field), into: &model.opsets)
      case ModelField.metadata:
        try countItem(at: field.offset)
        model.metadata.append(try readEntry(file, try message.range(field)))
      case ModelField.functions: functions.append(try message.range(field))
      case ModelField.training: training.append(try message.range(field))
      default: try message.keep(field)
      }
    }
    model.unknownFields = joined(message.kept)
    guard let graph else { throw error(.noGraph(offset: bytes.count)) }
    model.graph = try readGraph(file, graph)
    for part in functions { model.functions.append(try readFunction(file, part)) }
    for part in training { model.training.append(try readTraining(file, part)) }
    return model
  }

  /// Where a domain is imported twice, the higher version counts (onnx.proto, ModelProto.opset_import).
  func readOpset(
    _ file: RawSpan, _ range: Range<Int>, into opsets: inout [String: Int64]
  ) throws(ModelError) {
    var message = MessageReader(file, range, .opset, path: path)
    var (domain, version): (String, Int64) = ("", 0)
    while let field = try message.next() {
      switch field.number {
      case OpsetField.domain: domain = standardDomain(try message.string(field))
      case OpsetField.version: version = try message.int(field)
      default: try message.skip(field)
      }
    }
    opsets[domain] = max(version, opsets[domain] ?? .min)
  }

  func readEntry(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> (key: String, value: String) {
    var message = MessageReader(file, range, .entry, path: path)
    var entry = (key: "", value: "")
    while let field = try message.next() {
      switch field.number {
      case EntryField.key: entry.key = try message.string(field)
      case EntryField.value: entry.value = try message.string(field)
      default: try message.skip(field)
      }
    }
    return entry
  }

  /// `ai.onnx` is another name of the standard domain.
  func standardDomain(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }
}
