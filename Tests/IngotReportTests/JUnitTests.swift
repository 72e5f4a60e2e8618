import Foundation
import IngotReport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an XML parser that is not ours reads: elements with their attributes, in order.
private final class Elements: NSObject, XMLParserDelegate {
  var all: [(name: String, attributes: [String: String])] = []
  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) { all.append((name, attributes)) }
}

@Suite struct JUnitTests {
  private func parse(_ engines: [EngineSummary]) throws -> [(name: String, attributes: [String: String])] {
    let parser = XMLParser(data: Data(junitXML(engines).utf8))
    let elements = Elements()
    parser.delegate = elements
    try #require(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
    return elements.all
  }

  @Test func writesASuiteAManifestAndACaseAnEngine() {
    var second = summary([1: record("engine", milliseconds: 1500, wasCached: false)])
    second.variant = "fp16-ov"
    var third = summary(without: [2], problems: ["no GPU"], path: nil)
    third.manifest = "other"
    var fourth = summary([
      2: record(
        "verdict.json",
        [("level", "engine"), ("passed", "false"), ("failed gate a", "a is 1"), ("failed gate b", "b is 2")])
    ])
    fourth.variant = "int8-cpu"
    #expect(
      junitXML([summary(), third, second, fourth]) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="digits" tests="3" failures="1" errors="0">
            <testcase classname="digits" name="int8-ov" time="0.000">
              <system-out>latency p99 (ms) is 0.120000, at most 5.000000
        not judged: slowdown against prod (%): the channel serves no bundle yet</system-out>
            </testcase>
            <testcase classname="digits" name="fp16-ov" time="1.500">
              <system-out>latency p99 (ms) is 0.120000, at most 5.000000
        not judged: slowdown against prod (%): the channel serves no bundle yet</system-out>
            </testcase>
            <testcase classname="digits" name="int8-cpu" time="0.000">
              <failure message="a is 1; b is 2"/>
            </testcase>
          </testsuite>
          <testsuite name="other" tests="1" failures="0" errors="1">
            <testcase classname="other" name="int8-ov" time="0.000">
              <error message="no GPU"/>
            </testcase>
          </testsuite>
        </testsuites>

        """)
  }

  @Test(arguments: ["<a & \"b\" 'c'>", "two\nlines\tand a tab\r", "]]>", "ünïcode 🙂", "&amp;"])
  func anXMLParserReadsWhatWasSaid(message: String) throws {
    let elements = try parse([summary(without: [2], problems: [message], path: nil)])
    #expect(elements.map(\.name) == ["testsuites", "testsuite", "testcase", "error"])
    #expect(elements.last?.attributes["message"] == message)
  }

  @Test func charactersThatXMLCannotHoldBecomeQuestionMarks() throws {
    let elements = try parse([summary(without: [2], problems: ["a\u{0}b\u{1B}[31m\u{FFFE}\u{FFFF}c"], path: nil)])
    #expect(elements.last?.attributes["message"] == "a?b?[31m??c")
  }

  @Test func noEnginesAreNoSuites() throws {
    #expect(try parse([]).map(\.name) == ["testsuites"])
  }
}
