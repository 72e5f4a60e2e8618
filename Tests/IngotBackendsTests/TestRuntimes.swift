// The real runtimes that tests drive: `make test` installs them and names the folder in INGOT_TEST_RUNTIMES.

import Foundation
import IngotBackends
import Testing

enum TestRuntimes {
  static let comment: Comment = "no runtimes; `make test` installs them and sets INGOT_TEST_RUNTIMES"
  static let folder = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"]

  /// The library file whose name starts so, in the folder of the runtime of that name.
  static func library(_ prefix: String, of runtime: String) -> String? {
    guard let folder, let all = try? FileManager.default.contentsOfDirectory(atPath: folder),
      let found = all.sorted().last(where: { $0.hasPrefix("\(runtime)-") }),
      let files = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(found)")
    else { return nil }
    return files.sorted().first { $0.hasPrefix(prefix) }.map { "\(folder)/\(found)/\($0)" }
  }

  static let onnxRuntime = library("libonnxruntime.so", of: "onnxruntime")

  static let openVINO = library("libopenvino_c.so", of: "openvino")

  /// A model of the repository.
  static func model(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Pipelines/models/\(name)").standardized.path
  }
}

extension CUDADriver.State {
  var isAbsent: Bool { if case .absent = self { true } else { false } }
  var hasGPU: Bool { if case .present(_, _, let devices) = self { !devices.isEmpty } else { false } }
}
