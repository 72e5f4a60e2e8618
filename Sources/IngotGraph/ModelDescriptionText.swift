// A model's summary as a person reads it.

internal import IngotCore

extension ModelDescription: CustomStringConvertible {
  /// Lines of `label  value`; nodes last, where they were asked for.
  package var description: String {
    let versions = opsets.map { "\($0.domain) \($0.version)" }.joined(separator: ", ")
    var lines = [
      row("graph", graph), row("IR version", "\(irVersion), operator sets \(versions.isEmpty ? "none" : versions)"),
    ]
    if !producer.isEmpty { lines.append(row("producer", producer)) }
    lines += table("inputs", inputs.map(\.words)) + table("outputs", outputs.map(\.words))
    let elements = parameters.reduce(0) { $0 + $1.elements }
    let bytes = parameters.reduce(0) { $0 + $1.bytes }
    lines.append(row("parameters", "\(elements) in \(ByteCount(bytes))"))
    lines += parameters.map {
      row(
        "",
        "\($0.type): \($0.tensors) tensor\($0.tensors == 1 ? "" : "s"), \($0.elements) elements, \(ByteCount($0.bytes))"
      )
    }
    let inside = subgraphCount == 0 ? "" : ", \(subgraphCount) subgraph\(subgraphCount == 1 ? "" : "s")"
    lines.append(row("nodes", "\(nodeCount)\(inside)"))
    lines += operators.map { row("", "\($0.count)  \($0.name)") }
    lines += table(
      "data files",
      externalFiles.map {
        "\($0.location): \($0.tensors) tensor\($0.tensors == 1 ? "" : "s"), \(ByteCount($0.bytes))"
      })
    lines += table("metadata", metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })
    lines += (nodes ?? []).enumerated().map { $0.element.words(at: $0.offset) }
    return lines.joined(separator: "\n")
  }

  private func row(_ label: String, _ value: String) -> String {
    label + String(repeating: " ", count: max(12 - label.count, 1)) + value.shown
  }

  /// The label stands on the first line only.
  private func table(_ label: String, _ values: [String]) -> [String] {
    values.enumerated().map { row($0.offset == 0 ? label : "", $0.element) }
  }
}

extension ModelDescription.Port {
  fileprivate var words: String {
    let sizes = shape.map { shape in
      shape.map { size in
        switch size {
        case .fixed(let size): String(size)
        case .symbolic(let name): name
        case .unknown: "?"
        }
      }
    }
    return "\(name): \(type ?? "not a tensor")\(sizes.map { "[\($0.joined(separator: ", "))]" } ?? "")"
  }
}

extension ModelDescription.NodeEntry {
  fileprivate func words(at index: Int) -> String {
    let label = name.isEmpty ? "\(index)" : name.shown
    let inputs = inputs.map(\.shown).joined(separator: ", ")
    let outputs = outputs.map(\.shown).joined(separator: ", ")
    return "\(label): \(operatorName.shown)(\(inputs)) -> \(outputs)"
  }
}
