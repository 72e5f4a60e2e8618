// The INT8 calibration cache of TensorRT 5 to 10, which TensorRT 11 no longer reads:
//
//   TRT-8601-EntropyCalibration2
//   input_1:0: 3c010a14
//   (Unnamed Layer* 22) [Constant]_output: 3f2e12a0
//
// First the version that wrote it (major · 1000 + minor · 100 + patch; from 10 on major · 10000 + …) and the algorithm,
// then a tensor a line. Names hold colons and spaces: the last colon ends them, as in trtexec, where ModelOpt cuts at
// ": " and ONNX Runtime at the first. The digits are a float32 as one big-endian number: the scale, amax / 127. They
// are printed without leading zeros by some writers.
//
// A scale as amax and back is the same bits for 127 of 128 scales, and the nearest float32 for the others: no float32
// divided by 127 gives those.

internal import IngotCore

struct TensorRTCache: Hashable {
  struct Entry: Hashable {
    var tensor: String
    var scale: Float
  }

  static let suffixes = ["EntropyCalibration2", "EntropyCalibration", "MinMaxCalibration", "LegacyCalibration"]
  private static let problemLimit = 20

  var header: String
  var entries: [Entry] = []

  init(bytes: [UInt8], path: String) throws(InputError) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self) }
    header = lines.first ?? ""
    let parts = header.split(separator: "-", maxSplits: 2)
    guard parts.count == 3, parts[0] == "TRT", !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
      Self.suffixes.contains(String(parts[2]))
    else {
      throw InputError(
        in: path, "this is no calibration cache of TensorRT: its first line is `\(shown(header))`",
        hint: "a cache starts with a line like TRT-8601-EntropyCalibration2")
    }
    var problems: [Diagnostic] = []
    var seen: [String: Float] = [:]
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let entry = Self.entry(line)
      switch entry {
      case .failure(let problem): problems.append(Diagnostic(in: path, "line \(index + 1): \(problem.words)"))
      case .success(let entry):
        if let other = seen[entry.tensor], other != entry.scale {
          problems.append(Diagnostic(in: path, "line \(index + 1): another scale for `\(shown(entry.tensor))`"))
        } else if seen.updateValue(entry.scale, forKey: entry.tensor) == nil {
          entries.append(entry)
        }
      }
      if problems.count == Self.problemLimit { break }
    }
    guard problems.isEmpty else { throw InputError(problems) }
  }

  private struct Problem: Error { var words: String }

  private static func entry(_ line: String) -> Result<Entry, Problem> {
    guard let colon = line.lastIndex(of: ":"), colon > line.startIndex else {
      return .failure(Problem(words: "`\(shown(line))` is not a tensor, a colon and a number"))
    }
    let digits = line[line.index(after: colon)...].drop { $0 == " " }
    guard (1...8).contains(digits.utf8.count), let bits = UInt32(digits, radix: 16), digits.first != "+" else {
      return .failure(Problem(words: "`\(shown(String(digits)))` is not one to eight hexadecimal digits"))
    }
    let scale = Float(bitPattern: bits)
    guard scale.isFinite, scale >= 0, (scale * 127).isFinite else {
      return .failure(Problem(words: "the scale \(scale) of `\(shown(String(line[..<colon])))` is none"))
    }
    return .success(Entry(tensor: String(line[..<colon]), scale: scale))
  }

  func table(digest: Digest) -> RangeTable {
    RangeTable(
      method: .imported, setIdentity: "\(header) \(digest)", sampleCount: 0,
      tensors: entries.map { entry in
        // Zero is what some writers give tensors that were zero in every sample.
        let amax = max(Self.amax(scale: entry.scale), TensorRange.smallestAmax)
        let extreme = entry.scale == 0 ? 0 : amax
        return TensorRange(name: entry.tensor, min: -extreme, max: extreme, amax: amax, valueCount: 0, zeroCount: 0)
      })
  }

  /// The amax whose scale this is, or is nearest to.
  private static func amax(scale: Float) -> Float {
    let product = scale * 127
    return [product, product.nextUp, product.nextDown].first { $0 / 127 == scale } ?? product
  }
}

extension TensorRTCache {
  /// What an exported cache says wrote it: the last TensorRT before 10, which 10 reads too.
  private static let version = 8601

  init(_ table: RangeTable) {
    let origin = table.setIdentity.split(separator: " ").first.map(String.init) ?? ""
    let algorithm = table.method == .minmax ? "MinMaxCalibration" : "EntropyCalibration2"
    let isCache = table.method == .imported && origin.hasPrefix("TRT-")
    header = isCache ? origin : "TRT-\(Self.version)-\(algorithm)"
    entries = table.tensors.map { Entry(tensor: $0.name, scale: $0.isZero ? 0 : $0.amax / 127) }
  }

  /// - Parameter unreadable: what a reader cuts names at.
  func text(path: String, unreadable: String? = nil) throws(InputError) -> String {
    var problems: [Diagnostic] = []
    var lines = [header]
    for entry in entries {
      let isBroken = entry.tensor.utf8.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      if isBroken || unreadable.map({ entry.tensor.contains($0) }) == true {
        problems.append(
          Diagnostic(
            in: path, "the name `\(shown(entry.tensor))` cannot be in such a file: it would be read as another",
            hint: "rename the tensor (`ingot sanitize --rename`)"))
      }
      let digits = String(entry.scale.bitPattern, radix: 16)
      lines.append("\(entry.tensor): \(String(repeating: "0", count: 8 - digits.count))\(digits)")
    }
    guard problems.isEmpty else { throw InputError(problems) }
    return lines.joined(separator: "\n") + "\n"
  }
}
