// Nodes to keep, written into a manifest's text: one insertion, so that comments and layout stay as they are. Whether it is
// right is not argued but read back.

internal import IngotCore

extension PrecisionSpec {
  /// `keep: { nodes: ["/conv/Conv"], ops: [Softmax] }`: what the precision keeps, and these.
  package func keepLine(adding nodes: [String]) -> String {
    let ops = keepOps.isEmpty ? "" : ", ops: [\(keepOps.map { inQuotes($0.value) }.joined(separator: ", "))]"
    let all = nodes + keepNodes.map(\.value)
    return "keep: { nodes: [\(all.map(inQuotes).joined(separator: ", "))]\(ops) }"
  }
}

extension Manifest {
  /// What its paths may not leave.
  package var bounds: ProjectBounds { ProjectBounds(ofManifestIn: directory) }

  /// The manifest's text with more nodes to keep, before those that a precision keeps already.
  /// - Parameter precision: one of the manifest's, with a `max-drop`.
  /// - Returns: nil where one insertion cannot say it, as where the precision stands behind an anchor.
  package func text(keeping nodes: [String], in precision: PrecisionSpec) -> String? {
    guard let place = precision.maxDrop?.first?.metric.place, !nodes.isEmpty else { return nil }
    var wanted = self
    func change(_ spec: inout PrecisionSpec) {
      guard let first = spec.maxDrop?.first, first.metric.place == place else { return }
      spec.keepNodes = nodes.map { Located($0, at: place) } + spec.keepNodes
    }
    change(&wanted.precision)
    if var matrix = wanted.matrix {
      for index in matrix.precision.indices { change(&matrix.precision[index]) }
      wanted.matrix = matrix
    }
    guard let root = try? YAMLNode.parse(text: source.text, path: source.path),
      let insertion = root.insertion(of: nodes.map(inQuotes), beforeDropAt: place)
    else { return nil }
    return insertion.candidates(in: source.text).first { text in
      (try? Manifest.parse(text: text, path: source.path, in: bounds)) == wanted
    }
  }
}

/// Text that may go before a value or a key.
private struct Insertion {
  var place: Place
  /// For a place between brackets or braces, and for one at the start of a line.
  var flow: String
  var block: String

  func candidates(in text: String) -> [String] {
    let lines = SourceText(path: "", text: text).lines
    guard lines.indices.contains(place.line - 1) else { return [] }
    let scalars = lines[place.line - 1].unicodeScalars
    guard place.column - 1 <= scalars.count else { return [] }
    let at = scalars.index(scalars.startIndex, offsetBy: place.column - 1)
    return [flow, block].map { String(text[..<at]) + $0 + String(text[at...]) }
  }
}

extension YAMLNode {
  /// Where nodes go into the precision whose `max-drop` starts with the metric at a place.
  fileprivate func insertion(of names: [String], beforeDropAt place: Place) -> Insertion? {
    switch content {
    case .scalar: return nil
    case .sequence(let nodes):
      return nodes.lazy.compactMap { $0.insertion(of: names, beforeDropAt: place) }.first
    case .mapping(let entries):
      guard let drop = entries.first(where: { $0.key == "max-drop" }), drop.value.hasKey(at: place) else {
        return entries.lazy.compactMap { $0.value.insertion(of: names, beforeDropAt: place) }.first
      }
      let list = "nodes: [\(names.joined(separator: ", "))]"
      guard let keep = entries.first(where: { $0.key == "keep" }), case .mapping(let parts) = keep.value.content,
        let first = parts.first
      else { return before(drop.keyPlace, "keep: { \(list) }") }
      guard case .sequence(let items)? = parts.first(where: { $0.key == "nodes" })?.value.content,
        let item = items.first
      else { return before(first.keyPlace, list) }
      let indent = String(repeating: " ", count: max(item.place.column - 3, 0))
      return Insertion(
        place: item.place, flow: names.map { "\($0), " }.joined(), block: names.map { "\($0)\n\(indent)- " }.joined())
    }
  }

  private func before(_ key: Place, _ text: String) -> Insertion {
    let indent = String(repeating: " ", count: key.column - 1)
    return Insertion(place: key, flow: text + ", ", block: "\(text)\n\(indent)")
  }

  private func hasKey(at place: Place) -> Bool {
    guard case .mapping(let entries) = content else { return false }
    return entries.contains { ($0.keyPlace.line, $0.keyPlace.column) == (place.line, place.column) }
  }
}

/// A text in double quotes, as YAML and JSON read it.
private func inQuotes(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case _ where scalar.value < 0x20 || scalar.value == 0x7f:
      result += "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).count)
      result += String(scalar.value, radix: 16)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
