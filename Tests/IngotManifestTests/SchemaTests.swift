// The schema: its text is stable, and a validator that is not ours agrees with the decoder about what single values may
// be.

import Foundation
import IngotCore
import IngotManifest
import Testing

@Suite struct SchemaTests {
  static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Golden/manifest.schema.json")

  @Test func writesTheSameSchemaEachTime() throws {
    let schema = manifestSchema()
    #expect(schema == manifestSchema())
    if GoldenCases.isRecording {
      try schema.write(to: Self.golden, atomically: true, encoding: .utf8)
      Issue.record("recorded the schema; run again without INGOT_RECORD")
    }
    let recorded = try String(contentsOf: Self.golden, encoding: .utf8)
    #expect(schema == recorded)
  }

  @Test func isJSON() throws {
    let object = try JSONSerialization.jsonObject(with: Data(manifestSchema().utf8)) as? [String: Any]
    let properties = try #require(object?["properties"] as? [String: Any])
    #expect(
      properties.keys.sorted() == [
        "build", "calibration", "ingot", "matrix", "model", "name", "precision", "profiles", "targets", "verify",
        "workspace",
      ])
  }

  /// Cases whose fault the schema does not see: mostly what several values say together.
  private static let onlyTheDecoderSees: Set<String> = [
    "workspace of nothing", "samples beyond 64 bits", "workspace that is too much", "a percentile for another method",
    "a percentile out of range", "a path that leaves the project", "a path that leaves the project on a detour",
    "a GPU that the backend does not know", "the same GPU twice", "a GPU for a CPU backend", "int8 without calibration",
    "fp8 in the matrix without calibration", "a fallback for fp16", "a least share of what is not lowered to",
    "the same name kept twice",
    "max-drop without labels", "max-drop of the outputs without data", "max-drop of nothing",
    "max-drop of what lowers nothing", "max-drop of more than all", "a precision twice in the matrix", "min above max",
    "opt above max", "opt below min", "shapes of unequal rank", "shapes out of order",
    "a shape of another rank than the input", "a shape that varies a fixed axis", "the same profile twice",
    "an option that no target has", "a value that one of the backends has not",
    "options of a backend that no target has", "no gate", "no data", "data and synthetic", "accuracy on random inputs",
    "passes to run and to leave out", "an output without a gate", "accuracy without a bound", "no time at all",
    "no latency gate", "a throughput of nothing", "a processor for a GPU", "calibration without data",
    "ranges imported and measured",
  ]

  @Test(.enabled(if: Validator.isPresent, "needs python3 with jsonschema"))
  func agreesWithAnotherValidatorAboutManifests() throws {
    var documents: [(name: String, json: Any, isValid: Bool)] = []
    for name in ["small.yaml", "resnet50.yaml", "long.yaml", "changes.yaml"] {
      let root = try YAMLNode.parse(text: GoodManifestTests.text(name), path: name)
      documents.append((name, json(root), true))
    }
    for file in WrongManifestTests.files {
      for wrong in GoldenCases.read(file) {
        guard let root = try? YAMLNode.parse(text: wrong.text, path: file) else { continue }
        documents.append(("\(file): \(wrong.name)", json(root), Self.onlyTheDecoderSees.contains(wrong.name)))
      }
    }
    let verdicts = try Validator.verdicts(schema: manifestSchema(), documents: documents.map(\.json))
    #expect(documents.count > 100)
    for (document, isValid) in zip(documents, verdicts) { #expect(isValid == document.isValid, "\(document.name)") }
    #expect(verdicts.count == documents.count)
  }

  private func json(_ node: YAMLNode) -> Any {
    switch node.content {
    case .sequence(let items): items.map { json($0) }
    case .mapping(let entries):
      Dictionary(entries.map { ($0.key, json($0.value)) }, uniquingKeysWith: { first, _ in first })
    case .scalar(let scalar):
      switch scalar.value {
      case .null: NSNull()
      case .bool(let value): value
      case .int(let value): value
      case .float(let value): value.isFinite ? value : "\(value)"
      case .hugeInt: 1e30
      case .string: scalar.text
      }
    }
  }
}

/// Python's `jsonschema`.
private enum Validator {
  static let isPresent = (try? run("import jsonschema; print('yes')", input: Data())) == "yes\n"

  static func verdicts(schema: String, documents: [Any]) throws -> [Bool] {
    let schemaObject = try JSONSerialization.jsonObject(with: Data(schema.utf8))
    let input = try JSONSerialization.data(withJSONObject: ["schema": schemaObject, "documents": documents])
    let script = """
      import json, sys, jsonschema
      data = json.load(sys.stdin)
      jsonschema.Draft202012Validator.check_schema(data['schema'])
      validator = jsonschema.Draft202012Validator(data['schema'])
      for document in data['documents']: print(int(validator.is_valid(document)))
      """
    return try run(script, input: input).split(separator: "\n").map { $0 == "1" }
  }

  private static func run(_ script: String, input: Data) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let (stdin, stdout) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (stdin, stdout)
    process.standardError = FileHandle.nullDevice
    try process.run()
    DispatchQueue.global().async {
      try? stdin.fileHandleForWriting.write(contentsOf: input)
      try? stdin.fileHandleForWriting.close()
    }
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
