import Foundation
import IngotCore
import IngotGraph
import Testing

@Suite struct BrokenModelTests {
  @Test(arguments: brokenFiles + brokenMessages + brokenTensors + brokenExternalData + brokenGraphs)
  func givesOneClearErrorForABrokenModel(broken: BrokenModel) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("model.onnx", try broken.make(folder))
    let error = try #require(throws: ModelError.self) { try Model.readChecked(path: path) }
    #expect(error.kind == .input)
    let found = error.description.replacing(folder.path, with: "DIR")
    #expect(found == "DIR/model.onnx: error: \(broken.message)")
  }

  @Test func saysThatAFileIsMissingOrAFolder() throws {
    let folder = try TemporaryFolder()
    let missing = try #require(throws: ModelError.self) { try Model.read(path: folder.path + "/none.onnx") }
    #expect(
      missing.description.replacing(folder.path, with: "DIR")
        == "DIR/none.onnx: error: there is no such file\n"
        + "  hint: check the path; a relative one is taken from the manifest's folder")
    let directory = try #require(throws: ModelError.self) { try Model.read(path: folder.path) }
    #expect(directory.kind == .input)
    #expect(
      directory.description.replacing(folder.path, with: "DIR")
        == "DIR: error: the model cannot be read: DIR: open failed: Is a directory\n"
        + "  hint: name a regular file that you may read"
    )
  }

  /// What is wrong then is the machine, not the model.
  @Test func saysThatMemoryRanOut() {
    let error = ModelError("m.onnx", .cannotRead(SystemError("mmap", path: "m.onnx", code: ENOMEM)))
    #expect(error.kind == .step)
    #expect(
      error.description == "m.onnx: error: the model cannot be read: m.onnx: mmap failed: Cannot allocate memory; "
        + "raise the process's limit of memory (ulimit -v), or free some")
  }

  @Test func givesAnErrorOrAModelWhereverAFileIsCutOff() throws {
    let whole = addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 1, count: 8)) })
    #expect(try read(whole).check().isEmpty)
    var failures = 0
    for count in 0..<whole.count {
      do {
        let model = try read(Array(whole[..<count]))
        // Cut between two fields: the model lacks its operator set.
        #expect(model.check().count == 1)
      } catch {
        failures += 1
        #expect(error.kind == .input)
      }
    }
    #expect(failures >= whole.count - 3)
  }
}
