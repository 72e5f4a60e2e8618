import IngotCore
import Testing

@testable import IngotRun

@Suite struct ReferenceOutputsTests {
  private let folder: TestFolder
  init() throws { folder = try TestFolder() }

  private func write(_ description: ReferenceOutputs, _ data: [[UInt8]]) throws -> String {
    for (index, bytes) in data.enumerated() { try folder.write(bytes, to: ReferenceOutputs.dataFileName(index)) }
    return try folder.write(description.encoded(), to: ReferenceOutputs.fileName)
  }

  private func two() throws -> String {
    try write(
      ReferenceOutputs(
        sampleCount: 3,
        outputs: [
          .init(name: "y", type: "float32", sampleShape: [2]), .init(name: "k", type: "int64", sampleShape: []),
        ]),
      [littleEndianBytes(of: [1, 2, 3, 4, 5, 6] as [Float]), littleEndianBytes(of: [7, 8, 9] as [Int64])])
  }

  @Test func aBatchIsASliceOfTheFile() throws {
    let reader = try ReferenceReader(path: two())
    #expect(reader.tensor("y", samples: 1..<3) == Tensor([3, 4, 5, 6] as [Float], shape: [2, 2]))
    #expect(reader.tensor("k", samples: 0..<3) == Tensor([7, 8, 9] as [Int64]))
    #expect(reader.tensor("k", samples: 2..<2)?.shape == [0])
    #expect(reader.tensor("z", samples: 0..<1) == nil)
  }

  @Test(arguments: [
    ("", "the reference outputs are damaged"), ("{", "the reference outputs are damaged"),
    ("[]", "the reference outputs are damaged"),
    (#"{"version":2,"sampleCount":1,"outputs":[]}"#, "the reference outputs are damaged"),
    (#"{"version":1,"sampleCount":0,"outputs":[]}"#, "the reference outputs are damaged"),
    (#"{"version":1,"sampleCount":-3,"outputs":[]}"#, "the reference outputs are damaged"),
    (#"{"version":1,"sampleCount":99999999999999999999,"outputs":[]}"#, "the reference outputs are damaged"),
  ])
  func refusesADamagedDescription(text: String, problem: String) throws {
    let path = try folder.write(text, to: ReferenceOutputs.fileName)
    let error = #expect(throws: InputError.self) { try ReferenceReader(path: path) }
    #expect(
      error?.description == """
        \(path): error: \(problem)
          hint: build again into a new store (--store)
        """)
  }

  @Test(arguments: [
    ("float32", [2], 23), ("float32", [3], 24), ("float32", [-2], 24), ("float33", [2], 24),
    ("float32", [Int.max, Int.max], 24),
    ("float32", [Int.max / 3], 24), ("float32", [-1, -2], 24), ("int64", [2], 24), ("float32", [0], 24),
  ])
  func refusesNumbersThatAreNotWhatTheDescriptionSays(type: String, shape: [Int], byteCount: Int) throws {
    let path = try write(
      ReferenceOutputs(sampleCount: 3, outputs: [.init(name: "y", type: type, sampleShape: shape)]),
      [[UInt8](repeating: 0, count: byteCount)])
    let error = #expect(throws: InputError.self) { try ReferenceReader(path: path) }
    #expect(
      error?.description == """
        \(folder.path)/reference.json.0: error: the reference output 'y' is damaged
          hint: build again into a new store (--store)
        """)
  }

  @Test func refusesAMissingDataFile() throws {
    let path = try two()
    try FileSystem.remove("\(folder.path)/reference.json.1")
    #expect(throws: SystemError.self) { try ReferenceReader(path: path) }
  }
}
