// What can be wrong with a model file: the facts, and at the end of this file the words.

package import IngotCore

package struct ModelError: ReportableError, Hashable {
  package enum Reason: Hashable, Sendable {
    /// The file cannot be opened or mapped.
    case cannotRead(SystemError)
    case empty
    /// The first bytes are those of another kind of file.
    case anotherFormat(FileFormat)
    /// The bytes are no protobuf message; `message` is the kind that they should be.
    case malformed(WireError, message: MessageKind)
    case noGraph(offset: Int)
    /// A thing that can be there once only is there again at `offset`.
    case repeated(RepeatedThing, offset: Int)
    case nestedTooDeep(limit: Int, offset: Int)
    case typeTooDeep(limit: Int, offset: Int)
    case tooManyItems(limit: Int, offset: Int)
    /// `owner` is the node or function.
    case attribute(AttributeProblem, name: String, owner: String, offset: Int)
    case tensor(TensorProblem, name: String, offset: Int)
    /// The checks of `Model.check` found these.
    case invalid([Diagnostic])
    case cannotWrite(SystemError)
    /// `referToSource` was asked for, and the file with this tensor's weights is not at the place that the new model
    /// would name.
    case weightsElsewhere(tensor: String, location: String, file: String?)
    /// Even without weights the model is over what protobuf allows.
    case tooLarge(byteCount: Int)
  }

  package enum RepeatedThing: Hashable, Sendable { case graph, initializer(String) }

  package enum AttributeProblem: Hashable, Sendable {
    case noValue, twoValues
    /// A number that onnx.proto's AttributeType does not have.
    case unknownType(Int64)
    case otherType(declared: AttributeType, found: AttributeType)
  }

  package enum TensorProblem: Hashable, Sendable {
    case unknownType(Int64)
    /// A size is negative, or their product is over any memory.
    case shape([Int64])
    /// `form` (raw_data, float_data …) holds another number of bytes than type and shape take.
    case byteCount(found: Int, expected: Int, form: String, type: ElementType, shape: [Int])
    case elementCount(found: Int, expected: Int, form: String, type: ElementType, shape: [Int])
    case wrongForm(String, ElementType)
    case valueOutOfRange(Int64, index: Int, ElementType)
    case external(location: String, ExternalProblem)
    case sparse(SparseElements.Problem)
  }

  package enum ExternalProblem: Error, Hashable, Sendable {
    case noLocation, noFolder, absolute, parentFolder, strings
    case outsideFolder(resolved: String)
    case cannotRead(SystemError)
    case notANumber(key: String, value: String)
    case outOfBounds(offset: Int, length: Int, fileByteCount: Int)
    case otherLength(Int, expected: Int)
  }

  package var path: String
  package var reason: Reason

  package init(_ path: String, _ reason: Reason) { (self.path, self.reason) = (path, reason) }

  package var kind: FailureKind {
    switch reason {
    case .cannotWrite: .step
    case .cannotRead(let error) where error.isOutOfMemory: .step
    default: .input
    }
  }
}

extension ModelError {
  package var description: String {
    if case .cannotWrite(let error) = reason { return error.description }
    return diagnostics.map(\.description).joined(separator: "\n")
  }

