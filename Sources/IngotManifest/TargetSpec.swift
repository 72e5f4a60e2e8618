// Targets and their build options: for what, and how, engines are built.

package import IngotCore

/// The runtimes that a target may name.
package enum TargetBackend: String, Sendable, CaseIterable {
  case tensorrt
  case tensorrtRTX = "tensorrt-rtx"
  case onnxruntime
  case openvino

  /// Needs a profile for a dynamic model, and a GPU to run an engine.
  package var isTensorRT: Bool {
    switch self {
    case .tensorrt, .tensorrtRTX: true
    case .onnxruntime, .openvino: false
    }
  }
}

/// What a target's processor can do at least, where int8 depends on it.
package enum TargetProcessor: String, Sendable, CaseIterable {
  /// Any x86-64 that its runtime runs on.
  case avx2
  /// Sums of products of bytes in 32 bits (AVX512-VNNI, AVX-VNNI), or no x86.
  case vnni
}

/// One entry of `targets`: each yields its own engine.
package struct TargetSpec: Sendable, Hashable {
  /// Letters, digits, `.`, `_` and `-`.
  package var name: Located<String>
  package var backend: Located<TargetBackend>
  /// The runtime's version or its beginning: `11`, `10.13`.
  package var version: Located<String>?
  /// `sm_86` …, each once; empty for backends that do not compile for GPUs.
  package var compute: [Located<String>]
  /// Nil stands for that of the machine that builds; and for backends that do not run on processors.
  package var processor: Located<TargetProcessor>?
  /// Options for this target alone; they come before the manifest's `build`.
  package var build: [BuildOption]
}

/// One option of `build`, checked against the backends that know it.
package struct BuildOption: Sendable, Hashable {
  package var name: Located<String>
  package var value: Located<OptionValue>
  /// Set for an option that stands under a backend's name: it is for targets of that backend only.
  package var backend: TargetBackend?
}

/// The value of a build option.
package enum OptionValue: Sendable, Hashable, CustomStringConvertible {
  case bool(Bool)
  case int(Int)
  case choice(String)
  case byteCount(ByteCount)
  case list([String])
  case plugins([PluginSpec])

  /// As a manifest writes it: `true`, `3`, `ampere+`.
  package var description: String {
    switch self {
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .choice(let value): value
    case .byteCount(let value): "\(value.count)B"
    case .list(let values): "[\(values.joined(separator: ", "))]"
    case .plugins(let plugins): "[\(plugins.map(\.path.value).joined(separator: ", "))]"
    }
  }
}

/// A library with operators that the runtime lacks.
package struct PluginSpec: Sendable, Hashable {
  /// Relative to the manifest.
  package var path: Located<String>
  /// The digest that the file must have.
  package var digest: Located<Digest>?
  /// The engine shall hold the library.
  package var isSerialized: Bool

  /// What the record of an engine calls it.
  package var fileName: String { FileSystem.name(of: path.value) }
}
