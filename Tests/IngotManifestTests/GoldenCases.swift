// Files of cases: a wrong text and the whole error that it must give. A case is
//
//   #### name
//   text
//   ---- error
//   the error
//

import Foundation
import Testing

struct GoldenCase: CustomTestStringConvertible, Sendable {
  var name: String
  var text: String
  var error: String

  var testDescription: String { name }
}

struct GoldenCases {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/Wrong")
  static let isRecording = ProcessInfo.processInfo.environment["INGOT_RECORD"] == "1"

  static func read(_ file: String) -> [GoldenCase] {
    guard let whole = try? String(contentsOf: directory.appending(path: file), encoding: .utf8) else { return [] }
    return whole.components(separatedBy: "#### ").dropFirst().map { part in
      let (name, rest) = split(part, at: "\n")
      let (text, error) = split(rest, at: "\n---- error\n")
      return GoldenCase(name: name, text: text, error: error.trimmingCharacters(in: .newlines))
    }
  }

  static func write(_ cases: [GoldenCase], to file: String) throws {
    let parts = cases.map { "#### \($0.name)\n\($0.text)\n---- error\n\($0.error)\n" }
    try parts.joined(separator: "\n").write(to: directory.appending(path: file), atomically: true, encoding: .utf8)
  }

  private static func split(_ text: String, at separator: String) -> (String, String) {
    guard let range = text.range(of: separator) else { return (text, "") }
    return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
  }
}
