// Attributes whose values ONNX restricts to a few words, or to sizes that are not zero. Inference finds the rest: axes, lists
// whose lengths must agree.

internal import IngotCore

enum AttributeValues {
  /// Words that an attribute may be, by `Operator.attribute`, or by the attribute's name alone where it is the same for every
  /// operator that has it. `word@19` came with operator set 19 (of the operator's version).
  private static let words: [String: String] = [
    "auto_pad": "NOTSET SAME_UPPER SAME_LOWER VALID",
    "direction": "forward reverse bidirectional",
    "post_transform": "NONE SOFTMAX LOGISTIC SOFTMAX_ZERO PROBIT",
    "aggregate_function": "AVERAGE SUM MIN MAX",
    "BitShift.direction": "LEFT RIGHT",
    "Pad.mode": "constant reflect edge wrap@19",
    "Upsample.mode": "nearest linear@7 bilinear",
    "Resize.mode": "nearest linear cubic@11",
    "Resize.coordinate_transformation_mode":
      "half_pixel half_pixel_symmetric@19 pytorch_half_pixel align_corners asymmetric tf_half_pixel_for_nn tf_crop_and_resize",
    "Resize.nearest_mode": "round_prefer_floor round_prefer_ceil floor ceil",
    "Resize.keep_aspect_ratio_policy": "stretch not_larger not_smaller",
    "GridSample.mode": "bilinear nearest bicubic linear@20 cubic@20",
    "GridSample.padding_mode": "zeros border reflection",
    "RoiAlign.mode": "avg max",
    "RoiAlign.coordinate_transformation_mode": "half_pixel output_half_pixel",
    "DepthToSpace.mode": "DCR CRD",
    "ScatterElements.reduction": "none add mul max@18 min@18",
    "ScatterND.reduction": "none add mul max@18 min@18",
    "NegativeLogLikelihoodLoss.reduction": "none sum mean",
    "SoftmaxCrossEntropyLoss.reduction": "none sum mean",
    "Gelu.approximate": "none tanh",
    "TfIdfVectorizer.mode": "TF IDF TFIDF",
    "StringNormalizer.case_change_action": "LOWER UPPER NONE",
    "Cast.round_mode": "up down nearest",
    "ImageDecoder.pixel_format": "RGB BGR Grayscale",
    "Normalizer.norm": "MAX L1 L2",
    "CastMap.map_form": "DENSE SPARSE",
  ]

  /// Integers, or lists of integers, that are at least 1.
  private static let positive: Set<String> = [
    "kernel_shape", "strides", "dilations", "group", "blocksize", "hidden_size", "num_outputs",
  ]

  /// Element types, by ONNX's number.
  private static let elementTypes: Set<String> = [
    "Cast.to", "EyeLike.dtype", "RandomNormal.dtype", "RandomNormalLike.dtype", "RandomUniform.dtype",
    "RandomUniformLike.dtype", "Multinomial.dtype", "Bernoulli.dtype", "SequenceEmpty.dtype",
    "HannWindow.output_datatype",
    "HammingWindow.output_datatype", "BlackmanWindow.output_datatype", "MelWeightMatrix.output_datatype",
  ]

  /// What is wrong with a value of the right type, and what to do; nil for a good one.
  static func problem(_ attribute: Attribute, _ schema: OperatorSchema) -> (problem: String, hint: String)? {
    guard schema.domain.isEmpty || schema.domain == "ai.onnx.ml" else { return nil }
    switch attribute.value {
    case .string(let bytes):
      guard let list = words["\(schema.name).\(attribute.name)"] ?? words[attribute.name] else { return nil }
      return problem(String(decoding: bytes, as: UTF8.self), list, schema)
    case .int(let value):
      if elementTypes.contains("\(schema.name).\(attribute.name)") { return elementTypeProblem(value, schema) }
      return positive.contains(attribute.name) ? sizeProblem([value]) : nil
    case .ints(let values): return positive.contains(attribute.name) ? sizeProblem(values) : nil
    case .float, .tensor, .graph, .floats, .strings, .tensors, .graphs, .reference, .sparseTensor, .sparseTensors,
      .type,
      .types, .opaque:
      return nil
    }
  }

  private static func problem(
    _ word: String, _ list: String, _ schema: OperatorSchema
  ) -> (problem: String, hint: String)? {
    var known: [String] = []
    for entry in list.split(separator: " ") {
      let parts = entry.split(separator: "@")
      let since = parts.count > 1 ? Int64(parts[1]) ?? 0 : 0
      let text = String(parts[0])
      if text == word, since > schema.sinceVersion {
        return ("is '\(word)', which came with operator set \(since)", "export with operator set \(since) or newer")
      }
      if text == word { return nil }
      if since <= schema.sinceVersion { known.append(text) }
    }
    let near = suggestion(for: word, among: known).map { "did you mean '\($0)'?" }
    return ("is '\(word.shown)'", near ?? "it can be \(known.joined(separator: ", "))")
  }

  private static func elementTypeProblem(_ value: Int64, _ schema: OperatorSchema) -> (problem: String, hint: String)? {
    let type = Int32(exactly: value).flatMap(ElementType.init(rawValue:))
    guard let type else { return ("is \(value), which is no element type", "export the model again") }
    guard let output = schema.outputs.first, output.types.isOfTensors, !output.types.contains(type) else { return nil }
    return ("is \(type), which \(schema.name) cannot make", "it can make \(output.types)")
  }

  private static func sizeProblem(_ values: [Int64]) -> (problem: String, hint: String)? {
    guard let value = values.first(where: { $0 < 1 }) else { return nil }
    let place = values.count == 1 ? "is \(value)" : "has \(value) in it"
    return ("\(place), and sizes are 1 or more", "export the model again")
  }
}
