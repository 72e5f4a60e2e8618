// Where something stands in a text file, and the text itself for showing the line with a caret.

/// A text file that was read: its name as the user wrote it and its text. Lines are cut only when an error shows one,
/// because a run reads a thousand files and shows none.
package final class SourceText: Sendable, Hashable {
  package let path: String
  package let text: String

  package init(path: String, text: String) { (self.path, self.text) = (path, text) }

  /// Without their ends, which are `\n`, `\r\n` or `\r`.
  package var lines: [Substring] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
  }

  package static func == (a: SourceText, b: SourceText) -> Bool { a === b }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A line and a column of a text file, both counted from 1; columns count Unicode scalars.
package struct Place: Hashable, Sendable, CustomStringConvertible {
  package var source: SourceText
  package var line: Int
  package var column: Int

  package init(source: SourceText, line: Int, column: Int) {
    (self.source, self.line, self.column) = (source, line, column)
  }

  /// `path:line:column`.
  package var description: String { "\(source.path):\(line):\(column)" }

  /// The source line and a caret below the column, or nil where the line does not exist. Control characters are shown
  /// as U+FFFD: a file from outside does not write to the terminal.
  package var excerpt: String? {
    let lines = source.lines
    guard lines.indices.contains(line - 1) else { return nil }
    let text = lines[line - 1].unicodeScalars.prefix(160)
    let indent = String(text.prefix(column - 1)).map { $0 == "\t" ? "\t" : " " }.joined()
    let shown = String(String.UnicodeScalarView(text.map { Self.isControl($0) ? "\u{FFFD}" : $0 }))
    return "  \(shown)\n  \(indent)^"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "\t" && scalar.properties.generalCategory == .control
  }
}
