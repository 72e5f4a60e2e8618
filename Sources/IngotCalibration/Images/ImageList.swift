// Which images a set has, in which order: those of a folder, or those that a list names.

internal import IngotCore

/// Image files and what is done with them. Nothing is kept of an image between two reads.
struct ImageList: Sendable {
  let preprocessing: ImagePreprocessing
  let size: ImagePreprocessing.Size
  /// From the set's folder, in the set's order.
  let names: [String]
  private let directory: String

  static let countLimit = 1_000_000
  private static let depthLimit = 16

  /// - Parameter source: a folder, or a `.txt` file with one path a line, both from the set's folder.
  /// - Parameter isInside: whether a path, followed through links, stays in the set's folder.
  init(
    _ source: String, in directory: String, _ preprocessing: ImagePreprocessing, isInside: (String) -> Bool
  ) throws(ArrayProblem) {
    guard let size = preprocessing.size else {
      throw ArrayProblem(
        "images have sizes of their own, and the model's input has one",
        hint: "write `resize: [HEIGHT, WIDTH]`, `letterbox: [HEIGHT, WIDTH]`, or `crop: [HEIGHT, WIDTH]` behind another"
      )
    }
    (self.directory, self.preprocessing, self.size) = (directory, preprocessing, size)
    names =
      source.hasSuffix(".txt")
      ? try Self.listed(in: source, directory) : try Self.found(below: source, directory, depth: 0)
    guard !names.isEmpty else {
      throw ArrayProblem("there are no images in it", hint: "images are files that end in .jpg, .jpeg or .png")
    }
    guard names.count <= Self.countLimit else { throw ArrayProblem("it has more than \(Self.countLimit) images") }
    for name in names {
      guard isInside(name) else { throw ArrayProblem("`\(shown(name))` leaves the set's folder") }
      guard (try? FileStatus(ofFileAt: FileSystem.join(directory, name))) != nil else {
        throw ArrayProblem("there is no image `\(shown(name))`")
      }
    }
  }

  private static func listed(in file: String, _ directory: String) throws(ArrayProblem) -> [String] {
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try FileSystem.read(FileSystem.join(directory, file)) } catch {
      throw ArrayProblem(error.isNotFound ? "the list is not there" : "the list cannot be read: \(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw ArrayProblem("the list is not UTF-8") }
    return text.split(whereSeparator: \.isNewline).map { line in
      var line = line
      while line.last?.isWhitespace ?? false { line.removeLast() }
      return String(line.drop(while: \.isWhitespace))
    }.filter { !$0.isEmpty }
  }

  /// Sorted by name, folder by folder, so that every machine has the same order.
  private static func found(below folder: String, _ directory: String, depth: Int) throws(ArrayProblem) -> [String] {
    guard depth < depthLimit else { throw ArrayProblem("its folders are nested deeper than \(depthLimit)") }
    let entries: [String]
    do throws(SystemError) { entries = try FileSystem.names(in: FileSystem.join(directory, folder)) } catch {
      throw ArrayProblem(error.isNotFound ? "the folder is not there" : "the folder cannot be read: \(error)")
    }
    var names: [String] = []
    for entry in entries {
      let name = FileSystem.join(folder, entry)
      if [".jpg", ".jpeg", ".png"].contains(where: { entry.lowercased().hasSuffix($0) }) {
        names.append(name)
      } else if (try? FileStatus(ofFileAt: FileSystem.join(directory, name)))?.isDirectory ?? false {
        names += try found(below: name, directory, depth: depth + 1)
      }
      guard names.count <= countLimit else { throw ArrayProblem("it has more than \(countLimit) images") }
    }
    return names
  }

  var layout: ArrayLayout {
    get throws(ArrayProblem) {
      try ArrayLayout(type: preprocessing.type, shape: [names.count] + preprocessing.shape(of: size))
    }
  }

  var paths: [String] { names.map { FileSystem.join(directory, $0) } }

  /// Decoded and made ready.
  func bytes(ofSamples samples: Range<Int>) throws(ArrayProblem) -> Bytes {
    var result: [UInt8] = []
    for name in names[samples] {
      let file: MappedFile
      do throws(SystemError) { file = try MappedFile(path: FileSystem.join(directory, name)) } catch {
        throw ArrayProblem("`\(shown(name))` cannot be read: \(error)")
      }
      let picture: Picture
      do throws(ArrayProblem) { picture = try Picture(decoding: Bytes(file)) } catch {
        throw ArrayProblem("`\(shown(name))`: \(error.problem)", hint: "mend the file, or take it out of the set")
      }
      result += preprocessing.elements(of: picture)
    }
    return Bytes(result)
  }

  /// What decides, besides the images' bytes, which numbers reach a model.
  var identity: String { "images \(Digest(of: Array(names.joined(separator: "\n").utf8))) \(preprocessing.identity)" }
}
