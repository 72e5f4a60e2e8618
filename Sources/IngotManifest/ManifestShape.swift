// The tables of the manifest format: every key, whether it must be there, what its value looks like, and what it means.

internal import IngotCore

extension Shape {
  static let manifest = Shape(
    "What inference engines must be: the model, the precision, the targets, and the gates that they must pass.",
    [
      .required("ingot", .integer(1...1), "The version of this format: 1."),
      .required("name", Form.name, "What the engines are called: letters, digits, `.`, `_` and `-`."),
      .required("model", .mapping(model), "The model that all engines come from."),
      .required(
        "targets", .named(.mapping(target), keyPattern: Patterns.name, minimum: 1),
        "For what engines are built, by a name of your choice; each target yields its own engine."),
      .optional(
        "precision", precisionForm, "The number type that engines compute in. Required where `matrix` has none."),
      .optional(
        "profiles", .list(profileForm, minimum: 1), "Optimization profiles: the sizes that an engine is built for."),
      .optional(
        "workspace", Form.byteCount,
        "Device memory that TensorRT's tactics may use; it has no effect on other backends."),
      .optional("calibration", .mapping(calibration), "Data that the ranges for int8 and fp8 are measured on."),
      .optional(
        "build", .mapping(build), "Build options. A key is an option or a backend's name with options below it."),
      .optional("verify", .mapping(verify), "The gates that an engine must pass."),
      .optional("matrix", .mapping(matrix), "One engine per combination."),
    ])

  static let model = Shape(
    "The model.",
    [
      .required("path", Form.path, "An ONNX file, relative to the manifest; external data lies beside it."),
      .optional("digest", Form.digest, "The digest that the file must have."),
      .optional(
        "inputs", .named(.list(dimensionForm, minimum: 0), keyPattern: nil, minimum: 1),
        "Names and sizes for the dimensions of inputs; equal names link dimensions across inputs."),
      .optional(
        "dims", .named(dimensionForm, keyPattern: nil, minimum: 0),
        "Sizes, or other names, for symbolic dimensions, by the names that they have in the model."),
      .optional("extract", .mapping(extract), "The part of the model to build; all of it by default."),
      .optional(
        "outputs", .list(.text, minimum: 1), "Exactly these outputs, also of nodes inside; with `*` and `?`."),
      .optional("opset", .integer(1...1000), "Raise the standard operator set to this version."),
      .optional(
        "float64-to-float32", .boolean, "Calculate in float32 where the model does in float64; false by default."),
      .optional(
        "bounds", .named(.integer(1...Int.max), keyPattern: nil, minimum: 0),
        "The largest sizes where the data decides, by the tensor that holds sizes or has an open axis."),
      .optional("rename", .named(.text, keyPattern: nil, minimum: 0), "New names of tensors, by old ones."),
      .optional(
        "passes", .either([.choice(["all", "none"]), .list(.text, minimum: 1)]),
        "Passes to run; or to leave out, where each has a `-` before it. All by default."),
      .optional(
        "fold-with", .choice(ModelChanges.FoldingRuntime.allCases.map(\.rawValue)),
        "The runtime that calculates constants which Ingot cannot; none by default."),
    ])

  static let extract = Shape(
    "What lies between tensors.",
    [
      .optional("from", .list(.text, minimum: 1), "Tensors that become the inputs; the model's by default."),
      .optional("to", .list(.text, minimum: 1), "Tensors that become the outputs; the model's by default."),
    ])

  static let target = Shape(
    "A runtime, and the devices that it builds for.",
    [
      .required("backend", .choice(TargetBackend.allCases.map(\.rawValue)), "The runtime that builds the engine."),
      .optional(
        "version", .either([Form.version, .integer(0...Int.max)]),
        "The runtime's version or its beginning: \"11\", \"10.13\"."),
      .optional("compute", .list(Form.compute, minimum: 1), "GPUs to compile for, by compute capability."),
      .optional(
        "processor", .choice(TargetProcessor.allCases.map(\.rawValue)),
        "What the engine's processors have at least, for int8 under onnxruntime and openvino; what the building machine has by default."
      ),
      .optional("build", .mapping(targetBuild), "Build options for this target alone."),
    ])

