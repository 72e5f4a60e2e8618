// Where something stands in a text file, and the text itself for showing the line with a caret.

/// A text file that was read: its name as the user wrote it and its lines.
package final class SourceText: Sendable, Hashable {
  package let path: String
  package let lines: [Substring]

  package init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  package static func == (a: SourceText, b: SourceText) -> Bool { a === b }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A line and a column of a text file, both counted from 1; columns count characters.
package struct Place: Hashable, Sendable, CustomStringConvertible {
  package var source: SourceText
  package var line: Int
  package var column: Int

  package init(source: SourceText, line: Int, column: Int) {
    (self.source, self.line, self.column) = (source, line, column)
  }

  /// `path:line:column`.
  package var description: String { "\(source.path):\(line):\(column)" }

  /// The source line and a caret below the column, or nil where the line does not exist.
  package var excerpt: String? {
    guard source.lines.indices.contains(line - 1) else { return nil }
    let text = source.lines[line - 1].prefix(160)
    let indent = text.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    return "  \(text)\n  \(indent)^"
  }
}
