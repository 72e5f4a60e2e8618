// Range tables as text: one form, read back exactly, and refused when it is not that.

import IngotCore
import Testing

@testable import IngotCalibration

@Suite struct RangeTableTests {
  private static let digest = Digest(of: "model")
  private static let table = RangeTable(
    method: .entropy, setIdentity: "sha256:ab", sampleCount: 500, modelDigest: digest,
    tensors: [
      TensorRange(name: "input", min: -1, max: 0.1, amax: 1, valueCount: 4, zeroCount: 0),
      TensorRange(
        name: "a \"b\"\\\n\u{1}é", min: 0, max: 1e-7, amax: 1e-7, valueCount: 9, zeroCount: 2,
        histogram: HistogramSummary(
          binCount: 70, binWidth: 0.125, digest: Digest(of: "h"), binsPerCount: 32, counts: [5, 0, 2]),
        quality: QuantizationQuality(clipped: 0.1, sqnr: 41.25, divergence: 1e-5)),
    ])

  private static let text = """
    {
      "format": "ingot-ranges",
      "version": 1,
      "method": "entropy",
      "set": "sha256:ab",
      "samples": 500,
      "model": "\(digest)",
      "tensors": [
        {"name": "input", "min": -1.0, "max": 0.1, "amax": 1.0, "values": 4, "zeros": 0},
        {"name": "a \\"b\\"\\\\\\n\\u0001é", "min": 0.0, "max": 1e-07, "amax": 1e-07, "values": 9, "zeros": 2, \
    "clipped": 0.1, "sqnr": 41.25, "divergence": 1e-05, \
    "histogram": {"bins": 70, "width": 0.125, "digest": "\(Digest(of: "h"))", "binsPerCount": 32, "counts": [5, 0, 2]}}
      ]
    }

    """

  @Test func isWrittenInOneForm() { #expect(Self.table.text == Self.text) }

  @Test func isReadBackExactly() throws {
    #expect(try RangeTable(bytes: Array(Self.text.utf8), path: "r.json") == Self.table)
    var other = Self.table
    (other.method, other.modelDigest) = (.percentile(0.9995), nil)
    #expect(try RangeTable(bytes: Array(other.text.utf8), path: "r.json") == other)
  }

  @Test func allFloatsSurviveTheText() throws {
    var random = Numbers(seed: 11)
    let values = (0..<2000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }.filter(\.isFinite)
    let tensors = values.enumerated().map { index, value in
      TensorRange(
        name: "t\(index)", min: -value.magnitude, max: value.magnitude,
        amax: max(value.magnitude, TensorRange.smallestAmax),
        valueCount: 1, zeroCount: 0)
    }
    let table = RangeTable(method: .minmax, setIdentity: "s", sampleCount: 1, tensors: tensors)
    #expect(try RangeTable(bytes: Array(table.text.utf8), path: "r.json") == table)
  }

  struct Wrong: CustomTestStringConvertible, Sendable {
    var old: String, new: String, message: String
    var testDescription: String { message }
  }

  @Test(arguments: [
    Wrong(old: "\"version\": 1", new: "\"version\": 2", message: "version 2 of the format; this Ingot reads version 1"),
    Wrong(
      old: "ingot-ranges", new: "ingot-rages", message: "`format` is `ingot-rages`; a range table has `ingot-ranges`"),
    Wrong(old: "entropy", new: "entropie", message: "unknown method `entropie`"),
    Wrong(
      old: "\"samples\": 500", new: "\"samples\": 0",
      message: "`samples` is 0; a table is made from at least one sample"),
    Wrong(old: "\"samples\": 500", new: "\"samples\": \"x\"", message: "`samples` is not a whole number"),
    Wrong(old: "\"set\"", new: "\"sett\"", message: "unknown key `sett`"),
    Wrong(old: "  \"set\": \"sha256:ab\",\n", new: "", message: "the table has no `set`"),
    Wrong(old: "\"model\": \"sha256:", new: "\"model\": \"sha256:zz", message: "`model` is no SHA-256 digest"),
    Wrong(old: "\"min\": -1.0", new: "\"min\": null", message: "`tensors[0].min` is null, not a number"),
    Wrong(old: "\"min\": -1.0", new: "\"mim\": -1.0", message: "`tensors[0]`: unknown key `mim`"),
    Wrong(old: "\"min\": -1.0", new: "\"min\": 2", message: "tensor `input`: min 2.0 and max 0.1 are no range"),
    Wrong(
      old: "\"amax\": 1.0", new: "\"amax\": 0", message: "tensor `input`: amax is 0.0; it must be positive and finite"),
    Wrong(
      old: "\"amax\": 1.0", new: "\"amax\": -1", message: "tensor `input`: amax is -1.0; it must be positive and finite"
    ),
    Wrong(
      old: "\"amax\": 1.0", new: "\"amax\": 3",
      message: "tensor `input`: amax 3.0 is larger than every value seen (-1.0 to 0.1)"),
    Wrong(old: "\"zeros\": 0", new: "\"zeros\": 5", message: "tensor `input`: 5 zeros among 4 values"),
    Wrong(
      old: "\"bins\": 70", new: "\"bins\": 7000",
      message: "tensor `a \"b\"\\\\n\\u{01}é`: a histogram of 7000 bins does not have 3 counts of 32 bins"),
    Wrong(
      old: "\"name\": \"input\"", new: "\"name\": \"a \\\"b\\\"\\\\\\n\\u0001é\"",
      message: "is there twice, again as number 2"),
  ])
  func refusesWhatIsNotATable(wrong: Wrong) throws {
    let text = Self.text.replacing(wrong.old, with: wrong.new, maxReplacements: 1)
    try #require(text != Self.text)
    let error = #expect(throws: InputError.self) { try RangeTable(bytes: Array(text.utf8), path: "r.json") }
    let found = try #require(error?.diagnostics.first)
    #expect(found.subject == "r.json" && error?.kind == .input)
    #expect(found.problem == wrong.message || found.problem.hasSuffix(wrong.message), "\(found.problem)")
  }

  @Test func refusesWhatIsNoJSON() throws {
    let nested = String(repeating: "[", count: 100_000)
    for text in ["", "{", "\u{0}", "[1, 2", nested, "{\"version\": 1e999}", "{\"version\": 1, \"version\": "] {
      let error = #expect(throws: InputError.self) { try RangeTable(bytes: Array(text.utf8), path: "r.json") }
      #expect(error?.diagnostics.first?.subject == "r.json")
    }
    // Numbers that float32 does not hold.
    let huge = Self.text.replacing("\"max\": 0.1", with: "\"max\": 1e39")
    #expect(throws: InputError.self) { try RangeTable(bytes: Array(huge.utf8), path: "r.json") }
  }

  @Test func survivesDamage() {
    let bytes = Array(Self.text.utf8)
    var random = Numbers(seed: 2)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] = UInt8(truncatingIfNeeded: random.next())
      _ = try? RangeTable(bytes: damaged, path: "r.json")
      _ = try? RangeTable(bytes: Array(bytes[..<index]), path: "r.json")
    }
  }
}
