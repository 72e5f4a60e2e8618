import IngotCore
import IngotManifest
import IngotPlan
import Testing

@testable import ingot

@Suite struct ArgumentsTests {
  private let options: [ingot.Option] = [
    .value("--out", short: "-o", "DIR", "where"), .value("--jobs", short: "-j", "N", "how many"),
    .flag("--json", "as JSON"),
    .flag("--quiet", short: "-q", "less"),
  ]

  private func parse(_ words: String...) throws(UsageError) -> Arguments { try Arguments(words, options: options) }

  @Test func tellsOptionsFromOperands() throws {
    let arguments = try parse("a.yaml", "--out", "x", "-q", "b.yaml", "--jobs=4", "-o=y", "-")
    #expect(arguments.operands == ["a.yaml", "b.yaml", "-"])
    #expect(arguments.value("--out") == "y" && arguments.all("--out") == ["x", "y"])
    #expect(arguments.has("--quiet") && !arguments.has("--json"))
    #expect(try arguments.count("--jobs", in: 1...8) == 4)
    #expect(try parse().count("--jobs", in: 1...8) == nil)
  }

  @Test func afterTwoDashesEverythingIsAnOperand() throws {
    #expect(try parse("--", "--json", "-q", "--").operands == ["--json", "-q", "--"])
  }

  @Test func aValueMayLookLikeAnOptionAndHoldEqualSigns() throws {
    #expect(try parse("--out", "--json").value("--out") == "--json")
    #expect(try parse("--out=a=b").value("--out") == "a=b")
  }

  @Test(arguments: [
    (["--jsn"], "there is no option --jsn; did you mean --json?"),
    (["--frobnicate"], "there is no option --frobnicate"),
    (["-x"], "there is no option -x"), (["--out"], "--out needs a value"), (["--out", ""], "--out needs a value"),
    (["--out="], "--out needs a value"), (["-o="], "--out needs a value"), (["--json=yes"], "--json takes no value"),
  ])
  func saysWhatIsWrong(words: [String], problem: String) {
    let error = #expect(throws: UsageError.self) { try Arguments(words, options: options) }
    #expect(error?.description == problem && error?.kind == .input)
  }

  @Test(arguments: ["0", "1025", "-1", "x", "1.5", "99999999999999999999"])
  func countsHaveBounds(text: String) throws {
    let arguments = try parse("--jobs", text)
    let error = #expect(throws: UsageError.self) { try arguments.count("--jobs", in: 1...1024) }
    #expect(error?.description == "--jobs takes a whole number from 1 to 1024, not '\(text)'")
  }

  @Test(arguments: [("biuld", "build"), ("plans", "plan"), ("valdate", "validate")])
  func findsTheNearestWord(word: String, expected: String) {
    #expect(suggestion(for: word, among: Ingot.verbs.map(\.name)) == expected)
  }

  @Test func nothingIsNearToAnotherWord() {
    #expect(suggestion(for: "frobnicate", among: Ingot.verbs.map(\.name)) == nil)
  }
}

@Suite struct VerbTests {
  @Test(arguments: Ingot.verbs.map(\.name))
  func everyVerbExplainsItself(name: String) throws {
    let verb = try #require(Ingot.verbs.first { $0.name == name })
    #expect(verb.help.hasPrefix("usage: ingot \(name)"))
    #expect(verb.summary.hasSuffix("."))
    let all = verb.options + Verb.common
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(Set(all.compactMap(\.short)).count == all.compactMap(\.short).count)
    for option in all {
      #expect(option.name.hasPrefix("--") && !option.help.isEmpty)
      #expect(verb.help.contains(option.name))
    }
    #expect(verb.help.split(separator: "\n").allSatisfy { $0.count <= 130 })
  }
}

/// Why a step must run, in words.
@Suite struct WordsTests {
  @Test func saysWhatChanged() {
    let (a, b) = (Digest(of: "a"), Digest(of: "b"))
    #expect(words(for: nil) == "has not run yet")
    #expect(words(for: []) == "its result is no longer in the store")
    #expect(
      words(for: [
        KeyChange(name: "method", from: "entropy", to: "minmax"),
        KeyChange(name: "input model", from: a.hex, to: b.hex),
        KeyChange(name: "option threads", from: nil, to: "1"), KeyChange(name: "keep-op", from: "Softmax", to: nil),
      ])
        == "method changed from entropy to minmax; input model changed from \(a.short) to \(b.short); "
        + "option threads is new: 1; keep-op is gone: was Softmax")
  }
}
