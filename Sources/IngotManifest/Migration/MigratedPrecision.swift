// Which precision a manifest asks for where an older command line allowed some: then the builder chose layer by layer what was
// fastest, now the graph says what each operator computes in.

internal import IngotCore

/// What is known of the model besides its path.
package struct MigratedModel: Sendable {
  /// Whether it has QuantizeLinear nodes; nil where it could not be read.
  package var isQuantized: Bool?
  /// Its inputs' names; empty where it could not be read.
  package var inputs: [String]

  package init(isQuantized: Bool?, inputs: [String]) { (self.isQuantized, self.inputs) = (isQuantized, inputs) }
}

struct MigratedPrecision {
  var type = PrecisionType.fp32
  var fallback: PrecisionType?
  var importsCache = false
  var usesData = false
}

extension OldRecipe {
  /// - Parameter hasData: whether there is a calibration set.
  mutating func precision(of model: MigratedModel, hasData: Bool, isTensorRT: Bool) -> MigratedPrecision {
    var result = MigratedPrecision()
    let narrow: PrecisionType? = allowed.contains(.fp16) ? .fp16 : allowed.contains(.bf16) ? .bf16 : nil
    if allowed.isSuperset(of: [.fp16, .bf16]) {
      note(.dropped, "--bf16", "a manifest has one type for what is not quantized: fp16 here")
    }
    if isStronglyTyped || model.isQuantized == true {
      noteGraphTypes(model)
      if let narrow, !isStronglyTyped { result.type = narrow }
    } else if isBest {
      note(
        .changed, "--best",
        "nothing allows all types any more; `auto` builds candidates and keeps the fastest that passes `verify`")
      result.type = .auto
    } else if allowed.contains(.int8) || allowed.contains(.fp8) {
      result = quantized(to: allowed.contains(.int8) ? .int8 : .fp8, narrow: narrow, hasData: hasData)
      return result
    } else if allowed.contains(.int4) {
      note(.changed, "--int4", "took effect in models with int4 Q/DQ only; now Ingot quantizes the weights")
      (result.type, result.fallback) = (.int4, narrow)
    } else if let narrow {
      result.type = narrow
    }
    if let narrow, result.type == narrow { noteNarrow(narrow) }
    if result.type == .fp32, usesTF32, isTensorRT { result.type = .tf32 }
    if calibrationCache != nil {
      note(.dropped, "--calib", "without --int8, or in a model with Q/DQ of its own, a cache had no effect")
    }
    return result
  }

  private mutating func noteGraphTypes(_ model: MigratedModel) {
    for type in [PrecisionType.int8, .fp8, .int4] where allowed.contains(type) {
      note(
        .changed, "--\(type.rawValue)",
        model.isQuantized == true
          ? "the model's own Q/DQ say what is quantized; `ingot check --qdq` holds them to TensorRT's rules"
          : "the graph says its types; without Q/DQ in it nothing is quantized")
    }
  }

  private mutating func noteNarrow(_ type: PrecisionType) {
    let name = type == .fp16 ? "float16" : "bfloat16"
    note(
      .changed, "--\(type.rawValue)",
      "allowed \(name) where the builder found it faster; now every operator is \(name) but those that lowering keeps in float32 for their range, and its report names them. A float32 model without it builds a float32 engine"
    )
  }

  private mutating func quantized(to type: PrecisionType, narrow: PrecisionType?, hasData: Bool) -> MigratedPrecision {
    var result = MigratedPrecision(type: type, fallback: narrow)
    let flag = "--\(type.rawValue)"
    note(
      .changed, flag,
      "allowed \(type.rawValue) where the builder found it faster; now Q/DQ in the graph say where it is, by Ingot's placement rules: layers that were fastest in float before may be \(type.rawValue) now, which can be slower. Compare both engines"
    )
    if let narrow {
      note(.changed, "--\(narrow.rawValue)", "is the type of everything that is not quantized")
    }
    if type == .int8, calibrationCache != nil {
      result.importsCache = true
      note(
        .changed, "--calib",
        "its scales are imported by tensor name: activations only, symmetric. Weights get a scale per output channel from their own numbers. A tensor that Ingot quantizes and the cache does not name is an error, not a guess"
      )
    } else if hasData {
      result.usesData = true
    } else {
      refuse(
        flag, "without a calibration cache trtexec made up the ranges: such engines were good for timing only",
        hint: "add `--calib=FILE` to the line, or give a calibration set with `--data DIR`")
    }
    return result
  }
}
