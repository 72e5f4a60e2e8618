// What a benchmark times: the engine of a bundle, or a model that is built for it, and what is fed to them.

internal import FoundationEssentials
package import IngotBackends
internal import IngotCore
package import IngotRelease

package struct BenchSubject: Sendable {
  package enum Source: Hashable, Sendable {
    case engine(path: String)
    /// Built for each batch by itself, in just that size.
    case model(path: String)

    var path: String {
      switch self {
      case .engine(let path), .model(let path): path
      }
    }
  }

  package var title: String
  package var backend: BackendKind
  package var source: Source
  /// As `BuildRequest.options`.
  package var options: [String: String] = [:]
  /// The libraries of plug-ins that a bundle says its engine was built with.
  package private(set) var plugins: [Compatibility.Plugin] = []
  /// Who made a bundle is not known from it: its engine runs no code of others until this says so.
  package var code = EngineCode()
  /// The sizes that the engine takes; empty where it takes all that its inputs say.
  package var profiles: [OptimizationProfile] = []
  /// An ONNX file with the same inputs, which tells how large the tables are that random numbers choose from; nil where there
  /// is none.
  package var model: String?
  /// A set of samples; nil feeds random numbers.
  package var data: String?

  package init(modelAt path: String, backend: BackendKind) {
    (title, self.backend, source, model) = (FileSystem.name(of: path), backend, .model(path: path), path)
  }

  /// - Parameter folder: of a bundle; every file in it is checked against its digest.
  package init(bundleAt folder: String) throws {
    let bundle = try Bundle.read(folder).bundle
    let path = FileSystem.join(folder, "build.json")
    guard let build = BuildDocument(path: path), let backend = BackendKind(rawValue: build.backend) else {
      throw InputError(in: path, "the bundle does not tell how its engine was built", hint: "build it again")
    }
    (title, self.backend) = (bundle.title, backend)
    source = .engine(path: FileSystem.join(folder, bundle.engine))
    options = build.options ?? [:]
    plugins = bundle.compatibility.plugins ?? []
    profiles = build.profiles.map { profile in
      OptimizationProfile(inputs: profile.mapValues { .init(min: $0.min, opt: $0.opt, max: $0.max) })
    }
  }
}

extension BuildDocument {
  /// - Returns: nil where it cannot be read.
  fileprivate init?(path: String) {
    guard let bytes = try? FileSystem.read(path, limit: 16 << 20),
      let build = try? JSONDecoder().decode(BuildDocument.self, from: Data(bytes))
    else { return nil }
    self = build
  }
}

/// The options that a bundle's engine was built with, by name; empty where the bundle does not tell.
package func buildOptions(ofBundleAt folder: String) -> [String: String] {
  BuildDocument(path: FileSystem.join(folder, "build.json"))?.options ?? [:]
}

extension [OptimizationProfile] {
  /// Whether one of them takes batches of this size; without profiles all sizes are taken.
  func admit(batch: Int) -> Bool {
    isEmpty
      || contains { profile in
        profile.inputs.values.allSatisfy { extent in
          guard let least = extent.min.first, let most = extent.max.first else { return true }
          return least <= batch && batch <= most
        }
      }
  }

  /// `1 to 32`.
  var batchText: String {
    let extents = flatMap(\.inputs.values)
    let least = extents.compactMap(\.min.first).min() ?? 1, most = extents.compactMap(\.max.first).max() ?? 1
    return least == most ? "\(least)" : "\(least) to \(most)"
  }
}
