// What goes wrong with ONNX Runtime and OpenVINO.

import Foundation

extension BrokenRun {
  private static let onnxRuntimeBackend = BrokenBackend(
    name: "onnxruntime", files: ["libonnxruntime.so.1"], install: "run `ingot runtimes install onnxruntime`")
  private static let openVINOBackend = BrokenBackend(
    name: "openvino", files: ["libopenvino_c.so.2641"], install: "run `ingot runtimes install openvino`")

  static let onnxRuntime: [BrokenRun] =
    common(onnxRuntimeBackend, unknown: "2.0.0", engine: "model.ort") + [
      onnxRuntimeBackend.run("an older version", 4, "version 1.10.0 of ", "brings one that works", words: older) {
        try $0.addRuntime(ofVersion: "1.10.0", to: "libs/libonnxruntime.so.1")
      },
      onnxRuntimeBackend.run("a type that it lacks", 1, "with name 'mm'", "hint: ONNX Runtime has no kernel for") {
        try onnxRuntimeBackend.manifest($0, precision: "bf16")
      },
      onnxRuntimeBackend.run("a value out of range", 2, "`threads` must be between 1 and 1024", "m.yaml:7:") {
        try onnxRuntimeBackend.manifest($0, more: "build: { threads: 0 }")
      },
      onnxRuntimeBackend.run(
        "no runtime for GPUs", 4, "onnxruntime-gpu: no library was found",
        "run `ingot runtimes install onnxruntime-gpu`",
        words: ["bench", "m.yaml"]
      ) {
        try onnxRuntimeBackend.manifest($0, more: "build: { provider: cuda }")
      },
    ]

  static let openVINO: [BrokenRun] =
    common(openVINOBackend, unknown: "2031.0.0-1-x", engine: "model.blob") + [
      openVINOBackend.run("an older version", 4, "version 2023.0.0 of ", "brings one that works", words: older) {
        try $0.addRuntime(ofVersion: "2023.0.0", to: "libs/libopenvino_c.so.2641")
      },
      openVINOBackend.run(
        "a device that is not here", 4, "Device with \"GPU\" name is not registered", "leave `device` out"
      ) {
        try openVINOBackend.manifest($0, more: "build: { device: GPU }")
      },
      openVINOBackend.run("an option of another backend", 2, "is an option of tensorrt or tensorrt-rtx", "remove it") {
        try openVINOBackend.manifest($0, more: "build: { optimization-level: 3 }")
      },
      openVINOBackend.run("a value that it lacks", 2, "unknown device `TPU` for openvino", "expected CPU, GPU or NPU") {
        try openVINOBackend.manifest($0, more: "build: { device: TPU }")
      },
    ]

  private static let older = ["build", "m.yaml", "--runtime-path", "libs"]

  private static func common(_ backend: BrokenBackend, unknown: String, engine: String) -> [BrokenRun] {
    backend.common + [
      backend.run("an operator that it lacks", 2, "Frob 'frob': ", "export the model without these") {
        try $0.write(model(nodes: [node("Frob", "frob", ["x"], ["y"])], input: [2, 16]), to: "m.onnx")
      },
      backend.library("an unknown version", "version \(unknown.prefix { $0 != "-" }) of ", "brings one that works") {
        try $0.addRuntime(ofVersion: unknown, to: "libs/\(backend.files[0])")
        return ["INGOT_RUNTIME_PATH": $0.path("libs")]
      },
      backend.run(
        "memory runs out", 1, "hint: memory ran out", "raise the process's limit", memoryLimits: stride(300, 1200)
      ) {
        try $0.write(BrokenBackend.product(rows: 1024, columns: 4096), to: "m.onnx")
        try $0.edit("m.yaml", "[2, 16]", "[2, 1024]")
      },
      backend.run(
        "an engine cut short", 2, "\(engine) has ", "build it again, or copy it again",
        words: ["bench", "out/m/fp32-t"]
      ) {
        _ = try $0.ingot("build", "m.yaml")
        try $0.write(Array(try $0.bytes("out/m/fp32-t/\(engine)").dropLast(100)), to: "out/m/fp32-t/\(engine)")
      },
    ]
  }
}
