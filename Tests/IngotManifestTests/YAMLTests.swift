// The YAML layer by itself: the core schema, places, bounds and bytes.

import IngotCore
import IngotManifest
import Testing

@Suite struct YAMLTests {
  /// The value of `k` in the text.
  private func scalar(_ text: String) throws -> YAMLScalar {
    let root = try YAMLNode.parse(text: text, path: "t.yaml")
    guard case .mapping(let entries) = root.content else { throw InputError(in: "t.yaml", "no mapping") }
    return try #require(entries.first?.value.scalar)
  }

  @Test(
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nULL", .string),
      ("true", .bool(true)), ("True", .bool(true)), ("FALSE", .bool(false)), ("tRUE", .string),
      ("yes", .string), ("no", .string), ("on", .string), ("off", .string), ("y", .string), ("n", .string),
      ("0", .int(0)), ("-0", .int(0)), ("+12", .int(12)), ("007", .int(7)), ("0x1F", .int(31)), ("0o17", .int(15)),
      ("0xg", .string), ("0o8", .string), ("0b1", .string), ("-0x1", .string), ("0x", .string), ("1_000", .string),
      ("12:30", .string), ("2024-01-01", .string), ("+", .string), (".", .string), ("1.2.3", .string),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)), ("9223372036854775808", .hugeInt),
      ("0xFFFFFFFFFFFFFFFF", .hugeInt), ("1.", .float(1)), (".5", .float(0.5)), ("-1.5e-3", .float(-0.0015)),
      ("1e3", .float(1000)), ("1e", .string), ("e1", .string), ("1e999", .float(.infinity)), ("0x1p3", .string),
      (".inf", .float(.infinity)), ("-.INF", .float(-.infinity)), ("inf", .string), ("nan", .string),
      ("-.nan", .string),
      ("'5'", .string), ("\"true\"", .string), ("!!str 5", .string), ("! 5", .string), ("!!int \"5\"", .int(5)),
      ("!!float 5", .int(5)), ("|\n  5", .string),
    ] as [(String, YAMLValue)])
  func readsScalarsByTheCoreSchema(text: String, value: YAMLValue) throws {
    #expect(try scalar("k: \(text)\n").value == value)
  }

  @Test func readsNotANumber() throws {
    guard case .float(let value) = try scalar("k: .nan").value else { throw InputError(in: "t.yaml", "no float") }
    #expect(value.isNaN)
  }

  @Test func knowsWhereEveryValueStands() throws {
    let text = "a: 1\nb:\n  - x\n  - { c: é, d: 二 }  # e\nf: &f [1]\ng: *f\n"
    #expect(
      places(try YAMLNode.parse(text: text, path: "t.yaml")) == [
        "a 1:1", "1 1:4", "b 2:1", "x 3:5", "c 4:7", "é 4:10", "d 4:13", "二 4:16", "f 5:1", "1 5:8", "g 6:1", "1 5:8",
      ])
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func countsLinesWithEveryLineEnd(end: String) throws {
    let text = ["a: 1", "b: [", "", "c: d", "e"].joined(separator: end)
    let error = #expect(throws: InputError.self) { try YAMLNode.parse(text: text, path: "t.yaml") }
    #expect(
      error?.description == """
        t.yaml:2:4: error: the bracket that opens here is not closed
          b: [
             ^
        """)
  }

  @Test func skipsAByteOrderMark() throws {
    let node = try YAMLNode.parse(bytes: [0xEF, 0xBB, 0xBF] + Array("a: b".utf8), path: "t.yaml")
    #expect(places(node) == ["a 1:1", "b 1:4"])
    #expect(places(try YAMLNode.parse(text: "\u{FEFF}a: b", path: "t.yaml")) == ["a 1:1", "b 1:4"])
  }

  @Test func expandsAliasesWithinBounds() throws {
    let aliases = Array(repeating: "*a", count: 9_000).joined(separator: ", ")
    let node = try YAMLNode.parse(text: "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: [\(aliases)]", path: "t.yaml")
    guard case .mapping(let entries) = node.content, case .sequence(let items) = entries[1].value.content else {
      throw InputError(in: "t.yaml", "no list")
    }
    #expect(items.count == 9_000)
  }

  @Test(arguments: BytesCase.all) func refusesBytesThatAreNoText(wrong: BytesCase) {
    let error = #expect(throws: InputError.self) { try YAMLNode.parse(bytes: wrong.bytes, path: "t.yaml") }
    #expect(error?.description == wrong.error)
  }

  @Test(arguments: HostileCase.all) func refusesHostileTextsQuickly(hostile: HostileCase) {
    let text = hostile.text
    let start = ContinuousClock.now
    // Not `#expect(throws:)`, which takes seconds to describe an error that holds a megabyte of text.
    let wasRefused = (try? YAMLNode.parse(text: text, path: "t.yaml")) == nil
    #expect(wasRefused && ContinuousClock.now - start < .seconds(10))
  }

  @Test func findsDuplicatesInLargeMappings() throws {
    let keys = (0..<40_000).map { "k\($0): 0\n" }.joined()
    let start = ContinuousClock.now
    var problems: [String] = []
    do {
      _ = try YAMLNode.parse(text: keys + "k5: 1\nk39999: 2\n", path: "t.yaml")
    } catch {
      problems = error.diagnostics.map(\.problem)
    }
    let expected = [
      "duplicate key `k5`, first at line 6, column 1", "duplicate key `k39999`, first at line 40000, column 1",
    ]
    #expect(problems == expected && ContinuousClock.now - start < .seconds(10))
  }

  @Test func showsFiftyProblemsAndCountsTheRest() {
    let text = (0..<60).map { "k\($0): !x 0\n" }.joined()
    let error = #expect(throws: InputError.self) { try YAMLNode.parse(text: text, path: "t.yaml") }
    #expect(error?.diagnostics.count == 51)
    #expect(error?.diagnostics.last?.description == "t.yaml: note: and 10 more problems")
  }

  private func places(_ node: YAMLNode) -> [String] {
    switch node.content {
    case .scalar(let scalar): ["\(scalar.text) \(node.place.line):\(node.place.column)"]
    case .sequence(let items): items.flatMap { places($0) }
    case .mapping(let entries):
      entries.flatMap { ["\($0.key) \($0.keyPlace.line):\($0.keyPlace.column)"] + places($0.value) }
    }
  }
}

