// What verbs that write a manifest share: its engines' name, paths from its folder, and that nothing is overwritten.

internal import IngotCore

/// The model's file name, of characters that a name may have.
func engineName(for model: String) -> String {
  let stem = FileSystem.name(of: model).split(separator: ".").dropLast().joined(separator: ".")
  let name = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
  let start = name.drop { !$0.isLetter && !$0.isNumber }
  return start.isEmpty ? "model" : String(start.prefix(64))
}

/// A path from a folder, where both are below this process's folder; absolute paths are shortened where they share a start.
func relativePath(_ path: String, to folder: String) -> String {
  guard let file = try? FileSystem.realPath(path), let base = try? FileSystem.realPath(folder) else { return path }
  let (parts, above) = (file.split(separator: "/"), base.split(separator: "/"))
  let common = zip(parts, above).prefix { $0 == $1 }.count
  return (above.dropFirst(common).map { _ in ".." } + parts.dropFirst(common)).joined(separator: "/")
}

/// - Throws: where there is such a file.
func writeNew(_ manifest: String, to path: String) throws {
  if (try? FileStatus(ofFileAt: path)) != nil {
    throw InputError(in: path, "the file is there already", hint: "name another file, or remove this one first")
  }
  try FileSystem.writeAtomically(manifest, to: path)
}
