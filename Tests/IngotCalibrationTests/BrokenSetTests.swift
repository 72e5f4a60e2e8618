// Sets that are wrong: each gets one clear error at its place.

import Glibc
import IngotBackends
import IngotCore
import Testing

@testable import IngotCalibration

/// One array file that is wrong, and the words for it.
struct BrokenArray: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var entry = "{ file: a.npy }"
  var file: [UInt8]
  var name = "a.npy"
  var problem: String
  var hint: String?

  static let numpy: [BrokenArray] = [
    BrokenArray(testDescription: "empty file", file: [], problem: "the file is empty"),
    BrokenArray(
      testDescription: "bad magic", file: Array("\u{89}PNG....".utf8),
      problem: #"this is no .npy file: it does not start with \x93NUMPY"#),
    BrokenArray(testDescription: "cut in the magic", file: Array(npy()[..<4]), problem: "4 bytes are no .npy file"),
    BrokenArray(
      testDescription: "cut in the version", file: Array(npy()[..<8]),
      problem: "the .npy header is cut off after 8 bytes"),
    BrokenArray(
      testDescription: "cut in the header", file: Array(npy()[..<40]),
      problem: "the .npy header claims 60 bytes and is cut off after 30"),
    BrokenArray(
      testDescription: "version 9", file: npy(version: (9, 0)),
      problem: ".npy format version 9.0 is not one that Ingot knows (1.0, 2.0, 3.0)"),
    BrokenArray(
      testDescription: "huge header", file: npy(length: 0xffff_fff0, version: (2, 0)),
      problem: "the .npy header claims 4294967280 bytes; 10000 is the limit"),
    BrokenArray(
      testDescription: "objects", file: npy("'|O'"),
      problem: "the array holds pickled Python objects, which Ingot never reads",
      hint: "convert it to numbers: array.astype('float32'); where samples differ in length, pad them to one and give "
        + "a mask of ones and zeros"),
    BrokenArray(
      testDescription: "structured", file: npy("[('x', '<f4'), ('y', '<f4')]"),
      problem: "the array has a structured type",
      hint: "save each field as an array of its own"),
    BrokenArray(
      testDescription: "text", file: npy("'<U5'"), problem: "the array's type '<U5' is not one that models take",
      hint: "known are f2, f4, f8, i1 to i8, u1 to u8 and b1"),
    BrokenArray(
      testDescription: "negative shape", file: npy(shapeText: "(4, -2)"), problem: "the shape [4, -2] has the size -2"),
    BrokenArray(
      testDescription: "shape that overflows", file: npy(shapeText: "(4, 4611686018427387904, 8)"),
      problem: "one sample of the shape [4, 4611686018427387904, 8] is larger than the limit of 1 GiB"),
    BrokenArray(
      testDescription: "size over 64 bits", file: npy(shapeText: "(4, 99999999999999999999)"),
      problem: "the .npy header is not understood at byte 64: a number that 64 bits do not hold"),
    BrokenArray(
      testDescription: "absurd sample count", file: npy(shapeText: "(1000000000000,)"),
      problem: "the array claims 1000000000000 samples; 100000000 is the limit"),
    BrokenArray(
      testDescription: "data shorter than the shape", file: npy(shapeText: "(5, 2)"),
      problem: "float32 [5, 2] takes 40 bytes; there are 32"),
    BrokenArray(
      testDescription: "data longer than the shape", file: npy(shapeText: "(3, 2)"),
      problem: "float32 [3, 2] takes 24 bytes; there are 32"),
    BrokenArray(
      testDescription: "no samples", file: npy(shapeText: "(0, 2)"),
      problem: "the array holds no samples: its shape is [0, 2]"),
    BrokenArray(
      testDescription: "a single number", file: npy(shapeText: "()"), problem: "the array is a single number",
      hint: "its first axis must count the samples"),
    BrokenArray(
      testDescription: "Fortran order", file: npy(fortran: "True"), problem: "the array is stored in Fortran order",
      hint: "save it as np.ascontiguousarray(array), so that a sample is one run of bytes"),
    BrokenArray(
      testDescription: "header without shape", file: npy(header: "{'descr': '<f4', 'fortran_order': False}"),
      problem: "the .npy header has no 'shape'"),
    BrokenArray(
      testDescription: "header that is code", file: npy(header: "{'descr': __import__('os')}"),
      problem: "the .npy header is not understood at byte 20: no value starts here"),
    BrokenArray(
      testDescription: "header that nests", file: npy(header: String(repeating: "(", count: 5000)),
      problem: "the .npy header is not understood at byte 18: brackets nest too deep"),
    BrokenArray(
      testDescription: "header that ends early", file: npy(header: "{'descr': '<f4"),
      problem: "the .npy header is not understood at byte 24: a string does not end"),
  ]

  static let archives: [BrokenArray] = [
    archive(
      "no zip", Array("this is text, not an archive at all".utf8),
      "this is no .npz file, or it is cut off: it has no ZIP directory at its end"),
    archive(
      "cut off", Array(WrittenByNumpy.savez[..<500]),
      "this is no .npz file, or it is cut off: it has no ZIP directory at its end"),
    archive(
      "missing member", WrittenByNumpy.savez, key: "x", "the archive has no array `x`", hint: "it has image, labels"),
    archive(
      "wrong CRC", zip([ZipMember(name: "image.npy", data: npy(), checksum: 7)]),
      "the data is damaged: its CRC-32 is 9bc423ad, not 00000007"),
    archive(
      "deflated garbage",
      zip([ZipMember(name: "image.npy", data: [UInt8](repeating: 0xff, count: 200), method: 8, byteCount: 400)]),
      "the compressed data is broken at byte 1 of 200"),
    archive(
      "encrypted", zip([ZipMember(name: "image.npy", data: npy(), flags: 1)]), "the member 'image.npy' is encrypted"),
    archive(
      "another compression", zip([ZipMember(name: "image.npy", data: npy(), method: 14)]),
      "the member 'image.npy' is compressed with method 14", hint: "save it with np.savez or np.savez_compressed"),
    archive(
      "a bomb's claim", zip([ZipMember(name: "image.npy", data: npy(), method: 8, byteCount: 4_000_000_000)]),
      "the member 'image.npy' claims to inflate from 102 to 4000000000 bytes, which deflate cannot do"),
    archive(
      "stored with two sizes", zip([ZipMember(name: "image.npy", data: npy(), byteCount: 900)]),
      "the member 'image.npy' is stored and claims two sizes, 102 and 900"),
    archive(
      "two members of one name",
      zip([ZipMember(name: "image.npy", data: npy()), ZipMember(name: "image.npy", data: npy())]),
      "the archive has two members named 'image.npy'"),
    archive(
      "headers that disagree", zip([ZipMember(name: "image.npy", data: npy(), localName: "other.npy")]),
      "the member 'image.npy' has another name in its own header, at byte 0"),
    archive(
      "more members than there are", zip([ZipMember(name: "image.npy", data: npy())], claimedCount: 3),
      "the archive's directory is broken at byte 196, entry 2"),
  ]

  private static func archive(
    _ name: String, _ file: [UInt8], key: String = "image", _ problem: String, hint: String? = nil
  ) -> BrokenArray {
    BrokenArray(
      testDescription: name, entry: "{ file: a.npz, key: \(key) }", file: file, name: "a.npz", problem: problem,
      hint: hint)
  }
}