  static let precision = Shape(
    "A precision with exceptions.",
    [
      .required("type", .choice(PrecisionType.allCases.map(\.rawValue)), "The number type."),
      .optional(
        "fallback", .choice(PrecisionType.allCases.filter { !$0.isQuantized }.map(\.rawValue)),
        "The type of everything that is not quantized."),
      .optional(
        "equalize", toggle, "For int8: move range from channels into the weights that read them; auto by default."),
      .optional(
        "smooth", toggle,
        "For int8: the same behind normalizations, and by a product where nothing else can be scaled; auto by default."),
      .optional("bias-correction", toggle, "For int8: take shifts that rounding makes out of biases; auto by default."),
      .optional(
        "keep", .mapping(keep),
        "What stays one type up: layers that are not quantized take the fallback, all else fp32."),
      .optional(
        "io", .list(.text, minimum: 1),
        "For fp16 and bf16: inputs and outputs that take the type too, with `*` and `?`; all keep theirs by default."),
      .optional(
        "max-activation", .number(0 ... .greatestFiniteMagnitude),
        "For fp16: nodes whose tensors were measured to be larger keep fp32; 512 by default."),
      .optional(
        "max-depth", .integer(1...Int.max),
        "For fp16 and bf16: nodes that add up more numbers keep fp32; no limit by default."),
      .optional(
        "at-least", Form.percent,
        "The least share of the multiply-adds that must have the type, or their weights; the build fails below it."),
      .optional(
        "max-drop", .mapping(maxDrop),
        "Fall back layer by layer until the metrics drop by no more than this and the gates of `verify` hold."),
    ])

  /// Auto measures, and keeps what is nearer to the float model.
  private static let toggle = Form.choice(PrecisionSpec.Toggle.allCases.map(\.rawValue))

  static let keep = Shape(
    "Parts of the graph, by node or by operator.",
    [
      .optional("nodes", .list(.text, minimum: 1), "Names of nodes, with `*` and `?`."),
      .optional("ops", .list(.text, minimum: 1), "ONNX operators."),
    ])

  static let maxDrop = Shape(
    "How far each metric may drop.",
    DropMetric.allCases.map { metric in
      let what = metric == .cosine ? "the cosine similarity of any output" : metric.rawValue
      return .optional(metric.rawValue, Form.percent, "The most that \(what) may drop.")
    })

  static let dimensionRange = Shape(
    "The sizes of one symbolic dimension.",
    ["min", "opt", "max"].map { .required($0, .integer(1...Int.max), "The \(extentWords[$0] ?? "") size.") })

  static let shapeRange = Shape(
    "The shapes of one input tensor.",
    ["min", "opt", "max"].map {
      .required($0, .list(.integer(1...Int.max), minimum: 0), "The \(extentWords[$0] ?? "") shape.")
    })

  private static let extentWords = ["min": "smallest", "opt": "most common", "max": "largest"]

  static let calibration = Shape(
    "A calibration set and how ranges are taken from it; or a file of ranges.",
    [
      .optional("data", Form.path, "A calibration set, relative to the manifest."),
      .optional(
        "import", Form.path,
        "Ranges that are there already, relative to the manifest: a `ranges.json`, a calibration cache of TensorRT 5 to 10, or the JSON of onnxruntime.quantization; instead of `data`."
      ),
      .optional(
        "method", .choice(CalibrationSpec.Method.allCases.map(\.rawValue)),
        "How ranges are found; by default int8 takes the method that measures best, and fp8 entropy."),
      .optional("samples", .integer(1...Int.max), "How many samples to use; all by default."),
      .optional("percentile", Form.percent, "For method percentile: the part of the values that the range keeps."),
    ])

  static let verify = Shape(
    "What an engine is checked with and against.",
    [
      .optional("data", Form.path, "A set of samples, relative to the manifest."),
      .optional(
        "outputs", .named(.mapping(outputGate), keyPattern: nil, minimum: 1), "How near outputs must be to the model's."
      ),
      .optional("accuracy", .mapping(accuracy), "How good the engine must be at its task."),
      .optional("latency", .mapping(latency), "How long a run may take; judged on a real device of the target."),
      .optional(
        "throughput", .mapping(throughput),
        "How many samples a second the engine must take; judged on a real device of the target."),
      .optional(
        "regression", .mapping(regression),
        "How much slower than a channel's engine it may be; judged on a real device of the target."),
      .optional("synthetic", .boolean, "Check with random inputs; reports say so."),
    ])

  static let outputGate = Shape(
    "How near one output must be to the model's.",
    [
      .optional("cosine", .number(-1...1), "The least cosine similarity."),
      .optional("max-abs", .number(0 ... .greatestFiniteMagnitude), "The largest absolute difference."),
      .optional(
        "max-relative", .either([.number(0 ... .greatestFiniteMagnitude), Form.percent]),
        "The largest relative difference."),
      .optional(
        "sqnr", .either([.number(-1000...1000), Form.decibels]), "The least signal-to-quantization-noise ratio, in dB."),
    ])

