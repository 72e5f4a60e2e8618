// Precisions, the matrix of them, and the variants that a manifest asks for.

/// The number types that an engine may compute in.
package enum PrecisionType: String, Sendable, CaseIterable {
  case fp32, tf32, fp16, bf16, int8, fp8
  /// Weights alone; everything else takes the fallback type.
  case int4
  case int8Weights = "int8-weights"
  case auto

  /// Whether only part of the graph takes this type, so that the rest needs a fallback.
  package var isQuantized: Bool {
    switch self {
    case .int8, .fp8, .int4, .int8Weights, .auto: true
    case .fp32, .tf32, .fp16, .bf16: false
    }
  }

  /// Whether activations need measured ranges.
  package var needsCalibration: Bool {
    switch self {
    case .int8, .fp8: true
    case .fp32, .tf32, .fp16, .bf16, .int4, .int8Weights, .auto: false
    }
  }

  /// Whether the whole graph takes it where it can, as 16-bit floats do.
  package var isNarrowFloat: Bool { self == .fp16 || self == .bf16 }
}

/// A task metric: of 0...1, higher is better.
package enum Metric: String, Sendable, CaseIterable {
  case top1, top5
}

/// What `max-drop` bounds: a task metric, or how near every output is to the original model's. All are 1 at best.
package enum DropMetric: String, Sendable, CaseIterable {
  case top1, top5, cosine

  package var needsLabels: Bool { self != .cosine }
}

/// A precision: `precision: int8`, or its long form.
package struct PrecisionSpec: Sendable, Hashable {
  /// `auto` leaves it to the measurement.
  package enum Toggle: String, Sendable, CaseIterable { case auto, on, off }

  package var type: Located<PrecisionType>
  /// The type of what is not quantized: fp32, tf32, fp16 or bf16; only for quantized types.
  package var fallback: Located<PrecisionType>?
  /// Globs over node names: these stay at the fallback, or fp32.
  package var keepNodes: [Located<String>]
  /// ONNX operator names: these stay at the fallback, or fp32.
  package var keepOps: [Located<String>]
  /// Patterns over names of inputs and outputs that take the type too; only for fp16 and bf16.
  package var io: [Located<String>] = []
  /// The largest measured activation of a node in fp16; nil leaves the default.
  package var maxActivation: Located<Double>?
  /// The most numbers that a node in fp16 or bf16 adds up; nil sets no limit.
  package var maxDepth: Located<Int>?
  /// Whether int8 moves range between layers, into weights behind normalizations, and corrects biases; nil means auto.
  package var equalize: Located<Toggle>?
  package var smooth: Located<Toggle>?
  package var biasCorrection: Located<Toggle>?
  /// Fall back layer by layer until the metrics drop by no more than this; at least one, or nil.
  package var maxDrop: [MetricDrop]?

  /// What names a precision in ids: `int8`, or `int8_fp16` with a fallback.
  package var label: String { fallback.map { "\(type.value.rawValue)_\($0.value.rawValue)" } ?? type.value.rawValue }
}

/// How far a metric may drop below the original model's.
package struct MetricDrop: Sendable, Hashable {
  package var metric: Located<DropMetric>
  /// 0...1: `0.5%` is 0.005.
  package var drop: Located<Double>
}

/// One engine per combination.
package struct MatrixSpec: Sendable, Hashable {
  /// At least one; labels are unique.
  package var precision: [PrecisionSpec]
}

/// One engine that the manifest asks for.
package struct Variant: Sendable, Hashable {
  package var precision: PrecisionSpec
  package var target: TargetSpec

  package init(precision: PrecisionSpec, target: TargetSpec) { (self.precision, self.target) = (precision, target) }

  /// Unique in a manifest: `int8-rtx`, `int8_fp16-rtx`.
  package var id: String { "\(precision.label)-\(target.name.value)" }
}

extension Manifest {
  /// Every precision on every target: precisions in the matrix's order, and for each the targets in the manifest's.
  package var variants: [Variant] {
    (matrix?.precision ?? [precision]).flatMap { precision in
      targets.map { Variant(precision: precision, target: $0) }
    }
  }
}
