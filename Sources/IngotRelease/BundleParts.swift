// What a bundle says besides its files: how to call the engine, where it runs, how it came to be, how it did.

package import IngotCore

/// How to call an engine.
package struct IOSignature: Hashable, Sendable, Codable {
  package struct Tensor: Hashable, Sendable, Codable {
    package var name: String
    /// As `ElementType.description` writes it.
    package var type: String
    package var shape: [Axis]

    package init(name: String, type: ElementType, shape: [Dimension]) {
      (self.name, self.type, self.shape) = (name, type.description, shape.map(Axis.init))
    }
  }

  /// A dimension: in JSON a number, a name, or null.
  package struct Axis: Hashable, Sendable, Codable {
    package var dimension: Dimension
    package init(_ dimension: Dimension) { self.dimension = dimension }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        dimension = .unknown
      } else if let size = try? container.decode(Int.self), size >= 0 {
        dimension = .fixed(size)
      } else {
        dimension = .symbolic(try container.decode(String.self))
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch dimension {
      case .fixed(let size): try container.encode(size)
      case .symbolic(let name): try container.encode(name)
      case .unknown: try container.encodeNil()
      }
    }
  }

  package var inputs: [Tensor]
  package var outputs: [Tensor]
  package init(inputs: [Tensor], outputs: [Tensor]) { (self.inputs, self.outputs) = (inputs, outputs) }
}

/// What a machine must have to run an engine.
package struct Compatibility: Hashable, Sendable, Codable {
  /// A library of plug-ins that the engine calls.
  package struct Plugin: Hashable, Sendable, Codable {
    /// A plain file name.
    package var name: String
    package var digest: Digest
    /// The engine holds it.
    package var isSerialized: Bool

    package init(name: String, digest: Digest, isSerialized: Bool) {
      (self.name, self.digest, self.isSerialized) = (name, digest, isSerialized)
    }

    private enum CodingKeys: String, CodingKey {
      case name, digest
      case isSerialized = "serialized"
    }
  }

  /// The runtime, as manifests name it, and the version that built the engine.
  package var backend: String
  package var version: String
  /// GPUs that the engine is for, `sm_86` …; empty for an engine that runs on the CPU.
  package var compute: [String]
  /// Further facts that the runtime tells, by name.
  package var facts: [String: String]
  /// Nil where there are none.
  package var plugins: [Plugin]?

  package init(
    backend: String, version: String, compute: [String] = [], facts: [String: String] = [:], plugins: [Plugin]? = nil
  ) {
    (self.backend, self.version, self.compute, self.facts) = (backend, version, compute, facts)
    self.plugins = plugins
  }
}

/// A step that led to a bundle.
package struct BundleStep: Hashable, Sendable, Codable {
  /// A file that the step read or made.
  package struct Item: Hashable, Sendable, Codable {
    package var name: String
    package var digest: Digest
    package init(name: String, digest: Digest) { (self.name, self.digest) = (name, digest) }
  }

  /// What did the work: a library and its file, or a device.
  package struct Tool: Hashable, Sendable, Codable {
    package var name: String
    package var version: String
    package var digest: Digest?
    package init(name: String, version: String, digest: Digest? = nil) {
      (self.name, self.version, self.digest) = (name, version, digest)
    }
  }

  package var stage: String
  package var key: Digest
  package var inputs: [Item]
  package var outputs: [Item]
  package var tools: [Tool]

  package init(stage: String, key: Digest, inputs: [Item], outputs: [Item], tools: [Tool]) {
    (self.stage, self.key, self.inputs, self.outputs, self.tools) = (stage, key, inputs, outputs, tools)
  }
}

/// How an engine did, in short; the whole verdict is a blob.
package struct VerdictSummary: Hashable, Sendable, Codable {
  /// What was run: the lowered model by the reference runtime, or the engine itself on a device.
  package enum Level: String, Hashable, Sendable, Codable { case graph, engine }

  package struct Gate: Hashable, Sendable, Codable {
    package var name: String
    /// As the verdict prints them: `0.971`, `at least 0.968`.
    package var measured: String
    package var bound: String
    package var passed: Bool
    package init(name: String, measured: String, bound: String, passed: Bool) {
      (self.name, self.measured, self.bound, self.passed) = (name, measured, bound, passed)
    }
  }

  package var level: Level
  package var passed: Bool
  package var gates: [Gate]
  /// The engine file that was judged: a verdict holds for these bytes and no others.
  package var engine: Digest
  /// The whole verdict.
  package var verdict: Digest
  /// Where it ran: `cpu`, or a GPU's name.
  package var device: String
  /// True where the samples were random numbers; absent where they were data.
  package var synthetic: Bool?
  /// Gates that could not be judged, each with the reason; absent where all were.
  package var unjudged: [String]?

  package init(
    level: Level, passed: Bool, gates: [Gate], engine: Digest, verdict: Digest, device: String,
    isSynthetic: Bool = false, unjudged: [String] = []
  ) {
    (self.level, self.passed, self.gates) = (level, passed, gates)
    (self.engine, self.verdict, self.device) = (engine, verdict, device)
    synthetic = isSynthetic ? true : nil
    self.unjudged = unjudged.isEmpty ? nil : unjudged
  }

  package var failedGates: [Gate] { gates.filter { !$0.passed } }
}
