// `ingot schema`: the manifest's format for editors.

internal import IngotCore
internal import IngotManifest

extension Verb {
  static let schema = Verb(
    name: "schema", operands: "", summary: "Print the JSON Schema of manifests, for completion in editors.",
    details: """
      Editors with a YAML language server complete and check manifests that begin with
      # yaml-language-server: $schema=PATH
      where PATH is a file with this output.
      """,
    options: [
      .value("--out", short: "-o", "FILE", "write to FILE and print its path"),
      .flag("--json", "accepted, as everywhere; the schema is JSON already"),
    ]
  ) { context in
    guard let path = context.arguments.value("--out") else {
      context.terminal.print(manifestSchema())
      return .success
    }
    try FileSystem.writeAtomically(manifestSchema(), to: path)
    context.terminal.print(try FileSystem.realPath(path))
    return .success
  }
}
