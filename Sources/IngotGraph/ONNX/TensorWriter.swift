// Writes TensorProto, elements as raw_data, as a place in a data file, or as string_data; and SparseTensorProto, which is two
// of them.

internal import IngotCore

extension ModelWriter {
  mutating func encode(_ tensor: Initializer, named name: String, isInitializer: Bool) -> WireWriter {
    var message = WireWriter()
    message.writePacked(TensorField.dims, tensor.shape.lazy.map(Int64.init))
    message.writeVarint(TensorField.dataType, UInt64(tensor.type.rawValue))
    if case .strings(let values) = tensor.storage {
      for bytes in values { message.writeArray(TensorField.stringData, bytes) }
    }
    message.writeText(TensorField.name, name)
    let place = place(of: tensor, isInitializer: isInitializer)
    if case .inline(let bytes) = place { message.writeBytes(TensorField.rawData, bytes) }
    if let docString = tensor.docString { message.writeString(TensorField.docString, docString) }
    if case .external(let location, let offset, let byteCount, let isSource) = place {
      message.writeEntry(TensorField.externalData, "location", location)
      message.writeEntry(TensorField.externalData, "offset", String(offset))
      message.writeEntry(TensorField.externalData, "length", String(byteCount))
      for (key, value) in isSource ? tensor.externalNotes : [] {
        message.writeEntry(TensorField.externalData, key, value)
      }
      message.writeVarint(TensorField.dataLocation, 1)
    }
    message.writeRaw(tensor.unknownFields)
    return message
  }

  mutating func encode(
    _ tensor: Initializer, _ elements: SparseElements, named name: String, isInitializer: Bool
  ) -> WireWriter {
    var message = WireWriter()
    message.writeMessage(
      SparseTensorField.values, encode(elements.values, named: name, isInitializer: isInitializer))
    if let indices = elements.indices {
      let encoded = encode(indices, named: indices.name, isInitializer: isInitializer)
      message.writeMessage(SparseTensorField.indices, encoded)
    }
    message.writePacked(SparseTensorField.dims, tensor.shape.lazy.map(Int64.init))
    message.writeRaw(tensor.unknownFields)
    return message
  }
}
