// Writes ValueInfoProto and TypeProto.

internal import IngotCore

extension ModelWriter {
  /// A message that was kept whole goes out as it was, but for its name; where a pass has changed the type, only the
  /// fields beside name, type and doc string do.
  func encodeInfo(of value: Value) -> WireWriter {
    var message = WireWriter()
    message.writeString(ValueInfoField.name, value.name)
    if let stored = value.storedInfo, let info = try? ValueInfo(stored), info.type == value.valueType {
      message.writeRaw(stored.fields { $0 != ValueInfoField.name })
      return message
    }
    if let type = value.valueType { message.writeMessage(ValueInfoField.type, encode(type)) }
    if let docString = value.docString { message.writeString(ValueInfoField.docString, docString) }
    if let stored = value.storedInfo { message.writeRaw(stored.fields { $0 > ValueInfoField.docString }) }
    return message
  }

  func encode(_ type: ValueType) -> WireWriter {
    var message = WireWriter()
    switch type {
    case .tensor(nil, nil): break
    case .tensor(let type, let shape): message.writeMessage(TypeField.tensor, encode(type, shape))
    case .sparseTensor(let type, let shape): message.writeMessage(TypeField.sparseTensor, encode(type, shape))
    case .sequence(let element): message.writeMessage(TypeField.sequence, wrapped(element))
    case .optional(let element): message.writeMessage(TypeField.optional, wrapped(element))
    case .map(let key, let value):
      var map = WireWriter()
      if let key { map.writeVarint(TypeField.keyType, UInt64(key.rawValue)) }
      map.writeMessage(TypeField.valueType, encode(value))
      message.writeMessage(TypeField.map, map)
    case .opaque(let domain, let name):
      var opaque = WireWriter()
      opaque.writeText(TypeField.opaqueDomain, domain)
      opaque.writeText(TypeField.opaqueName, name)
      message.writeMessage(TypeField.opaque, opaque)
    }
    return message
  }

  private func wrapped(_ element: ValueType) -> WireWriter {
    var message = WireWriter()
    message.writeMessage(TypeField.elementType, encode(element))
    return message
  }

  private func encode(_ type: ElementType?, _ shape: [Dimension]?) -> WireWriter {
    var tensor = WireWriter()
    if let type { tensor.writeVarint(TypeField.elementType, UInt64(type.rawValue)) }
    if let shape {
      var sizes = WireWriter()
      for dimension in shape { sizes.writeMessage(TypeField.dimension, encode(dimension)) }
      tensor.writeMessage(TypeField.shape, sizes)
    }
    return tensor
  }

  private func encode(_ dimension: Dimension) -> WireWriter {
    var message = WireWriter()
    switch dimension {
    case .fixed(let size): message.writeVarint(TypeField.dimensionValue, UInt64(bitPattern: Int64(size)))
    case .symbolic(let name): message.writeString(TypeField.dimensionName, name)
    case .unknown: break
    }
    return message
  }
}