  /// One a problem.
  package var diagnostics: [Diagnostic] {
    switch reason {
    case .cannotRead(let error):
      error.isNotFound
        ? line("there is no such file", hint: "check the path; a relative one is taken from the manifest's folder")
        : line(
          "the model cannot be read: \(error)",
          hint: error.isOutOfMemory ? nil : "name a regular file that you may read")
    case .empty: line("the file is empty", hint: "the export or the download was cut off; get the model again")
    case .anotherFormat(let format): line("this is no ONNX model: \(format.words)", hint: format.hint)
    case .malformed(let error, let message):
      line(
        "the bytes of \(message.words) are damaged \(error)",
        hint: "the file is cut off, damaged, or no ONNX model; export or download it again")
    case .noGraph:
      line("the model has no graph", hint: "export the model again; a file of parameters only is not enough")
    case .repeated(let thing, let offset): line(thing.words + " (at byte \(offset))", hint: "export the model again")
    case .nestedTooDeep(let limit, let offset):
      line(
        "at byte \(offset): subgraphs are nested deeper than \(limit)",
        hint: "no exporter writes this; check where the file comes from")
    case .typeTooDeep(let limit, let offset):
      line(
        "at byte \(offset): types are nested deeper than \(limit)",
        hint: "no exporter writes this; check where the file comes from")
    case .tooManyItems(let limit, let offset):
      line(
        "at byte \(offset): more than \(limit) nodes, attributes, values and texts",
        hint: "no exporter writes this; check where the file comes from")
    case .attribute(let problem, let name, let owner, let offset):
      line("\(owner): attribute '\(name.shown)' \(problem.words) (at byte \(offset))", hint: "export the model again")
    case .tensor(let problem, let name, let offset):
      line("\(name): \(problem.words) (at byte \(offset))", hint: problem.hint)
    case .invalid(let diagnostics): diagnostics
    case .cannotWrite(let error): [Diagnostic(in: nil, error.description)]
    case .weightsElsewhere(let tensor, let location, let file):
      line(
        "the weights of '\(tensor.shown)' are in \(file ?? "memory"), not in '\(location.shown)' beside this path",
        hint: "write the model beside its weights, or let it have a data file of its own")
    case .tooLarge(let byteCount):
      line(
        "the model takes \(ByteCount(byteCount)) without its initializers, and protobuf allows 2 GiB",
        hint: "store large constants as initializers, which can be in a file of their own")
    }
  }

  private func line(_ problem: String, hint: String?) -> [Diagnostic] {
    [Diagnostic(in: path, problem, hint: hint)]
  }
}

extension ModelError.RepeatedThing {
  fileprivate var words: String {
    switch self {
    case .graph: "the model has two graphs"
    case .initializer(let name): "two initializers are named '\(name.shown)'"
    }
  }
}

extension ModelError.AttributeProblem {
  fileprivate var words: String {
    switch self {
    case .noValue: "has neither a type nor a value"
    case .twoValues: "has two values"
    case .unknownType(let number): "has type \(number), which ONNX does not define"
    case .otherType(let declared, let found): "says that it is of type \(declared) and holds a value of type \(found)"
    }
  }
}

extension ModelError.TensorProblem {
  fileprivate var words: String {
    switch self {
    case .unknownType(let number): "element type \(number) is not one that ONNX defines for tensors"
    case .shape(let sizes): "the shape \(sizes) is negative or over any memory"
    case .byteCount(let found, let expected, let form, let type, let shape):
      "\(type)\(shape) takes \(expected) bytes, and \(form) has \(found)"
    case .elementCount(let found, let expected, let form, let type, let shape):
      "\(type)\(shape) takes \(expected) values of \(form), and there are \(found)"
    case .wrongForm(let form, let type): "\(type) is not stored in \(form)"
    case .valueOutOfRange(let value, let index, let type): "value \(index) is \(value), which \(type) cannot hold"
    case .external(let location, let problem): "external data '\(location.shown)' \(problem.words)"
    case .sparse(let problem): problem.description
    }
  }

  fileprivate var hint: String {
    if case .external(_, let problem) = self {
      problem.hint
    } else {
      "the file is damaged; export or download it again"
    }
  }
}

extension ModelError.ExternalProblem {
  fileprivate var words: String {
    switch self {
    case .noLocation: "has no location"
    case .noFolder: "is in a file, and this model has no folder"
    case .absolute: "is an absolute path"
    case .parentFolder: "leaves the model's folder"
    case .strings: "holds strings, which ONNX keeps in the model only"
    case .outsideFolder(let resolved): "leads out of the model's folder, to \(resolved)"
    case .cannotRead(let error): error.isNotFound ? "is missing" : "cannot be read: \(error)"
    case .notANumber(let key, let value): "has the \(key) '\(value.shown)', which is no number of bytes"
    case .outOfBounds(let offset, let length, let count):
      "has \(count) bytes, and the tensor should be \(length) bytes from \(offset)"
    case .otherLength(let length, let expected):
      "gives the tensor \(length) bytes, and its type and shape take \(expected)"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .noLocation, .notANumber, .otherLength, .strings: "export the model again"
    case .noFolder: "read the model from its file"
    case .absolute, .parentFolder:
      "external data is named relative to the model and stays in its folder; export the model again"
    case .outsideFolder: "copy the file itself to where the link is (for a download cache: cp -L)"
    case .cannotRead: "put the file beside the model, where the exporter wrote it"
    case .outOfBounds: "the file is cut off or belongs to another export; copy it again"
    }
  }
}
