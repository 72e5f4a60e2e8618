// Where a written model's weights go: into the model, into a file of its own beside it, or nowhere, because they already are in a
// file that the new model can name.

internal import IngotCore

package enum WeightPolicy: Hashable, Sendable {
  /// As they came: a model without files of weights has none; one whose files are beside the new model too, refers to them;
  /// any other gets a file of its own.
  case automatic
  /// Into the model.
  case keepInline
  /// Initializers of more than so many bytes go to one file `<name of the model>.data` beside it, each on a 4 KiB page
  /// of its own so that it can be mapped. (So do attributes' tensors that came from such a file.)
  case externalAbove(Int)
  /// Weights that were read from files beside the model stay there; the model must be written where those names lead to
  /// them. New ones go to a data file, those that were inline stay inline.
  case referToSource
  /// Weights that were read from files beside the model, and new ones, go to a data file; those that were inline stay inline.
  case copySource

  /// In a model that has files of weights, new weights of more bytes than this go to the data file.
  static let newWeightLimit = 1024
}

extension ModelWriter {
  enum Place {
    case strings, inline(Bytes), external(location: String, offset: Int, byteCount: Int, isSource: Bool)
  }

  /// - Parameter isInitializer: false for a tensor of an attribute, which many readers want inside the model.
  mutating func place(of tensor: Initializer, isInitializer: Bool) -> Place {
    switch tensor.storage {
    case .strings, .sparse: return .strings
    case .external(let location, let offset, let bytes):
      switch policy {
      case .referToSource:
        return .external(location: location, offset: offset, byteCount: bytes.count, isSource: true)
      case .copySource: return inDataFile(bytes)
      case .externalAbove(let limit): return bytes.count > min(limit, inlineLimit) ? inDataFile(bytes) : .inline(bytes)
      case .automatic, .keepInline: return bytes.count > inlineLimit ? inDataFile(bytes) : .inline(bytes)
      }
    case .raw(let bytes):
      let limit: Int
      switch policy {
      case .referToSource, .copySource: limit = bytes.fileRange == nil ? WeightPolicy.newWeightLimit : .max
      case .externalAbove(let given): limit = given
      case .automatic, .keepInline: limit = .max
      }
      return isInitializer && bytes.count > min(limit, inlineLimit) ? inDataFile(bytes) : .inline(bytes)
    }
  }

  private mutating func inDataFile(_ bytes: Bytes) -> Place {
    .external(location: data.name, offset: data.add(bytes), byteCount: bytes.count, isSource: false)
  }
}

extension Model {
  func resolved(_ policy: WeightPolicy, for path: String) -> WeightPolicy {
    guard policy == .automatic else { return policy }
    if sourceFiles.isEmpty { return .keepInline }
    do throws(ModelError) {
      try requireSources(besides: path)
      return .referToSource
    } catch {
      return .copySource
    }
  }

  func requireSources(besides path: String) throws(ModelError) {
    let folder = FileSystem.parent(of: path)
    for source in sourceFiles {
      let target = try? FileSystem.realPath(FileSystem.join(folder, source.location))
      if source.path == nil || source.path != target {
        throw ModelError(path, .weightsElsewhere(tensor: source.tensor, location: source.location, file: source.path))
      }
    }
  }

  /// `<name of the model>.data`, with a number where the model refers to a file of this name.
  func dataName(besides path: String, _ policy: WeightPolicy) -> String {
    let name = FileSystem.name(of: path)
    guard policy == .referToSource else { return "\(name).data" }
    let folder = FileSystem.parent(of: path)
    let sources = Set(sourceFiles.compactMap(\.path))
    var (candidate, number) = ("\(name).data", 1)
    while let target = try? FileSystem.realPath(FileSystem.join(folder, candidate)), sources.contains(target) {
      (candidate, number) = ("\(name).\(number).data", number + 1)
    }
    return candidate
  }

  /// Each file once, with the first tensor in it.
  private var sourceFiles: [(location: String, path: String?, tensor: String)] {
    var seen: Set<String> = []
    var files: [(location: String, path: String?, tensor: String)] = []
    for (name, initializer) in allInitializers {
      guard case .external(let location, _, let bytes) = initializer.storage, seen.insert(location).inserted else {
        continue
      }
      files.append((location, bytes.fileRange?.file.path, name))
    }
    return files
  }
}