private func npy(shapeText: String) -> [UInt8] { npy("'<f4'", shapeText) }

@Suite struct BrokenSetTests {
  private func error(_ yaml: String, _ files: [String: [UInt8]] = [:]) throws -> String {
    let folder = try TestFolder(files)
    try folder.write(Array(yaml.utf8), to: "set.yaml")
    let error = #expect(throws: InputError.self) {
      let set = try CalibrationSet.open(directory: folder.path)
      _ = try set.tensor(set.arrays[0].name, samples: 0..<1)
    }
    #expect(error?.kind == .input)
    return try #require(error).description.replacing(folder.path, with: "SET")
  }

  @Test(arguments: BrokenArray.numpy + BrokenArray.archives)
  func reportsWhatIsWrongWithAnArrayFile(array: BrokenArray) throws {
    let line = "  image: \(array.entry)"
    let text = try error("set: 1\narrays:\n\(line)\n", [array.name: array.file])
    let expected = """
      : \(array.problem)
        \(line)
        \(String(repeating: " ", count: 17))^\(array.hint.map { "\n  hint: \($0)" } ?? "")
      """
    #expect(text.hasPrefix("SET/set.yaml:3:18: error: array `image`"))
    #expect(text.hasSuffix(expected), "\(text)")
  }

  /// Every prefix and many single-byte changes of real files: an error or an array, never a crash.
  @Test(arguments: [WrittenByNumpy.savez, WrittenByNumpy.savezCompressed])
  func survivesDamage(file: [UInt8]) throws {
    let folder = try TestFolder()
    try folder.write(Array("set: 1\narrays:\n  image: { file: a.npz, key: image }\n".utf8), to: "set.yaml")
    func open(_ bytes: [UInt8]) throws -> Tensor? {
      try folder.write(bytes, to: "a.npz")
      do {
        return try CalibrationSet.open(directory: folder.path).tensor("image", samples: 0..<10)
      } catch {
        return nil
      }
    }
    let whole = try #require(try open(file))
    for length in stride(from: 0, to: file.count, by: 7) { #expect(try open(Array(file[..<length])) == nil) }
    var random = Numbers(seed: 4)
    for index in file.indices {
      var damaged = file
      damaged[index] ^= UInt8(1 + random.next() % 255)
      // A change that goes unnoticed (a date, the other member) must leave the data as it was.
      if let tensor = try open(damaged), tensor.type == whole.type {
        #expect(tensor.bytes == whole.bytes, "byte \(index)")
      }
    }
  }

  @Test func reportsAllProblemsOfASetAtOnce() throws {
    let text = try error(
      """
      set: 2
      arrays:
        a: { file: ../a.npy }
        b: { file: /etc/passwd }
        c: { file: c.npz }
        d: { file: d.bin, type: float23, shape: [4, 0] }
        e: { file: e.npy, type: float32 }
        f: { flie: f.npy }
        g: 12
      """)
    #expect(
      text.split(separator: "\n").filter { $0.hasPrefix("SET") } == [
        "SET/set.yaml:1:6: error: `set` must be between 1 and 1, not 2",
        "SET/set.yaml:3:14: error: `../a.npy` is not a path below the set's folder",
        "SET/set.yaml:4:14: error: `/etc/passwd` is not a path below the set's folder",
        "SET/set.yaml:5:14: error: array `c` needs `key`: the name of an array in the .npz file",
        "SET/set.yaml:5:14: error: array `c`, c.npz: the file is not there",
        "SET/set.yaml:6:27: error: unknown element type `float23`",
        "SET/set.yaml:6:47: error: `shape` must be at least 1, not 0",
        "SET/set.yaml:6:14: error: array `d`, d.bin: the file is not there",
        "SET/set.yaml:7:21: error: `type` is for raw files; a .npy file says its own",
        "SET/set.yaml:8:8: error: unknown key `flie` in `f`",
        "SET/set.yaml:9:6: error: `g` must be a mapping, not the number `12`",
      ])
  }

  @Test func refusesLinksThatLeave() throws {
    let outside = try TestFolder(["a.npy": npy()])
    let folder = try TestFolder()
    try folder.write(Array("set: 1\narrays:\n  a: { file: sub/a.npy }\n".utf8), to: "set.yaml")
    try #require(symlink(outside.path, "\(folder.path)/sub") == 0)
    let error = #expect(throws: InputError.self) { try CalibrationSet.open(directory: folder.path) }
    #expect(
      error?.description.replacing(folder.path, with: "SET") == """
        SET/set.yaml:3:14: error: `sub/a.npy` is a link that leaves the set's folder
            a: { file: sub/a.npy }
                       ^
          hint: copy the file into the set's folder
        """)
  }

  @Test func refusesArraysThatDisagreeOnTheirSamples() throws {
    let text = try error(
      "set: 1\narrays:\n  a: { file: a.npy }\n  b: { file: b.npy }\n",
      ["a.npy": npy(), "b.npy": npy(shapeText: "(8,)")])
    #expect(
      text == """
        SET/set.yaml:4:14: error: array `b` has 8 samples and `a` has 4
            b: { file: b.npy }
                       ^
          hint: the first axis of every array counts the samples
        """)
  }

  @Test func aFolderWithoutASetIsAnError() throws {
    let folder = try TestFolder()
    let error = #expect(throws: InputError.self) { try CalibrationSet.open(directory: folder.path) }
    #expect(
      error?.description.replacing(folder.path, with: "SET") == """
        SET/set.yaml: error: there is no such file
          hint: a calibration set is a folder with a `set.yaml` that names its arrays
        """)
  }

  @Test func comparesArraysWithTheModelsInputs() throws {
    let folder = try TestFolder([
      "a.npy": npy("'<f4'", "(4, 2)"), "b.npy": npy("'<f8'", "(4,)"), "c.npy": npy("'<f4'", "(4, 2)"),
    ])
    try folder.write(
      Array("set: 1\narrays:\n  image: { file: a.npy }\n  mask: { file: b.npy }\n  other: { file: c.npy }\n".utf8),
      to: "set.yaml")
    let set = try CalibrationSet.open(directory: folder.path)
    func problems(_ inputs: [IOTensor]) -> [String] {
      set.problems(feeding: inputs).map { "\($0.problem) | \($0.hint ?? "")" }
    }
    func input(_ name: String, _ shape: [Dimension], _ type: ElementType = .float32) -> IOTensor {
      IOTensor(name: name, type: type, shape: shape)
    }
    #expect(problems([input("image", [.symbolic("batch"), .fixed(2)])]) == [])
    #expect(problems([input("image", [.fixed(1), .unknown])]) == [])
    #expect(
      problems([input("imgae", [.symbolic("batch"), .fixed(2)])])
        == ["the model's input `imgae` has no array in the set | should `image` be named `imgae`?"])
    #expect(
      problems([input("image", [.symbolic("batch"), .fixed(3)])])
        == ["array `image` is float32 [4, 2]; axis 1 of the model's input is 3 | the model takes float32 [batch, 3]"])
    #expect(
      problems([input("mask", [.symbolic("batch")])])
        == ["array `mask` is float64 [4]; the model's input is of type float32 | the model takes float32 [batch]"])
    #expect(
      problems([input("image", [.symbolic("batch"), .fixed(2), .unknown])])
        == ["array `image` is float32 [4, 2]; the model's input has 3 axes | the model takes float32 [batch, 2, ?]"])
    #expect(
      problems([input("image", [.fixed(8), .fixed(2)])]) == ["the model takes 8 samples at once; the set has 4 | "])
    #expect(
      problems([input("image", []), input("missing", [])]) == [
        "array `image` is float32 [4, 2]; the model's input is a single number, which is no batch of samples "
          + "| the model takes float32 []",
        "the model's input `missing` has no array in the set | add `missing` under `arrays`: float32 []",
      ])
  }
}
