// One JSON document a command, for programs: `format` names the document and its version, keys are sorted.

internal import FoundationEssentials

/// A document that a command prints with `--json`.
protocol JSONDocument: Encodable {
  /// `ingot.build/1`: raised when a field changes its meaning or goes away.
  static var format: String { get }
}

private struct Envelope<Document: JSONDocument>: Encodable {
  var document: Document

  enum Keys: String, CodingKey { case format }

  func encode(to encoder: any Encoder) throws {
    try document.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(Document.format, forKey: .format)
  }
}

func jsonText(_ document: some JSONDocument) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(Envelope(document: document)), as: UTF8.self)
}
