// Writes FunctionProto and TrainingInfoProto.

internal import IngotCore

extension ModelWriter {
  mutating func encode(_ function: Function) -> WireWriter {
    var message = WireWriter()
    let body = function.body
    message.writeText(FunctionField.name, function.key.name)
    for id in body.inputs { message.writeString(FunctionField.input, body[id].name) }
    for id in body.outputs { message.writeString(FunctionField.output, body[id].name) }
    for name in function.attributes { message.writeString(FunctionField.attribute, name) }
    for node in body.nodes { message.writeMessage(FunctionField.node, encode(node, of: body)) }
    if let docString = function.docString { message.writeString(FunctionField.docString, docString) }
    message.writeOpsets(FunctionField.opsetImport, function.opsets)
    message.writeText(FunctionField.domain, function.key.domain)
    for attribute in function.defaults { message.writeMessage(FunctionField.attributeProto, encode(attribute)) }
    for id in body.valuesWithInfo(includesPorts: true) {
      message.writeMessage(FunctionField.valueInfo, encodeInfo(of: body[id]))
    }
    message.writeText(FunctionField.overload, function.key.overload)
    message.writeRaw(function.unknownFields)
    return message
  }

  mutating func encode(_ training: TrainingInfo) -> WireWriter {
    var message = WireWriter()
    if let graph = training.initialization { message.writeMessage(TrainingField.initialization, encode(graph)) }
    if let graph = training.algorithm { message.writeMessage(TrainingField.algorithm, encode(graph)) }
    for binding in training.initializationBindings {
      message.writeEntry(TrainingField.initializationBinding, binding.initializer, binding.output)
    }
    for binding in training.updateBindings {
      message.writeEntry(TrainingField.updateBinding, binding.initializer, binding.output)
    }
    message.writeRaw(training.unknownFields)
    return message
  }
}
