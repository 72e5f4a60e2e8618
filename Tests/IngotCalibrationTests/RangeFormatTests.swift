// Ranges of other tools, read and written in their forms.

import IngotCore
import Testing

@testable import IngotCalibration

@Suite struct RangeFormatTests {
  private static let cache = """
    TRT-7000-EntropyCalibration2
    input_1:0: 3c010204
    (Unnamed Layer* 22) [Constant]_output: 3e691968
    prob: 3c010a14
    zero: 0
    short: 800000

    """

  private static func imported(_ text: String, format: RangeFormat? = nil) throws -> ImportedRanges {
    try ImportedRanges(bytes: Array(text.utf8), path: "ranges", format: format)
  }

  @Test func readsACacheAsTensorRTWritesIt() throws {
    let imported = try Self.imported(Self.cache)
    #expect(imported.format == .tensorrt && imported.table.method == .imported && imported.table.sampleCount == 0)
    #expect(
      imported.table.tensors.map(\.name)
        == ["input_1:0", "(Unnamed Layer* 22) [Constant]_output", "prob", "zero", "short"])
    let amax = imported.table.tensors.map(\.amax)
    #expect(amax[0] == 1 && (28.9...28.92).contains(amax[1]) && amax[2] == 2048.5 / 2048)
    #expect(amax[3] == TensorRange.smallestAmax && imported.table.tensors[3].isZero)
    #expect(amax[4] == TensorRange.smallestAmax && !imported.table.tensors[4].isZero)
    #expect(imported.table.setIdentity.hasPrefix("TRT-7000-EntropyCalibration2 sha256:"))
    // Lines may end as on Windows, and may repeat each other.
    let repeated = Self.cache.replacing("\n", with: "\r\n") + "prob: 3c010a14\n"
    #expect(try Self.imported(repeated).table.tensors == imported.table.tensors)
  }

  @Test func writesACacheBack() throws {
    let table = try Self.imported(Self.cache).table
    let text = try table.text(as: .tensorrt, path: "out")
    let padded = Self.cache.replacing("zero: 0\n", with: "zero: 00000000\n").replacing("800000", with: "00800000")
    #expect(text == padded)
    var measured = table
    measured.method = .minmax
    #expect(try measured.text(as: .tensorrt, path: "out").hasPrefix("TRT-8601-MinMaxCalibration\n"))
    measured.method = .entropy
    #expect(try measured.text(as: .modelopt, path: "out").hasPrefix("TRT-8601-EntropyCalibration2\n"))
  }

  @Test func nearlyAllScalesComeBackTheSame() throws {
    var random = Numbers(seed: 21)
    let scales = (0..<4000).map { _ in 0.001 + random.uniform() * 10 }
    let lines = scales.enumerated().map { "t\($0): \(String($1.bitPattern, radix: 16))" }
    let text = (["TRT-100300-EntropyCalibration2"] + lines).joined(separator: "\n") + "\n"
    let back = try TensorRTCache(
      bytes: Array(try Self.imported(text).table.text(as: .tensorrt, path: "o").utf8), path: "o")
    let found = back.entries.map(\.scale)
    let different = zip(scales, found).filter { $0 != $1 }
    #expect(different.count < 4000 / 64 && different.allSatisfy { $0.nextUp == $1 || $0.nextDown == $1 })
  }

  struct Wrong: CustomTestStringConvertible, Sendable {
    var text: String, message: String
    var testDescription: String { message }
  }

  @Test(arguments: [
    Wrong(
      text: "data: 3c008912\n",
      message: "ranges: error: this is no calibration cache of TensorRT: its first line is `data: 3c008912`\n"
        + "  hint: a cache starts with a line like TRT-8601-EntropyCalibration2"),
    Wrong(
      text: "TRT-8601-EntropyCalibration2\na 3c\n",
      message: "ranges: error: line 2: `a 3c` is not a tensor, a colon and a number"),
    Wrong(
      text: "TRT-8601-EntropyCalibration2\nb: 3c008912\na: 3c0089123\nc: xyz\n",
      message: """
        ranges: error: line 3: `3c0089123` is not one to eight hexadecimal digits
        ranges: error: line 4: `xyz` is not one to eight hexadecimal digits
        """),
    Wrong(
      text: "TRT-8601-EntropyCalibration2\na: 7fc00000\n",
      message: "ranges: error: line 2: the scale nan of `a` is none"),
    Wrong(
      text: "TRT-8601-EntropyCalibration2\na: bf800000\n",
      message: "ranges: error: line 2: the scale -1.0 of `a` is none"),
    Wrong(
      text: "TRT-8601-EntropyCalibration2\na: 3c008912\na: 3c008913\n",
      message: "ranges: error: line 3: another scale for `a`"),
    Wrong(text: "{\"a\": [1]}", message: "ranges: error: tensor `a`: it is no range"),
    Wrong(text: "{\"a\": [2, 1]}", message: "ranges: error: tensor `a`: 2.0 to 1.0 is no range"),
    Wrong(
      text: "{\"a\": {\"CLS\": \"TensorData\", \"lowest\": [1, 2], \"highest\": [3, 4]}}",
      message:
        "ranges: error: tensor `a`: `lowest` and `highest` must be one number each; ranges by channel cannot be used"),
    Wrong(text: "{}", message: "ranges: error: there are no tensors in it"),
  ])
  func refusesWhatIsNoRange(wrong: Wrong) {
    let error = #expect(throws: InputError.self) { try Self.imported(wrong.text) }
    #expect(error?.description == wrong.message)
  }

  @Test(arguments: [
    #"{"x": [-1.5, 2], "y:0": [0, 0.25]}"#,
    #"{"y:0": {"CLS": "TensorData", "lowest": 0, "highest": 0.25}, "x": {"lowest": {"CLS": "numpy.array", "data": -1.5, "dtype": "float32"}, "highest": {"CLS": "numpy.array", "data": [2.0], "dtype": "float32"}, "CLS": "TensorData"}}"#,
    #"{"CLS": "TensorsData", "smooth_quant": false, "calibration_method": {"CLS": "CalibrationMethod", "value": "CalibrationMethod.Entropy"}, "data": {"x": {"lowest": -1.5, "highest": 2}, "y:0": {"lowest": 0, "highest": 0.25}}}"#,
  ])
  func readsTheJSONOfONNXRuntime(text: String) throws {
    let imported = try Self.imported(text)
    #expect(imported.format == .onnxruntime)
    #expect(imported.table.tensors.map(\.name) == ["x", "y:0"])
    #expect(imported.table.tensors.map(\.amax) == [2, 0.25] && imported.table.tensors.map(\.min) == [-1.5, 0])
    let again = try Self.imported(try imported.table.text(as: .onnxruntime, path: "out"))
    #expect(again.table.tensors == imported.table.tensors)
  }

  @Test(arguments: ["[", "{\"a\":"]) func aDeepTreeIsAnError(opening: String) {
    let text = "{\"t\":" + String(repeating: opening, count: 100_000)
    #expect(throws: InputError.self) { try Self.imported(text) }
  }

  @Test func namesThatAReaderWouldMisreadAreRefused() throws {
    let tensors = ["a: b", "ok", "c\nd"].map {
      TensorRange(name: $0, min: -1, max: 1, amax: 1, valueCount: 1, zeroCount: 0)
    }
    let table = RangeTable(method: .minmax, setIdentity: "s", sampleCount: 1, tensors: tensors)
    #expect(throws: InputError.self) { try table.text(as: .tensorrt, path: "out") }
    let error = #expect(throws: InputError.self) { try table.text(as: .modelopt, path: "out") }
    #expect(error?.diagnostics.count == 2)
  }

  @Test func whatFitsNothingIsListed() throws {
    let imported = try Self.imported(Self.cache)
    let matched = imported.matched(to: ["prob", "conv", "input_1:0"], modelDigest: Digest(of: "m"))
    #expect(matched.table.tensors.map(\.name) == ["prob", "input_1:0"] && matched.missing == ["conv"])
    #expect(matched.unused == ["(Unnamed Layer* 22) [Constant]_output", "zero", "short"])
    // What was imported is a range table like any other.
    let text = matched.table.text
    #expect(try RangeTable(bytes: Array(text.utf8), path: "r.json") == matched.table)
    #expect(try Self.imported(text).format == .ingot)
  }
}
