// Where a manifest's paths may lead, and reading manifests from files.

import Foundation
import IngotCore
import IngotManifest
import Testing

@Suite struct PathTests {
  private func problems(path: String, ascent: Int) -> [String] {
    let text = """
      ingot: 1
      name: m
      model: { path: "\(path)" }
      targets: { cpu: { backend: onnxruntime } }
      precision: fp32
      """
    do {
      _ = try Manifest.parse(text: text, path: "m.yaml", in: ProjectBounds(ascent: ascent))
      return []
    } catch {
      return error.diagnostics.map(\.problem)
    }
  }

  @Test(arguments: [
    ("m.onnx", 0), ("a/b/../../m.onnx", 0), ("./m.onnx", 0), ("..m.onnx", 0), ("a/..b/m.onnx", 0), ("../m.onnx", 1),
    ("../../a/m.onnx", 2), ("a/../../m.onnx", 1), (".//m.onnx", 0),
  ])
  func acceptsPathsInsideTheProject(path: String, ascent: Int) {
    #expect(problems(path: path, ascent: ascent) == [])
  }

  @Test(arguments: [
    ("../m.onnx", 0, "`path` leaves the project, whose root is the manifest's folder"),
    ("a/../../m.onnx", 0, "`path` leaves the project, whose root is the manifest's folder"),
    ("../../m.onnx", 1, "`path` leaves the project, whose root is the folder above the manifest's"),
    ("../../../p/m.onnx", 2, "`path` leaves the project, whose root is 2 folders above the manifest's"),
    ("/m.onnx", 9, "`path` is an absolute path"), ("a\\0b", 9, "`path` holds a zero byte"), ("", 9, "`path` is empty"),
  ])
  func refusesPathsThatLeaveTheProject(path: String, ascent: Int, problem: String) {
    #expect(problems(path: path, ascent: ascent) == [problem])
  }

  @Test func findsTheProjectsRoot() throws {
    try inTemporaryFolder { folder in
      let deep = "\(folder)/a/b/c"
      try FileSystem.makeDirectory(deep)
      // Nothing marks a root up to here; what is above the temporary folder is not ours to say.
      try FileSystem.makeDirectory("\(folder)/a/.ingot")
      #expect(ProjectBounds(ofManifestIn: deep).ascent == 2)
      #expect(ProjectBounds(ofManifestIn: "\(folder)/a").ascent == 0)
      try FileSystem.writeAtomically("gitdir: elsewhere", to: "\(folder)/a/b/.git")
      #expect(ProjectBounds(ofManifestIn: deep).ascent == 1)
      #expect(ProjectBounds(ofManifestIn: "\(folder)/missing").ascent == 1)
    }
  }

  @Test func readsAManifestFile() throws {
    try inTemporaryFolder { folder in
      let text = try GoodManifestTests.text("small.yaml")
      try FileSystem.makeDirectory("\(folder)/.git")
      try FileSystem.writeAtomically(text, to: "\(folder)/m.yaml")
      #expect(try Manifest.read("\(folder)/m.yaml") == Manifest.parse(text: text, path: "m.yaml"))
      try FileSystem.writeAtomically(text.replacing("digits.onnx", with: "../digits.onnx"), to: "\(folder)/m.yaml")
      let error = #expect(throws: InputError.self) { try Manifest.read("\(folder)/m.yaml") }
      #expect(error?.diagnostics.map(\.problem) == ["`path` leaves the project, whose root is the manifest's folder"])
    }
  }

  @Test func saysWhyAFileCannotBeRead() throws {
    try inTemporaryFolder { folder in
      let missing = #expect(throws: InputError.self) { try Manifest.read("\(folder)/none.yaml") }
      #expect(
        missing?.description == """
          \(folder)/none.yaml: error: there is no such file
            hint: give the path of a manifest; `ingot init MODEL` writes one
          """)
      let directory = #expect(throws: InputError.self) { try Manifest.read(folder) }
      #expect(
        directory?.description == """
          \(folder): error: the manifest cannot be read
            hint: \(folder): read failed: Is a directory
          """)
    }
  }

  private func inTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ingot-manifest-\(UUID().uuidString)").path
    try FileSystem.makeDirectory(folder)
    defer { try? FileSystem.remove(folder) }
    try body(folder)
  }
}
