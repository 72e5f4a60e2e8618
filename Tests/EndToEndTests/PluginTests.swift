// Libraries of plug-ins through the real program, with the stand-in for TensorRT: found, held to their pins, part of the
// key, in the bundle, and looked for again by whoever gets the engine.

import Foundation
import Testing

@Suite(.enabled(if: Installed.hasBinary, Installed.binaryReason)) struct PluginTests {
  private static let library = "libtwice.so"

  /// A model of one operator that only a plug-in has, and its manifest.
  private static func space(_ plugins: String = "[\(library)]", more: String = "") throws -> TestSpace {
    let space = try TestSpace()
    try space.write(model(nodes: [node("IngotTwice", "twice", ["x"], ["y"])], input: [2, 16]), to: "twice.onnx")
    try space.addPlugin("IngotTwice", to: library)
    try space.write(
      """
      ingot: 1
      name: twice
      model: { path: twice.onnx }
      targets: { gpu: { backend: tensorrt } }
      precision: fp32
      profiles: [ { x: { min: [2, 16], opt: [2, 16], max: [2, 16] } } ]
      build:
        plugins: \(plugins)
      \(more)
      """, to: "m.yaml")
    return space
  }

  @Test func theEngineIsBuiltAgainWhereTheLibraryIsAnotherOne() throws {
    let space = try Self.space()
    let environment = try space.addTensorRT()
    func stages() throws -> [String] {
      let run = try space.ingot("build", "m.yaml", environment: environment)
      #expect(run.status == 0, "\(run)")
      return ["parse", "build"].filter { run.errors.contains("/\($0) ") }
    }
    #expect(try stages() == ["parse", "build"])
    #expect(try stages() == [])
    try space.addPlugin("IngotTwice", ["-O1"], to: Self.library)
    let plan = try space.ingot("plan", "m.yaml", environment: environment)
    #expect(plan.output.contains("input plugin-0 changed from "), "\(plan)")
    #expect(try stages() == ["parse", "build"])
  }

  @Test func theBundleSaysWhatItsEngineCalls() throws {
    let space = try Self.space()
    let environment = try space.addTensorRT()
    #expect(try space.ingot("build", "m.yaml", environment: environment).status == 0)
    let bundle = "out/twice/fp32-gpu"
    func said(_ verb: String, _ more: [String: String] = [:]) throws -> String {
      try space.ingot(verb, bundle, environment: environment.merging(more) { _, new in new }).output
    }
    let missing = "the engine calls libtwice.so, which is not in \(bundle), "
    for words in [try said("inspect"), try said("doctor")] { #expect(words.contains(missing), "\(words)") }
    #expect(
      try said("doctor").contains("hint: put the library beside the engine, or name its folder with --runtime-path"))
    let here = try said("inspect", ["LD_LIBRARY_PATH": "\(space.path("trt")):\(space.root.path)"])
    #expect(here.contains("plug-in     libtwice.so is here: \(space.path(Self.library))"), "\(here)")
    try space.addPlugin("Other", to: "\(bundle)/\(Self.library)")
    #expect(try said("doctor").contains("\(bundle)/libtwice.so is not the libtwice.so that the engine was built with"))
  }

  @Test(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason))
  func saysThatTheReferenceRuntimeHasNoSuchOperator() throws {
    let space = try Self.space(more: "verify: { synthetic: true, outputs: { y: { cosine: 0.9 } } }")
    let run = try space.ingot("build", "m.yaml", environment: try space.addTensorRT())
    #expect(run.status == 1 && run.errors.contains("No Op registered for IngotTwice"), "\(run)")
    #expect(run.errors.contains("hint: verification runs the original in ONNX Runtime: leave `verify` out"), "\(run)")
  }

  @Test(arguments: [
    ("[nowhere.so]", "m.yaml:8:13: error: there is no plug-in library 'nowhere.so'"),
    ("[m.yaml]", "m.yaml:8:13: error: 'm.yaml' is no shared library"),
    (
      "[{ path: libtwice.so, digest: \"sha256:\(String(repeating: "0", count: 64))\" }]",
      "m.yaml:8:42: error: the digest of 'libtwice.so' is sha256:"
    ),
    (
      "[{ path: libtwice.so, serialize: true }]",
      "m.yaml:8:21: error: only engines that are version-compatible hold plug-in libraries"
    ),
  ])
  func aWrongLibraryIsAnErrorOfTheManifest(plugins: String, words: String) throws {
    let space = try Self.space(plugins)
    for verb in ["validate", "build", "plan"] {
      let run = try space.ingot(verb, "m.yaml")
      #expect(run.status == 2 && run.errors.hasPrefix(words), "\(verb): \(run)")
      #expect(run.errors.contains("hint: ") && run.errors.ranges(of: ": error: ").count == 1, "\(verb): \(run)")
    }
  }

  @Test func doctorNamesALibraryThatATargetLacks() throws {
    let space = try Self.space("[nowhere.so]")
    let run = try space.ingot("doctor", "m.yaml", environment: try space.addTensorRT())
    #expect(run.status == 4 && run.output.contains("twice/gpu: CANNOT be built"), "\(run)")
    #expect(run.output.contains("there is no plug-in library 'nowhere.so'"), "\(run)")
  }
}