struct BytesCase: CustomTestStringConvertible, Sendable {
  var name: String
  var bytes: [UInt8]
  var error: String

  var testDescription: String { name }

  init(_ name: String, _ bytes: [UInt8], _ error: String) { (self.name, self.bytes, self.error) = (name, bytes, error) }
  init(_ name: String, _ text: String, _ error: String) { self.init(name, Array(text.utf8), error) }

  private static let removeIt = "hint: remove it, or write it as an escape in double quotes"
  private static let ambiguous = "is a line end for some YAML readers and none for others"

  static let all = [
    BytesCase(
      "a zero byte", "a: \u{0}",
      "t.yaml:1:4: error: YAML does not allow the character U+0000\n  a: \u{FFFD}\n     ^\n  \(removeIt)"),
    BytesCase(
      "an escape sequence", "é: x\u{1B}[2J",
      "t.yaml:1:5: error: YAML does not allow the character U+001B\n  é: x\u{FFFD}[2J\n      ^\n  \(removeIt)"),
    BytesCase(
      "a character that is none", "a: x\u{FFFF}",
      "t.yaml:1:5: error: YAML does not allow the character U+FFFF\n  a: x\u{FFFF}\n      ^\n  \(removeIt)"),
    BytesCase(
      "a next-line character", "a: x\u{85}b: y",
      "t.yaml:1:5: error: the character U+0085 \(ambiguous)\n  a: x\u{FFFD}b: y\n      ^\n  \(removeIt)"),
    BytesCase(
      "a paragraph separator", "a: x\u{2029}b: y",
      "t.yaml:1:5: error: the character U+2029 \(ambiguous)\n  a: x\u{2029}b: y\n      ^\n  \(removeIt)"),
    BytesCase(
      "Latin-1", Array("é: 1\nb: x".utf8) + [0xFF, 0x20],
      "t.yaml:2:5: error: the file is not valid UTF-8\n  b: x\u{FFFD} \n      ^\n  hint: save it as UTF-8"),
    BytesCase(
      "UTF-16", [0xFF, 0xFE, 0x61, 0x00],
      "t.yaml:1:1: error: the file is not valid UTF-8\n  \u{FFFD}\u{FFFD}a\u{FFFD}\n  ^\n  hint: save it as UTF-8"),
    BytesCase(
      "a cut character", [0xE2, 0x82],
      "t.yaml:1:1: error: the file is not valid UTF-8\n  \u{FFFD}\n  ^\n  hint: save it as UTF-8"),
    BytesCase(
      "a file that is too long", [UInt8](repeating: 0x20, count: (1 << 20) + 1),
      "t.yaml: error: the file has 1048577 bytes; at most 1048576 are read"),
  ]
}

struct HostileCase: CustomTestStringConvertible, Sendable {
  var name: String
  var start: String
  var repeated: String
  var count: Int

  var testDescription: String { name }
  var text: String { start + String(repeating: repeated, count: count) }

  private init(_ name: String, _ start: String, _ repeated: String, _ count: Int) {
    (self.name, self.start, self.repeated, self.count) = (name, start, repeated, count)
  }

  static let all = [
    HostileCase("brackets", "a: ", "[", 1_000_000), HostileCase("braces", "", "{a: ", 250_000),
    HostileCase("dashes", "", "- ", 500_000), HostileCase("question marks", "", "? ", 500_000),
    HostileCase("values", "", "- a\n", 250_000), HostileCase("an open quote", "a: '", "x", 1_000_000),
    HostileCase("anchors", "", "&a ", 300_000), HostileCase("aliases", "x: &x [\n", "*x,", 300_000),
    HostileCase("a long tag", "a: !<", "t", 1_000_000), HostileCase("a tag directive", "%TAG ! tag:", "x", 1_000_000),
    HostileCase("indentation", "a:\n", "  b:\n ", 100_000), HostileCase("colons", "", "a: ", 300_000),
    HostileCase("commas", "[", ",", 1_000_000), HostileCase("documents", "", "--- a\n", 170_000),
    HostileCase("wrong tags", "", "- !x a\n", 140_000), HostileCase("a long line of wrong tags", "[", "!x a,", 200_000),
  ]
}
