// What goes wrong with TensorRT-RTX, for real, and with TensorRT 10, through its stand-in.

import Foundation

extension BrokenRun {
  private static let rtxBackend = BrokenBackend(
    name: "tensorrt-rtx", files: ["libtensorrt_rtx.so.1", "libtensorrt_onnxparser_rtx.so.1"],
    install: "run `ingot runtimes install tensorrt-rtx`")

  static let rtx: [BrokenRun] =
    rtxBackend.common + [
      rtxBackend.run("an operator that it lacks", 2, "Frob 'frob': ", "export the model without these") {
        try $0.write(model(nodes: [node("Frob", "frob", ["x"], ["y"])], input: [2, 16]), to: "m.onnx")
      },
      rtxBackend.run("no profile", 2, "the manifest has no profile", "add `profiles:` with min, opt and max for batch")
      {
        try $0.addExamples()
        try $0.edit("m.yaml", "m.onnx", "Pipelines/models/digits.onnx")
        try $0.edit("m.yaml", "profiles: [ { x: { min: [2, 16], opt: [2, 16], max: [2, 16] } } ]", "")
      },
      rtxBackend.run("too small a workspace", 1, "within workspace limit", "hint: raise `workspace` in the manifest") {
        try rtxBackend.manifest($0, more: "workspace: 1B")
      },
      rtxBackend.run("plug-ins", 2, "`plugins` is an option of tensorrt, not of tensorrt-rtx", "remove it") {
        try rtxBackend.manifest($0, more: "build: { plugins: [libp.so] }")
      },
      rtxBackend.run("a type that a GPU lacks", 1, "because the model contains HW-specific", "leave those GPUs out") {
        try rtxBackend.manifest($0, target: ", compute: [sm_75]", precision: "bf16")
      },
      rtxBackend.run("a GPU that it does not build for", 2, "unknown compute capability `sm_90`", "hint: expected ") {
        try rtxBackend.manifest($0, target: ", compute: [sm_90]")
      },
      rtxBackend.run("refit without a GPU", 4, "needs a GPU to build with refit", "hint: leave refit off, or") {
        try rtxBackend.manifest($0, more: "build: { refit: true }")
      },
      rtxBackend.library("an unknown version", "version 2.0.0 of ", "or allow this one with --untested-runtime") {
        try $0.addTensorRT(version: 20000, as: ["libtensorrt_rtx.so.2", "libtensorrt_onnxparser_rtx.so.2"])
      },
      // Inside a build that runs out of memory 1.7.1 may wait for ever: the limit is below what the library takes.
      rtxBackend.run("memory runs out", 1, "hint: memory ran out", "(`ulimit -v`", memoryLimits: stride(300, 600)) {
        _ in
      },
      rtxBackend.run("an engine cut short", 2, "it is cut short or damaged", "copy the engine again", words: doctor) {
        try $0.write(plan("vtrt", [1, 7, 1, 116], byteCount: 100), to: "m.plan")
      },
      rtxBackend.run(
        "an engine of another version", 4, "it was built by TensorRT-RTX 1.4.0, and here is 1.7.1",
        "build it again with 1.7.1, or install 1.4.0", words: doctor
      ) {
        try $0.write(plan("vtrt", [1, 4, 0, 76]), to: "m.plan")
      },
      rtxBackend.run("an engine without its bundle", 2, "does not say what it is fed", "its bundle", words: bench) {
        try $0.write(plan("vtrt", [1, 7, 1, 116]), to: "m.plan")
      },
    ]

  private static let standIn = BrokenBackend(
    name: "tensorrt", files: ["libnvinfer.so.10", "libnvonnxparser.so.10"],
    install: "install it where the system's loader finds it", add: { try $0.addTensorRT() })

