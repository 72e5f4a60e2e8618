// The graph that Ingot works on: ONNX's nodes and tensors in arrays, joined by numbered values instead of names. Weights are
// slices of the file that they came from. Fields of the format that Ingot has no use for are kept as bytes and written back.
//
// Invariants, which `Graph.verify` checks: names of values are unique within a graph; a value has at most one producer;
// `nodes` is in an order in which inputs come first, except straight after reading.

package import IngotCore

/// A value's number in its graph.
package struct ValueID: Hashable, Sendable, Comparable {
  package var index: Int
  package init(_ index: Int) { self.index = index }
  package static func < (a: ValueID, b: ValueID) -> Bool { a.index < b.index }
}

/// A tensor (or sequence, or optional) that nodes read and write, known by a name.
package struct Value: Sendable {
  package var name: String
  /// Nil where nobody declared or inferred it.
  package var valueType: ValueType?
  /// The weights, where the value is an initializer.
  package var initializer: Initializer?
  /// The ValueInfoProto, where `valueType` and `docString` do not say all of it: denotations, metadata, an element type that
  /// Ingot does not know. It is written back as it is unless the type has changed.
  package var storedInfo: Bytes?
  package var docString: String?

  package init(name: String, type: ElementType? = nil, shape: [Dimension]? = nil, initializer: Initializer? = nil) {
    (self.name, self.initializer) = (name, initializer)
    if type != nil || shape != nil { valueType = .tensor(type, shape) }
  }

  /// A tensor's element type; nil where it is not known or the value is no tensor. Setting nil leaves a value that is no tensor
  /// as it is; anything else makes it a tensor.
  package var type: ElementType? {
    get { valueType?.elementType }
    set { setTensor(newValue, shape) }
  }

  /// A tensor's shape, with the same rules as `type`; nil also where even the rank is unknown.
  package var shape: [Dimension]? {
    get { valueType?.shape }
    set { setTensor(type, newValue) }
  }

  private mutating func setTensor(_ type: ElementType?, _ shape: [Dimension]?) {
    if type != nil || shape != nil {
      valueType = .tensor(type, shape)
    } else if case .tensor = valueType {
      valueType = nil
    }
  }
}