  static let accuracy = Shape(
    "A metric and its bounds.",
    [
      .required("metric", .choice(Metric.allCases.map(\.rawValue)), "What is measured."),
      .required("labels", .text, "The array of the data that holds the right answers."),
      .optional("output", .text, "The output that holds the scores, where the model has several."),
      .optional("max-drop", Form.percent, "How far below the model's, in points."),
      .optional("min", Form.percent, "The least value."),
    ])

  static let latency = Shape(
    "Percentiles of the time of one run.",
    ["p50", "p90", "p95", "p99"].map { .optional($0, Form.duration, "The longest \($0).") })

  static let throughput = Shape(
    "Samples a second, of whole batches one after the other.",
    [
      .required("min", Form.rate, "The fewest samples a second."),
      .optional("batch", .integer(1...1 << 20), "Samples in a batch; without it what the first profile calls `opt`."),
    ])

  static let regression = Shape(
    "A comparison with the engine that a channel serves, both timed in turn on the same batch.",
    [
      .required("channel", Form.channel, "The channel, as `ingot channels` lists it."),
      .required(
        "max", Form.percent,
        "How much longer a run may take; it fails where more than this is shown with 95% confidence."),
    ])

  static let matrix = Shape(
    "What is combined with the targets.",
    [.required("precision", .list(precisionForm, minimum: 1), "Precisions; each one on every target.")])

  /// Options of all backends, and the backends' names.
  static let build = Shape(
    "Build options.",
    optionKeys(of: TargetBackend.allCases)
      + TargetBackend.allCases.map {
        .optional(
          $0.rawValue, .mapping(Shape("Build options.", optionKeys(of: [$0]))), "Options for targets of \($0.rawValue)."
        )
      })

  static let targetBuild = Shape("Build options.", optionKeys(of: TargetBackend.allCases))

  static let plugin = Shape(
    "A library of plug-ins.",
    [
      .required("path", Form.path, "A shared library that exports getCreators, relative to the manifest."),
      .optional("digest", Form.digest, "The digest that the file must have."),
      .optional(
        "serialize", .boolean,
        "Put the library into the engine, which must be version-compatible; false by default."),
    ])

  private static let precisionForm = Form.either([.choice(PrecisionType.allCases.map(\.rawValue)), .mapping(precision)])
  private static let dimensionForm = Form.either([
    .integer(1...Int.max), .pattern(Patterns.dimension, example: "batch"),
  ])
  private static let profileForm = Form.named(
    .either([.mapping(dimensionRange), .mapping(shapeRange)]), keyPattern: nil, minimum: 1)

  /// Each name once, with the values that any of the backends takes.
  private static func optionKeys(of backends: [TargetBackend]) -> [Key] {
    var keys: [Key] = []
    for option in backends.flatMap(\.buildOptions) where !keys.contains(where: { $0.name == option.name }) {
      let form: Form =
        switch option.values {
        case .bool: .boolean
        case .int(let range): .integer(range)
        case .choice(let words): .choice(words)
        case .byteCount: Form.byteCount
        case .anyOf(let words): .list(.choice(words), minimum: 1)
        case .plugins: .list(.either([Form.path, .mapping(plugin)]), minimum: 1)
        case .names: .list(.pattern("^[^,]+$", example: "/conv1/Conv_output_0"), minimum: 1)
        }
      keys.append(.optional(option.name, form, option.description))
    }
    return keys
  }
}

/// Regular expressions (ECMA 262) for texts of a form; the decoder's own checks say the same.
enum Patterns {
  static let name = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
  static let dimension = "^[A-Za-z_][A-Za-z0-9_.-]{0,63}$"
}

extension Form {
  static let name = pattern(Patterns.name, example: "resnet50")
  static let path = pattern("^[^/]", example: "models/resnet50.onnx")
  static let digest = pattern("^sha256:[0-9a-fA-F]{64}$", example: "sha256:" + String(repeating: "0", count: 64))
  static let byteCount = pattern("^[0-9]+(\\.[0-9]+)? ?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$", example: "4GiB")
  static let percent = pattern("^[0-9]+(\\.[0-9]+)? ?%$", example: "0.5%")
  static let decibels = pattern("^-?[0-9]+(\\.[0-9]+)? ?dB$", example: "30dB")
  static let duration = pattern("^[0-9]+(\\.[0-9]+)? ?(s|ms|us|µs)$", example: "5ms")
  static let rate = pattern("^[0-9]+(\\.[0-9]+)? ?/s$", example: "2000/s")
  static let channel = pattern("^[a-z0-9][a-z0-9._-]{0,63}$", example: "production")
  static let version = pattern("^[0-9]{1,9}(\\.[0-9]{1,9}){0,3}$", example: "10.13")
  static let compute = pattern("^sm_[0-9]{2,3}$", example: "sm_86")
}
