// Reads TrainingInfoProto, and the quantization annotations of graphs.

internal import IngotCore

extension ModelReader {
  mutating func readTraining(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> TrainingInfo {
    try countItem(at: range.lowerBound)
    var message = MessageReader(file, range, .training, path: path)
    var training = TrainingInfo()
    while let field = try message.next() {
      switch field.number {
      case TrainingField.initialization: training.initialization = try readGraph(file, try message.range(field))
      case TrainingField.algorithm: training.algorithm = try readGraph(file, try message.range(field))
      case TrainingField.initializationBinding:
        training.initializationBindings.append(try readBinding(file, try message.range(field)))
      case TrainingField.updateBinding:
        training.updateBindings.append(try readBinding(file, try message.range(field)))
      default: try message.keep(field)
      }
    }
    training.unknownFields = joined(message.kept)
    return training
  }

  private mutating func readBinding(
    _ file: RawSpan, _ range: Range<Int>
  ) throws(ModelError) -> TrainingInfo.Binding {
    try countItem(at: range.lowerBound)
    let entry = try readEntry(file, range)
    return TrainingInfo.Binding(initializer: entry.key, output: entry.value)
  }

  mutating func readAnnotation(
    _ file: RawSpan, _ range: Range<Int>, in graph: inout Graph
  ) throws(ModelError) -> QuantizationAnnotation {
    var message = MessageReader(file, range, .annotation, path: path)
    var (tensor, parameters): (String, [QuantizationAnnotation.Parameter]) = ("", [])
    while let field = try message.next() {
      switch field.number {
      case AnnotationField.tensor: tensor = try message.string(field)
      case AnnotationField.parameter:
        try countItem(at: field.offset)
        let entry = try readEntry(file, try message.range(field))
        parameters.append(QuantizationAnnotation.Parameter(key: entry.key, value: graph.value(named: entry.value)))
      default: try message.keep(field)
      }
    }
    var annotation = QuantizationAnnotation(tensor: graph.value(named: tensor), parameters: parameters)
    annotation.unknownFields = joined(message.kept)
    return annotation
  }
}
