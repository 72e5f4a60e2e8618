// What the original model answers on the evaluation set, kept between steps.
//
// `reference.json` says which outputs there are; the numbers of output n are in `reference.json.n`: little endian, row-major,
// the samples one after the other, so that a batch is a slice of the file.

internal import FoundationEssentials
internal import IngotCore

struct ReferenceOutputs: Codable {
  struct Output: Codable {
    var name: String
    var type: String
    /// Of one sample, without the first axis.
    var sampleShape: [Int]
  }

  static let fileName = "reference.json"

  var version = 1
  var sampleCount: Int
  var outputs: [Output]

  static func dataFileName(_ index: Int) -> String { "\(fileName).\(index)" }

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return Array(try encoder.encode(self))
  }
}

/// Reference outputs, read batch by batch.
struct ReferenceReader {
  let description: ReferenceOutputs
  private let files: [MappedFile]
  private let types: [ElementType]

  /// - Parameter path: of `reference.json`; the data files lie beside it.
  init(path: String) throws {
    let bytes = try FileSystem.read(path)
    guard let read = try? JSONDecoder().decode(ReferenceOutputs.self, from: Data(bytes)), read.version == 1,
      read.sampleCount > 0
    else { throw InputError(in: path, "the reference outputs are damaged", hint: Self.hint) }
    description = read
    var files: [MappedFile] = []
    var types: [ElementType] = []
    for (index, output) in description.outputs.enumerated() {
      let file = try MappedFile(path: "\(FileSystem.parent(of: path))/\(ReferenceOutputs.dataFileName(index))")
      guard let type = ElementType(name: output.type),
        let count = elementCount([description.sampleCount] + output.sampleShape), count <= file.byteCount * 8,
        type.byteCount(of: count) == file.byteCount
      else { throw InputError(in: file.path, "the reference output '\(output.name)' is damaged", hint: Self.hint) }
      files.append(file)
      types.append(type)
    }
    (self.files, self.types) = (files, types)
  }

  private static let hint = "build again into a new store (--store)"

  /// - Returns: the samples of an output, first axis = samples; nil where there is no such output.
  func tensor(_ name: String, samples: Range<Int>) -> Tensor? {
    guard let index = description.outputs.firstIndex(where: { $0.name == name }) else { return nil }
    let shape = description.outputs[index].sampleShape
    let sampleBytes = files[index].byteCount / description.sampleCount
    return Tensor(
      type: types[index], shape: [samples.count] + shape,
      bytes: Bytes(files[index])[samples.lowerBound * sampleBytes..<samples.upperBound * sampleBytes])
  }
}
