// A calibration set: a folder with arrays of samples and a `set.yaml` that names them. Calibration and verification
// read their data through it. How `set.yaml` is read is in SetDescription.swift.

package import IngotCore

/// Arrays that agree on their number of samples, streamed from their files.
package struct CalibrationSet: Sendable {
  /// As the caller wrote it.
  package let directory: String
  package let description: String?
  package let source: String?
  package let sampleCount: Int
  /// In the order of `set.yaml`.
  package let arrays: [SampleArray]
  /// The files that the arrays come from, sorted: their digests and `identity` say which bytes reach a model.
  package let filePaths: [String]

  init(
    directory: String, description: String?, source: String?, arrays: [SampleArray], filePaths: [String]
  ) {
    (self.directory, self.description, self.source, self.arrays) = (directory, description, source, arrays)
    self.filePaths = filePaths
    sampleCount = arrays.first?.sampleCount ?? 0
  }

  /// Only the first samples.
  /// - Parameter count: nil means all.
  package func first(_ count: Int?) -> CalibrationSet {
    guard let count else { return self }
    return CalibrationSet(
      directory: directory, description: description, source: source,
      arrays: arrays.map { $0.first(min(count, sampleCount)) }, filePaths: filePaths)
  }

  package func array(named name: String) -> SampleArray? { arrays.first { $0.name == name } }

  /// Samples of one array.
  /// - Parameter samples: inside 0..<sampleCount.
  /// - Returns: shape [samples, …], little endian; a slice of the file where it can be.
  /// - Throws: where there is no such array, or its data is damaged.
  package func tensor(_ name: String, samples: Range<Int>) throws(InputError) -> Tensor {
    guard let array = array(named: name) else {
      throw InputError(
        in: "\(directory)/\(Self.fileName)", "there is no array `\(shown(name))`",
        hint: "it has \(arrays.map { shown($0.name) }.joined(separator: ", "))")
    }
    return try array.tensor(samples: samples)
  }

  /// The first samples, cut into runs; the last one may be shorter.
  /// - Parameter limit: how many samples; nil means all.
  package func batches(of batchSize: Int, limit: Int? = nil) -> [Range<Int>] {
    let end = min(limit ?? sampleCount, sampleCount)
    return stride(from: 0, to: end, by: max(batchSize, 1)).map { $0..<min($0 + max(batchSize, 1), end) }
  }

  /// An array of whole numbers, one a sample: the classes that the samples belong to.
  package func labels(_ name: String) throws(InputError) -> [Int64] {
    let tensor = try tensor(name, samples: 0..<sampleCount)
    guard tensor.shape.dropFirst().allSatisfy({ $0 == 1 }), let labels = tensor.integers else {
      let place = array(named: name)?.place
      throw InputError([
        Diagnostic(
          at: place,
          "labels are whole numbers, one a sample; `\(shown(name))` is \(tensor.type) \(shapeText(tensor.shape))")
      ])
    }
    return labels
  }

  /// What decides, besides the files' bytes, which numbers reach a model: for each array its name and the canonical
  /// text of what `set.yaml` says of it, sorted by name. Comments, order and descriptions are not part of it.
  package var identity: [(name: String, text: String)] {
    arrays.map { ($0.name, $0.identity) }.sorted { $0.0 < $1.0 }
  }

  package static let fileName = "set.yaml"
}

/// One array of a calibration set.
package struct SampleArray: Sendable {
  package let name: String
  /// Where `set.yaml` names it.
  package let place: Place
  package let type: ElementType
  package let sampleCount: Int
  /// Without the axis that counts the samples.
  package let sampleShape: [Int]
  let identity: String
  let contents: ArrayContents

  init(name: String, place: Place, identity: String, contents: ArrayContents) {
    self.init(
      name: name, place: place, identity: identity, contents: contents, count: contents.layout.shape[0])
  }

  private init(name: String, place: Place, identity: String, contents: ArrayContents, count: Int) {
    (self.name, self.place, self.identity, self.contents) = (name, place, identity, contents)
    (type, sampleShape) = (contents.layout.type, contents.layout.sampleShape)
    sampleCount = count
  }

  fileprivate func first(_ count: Int) -> SampleArray {
    SampleArray(name: name, place: place, identity: identity, contents: contents, count: count)
  }

  /// `float32 [500, 3, 8, 8]`.
  package var shapeDescription: String { "\(type) \(shapeText([sampleCount] + sampleShape))" }

  package var sampleByteCount: Int { contents.layout.sampleByteCount }

  package func tensor(samples: Range<Int>) throws(InputError) -> Tensor {
    precondition(samples.lowerBound >= 0 && samples.upperBound <= sampleCount, "'\(name)' has no samples \(samples)")
    do {
      return Tensor(type: type, shape: [samples.count] + sampleShape, bytes: try contents.bytes(ofSamples: samples))
    } catch {
      throw InputError([diagnostic(error)])
    }
  }

  func diagnostic(_ problem: ArrayProblem) -> Diagnostic {
    Diagnostic(at: place, "array `\(shown(name))`: \(problem.problem)", hint: problem.hint)
  }
}

extension Tensor {
  /// The elements, where they are whole numbers that 64 bits hold.
  fileprivate var integers: [Int64]? {
    switch type {
    case .int64: return elements(as: Int64.self)
    case .int32: return elements(as: Int32.self).map(Int64.init)
    case .int16: return elements(as: Int16.self).map(Int64.init)
    case .int8: return elements(as: Int8.self).map(Int64.init)
    case .uint32: return elements(as: UInt32.self).map(Int64.init)
    case .uint16: return elements(as: UInt16.self).map(Int64.init)
    case .uint8: return elements(as: UInt8.self).map(Int64.init)
    case .uint64:
      let values = elements(as: UInt64.self)
      return values.allSatisfy { $0 <= UInt64(Int64.max) } ? values.map { Int64($0) } : nil
    case .string, .float32, .bool, .float16, .float64, .complex64, .complex128, .bfloat16, .float8e4m3fn,
      .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .uint4, .int4, .float4e2m1, .float8e8m0, .uint2, .int2,
      .float6e2m3,
      .float6e3m2:
      return nil
    }
  }
}
