// What the readers of other files (set.yaml) use: known keys, types, and all problems of a mapping at once.

import IngotCore
import IngotManifest
import Testing

@Suite struct MappingReaderTests {
  private func problems(_ text: String, _ read: (MappingReader, inout [Diagnostic]) -> Void) throws -> [String] {
    var problems: [Diagnostic] = []
    let field = YAMLField(root: try YAMLNode.parse(text: text, path: "set.yaml"), title: "the set")
    if let reader = MappingReader(field, required: ["arrays", "labels"], optional: ["samples"], &problems) {
      read(reader, &problems)
    }
    return problems.map(\.description)
  }

  @Test func readsValuesOfEveryType() throws {
    let text = "arrays: { a: x.npy, b: y.npy }\nlabels: y\nsamples: [1, 2.5, true]"
    var read: [String] = []
    let problems = try problems(text) { reader, problems in
      for (key, value) in reader["arrays"]?.entries(&problems) ?? [] {
        read.append("\(key.value)=\(value.text(&problems)?.value ?? "")")
      }
      read.append(reader["labels"]?.text(&problems)?.value ?? "")
      let items = reader["samples"]?.items(&problems) ?? []
      read.append(
        "\(items[0].int(&problems)?.value ?? 0) \(items[1].number(&problems)?.value ?? 0) \(items[2].bool(&problems)?.value ?? false)"
      )
    }
    #expect(read == ["a=x.npy", "b=y.npy", "y", "1 2.5 true"])
    #expect(problems == [])
  }

  @Test func reportsMissingAndUnknownKeysTogether() throws {
    let found = try problems("labls: y\nsize: 3") { reader, _ in
      #expect(reader["labels"] == nil)
      #expect(reader.lacks("arrays"))
      // What is misspelt is not missing.
      #expect(!reader.lacks("labels"))
    }
    #expect(
      found == [
        "set.yaml:1:1: error: unknown key `labls` in the set\n  labls: y\n  ^\n  hint: did you mean `labels`?",
        "set.yaml:2:1: error: unknown key `size` in the set\n  size: 3\n  ^\n  hint: known keys: arrays, labels, samples",
        "set.yaml:1:1: error: the set has no `arrays`\n  labls: y\n  ^",
      ])
  }

  @Test func reportsEveryWrongType() throws {
    let found = try problems("arrays: 1\nlabels: [a]\nsamples:") { reader, problems in
      #expect(reader["arrays"]?.entries(of: "arrays", &problems) == nil)
      #expect(reader["labels"]?.text(&problems) == nil)
      #expect(reader["samples"]?.int(in: 1...10, &problems) == nil)
    }
    #expect(
      found == [
        "set.yaml:1:9: error: `arrays` must be a mapping of arrays, not the number `1`\n  arrays: 1\n          ^",
        "set.yaml:2:9: error: `labels` must be text, not a list\n  labels: [a]\n          ^",
        "set.yaml:3:1: error: `samples` has no value\n  samples:\n  ^\n  hint: expected a whole number",
      ])
  }

  @Test(arguments: [
    ("profile", "profiles"), ("Profiles", "profiles"), ("profilse", "profiles"),
    ("optimisation-level", "optimization-level"),
    ("timing_cache", "timing-cache"), ("verfy", "verify"), ("ops", nil), ("x", nil), ("", nil), ("calib", nil),
    ("workspaces", "workspace"), ("buidl", "build"), (String(repeating: "a", count: 10_000), nil),
  ])
  func suggestsTheNearestWord(word: String, expected: String?) {
    let known = ["profiles", "optimization-level", "timing-cache", "verify", "workspace", "build", "calibration"]
    #expect(suggestion(for: word, among: known) == expected)
  }

  @Test func suggestsTheFirstOfEquallyNearWords() {
    #expect(suggestion(for: "p9", among: ["p50", "p90", "p95", "p99"]) == "p90")
    #expect(suggestion(for: "p9", among: ["p99", "p95", "p90"]) == "p99")
  }
}
