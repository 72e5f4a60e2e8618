// Results in JUnit's XML, which CI systems show as tests: a suite a manifest, a case an engine.

internal import IngotCore

package func junitXML(_ engines: [EngineSummary]) -> String {
  let manifests = engines.map(\.manifest).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
  var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
  for manifest in manifests {
    let cases = engines.filter { $0.manifest == manifest }
    let failures = cases.count { $0.state == .rejected }
    let errors = cases.count { $0.state == .failed }
    text +=
      "  <testsuite name=\"\(escaped(manifest))\" tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\">\n"
    for engine in cases { text += testCase(engine) }
    text += "  </testsuite>\n"
  }
  return text + "</testsuites>\n"
}

private func testCase(_ engine: EngineSummary) -> String {
  let seconds = engine.steps.filter { !$0.wasCached }.map(\.seconds).reduce(0, +)
  let head =
    "    <testcase classname=\"\(escaped(engine.manifest))\" name=\"\(escaped(engine.variant))\" time=\"\(fixed(seconds, digits: 3))\""
  let message = escaped(engine.problems.joined(separator: "; "))
  let gates = engine.held + engine.unjudged.map { "not judged: \($0)" }
  var body =
    switch engine.state {
    case .passed: ""
    case .rejected: "      <failure message=\"\(message)\"/>\n"
    case .failed: "      <error message=\"\(message)\"/>\n"
    }
  if !gates.isEmpty { body += "      <system-out>\(gates.map(escaped).joined(separator: "\n"))</system-out>\n" }
  return body.isEmpty ? head + "/>\n" : head + ">\n\(body)    </testcase>\n"
}

/// For attribute values and text: XML 1.0, section 2.4; characters that XML cannot hold become `?`.
private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\n", "\r", "\t": result += "&#\(scalar.value);"
    case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "?"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
