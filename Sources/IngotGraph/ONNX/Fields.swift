// Field numbers of onnx.proto (github.com/onnx/onnx, onnx/onnx.proto3), for the reader and the writer.

/// The messages that Ingot reads.
package enum MessageKind: Hashable, Sendable {
  case model, graph, node, attribute, tensor, value, opset, entry, function, training, annotation

  /// With an article.
  var words: String {
    switch self {
    case .model: "the model"
    case .graph: "a graph"
    case .node: "a node"
    case .attribute: "an attribute"
    case .tensor: "a tensor"
    case .value: "a value's type"
    case .opset: "an operator set's version"
    case .entry: "a key and value"
    case .function: "a function"
    case .training: "the training information"
    case .annotation: "a quantization annotation"
    }
  }
}

enum ModelField {
  static let irVersion = 1
  static let producerName = 2
  static let producerVersion = 3
  static let domain = 4
  static let modelVersion = 5
  static let docString = 6
  static let graph = 7
  static let opsetImport = 8
  static let metadata = 14
  static let training = 20
  static let functions = 25
}

enum FunctionField {
  static let name = 1
  static let input = 4
  static let output = 5
  static let attribute = 6
  static let node = 7
  static let docString = 8
  static let opsetImport = 9
  static let domain = 10
  static let attributeProto = 11
  static let valueInfo = 12
  static let overload = 13
}

/// TrainingInfoProto.
enum TrainingField {
  static let initialization = 1
  static let algorithm = 2
  static let initializationBinding = 3
  static let updateBinding = 4
}

/// TensorAnnotation.
enum AnnotationField {
  static let tensor = 1
  static let parameter = 2
}

enum OpsetField {
  static let domain = 1
  static let version = 2
}

/// StringStringEntryProto.
enum EntryField {
  static let key = 1
  static let value = 2
}

enum GraphField {
  static let node = 1
  static let name = 2
  static let initializer = 5
  static let docString = 10
  static let input = 11
  static let output = 12
  static let valueInfo = 13
  static let annotation = 14
  static let sparseInitializer = 15
}

enum NodeField {
  static let input = 1
  static let output = 2
  static let name = 3
  static let opType = 4
  static let attribute = 5
  static let docString = 6
  static let domain = 7
  static let overload = 8
}

enum AttributeField {
  static let name = 1
  static let float = 2
  static let int = 3
  static let string = 4
  static let tensor = 5
  static let graph = 6
  static let floats = 7
  static let ints = 8
  static let strings = 9
  static let tensors = 10
  static let graphs = 11
  static let docString = 13
  static let typeProto = 14
  static let typeProtos = 15
  static let type = 20
  static let reference = 21
  static let sparseTensor = 22
  static let sparseTensors = 23
}

/// AttributeProto.AttributeType.
package enum AttributeType: Int64, Hashable, Sendable {
  case undefined = 0, float, int, string, tensor, graph, floats, ints, strings, tensors, graphs
  case sparseTensor, sparseTensors, typeProto, typeProtos

  /// The type whose values are in a field; nil for fields that are no value.
  init?(field: Int) {
    switch field {
    case AttributeField.float: self = .float
    case AttributeField.int: self = .int
    case AttributeField.string: self = .string
    case AttributeField.tensor: self = .tensor
    case AttributeField.graph: self = .graph
    case AttributeField.floats: self = .floats
    case AttributeField.ints: self = .ints
    case AttributeField.strings: self = .strings
    case AttributeField.tensors: self = .tensors
    case AttributeField.graphs: self = .graphs
    case AttributeField.typeProto: self = .typeProto
    case AttributeField.typeProtos: self = .typeProtos
    case AttributeField.sparseTensor: self = .sparseTensor
    case AttributeField.sparseTensors: self = .sparseTensors
    default: return nil
    }
  }
}

enum TensorField {
  static let dims = 1
  static let dataType = 2
  static let floatData = 4
  static let int32Data = 5
  static let stringData = 6
  static let int64Data = 7
  static let name = 8
  static let rawData = 9
  static let doubleData = 10
  static let uint64Data = 11
  static let docString = 12
  static let externalData = 13
  static let dataLocation = 14

  /// The name of a field that holds elements.
  static func name(ofData field: Int) -> String {
    switch field {
    case floatData: "float_data"
    case int32Data: "int32_data"
    case stringData: "string_data"
    case int64Data: "int64_data"
    case doubleData: "double_data"
    case uint64Data: "uint64_data"
    default: "raw_data"
    }
  }
}

/// SparseTensorProto.
enum SparseTensorField {
  static let values = 1
  static let indices = 2
  static let dims = 3
}

enum ValueInfoField {
  static let name = 1
  static let type = 2
  static let docString = 3
}

/// TypeProto and the messages in it.
enum TypeField {
  static let tensor = 1
  static let sequence = 4
  static let map = 5
  static let opaque = 7
  static let sparseTensor = 8
  static let optional = 9
  /// Of Tensor, SparseTensor, Sequence and Optional.
  static let elementType = 1
  static let shape = 2
  static let keyType = 1
  static let valueType = 2
  static let opaqueDomain = 1
  static let opaqueName = 2
  static let dimension = 1
  static let dimensionValue = 1
  static let dimensionName = 2
}
