// Command lines of trtexec and polygraphy, and the manifests that they become.

import IngotCore
import Testing

@testable import IngotManifest

private func migrated(
  _ line: String, to backend: TargetBackend = .tensorrt, isQuantized: Bool? = false, inputs: [String] = [],
  data: String? = nil
) throws(InputError) -> Migration {
  try OldCommand([line]).migration(
    to: backend, model: MigratedModel(isQuantized: isQuantized, inputs: inputs), data: data, name: "m",
    relative: { $0 })
}

/// Without the comments.
private func body(_ migration: Migration) -> String {
  migration.manifest.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
    .joined(separator: "\n")
}

private func problems(_ line: String) -> [String] {
  do throws(InputError) {
    _ = try migrated(line)
    return []
  } catch {
    return error.diagnostics.map { "\($0.subject ?? ""): \($0.problem)" + ($0.hint.map { " (\($0))" } ?? "") }
  }
}

@Suite struct MigrationTests {
  @Test func aLineWithACacheBecomesAManifestThatReads() throws {
    let migration = try migrated(
      """
      /usr/src/tensorrt/bin/trtexec --onnx=m.onnx --int8 --fp16 --calib=m.cache --minShapes=x:1x3x8x8 \\
        --optShapes=x:4x3x8x8 --maxShapes=x:8x3x8x8 --workspace=4096 --saveEngine=m.plan --useCudaGraph
      """, inputs: ["x"])
    #expect(
      body(migration) == """
        ingot: 1
        name: m

        model:
          path: m.onnx

        targets:
          tensorrt: { backend: tensorrt }

        precision:
          type: int8
          fallback: fp16

        profiles:
          - x: { min: [1, 3, 8, 8], opt: [4, 3, 8, 8], max: [8, 3, 8, 8] }

        workspace: 4GiB

        calibration:
          import: m.cache

        build:
          tf32: true                  # as trtexec had it without --noTF32

        """)
    #expect(
      migration.changes.map { "\($0.kind.rawValue) \($0.flag)" } == [
        "idle --saveEngine=m.plan", "idle --useCudaGraph", "changed --int8", "changed --fp16", "changed --calib",
      ])
    #expect(migration.changes[1].text.hasSuffix("on by default since TensorRT 11"))
    #expect(migration.manifest.hasPrefix("# Made from: /usr/src/tensorrt/bin/trtexec --onnx=m.onnx --int8"))
    #expect(migration.manifest.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test(arguments: [
    ("--fp16", "precision: fp16"), ("--bf16", "precision: bf16"), ("", "precision: tf32"),
    ("--noTF32", "precision: fp32"), ("--best", "precision: auto"), ("--stronglyTyped", "precision: tf32"),
    ("--int4 --fp16", "precision:\n  type: int4\n  fallback: fp16"),
    (
      "--fp16 --layerPrecisions=/head/a:fp32,*:fp16 --precisionConstraints=obey",
      "precision:\n  type: fp16\n  keep: { nodes: [/head/a] }"
    ),
  ])
  func precisionsAreThoseOfTheGraph(flags: String, expected: String) throws {
    #expect(body(try migrated("trtexec --onnx=m.onnx \(flags)")).contains("\n\(expected)\n"))
  }

  @Test func aQuantizedModelKeepsItsOwnScales() throws {
    let migration = try migrated("trtexec --onnx=m.onnx --int8 --fp16 --calib=c", isQuantized: true)
    #expect(body(migration).contains("\nprecision: fp16\n") && !body(migration).contains("calibration"))
    #expect(migration.changes.contains { $0.kind == .dropped && $0.flag == "--calib" })
  }

  @Test func int8WithoutScalesIsRefusedUnlessThereIsData() throws {
    #expect(
      problems("trtexec --onnx=m.onnx --int8") == [
        "--int8: without a calibration cache trtexec made up the ranges: such engines were good for timing only (add `--calib=FILE` to the line, or give a calibration set with `--data DIR`)"
      ])
    #expect(
      body(try migrated("trtexec --onnx=m.onnx --int8", data: "../set")).contains("calibration:\n  data: ../set\n"))
  }

  @Test func shapesAreFilledAsTrtexecDoes() throws {
    let one = body(try migrated("trtexec --onnx=m.onnx --optShapes='in:0':2x3,b:4"))
    #expect(
      one.contains("  - b: { min: [4], opt: [4], max: [4] }\n    \"in:0\": { min: [2, 3], opt: [2, 3], max: [2, 3] }\n")
    )
    let two = body(
      try migrated(
        "trtexec --onnx=m.onnx --profile=0 --optShapes=x:1x2 --profile=1 --minShapes=x:2x2 --maxShapes=x:4x2"))
    #expect(
      two.contains(
        "  - x: { min: [1, 2], opt: [1, 2], max: [1, 2] }\n  - x: { min: [2, 2], opt: [4, 2], max: [4, 2] }\n"))
    #expect(
      body(try migrated("trtexec --onnx=m.onnx --shapes=x:7x2")).contains(
        "- x: { min: [7, 2], opt: [7, 2], max: [7, 2] }"))
  }

  @Test(arguments: [
    ("--memPoolSize=workspace:512", "workspace: 512MiB"),
    ("--memPoolSize=workspace:1.5G,dlaSRAM:1", "workspace: 1536MiB"),
    ("--workspace=0.5", "workspace: 512KiB"), ("--refit --stripWeights", "refit: true\n  strip-plan: true"),
    ("--builderOptimizationLevel=5 --maxAuxStreams=4", "optimization-level: 5\n  max-aux-streams: 4"),
    ("--memPoolSize=tacticSharedMem:0.5,workspace:1G", "build:\n  tactic-shared-memory: 524288B"),
    ("--directIO --distributiveIndependence", "direct-io: true\n  distributive-independence: true"),
    ("--noCompilationCache --errorOnTimingCacheMiss", "compilation-cache: false\n  deterministic: true"),
    ("--maxTactics=8 --avgTiming=4", "max-tactics: 8\n  timing-iterations: 4"),
    ("--tilingOptimizationLevel=2 --l2LimitForTiling=4096", "tiling: moderate\n  tiling-l2-limit: 4096B"),
    ("--vc --excludeLeanRuntime", "version-compatible: true\n  exclude-lean-runtime: true"),
    ("--runtimePlatform=WindowsAMD64", "runtime-platform: windows-amd64"),
    ("--markDebug=a,/b/c:0", "debug-tensors: [a, \"/b/c:0\"]"),
    ("--dynamicPlugins=a/libx.so --plugins=liby.so", "build:\n  plugins:\n    - a/libx.so\n    - liby.so\n"),
    (
      "--vc --dynamicPlugins=libx.so --setPluginsToSerialize=libx.so",
      "  plugins:\n    - { path: libx.so, serialize: true }"
    ),
    ("--setPluginsToSerialize=libx.so", "  plugins:\n    - libx.so"),
    ("--hardwareCompatibilityLevel=ampere+ --vc", "hardware-compatibility: ampere+\n  version-compatible: true"),
    (
      "--sparsity=enable --profilingVerbosity=layer_names_only",
      "sparsity: true\n  profiling-verbosity: layer-names-only"
    ),
  ])
  func builderFlagsAreOptions(flags: String, expected: String) throws {
    #expect(body(try migrated("trtexec --onnx=m.onnx \(flags)")).contains(expected))
  }

  @Test func anotherTargetTakesWhatItHas() throws {
    let rtx = try migrated("trtexec --onnx=m.onnx --hardwareCompatibilityLevel=ampere+ --vc --refit", to: .tensorrtRTX)
    #expect(body(rtx).contains("build:\n  refit: true") && !body(rtx).contains("ampere"))
    #expect(rtx.changes.filter { $0.kind == .dropped }.map(\.flag) == ["hardware-compatibility", "version-compatible"])
    let cpu = try migrated("trtexec --onnx=m.onnx --refit --workspace=16 --noTF32", to: .onnxruntime)
    #expect(!body(cpu).contains("build") && !body(cpu).contains("workspace"))
    #expect(cpu.changes.map(\.flag) == ["refit", "--workspace"])
  }

  @Test(arguments: [
    (
      "trtexec --onxn=m.onnx",
      ["--onxn: trtexec has no such flag, in any version from 8.6 to 11.1 (did you mean --onnx?)"]
    ),
    ("trtexec --fp16", ["trtexec: the line names no ONNX model (engines are built from ONNX models: --onnx=FILE)"]),
    (
      "trtexec --loadEngine=m.plan",
      ["--loadEngine: runs an engine that is there, and builds none (migrate the line that built it)"]
    ),
    (
      "trtexec --deploy=m.prototxt --maxBatch=4",
      [
        "--deploy: is of Caffe, UFF or implicit batches, which TensorRT 10 took away (export the model to ONNX)",
        "--maxBatch: is of Caffe, UFF or implicit batches, which TensorRT 10 took away (export the model to ONNX)",
      ]
    ),
    ("trtexec --onnx=m --workspace=-1", ["--workspace: '-1' is no number of MiB"]),
    (
      "trtexec --onnx=m --optShapes=x:1x-1",
      ["--optShapes: 'x:1x-1' is no input with a shape (write them as NAME:1x3x224x224)"]
    ),
    ("trtexec --onnx=m --minShapes=x:4 --optShapes=x:2", ["--optShapes: the shapes of 'x' are not min <= opt <= max"]),
    (
      "trtexec --onnx='m", ["the command: a quote or a backslash at its end is left open (quote it as the shell would)"]
    ),
    (
      "onnx2trt m",
      ["onnx2trt: is no command that can be migrated (give a line that starts with `trtexec` or `polygraphy convert`)"]
    ),
  ])
  func whatCannotBeMeantIsRefused(line: String, expected: [String]) { #expect(problems(line) == expected) }

  @Test func inputsAreThoseOfTheModel() {
    #expect(throws: InputError.self) { try migrated("trtexec --onnx=m --optShapes=inptu:1x2", inputs: ["input"]) }
  }

  @Test func everyFlagOfTheTablesIsTaken() throws {
    for flag in TrtexecTables.dropped.keys.sorted() + TrtexecTables.idle.keys.sorted() + TrtexecTables.running.sorted()
    {
      let changes = try migrated("trtexec --onnx=m.onnx \(flag)=1 --noTF32").changes
      #expect(changes.map(\.flag) == ["\(flag)=1"])
    }
  }

  @Test func polygraphyConvertIsTakenToo() throws {
    let migration = try migrated(
      "polygraphy convert m.onnx --int8 --fp16 --calibration-cache c.cache --trt-min-shapes x:[1,3] --trt-opt-shapes x:[2,3] "
        + "--trt-max-shapes x:[4,3] --pool-limit workspace:2G --refittable -o m.plan")
    let text = body(migration)
    #expect(text.contains("precision:\n  type: int8\n  fallback: fp16\n") && text.contains("import: c.cache"))
    #expect(text.contains("- x: { min: [1, 3], opt: [2, 3], max: [4, 3] }") && text.contains("workspace: 2GiB"))
    #expect(text.contains("refit: true"))
    #expect(problems("polygraphy run m.onnx") == ["polygraphy: only `polygraphy convert` builds engines"])
  }

  @Test func wordsAreTheShells() {
    #expect(shellWords(#"a 'b c' "d \" e" f\ g"# + " \\\n h ''") == ["a", "b c", "d \" e", "f g", "h", ""])
    #expect(shellWords("a 'b") == nil)
  }

  @Test func namesThatYAMLWouldReadOtherwiseAreQuoted() {
    #expect(yamlWord("../m/a-1.onnx") == "../m/a-1.onnx" && yamlWord("a:0") == "\"a:0\"")
    #expect(
      yamlWord(".5") == "\".5\"" && yamlWord("a\nb\u{1b}") == "\"a\\u000ab\\u001b\"" && yamlWord("True") == "\"True\"")
  }
}
