// Sets that are right: what is read out of them.

import IngotBackends
import IngotCore
import Testing

@testable import IngotCalibration

@Suite struct CalibrationSetTests {
  private static let image = (0..<40).map { Float($0) / 8 - 2 }

  private static func set(_ arrays: String, _ files: [String: [UInt8]]) throws -> (TestFolder, CalibrationSet) {
    let folder = try TestFolder(files)
    try folder.write(Array("set: 1\narrays:\n\(arrays)\n".utf8), to: "set.yaml")
    return (folder, try CalibrationSet.open(directory: folder.path))
  }

  @Test(arguments: [WrittenByNumpy.savez, WrittenByNumpy.savezCompressed])
  func readsWhatNumpyWrites(file: [UInt8]) throws {
    let (folder, set) = try Self.set(
      "  image: { file: a.npz, key: image }\n  labels: { file: a.npz, key: labels }", ["a.npz": file])
    #expect(set.sampleCount == 10)
    #expect(set.arrays.map(\.shapeDescription) == ["float32 [10, 4]", "int64 [10]"])
    #expect(try set.tensor("image", samples: 0..<10) == Tensor(Self.image, shape: [10, 4]))
    // Forward, further forward, and back again.
    for samples in [0..<1, 1..<3, 7..<10, 2..<4, 9..<10] {
      let expected = Array(Self.image[samples.lowerBound * 4..<samples.upperBound * 4])
      #expect(try set.tensor("image", samples: samples).floats == expected)
    }
    #expect(try set.labels("labels") == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    #expect(set.filePaths == ["\(folder.path)/a.npz"])
  }

  @Test func readsArraysOfAllFormats() throws {
    let values: [Float] = [1, -2, 3.5, 4, 5, 6, 7, 8]
    let bigEndian = values.flatMap { littleEndianBytes(of: [$0.bitPattern.bigEndian]) }
    let long = npy(version: (2, 0), data: floats(values))
    let (_, set) = try Self.set(
      """
        v1: { file: v1.npy }
        v2: { file: sub.npy }
        v3: { file: v3.npy }
        big: { file: big.npy }
        raw: { file: raw.bin, type: float32, shape: [4, 2] }
        zip64: { file: z.npz, key: x }
        odd: { file: odd.npz, key: x }
        scalars: { file: one.npy }
      """,
      [
        "v1.npy": npy(data: floats(values)), "sub.npy": long, "v3.npy": npy(version: (3, 0), data: floats(values)),
        "big.npy": npy("'>f4'", data: bigEndian), "raw.bin": floats(values),
        "z.npz": zip([ZipMember(name: "x.npy", data: npy(data: floats(values)), isZip64: true)]),
        // A name's length shifts the data: the elements of this member are not aligned in the file.
        "odd.npz": zip([ZipMember(name: "../x", data: [1]), ZipMember(name: "x.npy", data: npy(data: floats(values)))]),
        "one.npy": npy("'|b1'", "(4,)", data: [1, 0, 1, 1]),
      ])
    for name in ["v1", "v2", "v3", "big", "raw", "zip64", "odd"] {
      #expect(try set.tensor(name, samples: 0..<4) == Tensor(values, shape: [4, 2]), "\(name)")
      #expect(try set.tensor(name, samples: 1..<3) == Tensor(Array(values[2..<6]), shape: [2, 2]), "\(name)")
    }
    #expect(set.array(named: "scalars")?.shapeDescription == "bool [4]")
  }

  @Test(arguments: [
    ("<f2", ElementType.float16, 2), ("<f8", .float64, 8), ("|i1", .int8, 1), (">i2", .int16, 2), ("<i4", .int32, 4),
    ("<i8", .int64, 8), ("|u1", .uint8, 1), ("<u2", .uint16, 2), ("<u4", .uint32, 4), ("<u8", .uint64, 8),
    ("|b1", .bool, 1),
  ])
  func knowsNumpysTypes(descr: String, type: ElementType, size: Int) throws {
    let (_, set) = try Self.set(
      "  a: { file: a.npy }", ["a.npy": npy("'\(descr)'", data: [UInt8](repeating: 0, count: 8 * size))])
    #expect(set.array(named: "a")?.type == type)
    #expect(set.array(named: "a")?.sampleByteCount == 2 * size)
  }