/// A constant tensor as the format stores it.
package struct Initializer: Sendable {
  package var type: ElementType
  package var shape: [Int]
  package var storage: Storage
  /// Of a tensor in an attribute; an initializer of a graph has its value's name, and this is empty.
  package var name = ""
  package var docString: String?
  /// What the file says of external data besides its place (`checksum` …), in file order. It holds for that file alone.
  package var externalNotes: [(key: String, value: String)] = []
  /// Fields that Ingot does not know, as they stood.
  package var unknownFields = Bytes()

  package enum Storage: Sendable {
    /// Little endian, as `Tensor.bytes`; also what typed fields (float_data …) are read into.
    case raw(Bytes)
    case strings([[UInt8]])
    /// A slice of a file beside the model: `bytes` are that slice, `location` its path as the model writes it.
    case external(location: String, offset: Int, bytes: Bytes)
    /// `type` and `shape` are those of the whole tensor.
    indirect case sparse(SparseElements)
  }

  package init(_ tensor: Tensor) {
    (type, shape, storage) = (tensor.type, tensor.shape, .raw(tensor.bytes))
  }

  package init(type: ElementType, shape: [Int], storage: Storage) {
    (self.type, self.shape, self.storage) = (type, shape, storage)
  }

  package var elementCount: Int { shape.reduce(1, *) }

  /// The product of the sizes, or nil where one is negative or the sizes that are not zero have a product over Int's range.
  package static func checkedElementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape where size != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if size < 0 || overflow { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  /// Nil for strings and for sparse tensors.
  package var tensor: Tensor? {
    switch storage {
    case .raw(let bytes), .external(_, _, let bytes): Tensor(type: type, shape: shape, bytes: bytes)
    case .strings, .sparse: nil
    }
  }

  /// The dense tensors that the file has for it: itself, or the values and indices of a sparse one.
  package var denseParts: [Initializer] {
    if case .sparse(let elements) = storage {
      [elements.values] + (elements.indices.map { [$0] } ?? [])
    } else {
      [self]
    }
  }
}

/// One operation.
package struct Node: Sendable {
  package var name: String
  package var opType: String
  /// Empty for the standard domain (`ai.onnx` is read as empty).
  package var domain: String
  /// Which of several functions of the same domain and name is called; empty for the one without.
  package var overload = ""
  /// Nil for an optional input that is left out.
  package var inputs: [ValueID?]
  package var outputs: [ValueID?]
  package var attributes: [Attribute]
  package var docString: String?
  /// Fields that Ingot does not know (metadata, device configurations …), as they stood.
  package var unknownFields = Bytes()

  package init(
    _ opType: String, name: String, domain: String = "", inputs: [ValueID?], outputs: [ValueID?],
    attributes: [Attribute] = []
  ) {
    (self.opType, self.name, self.domain, self.inputs, self.outputs, self.attributes) =
      (opType, name, domain, inputs, outputs, attributes)
  }

  package func attribute(_ name: String) -> Attribute.Value? { attributes.first { $0.name == name }?.value }

  package func int(_ name: String) -> Int64? { if case .int(let value) = attribute(name) { value } else { nil } }
  package func ints(_ name: String) -> [Int64]? { if case .ints(let values) = attribute(name) { values } else { nil } }
  package func float(_ name: String) -> Float? { if case .float(let value) = attribute(name) { value } else { nil } }
  package func string(_ name: String) -> String? {
    if case .string(let bytes) = attribute(name) { String(validating: bytes, as: UTF8.self) } else { nil }
  }

  /// Replaces the attribute of that name, or adds it.
  package mutating func set(_ name: String, _ value: Attribute.Value) {
    if let index = attributes.firstIndex(where: { $0.name == name }) {
      attributes[index].value = value
    } else {
      attributes.append(Attribute(name: name, value: value))
    }
  }
}

/// A named constant of a node.
package struct Attribute: Sendable {
  package var name: String
  package var value: Value
  package var docString: String?
  package var unknownFields = Bytes()

  package init(name: String, value: Value) { (self.name, self.value) = (name, value) }

  package indirect enum Value: Sendable {
    case float(Float), int(Int64), string([UInt8]), tensor(Initializer), graph(Graph)
    case floats([Float]), ints([Int64]), strings([[UInt8]]), tensors([Initializer]), graphs([Graph])
    /// An attribute of the function that the node is in.
    case reference(name: String, type: Int32)
    /// Their storage is `sparse`.
    case sparseTensor(Initializer), sparseTensors([Initializer])
    case type(ValueType), types([ValueType])
    /// Types with denotations or unknown element types: the AttributeProto's bytes.
    case opaque(Bytes)
  }
}

/// Nodes and the values between them. In a subgraph (the body of If, Loop, Scan) a value that nothing in it produces and that
/// is no input or initializer is the outer graph's value of the same name.
package struct Graph: Sendable {
  package var name: String
  package var nodes: [Node] = []
  package private(set) var values: [Value] = []
  package var inputs: [ValueID] = []
  package var outputs: [ValueID] = []
  package var annotations: [QuantizationAnnotation] = []
  package var docString: String?
  /// Fields that Ingot does not know (metadata …), as they stood.
  package var unknownFields = Bytes()
  private var idsByName: [String: ValueID] = [:]

  package init(name: String) { self.name = name }

  /// - Returns: the value's number; a value of this name that is already there is returned as it is.
  package mutating func value(named name: String) -> ValueID {
    if let id = idsByName[name] { return id }
    return addValue(Value(name: name))
  }

  /// - Precondition: no value has this name.
  @discardableResult package mutating func addValue(_ value: Value) -> ValueID {
    let id = ValueID(values.count)
    precondition(idsByName.updateValue(id, forKey: value.name) == nil, "two values are named '\(value.name)'")
    values.append(value)
    return id
  }

  /// Adds a value whose name starts with `name` and is made unique by a number.
  package mutating func addValue(freshName name: String, type: ElementType? = nil, shape: [Dimension]? = nil) -> ValueID
  {
    var candidate = name
    var number = 1
    while idsByName[candidate] != nil {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return addValue(Value(name: candidate, type: type, shape: shape))
  }

  /// Adds a constant; its name starts with `name`.
  package mutating func addInitializer(freshName name: String, _ tensor: Tensor) -> ValueID {
    let id = addValue(freshName: name, type: tensor.type, shape: tensor.shape.map { .fixed($0) })
    self[id].initializer = Initializer(tensor)
    return id
  }

  package func find(_ name: String) -> ValueID? { idsByName[name] }

  /// A value's facts. Its name is changed with `rename` only.
  package subscript(id: ValueID) -> Value {
    get { values[id.index] }
    _modify { yield &values[id.index] }
  }

  /// - Precondition: no other value has the new name.
  package mutating func rename(_ id: ValueID, to name: String) {
    idsByName[values[id.index].name] = nil
    precondition(idsByName.updateValue(id, forKey: name) == nil, "two values are named '\(name)'")
    values[id.index].name = name
  }

  /// The constant behind a value, where it is an initializer of this graph with numbers in it.
  package func constant(_ id: ValueID?) -> Tensor? { id.flatMap { self[$0].initializer?.tensor } }
}
