// What a path names, whatever it is called.

internal import FoundationEssentials
internal import IngotCore
internal import IngotPrecision
internal import IngotRelease

/// What a path is, by its first bytes.
enum FileKind {
  case bundle(folder: String), ranges, lowering, recipe, engine, model

  var isBundle: Bool { if case .bundle = self { true } else { false } }

  init(of path: String) throws {
    let status: FileStatus
    do {
      status = try FileStatus(ofFileAt: path)
    } catch {
      throw InputError(in: path, error.isNotFound ? "there is no such file" : error.description, hint: "check the path")
    }
    if status.isDirectory {
      self = .bundle(folder: path)
    } else if FileSystem.name(of: path) == Bundle.manifestName {
      self = .bundle(folder: FileSystem.parent(of: path))
    } else {
      let start = Bytes(try MappedFile(path: path)).prefix(64)
      if start.starts(with: Array("vtrt".utf8)) || start.starts(with: Array("ftrt".utf8)) {
        self = .engine
      } else if start.first == UInt8(ascii: "{") {
        self = Self.kind(ofJSON: try FileSystem.read(path, limit: QuantizationRecipe.fileByteLimit))
      } else if start.starts(with: Array("TRT-".utf8)) {
        self = .ranges
      } else {
        self = .model
      }
    }
  }

  /// By the key that holds the version; tables of ranges have another.
  private static func kind(ofJSON bytes: [UInt8]) -> FileKind {
    struct Versions: Decodable { var report: Int?, recipe: Int? }
    let versions = try? JSONDecoder().decode(Versions.self, from: Data(bytes))
    return versions?.recipe != nil ? .recipe : versions?.report != nil ? .lowering : .ranges
  }
}

extension Bytes {
  fileprivate func prefix(_ count: Int) -> [UInt8] { self[0..<Swift.min(count, self.count)].array }
}