  @Test func cutsSamplesIntoBatches() throws {
    let (_, set) = try Self.set("  image: { file: a.npz, key: image }", ["a.npz": WrittenByNumpy.savez])
    #expect(set.batches(of: 4) == [0..<4, 4..<8, 8..<10])
    #expect(set.batches(of: 4, limit: 5) == [0..<4, 4..<5])
    #expect(set.batches(of: 64, limit: 500) == [0..<10])
  }

  @Test func identityLeavesOutWhatDoesNotReachTheModel() throws {
    let files = ["a.npz": WrittenByNumpy.savez]
    let first = try Self.set("  labels: { file: a.npz, key: labels }\n  image: { file: a.npz, key: image }", files)
    let second = try Self.set(
      "  # twice\n  image: {key: image, file: a.npz}\n  labels: {key: labels, file: a.npz}", files)
    let third = try Self.set("  image: { file: a.npz, key: labels }", files)
    #expect(first.1.identity.map(\.text) == [#""a.npz" npz "image""#, #""a.npz" npz "labels""#])
    #expect(first.1.identity.map(\.text) == second.1.identity.map(\.text))
    #expect(third.1.identity.map(\.text) != second.1.identity.map(\.text))
  }

  @Test func storedSamplesAreSlicesOfTheFile() throws {
    let (_, set) = try Self.set(
      "  a: { file: a.bin, type: float32, shape: [4, 2] }", ["a.bin": floats(Array(0..<8).map { Float($0) })])
    #expect(try set.tensor("a", samples: 1..<3).bytes.fileRange?.range == 8..<24)
  }

  /// A pass over a large file must not end with all of it in memory.
  @Test func ofAFileThatIsReadThroughLittleStaysInMemory() throws {
    let (count, width) = (40, 1 << 18)
    let values = (0..<count * width).map { Float($0 % 1000) }
    let (folder, set) = try Self.set(
      "  x: { file: x.bin, type: float32, shape: [\(count), \(width)] }", ["x.bin": littleEndianBytes(of: values)])
    for sample in 0..<count {
      let tensor = try set.tensor("x", samples: sample..<sample + 1)
      #expect(tensor.floats?.elementsEqual(values[sample * width..<(sample + 1) * width]) == true)
    }
    let resident = try residentKiB(ofFileAt: "\(folder.path)/x.bin")
    #expect(resident > 0 && resident <= 18 << 10, "\(resident) KiB of 40 MiB")
  }

  /// What this process has in memory of a mapped file.
  private func residentKiB(ofFileAt path: String) throws -> Int {
    let lines = String(decoding: try FileSystem.read("/proc/self/smaps", limit: 1 << 30), as: UTF8.self)
      .split(separator: "\n")
    guard let start = lines.firstIndex(where: { $0.hasSuffix(path) }),
      let line = lines[start...].first(where: { $0.hasPrefix("Rss:") })
    else { return 0 }
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }

  @Test func warnsAboutDataThatTeachesNothing() throws {
    var values = [Float](repeating: 1, count: 256)
    let constant = npyOfSamples(128, values)
    values[201] = .nan
    let (folder, set) = try Self.set(
      "  flat: { file: flat.npy }\n  holed: { file: holed.npy }",
      ["flat.npy": constant, "holed.npy": npyOfSamples(128, values)])
    let path = "\(folder.path)/set.yaml"
    #expect(
      try set.warnings(about: ["flat", "holed"]).map(\.description) == [
        """
        \(path):3:17: warning: every value of array `flat` is 1.0
            flat: { file: flat.npy }
                          ^
          hint: a constant input tells nothing about ranges
        """,
        """
        \(path):4:18: warning: array `holed` has a value that is not finite in sample 100
            holed: { file: holed.npy }
                           ^
          hint: remove the sample, or mend what made it
        """,
      ])
    #expect(
      try set.warnings(about: [], limit: 12).map(\.description) == [
        "\(path): warning: 12 samples are few: ranges come from what is seen, and 100 to 1000 samples are usual"
      ])
  }

  private func npyOfSamples(_ count: Int, _ values: [Float]) -> [UInt8] {
    npy("'<f4'", "(\(count), \(values.count / count))", data: floats(values))
  }
}
