// The JSON of `onnxruntime.quantization`: what `save_tensors_data` writes and `load_tensors_data` reads, and what
// `write_calibration_table` calls calibration.json, which is the inner part of it. A number may be a number or a NumPy
// array of one; older versions wrote a pair of numbers for a tensor.
//
//   {"CLS": "TensorsData", "calibration_method": {"CLS": "CalibrationMethod", "value": "CalibrationMethod.MinMax"},
//    "data": {"x": {"CLS": "TensorData",
//                   "lowest": {"CLS": "numpy.array", "data": -1.5, "dtype": "float32"}, "highest": {…}}}}

internal import FoundationEssentials
internal import IngotCore

enum OnnxRuntimeRanges {
  static func table(bytes: [UInt8], path: String) throws(InputError) -> RangeTable {
    let root: JSONValue
    do {
      root = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw InputError(in: path, "this is no JSON: \(error)")
    }
    guard case .object(let outer) = root else { throw InputError(in: path, "this is no JSON object of tensors") }
    var (entries, method) = (outer, "unknown method")
    if outer["CLS"]?.text == "TensorsData" {
      guard let data = outer["data"]?.object else { throw InputError(in: path, "`data` is no object of tensors") }
      entries = data
      if case .object(let fields)? = outer["calibration_method"], let value = fields["value"]?.text { method = value }
    }
    var problems: [Diagnostic] = []
    var tensors: [TensorRange] = []
    for (name, value) in entries.sorted(by: { $0.key < $1.key }) {
      switch range(named: name, value) {
      case .success(let range): tensors.append(range)
      case .failure(let problem):
        problems.append(Diagnostic(in: path, "tensor `\(shown(name))`: \(problem.words)"))
      }
    }
    guard problems.isEmpty else { throw InputError(problems) }
    guard !tensors.isEmpty else { throw InputError(in: path, "there are no tensors in it") }
    return RangeTable(
      method: .imported, setIdentity: "onnxruntime \(method) \(Digest(of: bytes))", sampleCount: 0, tensors: tensors)
  }

  private struct Problem: Error { var words: String }

  private static func range(named name: String, _ value: JSONValue) -> Result<TensorRange, Problem> {
    let ends: (JSONValue?, JSONValue?)
    switch value {
    case .object(let fields): ends = (fields["lowest"], fields["highest"])
    case .array(let values) where values.count == 2: ends = (values[0], values[1])
    default: return .failure(Problem(words: "it is no range"))
    }
    guard let low = ends.0?.float, let high = ends.1?.float else {
      return .failure(Problem(words: "`lowest` and `highest` must be one number each; ranges by channel cannot be used"))
    }
    guard low.isFinite, high.isFinite, low <= high else {
      return .failure(Problem(words: "\(low) to \(high) is no range"))
    }
    let amax = max(low.magnitude, high.magnitude, TensorRange.smallestAmax)
    return .success(TensorRange(name: name, min: low, max: high, amax: amax, valueCount: 0, zeroCount: 0))
  }

  /// As `save_tensors_data` writes it; the thresholds, not the extremes.
  static func text(of table: RangeTable) -> String {
    func number(_ value: Float) -> String { "{\"CLS\": \"numpy.array\", \"data\": \(value), \"dtype\": \"float32\"}" }
    let lines = table.tensors.map { tensor in
      let low = number(max(tensor.min, -tensor.amax))
      let high = number(min(tensor.max, tensor.amax))
      return "    \(jsonString(tensor.name)): {\"CLS\": \"TensorData\", \"lowest\": \(low), \"highest\": \(high)}"
    }
    // Whatever the method was, what is kept of it are ranges.
    return """
      {
        "CLS": "TensorsData",
        "calibration_method": {"CLS": "CalibrationMethod", "value": "CalibrationMethod.MinMax"},
        "smooth_quant": false,
        "data": {
      \(lines.joined(separator: ",\n"))
        }
      }

      """
  }
}

/// Any JSON.
private enum JSONValue: Decodable {
  case object([String: JSONValue]), array([JSONValue]), number(Double), text(String), other

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: TextKey.self) {
      var fields: [String: JSONValue] = [:]
      for key in container.allKeys { fields[key.stringValue] = try container.decode(JSONValue.self, forKey: key) }
      self = .object(fields)
    } else if var container = try? decoder.unkeyedContainer() {
      var values: [JSONValue] = []
      while !container.isAtEnd { values.append(try container.decode(JSONValue.self)) }
      self = .array(values)
    } else {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = .other
      }
    }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var object: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }

  /// A number, or an array of one, as JSON or as NumPy's.
  var float: Float? {
    switch self {
    case .number(let value): Float(value)
    case .array(let values): values.count == 1 ? values[0].float : nil
    case .object(let fields): fields["CLS"]?.text == "numpy.array" ? fields["data"]?.float : nil
    case .text, .other: nil
    }
  }
}
