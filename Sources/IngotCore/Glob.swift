// Name patterns: `*` stands for any run of characters, slashes too, `?` for one character.

/// A pattern over whole names.
package struct Glob: Sendable {
  private let pattern: [Unicode.Scalar]

  package init(_ text: String) { pattern = Array(text.unicodeScalars) }

  /// Takes time proportional to the product of both lengths at worst: it goes back to the last star only.
  package func matches(_ name: String) -> Bool {
    let name = Array(name.unicodeScalars)
    var (at, next) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while next < name.count {
      if at < pattern.count, pattern[at] == "*" {
        star = (at, next)
        at += 1
      } else if at < pattern.count, pattern[at] == "?" || pattern[at] == name[next] {
        (at, next) = (at + 1, next + 1)
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        (at, next) = (last.pattern + 1, last.name + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }
}