  static let tensorRT: [BrokenRun] =
    standIn.common + [
      standIn.library("an unknown version", "version 12.0.0 of ", "or allow this one with --untested-runtime") {
        try $0.addTensorRT(version: 120000, as: ["libnvinfer.so.12", "libnvonnxparser.so.12"])
      },
      standIn.library(
        "no driver", "there is no NVIDIA driver here: ", "run this step on a machine with the target's GPU"
      ) {
        space in
        var environment = try space.addTensorRT()
        try FileManager.default.removeItem(atPath: space.path("trt/libcuda.so.1"))
        environment["LD_LIBRARY_PATH"] = ""
        return environment
      },
      standIn.run("another GPU", 4, "the target is sm_80 and the GPU here is Stand-in 40, sm_86", "with that GPU") {
        try standIn.manifest($0, target: ", compute: [sm_80]")
      },
      standIn.run("no profile", 2, "the manifest has no profile", "add `profiles:` with min, opt and max for batch") {
        try $0.addExamples()
        try $0.edit("m.yaml", "m.onnx", "Pipelines/models/digits.onnx")
        try $0.edit("m.yaml", "profiles: [ { x: { min: [2, 16], opt: [2, 16], max: [2, 16] } } ]", "")
      },
      standIn.run("a plug-in that does not load", 4, "undefined symbol: noSuchFunctionAnywhere", "hint: `ldd ") {
        try $0.addPlugin("IngotTwice", ["-DLACKING"], to: "libp.so")
        try standIn.manifest($0, more: "build: { plugins: [libp.so] }")
      },
      standIn.run("a plug-in that is not there", 2, "there is no plug-in library 'libp.so'", "build the library first")
      {
        try standIn.manifest($0, more: "build: { plugins: [libp.so] }")
      },
      standIn.run("an engine of a later version", 4, "no engine runs with an older version", "11.4.0", words: doctor) {
        try $0.write(plan("ftrt", [11, 4, 0, 106]), to: "m.plan")
      },
      standIn.run("an engine cut short", 2, "12 bytes are too few", "copy the engine again", words: doctor) {
        try $0.write(Array(plan("ftrt", [10, 16, 1, 9]).prefix(12)), to: "m.plan")
      },
    ]
    + [
      ("an operator that it lacks", 2, ["-DREFUSES"], "Frobnicate 'strange': ", "name a plug-in library that has them"),
      (
        "an option that the version lacks", 1, ["-UVERSION", "-DVERSION=100000"], "has no tiling 'fast'",
        "leave the option out"
      ),
      ("too small a workspace", 1, fails("within workspace limit"), "within workspace limit", "raise `workspace`"),
      ("memory runs out", 1, fails("Error Code 2: OutOfMemory"), "OutOfMemory", "hint: memory ran out"),
      (
        "another failure", 1, fails("Error Code 10"), "built no engine:\n  Error Code 10", "another version of tensorrt"
      ),
    ].map { (description: String, status: Int32, flags: [String], cause: String, next: String) in
      BrokenRun("tensorrt: \(description)", status, cause, next) { space in
        try space.write(BrokenBackend.product(), to: "m.onnx")
        try standIn.manifest(space, more: description.contains("option") ? "build: { tiling: fast }" : "")
        return try space.addTensorRT(flags)
      }
    }

  private static func fails(_ words: String) -> [String] { ["-DFAILS=\"\(words)\""] }
  private static let doctor = ["doctor", "m.plan"], bench = ["bench", "m.plan"]

  /// The header of an engine, and what it says its size is.
  private static func plan(_ magic: String, _ version: [UInt8], byteCount: UInt8 = 64) -> [UInt8] {
    var bytes = Array(magic.utf8) + [UInt8](repeating: 0, count: 60)
    bytes.replaceSubrange(24..<28, with: version)
    (bytes[16], bytes[32]) = (byteCount, 0b1110)
    return bytes
  }

  /// Limits in KiB from and to MiB.
  static func stride(_ from: Int, _ to: Int) -> [Int?] {
    Swift.stride(from: from, through: to, by: 50).map { $0 << 10 }
  }
}
