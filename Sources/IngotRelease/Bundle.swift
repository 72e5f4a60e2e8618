// A bundle: an engine and everything that says what it is. On disk it is a folder with `bundle.json` and the files
// that it names.
//
// `bundle.json`, version 1, is a JSON object with sorted keys:
//   bundle         1, the version of this format
//   name, variant, target, precision     what the manifest asked for
//   engine         the file in `files` that is the engine
//   files          [{ path, digest, bytes }], sorted by path; a path is a plain file name
//   signature      { inputs, outputs }: [{ name, type, shape }]; a shape's axes are numbers, names, or null for unknown
//   compatibility  what a machine must have to run the engine
//   steps          every step that led here: key, inputs and outputs by digest, tools
//   verdict        how the engine did against the manifest's gates; absent until it was verified
//
// It holds no times, hosts or paths of a machine, so the same result is the same bytes. The SHA-256 of those bytes is
// the bundle's one name: it covers every file through its digest.

internal import FoundationEssentials
package import IngotCore
package import IngotStore

package struct Bundle: Hashable, Sendable, Codable {
  /// A file of the bundle.
  package struct File: Hashable, Sendable, Codable {
    package var path: String
    package var digest: Digest
    package var byteCount: Int

    package init(path: String, digest: Digest, byteCount: Int) {
      (self.path, self.digest, self.byteCount) = (path, digest, byteCount)
    }

    package init(path: String, _ blob: Blob) { self.init(path: path, digest: blob.digest, byteCount: blob.byteCount) }

    private enum CodingKeys: String, CodingKey {
      case path, digest
      case byteCount = "bytes"
    }
  }

  package private(set) var version = Bundle.currentVersion
  package var name: String
  /// Which member of the manifest's matrix this is.
  package var variant: String
  package var target: String
  package var precision: String
  /// The path of the engine among `files`.
  package var engine: String
  /// Sorted by path.
  package private(set) var files: [File]
  package var signature: IOSignature
  package var compatibility: Compatibility
  package var steps: [BundleStep]
  package var verdict: VerdictSummary?

  package init(
    name: String, variant: String, target: String, precision: String, engine: String, files: [File],
    signature: IOSignature, compatibility: Compatibility, steps: [BundleStep], verdict: VerdictSummary?
  ) {
    (self.name, self.variant, self.target, self.precision, self.engine) = (name, variant, target, precision, engine)
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    (self.signature, self.compatibility, self.steps, self.verdict) = (signature, compatibility, steps, verdict)
  }

  package static let currentVersion = 1
  package static let manifestName = "bundle.json"

  /// What people call it: `resnet50/int8-rtx`.
  package var title: String { "\(name)/\(variant)" }

  package var engineFile: File? { files.first { $0.path == engine } }

  private enum CodingKeys: String, CodingKey {
    case version = "bundle"
    case name, variant, target, precision, engine, files, signature, compatibility, steps, verdict
  }
}

extension Bundle {
  /// The bytes of `bundle.json`; equal bundles have equal ones.
  /// - Throws: `.unusable` for a bundle that `init(decoding:)` would refuse.
  package func encoded() throws(ReleaseError) -> [UInt8] {
    if let problem { throw ReleaseError(.unusable(path: title, problem: problem)) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw ReleaseError(.unusable(path: title, problem: "it cannot be written as JSON"))
    }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  /// The bundle's name: SHA-256 of `bundle.json`.
  package func digest() throws(ReleaseError) -> Digest { Digest(of: try encoded()) }

  /// - Parameter bytes: of `bundle.json`; not trusted.
  /// - Parameter path: where they are from, for the error.
  package init(decoding bytes: [UInt8], path: String) throws(ReleaseError) {
    struct Version: Decodable { var bundle: Int }
    let data = Data(bytes)
    guard let version = try? JSONDecoder().decode(Version.self, from: data) else {
      throw ReleaseError(.unusable(path: path, problem: "it is no JSON object with a number `bundle`"))
    }
    guard version.bundle == Self.currentVersion else {
      throw ReleaseError(.unknownVersion(path: path, found: version.bundle))
    }
    do {
      self = try JSONDecoder().decode(Bundle.self, from: data)
    } catch {
      throw ReleaseError(.unusable(path: path, problem: Self.words(for: error)))
    }
    if let problem { throw ReleaseError(.unusable(path: path, problem: problem)) }
  }

  /// What keeps this from being a bundle, if anything.
  private var problem: String? {
    if let name = [name, variant, target].first(where: { !Self.isPlainName($0) }) {
      return "'\(name.prefix(80))' cannot be part of a name"
    }
    for (index, file) in files.enumerated() {
      if !Self.isPlainName(file.path) || file.path == Self.manifestName {
        return "'\(file.path.prefix(80))' is no file name that a bundle may have"
      }
      if file.byteCount < 0 { return "\(file.path) has a negative size" }
      if index > 0 && !files[index - 1].path.utf8.lexicographicallyPrecedes(file.path.utf8) {
        return "its files are not sorted by path, or one is there twice"
      }
    }
    if let plugin = compatibility.plugins?.first(where: { !Self.isPlainName($0.name) }) {
      return "'\(plugin.name.prefix(80))' is no file name that a plug-in library may have"
    }
    if engineFile == nil { return "its engine '\(engine.prefix(80))' is not among its files" }
    return nil
  }

  /// One part of a path, visible and nothing that a folder means already.
  static func isPlainName(_ name: String) -> Bool {
    let isVisible = name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") }
    return isVisible && (1...200).contains(name.utf8.count) && !name.hasPrefix(".")
  }

  private static func words(for error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it is not readable" }
    func place(_ path: [any CodingKey]) -> String {
      let text = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return text.isEmpty ? "it" : String(text.drop { $0 == "." })
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context.codingPath)) has no `\(key.stringValue)`"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(place(context.codingPath)) has the wrong type"
    case .dataCorrupted(let context): return "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default: return "it is not readable"
    }
  }
}
