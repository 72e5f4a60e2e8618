// The forms that ranges come and go in: Ingot's own, and those of the tools that people come from.

package import IngotCore

package enum RangeFormat: String, CaseIterable, Sendable {
  /// `ranges.json`, with everything that was measured.
  case ingot
  /// The calibration cache of TensorRT 5 to 10.
  case tensorrt
  /// The same file; ModelOpt cuts names at `: `, so names that hold it cannot be given to it.
  case modelopt
  /// The JSON of `onnxruntime.quantization`.
  case onnxruntime

  /// What a file is, by its first bytes.
  init(of bytes: [UInt8]) {
    let start = bytes.first { !" \t\r\n".utf8.contains($0) }
    if start != UInt8(ascii: "{") {
      self = .tensorrt
    } else {
      let text = String(decoding: bytes.prefix(1 << 10), as: UTF8.self)
      self = text.contains("\"\(RangeTable.formatName)\"") ? .ingot : .onnxruntime
    }
  }
}

/// Ranges that another tool, or an earlier calibration, left in a file.
package struct ImportedRanges: Hashable, Sendable {
  package var format: RangeFormat
  package var table: RangeTable

  /// - Parameter format: nil finds it out.
  package init(path: String, format: RangeFormat? = nil) throws(InputError) {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: RangeTable.fileByteLimit)
    } catch {
      throw InputError(in: path, "the ranges cannot be read: \(error)")
    }
    try self.init(bytes: bytes, path: path, format: format)
  }

  package init(bytes: [UInt8], path: String, format: RangeFormat? = nil) throws(InputError) {
    self.format = format ?? RangeFormat(of: bytes)
    table =
      switch self.format {
      case .ingot: try RangeTable(bytes: bytes, path: path)
      case .tensorrt, .modelopt: try TensorRTCache(bytes: bytes, path: path).table(digest: Digest(of: bytes))
      case .onnxruntime: try OnnxRuntimeRanges.table(bytes: bytes, path: path)
      }
  }

  /// The ranges of a model's tensors, and what fits nothing on the other side.
  package struct Matched: Hashable, Sendable {
    package var table: RangeTable
    /// Tensors that need a range and have none.
    package var missing: [String]
    /// Entries of tensors that need none, or that the model does not have.
    package var unused: [String]
  }

  /// - Parameters:
  ///   - tensors: those that need ranges, in the order that the table is to have.
  ///   - optional: tensors whose ranges are kept where there are some.
  package func matched(to tensors: [String], optional: [String] = [], modelDigest: Digest?) -> Matched {
    let known = Dictionary(table.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let wanted = Set(tensors + optional)
    var matched = Matched(table: table, missing: [], unused: [])
    matched.table.modelDigest = modelDigest
    matched.table.tensors = (tensors + optional).compactMap { known[$0] }
    matched.missing = tensors.filter { known[$0] == nil }
    matched.unused = table.tensors.map(\.name).filter { !wanted.contains($0) }
    return matched
  }
}

extension RangeTable {
  /// The table as a file of another form.
  /// - Parameter path: the file's name for messages.
  /// - Throws: the names that the form cannot carry, all of them at once.
  package func text(as format: RangeFormat, path: String) throws(InputError) -> String {
    switch format {
    case .ingot: return text
    case .tensorrt: return try TensorRTCache(self).text(path: path)
    case .modelopt: return try TensorRTCache(self).text(path: path, unreadable: ": ")
    case .onnxruntime: return OnnxRuntimeRanges.text(of: self)
    }
  }
}
