// What a manifest says, checked: the value that planning starts from. Nothing here reads a file or knows YAML.

package import IngotCore

/// What engines must be: a model, a precision, targets, and the gates that they must pass.
///
/// Equality ignores places, comments and the order of keys: two equal manifests give equal plans.
package struct Manifest: Sendable, Hashable {
  package var source: SourceText
  /// The version of the format: 1.
  package var version: Located<Int>
  /// Letters, digits, `.`, `_` and `-`: fit for file names and tags.
  package var name: Located<String>
  package var model: ModelSpec
  /// At least one; names are unique.
  package var targets: [TargetSpec]
  /// The manifest's `precision`; where only `matrix` says one, the matrix's first.
  package var precision: PrecisionSpec
  package var profiles: [ProfileSpec]
  package var workspace: Located<ByteCount>?
  package var calibration: CalibrationSpec?
  /// The top-level `build`; `options(for:)` says what it means for a target.
  package var build: [BuildOption]
  package var verify: VerifySpec?
  package var matrix: MatrixSpec?

  /// The folder that the manifest is in, as its path was written: `.` for a bare file name.
  package var directory: String { FileSystem.parent(of: source.path) }

  /// - Parameter path: as the manifest writes it, relative to the manifest.
  /// - Returns: the path from the process's directory, or an absolute one where the manifest's own path is absolute.
  package func resolve(_ path: String) -> String { FileSystem.join(directory, path) }

  package static func == (a: Manifest, b: Manifest) -> Bool {
    a.version == b.version && a.name == b.name && a.model == b.model && a.targets == b.targets
      && a.precision == b.precision && a.profiles == b.profiles && a.workspace == b.workspace
      && a.calibration == b.calibration && a.build == b.build && a.verify == b.verify && a.matrix == b.matrix
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(model)
    hasher.combine(targets)
    hasher.combine(precision)
  }
}

/// The model that all engines come from.
package struct ModelSpec: Sendable, Hashable {
  /// An ONNX file, relative to the manifest.
  package var path: Located<String>
  /// The digest that the file must have.
  package var digest: Located<Digest>?
  package var inputs: [InputSpec]
  package var changes = ModelChanges()
}

/// Names and sizes for the dimensions of one of the model's inputs.
package struct InputSpec: Sendable, Hashable {
  package var name: Located<String>
  package var dims: [Located<DimensionSpec>]

  package var shape: [Dimension] {
    dims.map(\.value.dimension)
  }
}

/// One dimension as a manifest writes it: a size of at least 1, or a name that links equal sizes across inputs.
package enum DimensionSpec: Sendable, Hashable {
  case fixed(Int)
  case symbolic(String)

  package var dimension: Dimension {
    switch self {
    case .fixed(let size): .fixed(size)
    case .symbolic(let name): .symbolic(name)
    }
  }
}

/// The sizes that one optimization profile covers.
package struct ProfileSpec: Sendable, Hashable {
  /// Where the profile starts.
  package var place: Place
  package var dimensions: [DimensionRange]
  package var tensors: [ShapeRange]

  package static func == (a: ProfileSpec, b: ProfileSpec) -> Bool {
    a.dimensions == b.dimensions && a.tensors == b.tensors
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(dimensions)
    hasher.combine(tensors)
  }
}

/// The sizes of one symbolic dimension: 1 <= min <= opt <= max.
package struct DimensionRange: Sendable, Hashable {
  package var name: Located<String>
  package var min: Int, opt: Int, max: Int
}

/// The shapes of one input tensor: equal ranks, and min <= opt <= max on every axis.
package struct ShapeRange: Sendable, Hashable {
  package var name: Located<String>
  package var min: [Int], opt: [Int], max: [Int]
}

/// Where ranges come from: data that they are measured on, or a file that another tool left.
package struct CalibrationSpec: Sendable, Hashable {
  package enum Method: String, Sendable, CaseIterable {
    case minmax
    case movingAverage = "moving-average"
    case entropy, percentile, mse
  }

  package enum Source: Sendable, Hashable {
    /// A calibration set, relative to the manifest.
    case data(Located<String>)
    /// A file of ranges, relative to the manifest; the rest of the section says nothing then.
    case ranges(Located<String>)
  }

  package var source: Source
  /// Entropy where the manifest says nothing.
  /// Nil leaves it to the measurement where the precision has one, else it is entropy.
  package var method: Located<Method>?
  /// How many samples to use; nil means all.
  package var samples: Located<Int>?
  /// For the percentile method, in 0.5...1: the fraction of values that the range keeps; nil leaves the method's
  /// default.
  package var percentile: Located<Double>?
}
