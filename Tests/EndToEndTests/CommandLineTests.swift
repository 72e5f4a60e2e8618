// The command line itself: help for strangers, JSON for programs, exit codes for scripts.

import Foundation
import IngotCore
import Testing

@Suite(.enabled(if: Installed.hasBinary, Installed.binaryReason)) struct CommandLineTests {
  static let verbs = [
    "build", "plan", "validate", "migrate", "check", "sanitize", "calibrate", "lower", "inspect", "promote", "channels",
    "rollback", "runtimes", "doctor", "schema",
  ]

  @Test(arguments: verbs) func explainsAVerb(verb: String) throws {
    let space = try TestSpace()
    let run = try space.ingot(verb, "--help")
    #expect(run.isClean)
    #expect(run.output.hasPrefix("usage: ingot \(verb)"))
    let paragraphs = run.output.components(separatedBy: "\n\n")
    try #require(paragraphs.count >= 5)
    #expect(paragraphs[1].hasSuffix(".") && paragraphs[2].hasSuffix("."))
    let options = try #require(paragraphs.first { $0.hasPrefix("options:\n") }).split(separator: "\n").dropFirst()
    let form = /^  (-[a-z], |    )--[a-z0-9-]+( [A-Z]+([:=][A-Z]+)?)?  +[a-z].*$/
    #expect(options.allSatisfy { $0.contains(form) }, "\(options)")
    #expect(options.contains { $0.contains("--quiet") } && options.contains { $0.contains("-h, --help") })
    #expect(run.output.contains("\nexit codes: 0 done, 1 a step failed, 2 "))
    #expect(try space.ingot("help", verb).output == run.output)
    #expect(try space.ingot(verb, "-h").output == run.output)
    #expect(try space.ingot().errors.contains("\n  \(verb) "), "the overview names it")
  }

  @Test func givesAnOverview() throws {
    let space = try TestSpace()
    let run = try space.ingot("--help")
    #expect(run.isClean && run.output.hasPrefix("usage: ingot COMMAND [options]\n"))
    #expect(try space.ingot("help").output == run.output)
    let nothing = try space.ingot()
    #expect(nothing.status == 2 && nothing.output == "" && nothing.errors == run.output)
  }

  @Test func tellsItsVersion() throws {
    let run = try TestSpace().ingot("--version")
    #expect(run.isClean && run.output.contains(/^ingot \d+\.\d+\.\d+\n$/))
  }

  @Test(arguments: [
    (["biuld"], "; did you mean 'build'?"), (["frobnicate"], ""), (["--jsno"], ""),
  ])
  func refusesAnUnknownCommand(words: [String], suggestion: String) throws {
    let run = try TestSpace().start(words).finished()
    #expect(run.status == 2 && run.output == "")
    #expect(
      run.errors == "ingot: there is no command '\(words[0])'\(suggestion)\n  hint: `ingot --help` lists the commands\n"
    )
  }

  @Test(arguments: [
    (["build", "--explian", "m.yaml"], "there is no option --explian; did you mean --explain?"),
    (["build", "--out"], "--out needs a value"),
    (["build", "--json=yes"], "--json takes no value"),
    (["build", "-j", "0", "m.yaml"], "--jobs takes a whole number from 1 to 1024, not '0'"),
    (["build"], "name at least one manifest"),
    (["plan"], "name at least one manifest"),
    (["validate"], "name at least one manifest"),
    (["sanitize", "m.onnx"], "name the file to write with -o"),
    (["sanitize", "m.onnx", "-o", "x", "--fold-with", "openvino"], "--fold-with takes onnxruntime, not 'openvino'"),
    (["inspect"], "name one file"),
    (["promote", "out"], "name the channel with --to"),
    (["rollback"], "name one channel"),
    (["runtimes"], "say `list` or `install`"),
    (["runtimes", "install"], "name what to install: onnxruntime, onnxruntime-gpu, openvino, tensorrt-rtx"),
  ])
  func refusesAWrongCommandLine(words: [String], problem: String) throws {
    let run = try TestSpace().start(words).finished()
    #expect(run.status == 2 && run.output == "")
    let verb = words[0]
    #expect(run.errors == "ingot \(verb): \(problem)\n  hint: `ingot \(verb) --help` explains the command\n")
  }

  @Test func refusesARuntimeThatIsNotThere() throws {
    let run = try TestSpace().ingot("runtimes", "install", "onnxruntme")
    #expect(run.status == 2)
    #expect(
      run.errors.hasPrefix("ingot runtimes: 'onnxruntme' cannot be installed; did you mean onnxruntime? there are "),
      "\(run)")
    let other = try TestSpace().ingot("runtimes", "install", "tensorrt")
    #expect(
      other.errors.contains(
        "'tensorrt' cannot be installed; there are onnxruntime, onnxruntime-gpu, openvino, tensorrt-rtx\n"),
      "\(other)")
  }

  @Test func printsTheSchemaOfManifests() throws {
    let space = try TestSpace()
    let run = try space.ingot("schema")
    #expect(run.isClean)
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(schema["$schema"] is String)
    let properties = try #require(schema["properties"] as? [String: Any])
    #expect(
      Set(properties.keys).isSuperset(of: [
        "ingot", "name", "model", "targets", "precision", "calibration", "verify", "matrix",
      ]))
    let written = try space.ingot("schema", "-o", "schema.json")
    #expect(written.isClean && written.output.hasSuffix("/schema.json\n"))
    #expect(try space.read("schema.json") == run.output)
  }

  @Test func listsRuntimes() throws {
    let space = try TestSpace()
    let names = ["onnxruntime", "openvino", "tensorrt-rtx"]
    let rows = { (run: Run) in run.output.split(separator: "\n").map(String.init) }
    let nothing = try space.ingot("runtimes", "list")
    #expect(nothing.isClean)
    for name in names { #expect(rows(nothing).contains { $0.hasPrefix("\(name) ") && $0.hasSuffix("not installed") }) }
    #expect(try space.ingot("runtimes", "list", "--json").format() == "ingot.runtimes/1")
    guard let runtimes = Installed.runtimes, Installed.hasRuntimes else { return }
    try FileManager.default.createSymbolicLink(atPath: space.path("home/runtimes"), withDestinationPath: runtimes)
    let all = try space.ingot("runtimes", "list")
    for name in names { #expect(rows(all).contains { $0.hasPrefix("\(name) ") && $0.contains("  installed: ") }) }
  }

  @Test func saysWhatTheMachineHas() throws {
    let space = try TestSpace()
    let without = try space.ingot("doctor", environment: ["INGOT_RUNTIME_PATH": ""])
    #expect(without.status == 4 && without.output.contains("ingot runtimes install onnxruntime"), "\(without)")
    #expect(try space.ingot("doctor", "--json").format() == "ingot.doctor/1")
    guard Installed.hasRuntimes else { return }
    try space.addExamples()
    for words in [["doctor"], ["doctor", "Pipelines/digits.yaml"]] {
      let run = try space.start(words).finished()
      #expect(run.isClean && run.output.contains("onnxruntime") && run.output.contains("openvino"), "\(run)")
    }
  }

  @Test func saysWhyAnEngineCannotRunHere() throws {
    let space = try TestSpace()
    var header = Data("vtrt".utf8) + Data(count: 60)
    (header[16], header[24], header[25], header[32]) = (64, 1, 2, 8)  // 64 bytes, version 1.2.0, for sm_89
    try space.write(Array(header), to: "engine.plan")
    let run = try space.ingot("doctor", "engine.plan", environment: ["INGOT_RUNTIME_PATH": ""])
    #expect(run.status == 4 && run.output.hasPrefix("engine.plan: it CANNOT run here\n"), "\(run)")
    #expect(run.output.contains("hint: run `ingot runtimes install tensorrt-rtx`"), "\(run)")
    #expect(try space.ingot("doctor", "engine.plan", "--json").format() == "ingot.doctor-engine/1")
    try space.write(Array("vtrt".utf8), to: "cut.plan")
    let cut = try space.ingot("doctor", "cut.plan")
    #expect(cut.status == 2 && cut.errors.contains("too few for a TensorRT engine"), "\(cut)")
  }

  @Test func validatesTheExamples() throws {
    let space = try TestSpace()
    try space.addExamples()
    let run = try space.ingot("validate", "Pipelines/digits.yaml", "Pipelines/digits-hard.yaml")
    #expect(try space.files(below: "home") == [], "nothing is written")
    #expect(run.status == 0 && run.errors.hasSuffix("\n2 manifests valid, for 18 engines\n"), "\(run)")
    let note = "21:12: note: `workspace` has no effect on 'cpu' (onnxruntime), 'ov' (openvino)"
    for verb in [run, try space.ingot("plan", "Pipelines/digits.yaml")] {
      #expect(verb.errors.hasPrefix("Pipelines/digits.yaml:\(note)"), "\(verb)")
    }
    #expect(try space.ingot("validate", "Pipelines/digits.yaml", "--quiet").isClean)
    #expect(try space.ingot("validate", "Pipelines/digits.yaml", "--json").format() == "ingot.validate/1")
  }

  @Test func sanitizesAModelOnItsOwn() throws {
    let space = try TestSpace()
    try space.addExamples()
    for name in ["digits", "digits-hard"] {
      let model = "Pipelines/models/\(name).onnx"
      let run = try space.ingot("sanitize", model, "-o", "once.onnx", "--json")
      #expect(try run.status == 0 && run.format() == "ingot.sanitize/1")
      // The canonical form of a canonical model is itself.
      #expect(try space.ingot("sanitize", "once.onnx", "-o", "twice.onnx").status == 0)
      #expect(try space.bytes("once.onnx") == space.bytes("twice.onnx"))
      #expect(try space.ingot("sanitize", model, "-o", "apart.onnx", "--weights", "external").status == 0)
      #expect(try space.bytes("apart.onnx").count < space.bytes("once.onnx").count && space.exists("apart.onnx.data"))
      #expect(try space.ingot("sanitize", "apart.onnx", "-o", "again.onnx", "--weights", "inline").status == 0)
      #expect(try space.bytes("again.onnx") == space.bytes("once.onnx"))
      let inspection = try space.ingot("inspect", model, "--json")
      #expect(try inspection.isClean && inspection.format() == "ingot.inspect-model/1")
      #expect(try space.ingot("inspect", "once.onnx", "--nodes").isClean)
    }
  }

  @Test func obeysQuiet() throws {
    let space = try TestSpace()
    try space.addExamples()
    let run = try space.ingot("sanitize", "Pipelines/models/digits.onnx", "-o", "a.onnx", "--quiet")
    #expect(run.isClean && run.output == "")
  }
}
