// What is in a model, for `ingot inspect`: as a value that becomes JSON, and as text.

internal import IngotCore

/// A summary of a model; its JSON is part of Ingot's documented output.
package struct ModelDescription: Codable, Sendable, Equatable {
  package struct Opset: Codable, Sendable, Equatable {
    /// `ai.onnx` for the standard domain.
    package var domain: String
    package var version: Int64
  }

  /// An axis: in JSON a number, a name, or null where nothing is known.
  package enum Size: Sendable, Equatable { case fixed(Int), symbolic(String), unknown }

  package struct Port: Codable, Sendable, Equatable {
    package var name: String
    /// Null for a value that is no tensor.
    package var type: String?
    /// Null where the rank is unknown.
    package var shape: [Size]?
  }

  package struct Parameters: Codable, Sendable, Equatable {
    package var type: String
    package var tensors: Int
    package var elements: Int
    package var bytes: Int
  }

  package struct OperatorCount: Codable, Sendable, Equatable {
    /// With its domain, `com.microsoft.Gelu`; without for the standard domain.
    package var name: String
    package var count: Int
  }

  package struct ExternalFile: Codable, Sendable, Equatable {
    package var location: String
    package var tensors: Int
    package var bytes: Int
  }

  package struct NodeEntry: Codable, Sendable, Equatable {
    package var name: String
    package var operatorName: String
    package var inputs: [String]
    package var outputs: [String]
  }

  package var irVersion: Int64
  package var opsets: [Opset]
  package var producer: String
  package var graph: String
  package var inputs: [Port]
  package var outputs: [Port]
  /// Constants of all graphs and functions, by type, the largest first.
  package var parameters: [Parameters]
  /// Operators of all graphs and functions, the most frequent first.
  package var operators: [OperatorCount]
  package var nodeCount: Int
  package var subgraphCount: Int
  package var externalFiles: [ExternalFile]
  package var metadata: [String: String]
  /// The main graph's nodes, where they were asked for.
  package var nodes: [NodeEntry]?
}

extension ModelDescription.Size: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .unknown
    } else if let size = try? container.decode(Int.self) {
      self = .fixed(size)
    } else {
      self = .symbolic(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .fixed(let size): try container.encode(size)
    case .symbolic(let name): try container.encode(name)
    case .unknown: try container.encodeNil()
    }
  }

  init(_ dimension: Dimension) {
    switch dimension {
    case .fixed(let size): self = .fixed(size)
    case .symbolic(let name): self = .symbolic(name)
    case .unknown: self = .unknown
    }
  }
}

extension Model {
  /// - Parameter includesNodes: whether the main graph's nodes are listed.
  package func summary(includesNodes: Bool = false) -> ModelDescription {
    var counter = ModelCounter()
    for graph in allGraphs { counter.count(graph) }
    let producer = [producerName, producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    return ModelDescription(
      irVersion: irVersion,
      opsets: opsets.sorted { $0.key < $1.key }.map {
        ModelDescription.Opset(domain: $0.key.isEmpty ? "ai.onnx" : $0.key, version: $0.value)
      },
      producer: producer, graph: graph.name,
      // Before IR version 4 initializers were inputs too; nobody feeds those.
      inputs: graph.inputs.filter { graph[$0].initializer == nil }.map(port), outputs: graph.outputs.map(port),
      parameters: counter.sortedParameters, operators: counter.sortedOperators, nodeCount: counter.nodeCount,
      subgraphCount: counter.subgraphCount, externalFiles: counter.sortedFiles,
      metadata: Dictionary(metadata.map { ($0.key, $0.value) }) { first, _ in first },
      nodes: includesNodes ? graph.nodes.map(entry) : nil)
  }

  private func port(_ id: ValueID) -> ModelDescription.Port {
    let value = graph[id]
    return ModelDescription.Port(
      name: value.name, type: value.type?.description, shape: value.shape?.map(ModelDescription.Size.init))
  }

  private func entry(_ node: Node) -> ModelDescription.NodeEntry {
    ModelDescription.NodeEntry(
      name: node.name, operatorName: node.qualifiedName, inputs: node.inputs.map { $0.map { graph[$0].name } ?? "" },
      outputs: node.outputs.map { $0.map { graph[$0].name } ?? "" })
  }
}

extension Node {
  /// `Conv`, or `com.microsoft.Gelu` for an operator of another domain.
  package var qualifiedName: String { domain.isEmpty ? opType : "\(domain).\(opType)" }
}

private struct ModelCounter {
  var nodeCount = 0
  var subgraphCount = 0
  private var operators: [String: Int] = [:]
  private var parameters: [ElementType: ModelDescription.Parameters] = [:]
  private var files: [String: ModelDescription.ExternalFile] = [:]

  mutating func count(_ graph: Graph) {
    for value in graph.values { if let initializer = value.initializer { count(initializer) } }
    nodeCount += graph.nodes.count
    for node in graph.nodes {
      operators[node.qualifiedName, default: 0] += 1
      for attribute in node.attributes {
        switch attribute.value {
        case .tensor(let tensor): count(tensor)
        case .tensors(let tensors): for tensor in tensors { count(tensor) }
        case .sparseTensor(let tensor): count(tensor)
        case .sparseTensors(let tensors): for tensor in tensors { count(tensor) }
        case .graph, .graphs, .float, .int, .string, .floats, .ints, .strings, .type, .types, .reference, .opaque: break
        }
      }
      for (_, body) in node.subgraphs {
        subgraphCount += 1
        count(body)
      }
    }
  }

  private mutating func count(_ initializer: Initializer) {
    let type = initializer.type
    let byteCount = initializer.denseParts.reduce(0) { $0 + countBytes(of: $1) }
    var sum = parameters[type] ?? ModelDescription.Parameters(type: type.description, tensors: 0, elements: 0, bytes: 0)
    (sum.tensors, sum.elements, sum.bytes) = (
      sum.tensors + 1, sum.elements + initializer.elementCount, sum.bytes + byteCount
    )
    parameters[type] = sum
  }

  private mutating func countBytes(of tensor: Initializer) -> Int {
    switch tensor.storage {
    case .raw(let bytes): return bytes.count
    case .strings(let values): return values.reduce(0) { $0 + $1.count }
    case .sparse: return 0  // its parts are counted
    case .external(let location, _, let bytes):
      var file = files[location] ?? ModelDescription.ExternalFile(location: location, tensors: 0, bytes: 0)
      (file.tensors, file.bytes) = (file.tensors + 1, file.bytes + bytes.count)
      files[location] = file
      return bytes.count
    }
  }

  var sortedParameters: [ModelDescription.Parameters] {
    parameters.values.sorted { ($1.bytes, $0.type) < ($0.bytes, $1.type) }
  }

  var sortedOperators: [ModelDescription.OperatorCount] {
    operators.map { ModelDescription.OperatorCount(name: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  var sortedFiles: [ModelDescription.ExternalFile] { files.values.sorted { $0.location < $1.location } }
}
