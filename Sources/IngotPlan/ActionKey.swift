// A step's key: SHA-256 over everything that can change its result. One traversal writes the identity; two sinks take it, one
// to hash it and one to show it, so that `ingot plan` prints exactly what was hashed.

package import IngotCore

/// Where a step's identity is written.
package protocol IdentitySink {
  mutating func field(_ name: String, _ value: String)
}

/// A named part of a key.
package struct KeyComponent: Hashable, Sendable {
  package var name: String
  package var value: String
  package init(name: String, value: String) { (self.name, self.value) = (name, value) }
}

/// Keeps the fields as text.
package struct Explanation: IdentitySink, Sendable {
  package private(set) var components: [KeyComponent] = []
  package init() {}
  package mutating func field(_ name: String, _ value: String) {
    components.append(KeyComponent(name: name, value: value))
  }
}

/// Hashes the fields: each name and value with its length before it, so that no two lists of fields give the same bytes.
package struct KeyHasher: IdentitySink, Sendable {
  private var bytes: [UInt8] = []

  package init() { bytes.reserveCapacity(1024) }

  package mutating func field(_ name: String, _ value: String) {
    append(name)
    append(value)
  }

  package consuming func finalize() -> Digest { Digest(of: bytes) }

  private mutating func append(_ text: String) {
    let length = UInt32(text.utf8.count)
    for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: length >> UInt32(shift))) }
    bytes.append(contentsOf: text.utf8)
  }
}

/// A runtime as it was found, for the key.
package struct ToolIdentity: Hashable, Sendable {
  package var name: String
  package var version: String
  /// Over all library files that take part.
  package var digest: Digest
  package init(name: String, version: String, digest: Digest) {
    (self.name, self.version, self.digest) = (name, version, digest)
  }
}

extension Step {
  /// - Parameter inputs: digests in the order of `self.inputs`.
  /// - Parameter tools: in the order of `self.tools`.
  package func writeIdentity(inputs: [Digest], tools: [ToolIdentity], to sink: inout some IdentitySink) {
    precondition(
      inputs.count == self.inputs.count && tools.count == self.tools.count, "a key covers every input and every tool")
    sink.field("key-format", "1")
    sink.field("stage", stage.rawValue)
    sink.field("stage-version", "\(stage.version)")
    action.writeIdentity(to: &sink)
    for (input, digest) in zip(self.inputs, inputs) { sink.field("input \(input.name)", digest.hex) }
    for tool in tools {
      sink.field("tool \(tool.name) version", tool.version)
      sink.field("tool \(tool.name) digest", tool.digest.hex)
    }
  }

  package func key(inputs: [Digest], tools: [ToolIdentity]) -> Digest {
    var hasher = KeyHasher()
    writeIdentity(inputs: inputs, tools: tools, to: &hasher)
    return hasher.finalize()
  }

  package func components(inputs: [Digest], tools: [ToolIdentity]) -> [KeyComponent] {
    var explanation = Explanation()
    writeIdentity(inputs: inputs, tools: tools, to: &explanation)
    return explanation.components
  }
}

/// What changed between two keys of the same step.
package struct KeyChange: Hashable, Sendable {
  package var name: String
  /// Nil where the component is new.
  package var from: String?
  /// Nil where the component is gone.
  package var to: String?
  package init(name: String, from: String?, to: String?) { (self.name, self.from, self.to) = (name, from, to) }

  package static func changes(from old: [KeyComponent], to new: [KeyComponent]) -> [KeyChange] {
    let (before, after) = (grouped(old), grouped(new))
    let names = (new + old).map(\.name)
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }.compactMap { name in
      if before[name] == after[name] { return nil }
      return KeyChange(
        name: name, from: before[name]?.joined(separator: ", "), to: after[name]?.joined(separator: ", "))
    }
  }

  /// Repeated fields (profiles, kept nodes) are compared as one list.
  private static func grouped(_ components: [KeyComponent]) -> [String: [String]] {
    Dictionary(grouping: components, by: \.name).mapValues { $0.map(\.value) }
  }
}
