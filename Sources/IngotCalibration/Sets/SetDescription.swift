// Reading `set.yaml`:
//
//   set: 1
//   description: 500 handwritten digits          optional
//   source: scikit-learn 1.5, load_digits        optional
//   arrays:
//     image: { file: digits.npz, key: image }    an array of a .npz file
//     ids:   { file: ids.npy }                   a .npy file
//     raw:   { file: raw.bin, type: float32, shape: [500, 3, 8, 8] }   any other file: little-endian elements
//     photo: { images: photos, resize: 256, crop: [224, 224] }         see ImageSetDescription.swift
//
// Array names are the names of a model's inputs; labels are one more array. The first axis of every array counts the
// samples. Files lie in the set's folder or below it, also after links are followed.

package import IngotCore
internal import IngotManifest

extension CalibrationSet {
  /// Opens a set: reads `set.yaml` and the headers of all arrays, no elements.
  /// - Throws: all problems at once, each with its place in `set.yaml`.
  package static func open(directory: String) throws(InputError) -> CalibrationSet {
    let path = FileSystem.join(directory, fileName)
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: YAMLLimits.byteCount)
    } catch {
      let hint = "a calibration set is a folder with a `\(fileName)` that names its arrays"
      throw InputError(in: path, error.isNotFound ? "there is no such file" : "it cannot be read: \(error)", hint: hint)
    }
    let field = YAMLField(root: try YAMLNode.parse(bytes: bytes, path: path), title: fileName)
    var reader = SetReader(directory: directory)
    let set = reader.read(field)
    guard let set, reader.problems.isEmpty else { throw InputError(reader.problems) }
    return set
  }
}

private struct SetReader {
  let directory: String
  var problems: [Diagnostic] = []
  private var files: [String: ArrayFile?] = [:]
  private var imagePaths: Set<String> = []

  /// Against sets that open files without end.
  private static let arrayLimit = 256

  init(directory: String) { self.directory = directory }

  mutating func read(_ field: YAMLField) -> CalibrationSet? {
    let keys = ["description", "source", "arrays"]
    guard let reader = MappingReader(field, required: ["set"], optional: keys, &problems) else { return nil }
    _ = reader["set"]?.int(in: 1...1, &problems)
    guard let arraysField = reader["arrays"] else {
      problems.append(Diagnostic(at: field.keyPlace, "\(field.shown) has no `arrays`"))
      return nil
    }
    let description = reader["description"]?.text(&problems)?.value
    let source = reader["source"]?.text(&problems)?.value
    guard let entries = arraysField.entries(of: "array names and files", &problems) else { return nil }
    guard (1...Self.arrayLimit).contains(entries.count) else {
      return arraysField.refuse("a set has between 1 and \(Self.arrayLimit) arrays, not \(entries.count)", &problems)
    }
    var arrays: [SampleArray] = []
    for (key, value) in entries {
      if let array = read(value, name: key) { arrays.append(array) }
    }
    compareSampleCounts(arrays)
    return CalibrationSet(
      directory: directory, description: description, source: source, arrays: arrays,
      filePaths: imagePaths.union(files.keys).sorted())
  }

  private mutating func read(_ field: YAMLField, name: Located<String>) -> SampleArray? {
    if case .mapping(let entries) = field.node.content, entries.contains(where: { $0.key == "images" }) {
      return readImages(field, name: name)
    }
    let hint = "write `{ file: data.npz, key: \(shown(name.value)) }`"
    guard
      let reader = MappingReader(field, required: ["file"], optional: ["key", "type", "shape"], &problems, hint: hint),
      let file = reader["file"]?.text(&problems)
    else { return nil }
    guard isInside(file) else { return nil }
    let format = ArrayFile.Format(fileName: file.value)
    let allowed: Set<String> = format == .npz ? ["key"] : format == .raw ? ["type", "shape"] : []
    for key in ["key", "type", "shape"] where !allowed.contains(key) {
      guard let extra = reader[key] else { continue }
      problems.append(Diagnostic(at: extra.keyPlace, "`\(key)` \(Self.reason(against: key, format))"))
      return nil
    }
    let key = reader["key"]?.text(&problems)?.value
    let type = reader["type"].flatMap { elementType($0) }
    let shape = reader["shape"].flatMap { sizes($0) }
    for needed in ["key", "type", "shape"] where allowed.contains(needed) && reader[needed] == nil {
      problems.append(
        Diagnostic(at: file.place, "array `\(shown(name.value))` needs `\(needed)`: \(Self.need(for: needed))"))
    }
    do throws(ArrayProblem) {
      guard let opened = try open(file.value) else { return nil }
      let contents: ArrayContents
      let kind: String
      switch format {
      case .npy: (contents, kind) = (try opened.array(), "npy")
      case .npz:
        guard let key else { return nil }
        (contents, kind) = (try opened.array(key: key), "npz \(key.debugDescription)")
      case .raw:
        guard let type, let shape else { return nil }
        (contents, kind) = (try opened.array(type: type, shape: shape), "raw \(type) \(shapeText(shape))")
      }
      return SampleArray(
        name: name.value, place: file.place, identity: "\(file.value.debugDescription) \(kind)", contents: contents)
    } catch {
      problems.append(
        Diagnostic(
          at: file.place, "array `\(shown(name.value))`, \(shown(file.value)): \(error.problem)", hint: error.hint))
      return nil
    }
  }

