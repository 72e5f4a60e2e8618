// `ingot migrate`: what somebody used to type to build an engine. The words are taken apart here; TrtexecLine.swift and
// PolygraphyLine.swift know the flags, MigratedManifest.swift writes what becomes of them.

package import IngotCore

/// A command line of trtexec or of `polygraphy convert`, understood.
package struct OldCommand: Sendable {
  /// As the command names it, from the folder that it ran in.
  package let model: String
  /// The calibration cache, named in the same way.
  package let calibrationCache: String?
  let recipe: OldRecipe
  /// For the manifest's first line.
  let shown: String

  /// - Parameter words: the command as one text, or its words.
  /// - Throws: all flags that are wrong, or of no tool that is known here.
  package init(_ words: [String]) throws(InputError) {
    var rest = words
    if words.count == 1 {
      guard words[0].utf8.count <= 1 << 20, let split = shellWords(words[0]) else {
        throw InputError(
          in: "the command", "a quote or a backslash at its end is left open", hint: "quote it as the shell would")
      }
      rest = split
    }
    shown = rest.joined(separator: " ")
    // `FOO=1 trtexec …`
    while let first = rest.first, first.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*=.*/) != nil { rest.removeFirst() }
    let program = rest.first.map { $0.split(separator: "/").last.map(String.init) ?? $0 } ?? ""
    var recipe: OldRecipe
    switch program {
    case "trtexec", "tensorrt_rtx": recipe = OldRecipe(trtexec: rest.dropFirst())
    case "polygraphy": recipe = OldRecipe(polygraphy: rest.dropFirst())
    default:
      throw InputError(
        in: program.isEmpty ? "the command" : program, "is no command that can be migrated",
        hint: "give a line that starts with `trtexec` or `polygraphy convert`")
    }
    if recipe.model?.isEmpty ?? true, recipe.problems.isEmpty {
      recipe.refuse(program, "the line names no ONNX model", hint: "engines are built from ONNX models: --onnx=FILE")
    }
    guard recipe.problems.isEmpty, let model = recipe.model else { throw InputError(recipe.problems) }
    (self.model, calibrationCache) = (model, recipe.calibrationCache)
    self.recipe = recipe
  }
}

/// What `ingot migrate` makes.
package struct Migration: Sendable {
  /// YAML with comments.
  package var manifest: String
  package var changes: [MigrationChange]
}
