// Reads TensorProto, in all the forms that its elements come in: raw_data and external data are slices of their files,
// typed fields (float_data …) are slices where their bytes already are the elements, and are converted where they are
// not.

internal import IngotCore

/// Whom an error message names.
enum TensorOwner {
  case graph
  case attribute(String, of: AttributeOwner)
  case sparse(part: String)

  var isGraph: Bool { if case .graph = self { true } else { false } }

  func label(_ tensor: String) -> String {
    switch self {
    case .graph: "initializer '\(tensor.shown)'"
    case .attribute(let name, let owner): "\(owner.label): tensor '\(tensor.shown)' of attribute '\(name.shown)'"
    case .sparse(let part): "\(part) '\(tensor.shown)' of a sparse tensor"
    }
  }
}

/// A tensor while it is read.
struct TensorParts {
  var name = ""
  var typeNumber: Int64 = 0
  var sizes: [Int64] = []
  var docString: String?
  var rawData: Range<Int>?
  /// The typed fields that hold something.
  var dataFields: Set<Int> = []
  var isExternal = false
  var externalEntries: [Range<Int>] = []
  /// External data of a tensor that says it has none: handed on.
  var unknownFields = Bytes()
}

extension ModelReader {
  mutating func readTensor(
    _ file: RawSpan, _ range: Range<Int>, owner: TensorOwner
  ) throws(ModelError) -> (name: String, initializer: Initializer) {
    let parts = try readTensorParts(file, range)
    func problem(_ problem: ModelError.TensorProblem) -> ModelError {
      error(.tensor(problem, name: owner.label(parts.name), offset: range.lowerBound))
    }
    guard let type = Int32(exactly: parts.typeNumber).flatMap(ElementType.init(rawValue:)) else {
      throw problem(.unknownType(parts.typeNumber))
    }
    let shape = parts.sizes.map(Int.init)
    guard let count = Initializer.checkedElementCount(shape), type == .string || type.byteCount(of: count) != nil else {
      throw problem(.shape(parts.sizes))
    }
    let storage: Initializer.Storage
    do throws(TensorFailure) {
      storage = try readStorage(file, range, parts, type, shape, count: count)
    } catch {
      switch error {
      case .tensor(.external(let location, let reason)) where owner.isGraph && collectedProblems != nil:
        let missing = problem(.external(location: location, reason))
        collectedProblems?.append(missing)
        storage = .external(location: location, offset: 0, bytes: Bytes())
      case .tensor(let reason): throw problem(reason)
      case .model(let error): throw error
      }
    }
    var initializer = Initializer(type: type, shape: shape, storage: storage)
    switch owner {
    case .graph: break
    case .attribute, .sparse: initializer.name = parts.name
    }
    if case .external = storage { initializer.externalNotes = try readExternalNotes(file, parts) }
    initializer.docString = parts.docString
    initializer.unknownFields = parts.unknownFields
    return (parts.name, initializer)
  }

  private mutating func readTensorParts(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> TensorParts {
    var message = MessageReader(file, range, .tensor, path: path)
    var parts = TensorParts()
    var external: [Range<Int>] = []
    while let field = try message.next() {
      switch field.number {
      case TensorField.dims: try message.appendInts(field, to: &parts.sizes)
      case TensorField.dataType: parts.typeNumber = try message.int(field)
      case TensorField.name: parts.name = try message.string(field)
      case TensorField.docString: parts.docString = try message.string(field)
      case TensorField.rawData: parts.rawData = try message.range(field)
      case TensorField.floatData, TensorField.int32Data, TensorField.stringData, TensorField.int64Data,
        TensorField.doubleData, TensorField.uint64Data:
        let start = message.offset
        try message.skip(field)
        // An empty packed field is one byte, its length; anything else holds an element.
        if field.type != .bytes || field.number == TensorField.stringData || message.offset > start + 1 {
          parts.dataFields.insert(field.number)
        }
      case TensorField.dataLocation: parts.isExternal = try message.int(field) == 1
      case TensorField.externalData:
        try countItem(at: field.offset)
        parts.externalEntries.append(try message.range(field))
        external.append(field.offset..<message.offset)
      default: try message.keep(field)
      }
    }
    parts.unknownFields = joined(message.kept + (parts.isExternal ? [] : external))
    return parts
  }

  private mutating func readStorage(
    _ file: RawSpan, _ range: Range<Int>, _ parts: TensorParts, _ type: ElementType, _ shape: [Int], count: Int
  ) throws(TensorFailure) -> Initializer.Storage {
    if parts.isExternal { return try readExternal(file, parts, type, count: count) }
    if let first = parts.dataFields.min(), parts.rawData?.isEmpty ?? true {
      if let other = parts.dataFields.first(where: { $0 != type.dataField }) {
        throw .tensor(.wrongForm(TensorField.name(ofData: other), type))
      }
      let elements = TensorElements(bytes: bytes, path: path, type: type, shape: shape, count: count, field: first)
      return try elements.read(file, range)
    }
    let data = parts.rawData ?? 0..<0
    guard let expected = type.byteCount(of: count) else {
      if count == 0 && data.isEmpty { return .strings([]) }
      let found = parts.rawData == nil ? "string_data" : "raw_data"
      if found == "raw_data" { throw .tensor(.wrongForm(found, type)) }
      throw .tensor(.elementCount(found: 0, expected: count, form: found, type: type, shape: shape))
    }
    if let other = parts.dataFields.first {
      throw .tensor(.wrongForm("\(TensorField.name(ofData: other)) and raw_data", type))
    }
    guard data.count == expected else {
      throw .tensor(.byteCount(found: data.count, expected: expected, form: "raw_data", type: type, shape: shape))
    }
    return .raw(bytes[data])
  }

  private mutating func readExternal(
    _ file: RawSpan, _ parts: TensorParts, _ type: ElementType, count: Int
  ) throws(TensorFailure) -> Initializer.Storage {
    var entries: [String: String] = [:]
    for range in parts.externalEntries {
      do throws(ModelError) {
        let entry = try readEntry(file, range)
        entries[entry.key] = entry.value
      } catch {
        throw .model(error)
      }
    }
    let location = entries["location"] ?? ""
    func number(_ key: String) throws(ModelError.ExternalProblem) -> Int? {
      guard let text = entries[key] else { return nil }
      guard let value = Int(text), value >= 0 else { throw .notANumber(key: key, value: text) }
      return value
    }
    do throws(ModelError.ExternalProblem) {
      if location.isEmpty { throw .noLocation }
      guard let expected = type.byteCount(of: count) else { throw .strings }
      if let length = try number("length"), length != expected { throw .otherLength(length, expected: expected) }
      let offset: Int
      if let number = try number("offset") { offset = number } else { offset = 0 }
      let slice = try externalFiles.slice(of: location, offset: offset, length: expected)
      return .external(location: location, offset: offset, bytes: slice)
    } catch {
      throw .tensor(.external(location: location, error))
    }
  }
}

extension ModelReader {
  /// What external data says besides its place.
  private func readExternalNotes(
    _ file: RawSpan, _ parts: TensorParts
  ) throws(ModelError) -> [(key: String, value: String)] {
    var notes: [(key: String, value: String)] = []
    for range in parts.externalEntries {
      let entry = try readEntry(file, range)
      if !["location", "offset", "length"].contains(entry.key) { notes.append(entry) }
    }
    return notes
  }
}

/// A tensor's own problem, which is reported with its name, or one of the file around it.
enum TensorFailure: Error {
  case tensor(ModelError.TensorProblem)
  case model(ModelError)
}