  private mutating func readImages(_ field: YAMLField, name: Located<String>) -> SampleArray? {
    guard
      let reader = MappingReader(field, required: ["images"], optional: ImagePreprocessing.keys, &problems),
      let source = reader["images"]?.text(&problems), isInside(source),
      let preprocessing = ImagePreprocessing(reader, &problems)
    else { return nil }
    do throws(ArrayProblem) {
      let list = try ImageList(source.value, in: directory, preprocessing) { isBelowRoot($0) }
      imagePaths.formUnion(list.paths)
      return SampleArray(
        name: name.value, place: source.place, identity: list.identity,
        contents: ArrayContents(.images(list), layout: try list.layout))
    } catch {
      problems.append(
        Diagnostic(
          at: source.place, "array `\(shown(name.value))`, \(shown(source.value)): \(error.problem)", hint: error.hint))
      return nil
    }
  }

  /// Each file is opened once; one that cannot be opened is reported once.
  private mutating func open(_ file: String) throws(ArrayProblem) -> ArrayFile? {
    let path = FileSystem.join(directory, file)
    if let opened = files[path] { return opened }
    files[path] = .some(nil)
    let opened = try ArrayFile(path: path)
    files[path] = opened
    return opened
  }

  private mutating func isInside(_ file: Located<String>) -> Bool {
    let hint = "copy the file into the set's folder"
    let path = file.value
    if !isRelative(path) {
      problems.append(Diagnostic(at: file.place, "`\(shown(path))` is not a path below the set's folder", hint: hint))
      return false
    }
    if isBelowRoot(path) { return true }
    problems.append(Diagnostic(at: file.place, "`\(shown(path))` is a link that leaves the set's folder", hint: hint))
    return false
  }

  private func isRelative(_ path: String) -> Bool {
    !path.hasPrefix("/") && !path.contains("\0") && !path.split(separator: "/").contains("..")
  }

  /// A file that is not there is reported when it is opened.
  private func isBelowRoot(_ path: String) -> Bool {
    guard isRelative(path) else { return false }
    guard let real = try? FileSystem.realPath(FileSystem.join(directory, path)),
      let root = try? FileSystem.realPath(directory)
    else { return true }
    return real.hasPrefix(root == "/" ? root : root + "/")
  }

  private mutating func elementType(_ field: YAMLField) -> ElementType? {
    guard let name = field.text(&problems) else { return nil }
    if let type = ElementType(name: name.value), let bits = type.bitCount, bits >= 8 { return type }
    let known = ElementType.allCases.filter { ($0.bitCount ?? 0) >= 8 }.map(\.description)
    let near = suggestion(for: name.value, among: known).map { "did you mean `\($0)`?" }
    problems.append(
      Diagnostic(
        at: name.place, "unknown element type `\(shown(name.value))`",
        hint: near ?? "known are \(known.joined(separator: ", "))"))
    return nil
  }

  private mutating func sizes(_ field: YAMLField) -> [Int]? {
    guard let items = field.items(of: "sizes, samples first", &problems) else { return nil }
    let sizes = items.compactMap { $0.int(in: 1 ... .max, &problems)?.value }
    return sizes.count == items.count ? sizes : nil
  }

  private mutating func compareSampleCounts(_ arrays: [SampleArray]) {
    guard let first = arrays.first else { return }
    for array in arrays.dropFirst() where array.sampleCount != first.sampleCount {
      problems.append(
        Diagnostic(
          at: array.place,
          "array `\(shown(array.name))` has \(array.sampleCount) samples "
            + "and `\(shown(first.name))` has \(first.sampleCount)",
          hint: "the first axis of every array counts the samples"))
    }
  }

  private static func reason(against key: String, _ format: ArrayFile.Format) -> String {
    switch (key, format) {
    case ("key", _): "is for .npz files"
    default: "is for raw files; a .\(format.rawValue) file says its own"
    }
  }

  private static func need(for key: String) -> String {
    switch key {
    case "key": "the name of an array in the .npz file"
    case "type": "a raw file does not say its element type, as `float32`"
    default: "a raw file does not say its shape, as `[500, 3, 8, 8]`"
    }
  }
}
