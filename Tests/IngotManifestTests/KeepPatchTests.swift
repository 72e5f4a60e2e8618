// Nodes to keep, written into manifests: the rest of the text stays as it is.

import IngotManifest
import Testing

@Suite struct KeepPatchTests {
  private static let nodes = ["/conv 1/Conv", "a\"b\\"]
  private static let names = #""/conv 1/Conv", "a\"b\\""#

  /// A manifest with a precision, and more of it before.
  private func text(_ precision: String) -> String {
    """
    # What it is for.
    ingot: 1
    name: m
    model: { path: m.onnx }
    targets: { cpu: { backend: onnxruntime } }  # only one

    \(precision)
    calibration: { data: c }
    verify: { data: e, accuracy: { metric: top1, labels: l, min: 90% } }

    """
  }

  @Test(arguments: [
    (
      "precision: { type: int8, max-drop: { top1: 1% } }  # why",
      "precision: { type: int8, keep: { nodes: [\(names)] }, max-drop: { top1: 1% } }  # why"
    ),
    (
      "precision:\n  type: int8\n  # as far as it goes\n  max-drop:\n    top1: 1%",
      "precision:\n  type: int8\n  # as far as it goes\n  keep: { nodes: [\(names)] }\n  max-drop:\n    top1: 1%"
    ),
    (
      "precision: { keep: { ops: [Softmax] }, type: int8, max-drop: { top1: 1% } }",
      "precision: { keep: { nodes: [\(names)], ops: [Softmax] }, type: int8, max-drop: { top1: 1% } }"
    ),
    (
      "precision:\n  keep:\n    ops: [Softmax]\n  type: int8\n  max-drop: { top1: 1% }",
      "precision:\n  keep:\n    nodes: [\(names)]\n    ops: [Softmax]\n  type: int8\n  max-drop: { top1: 1% }"
    ),
    (
      "precision: { type: int8, keep: { nodes: [ \"/head/*\", x ] }, max-drop: { top1: 1% } }",
      "precision: { type: int8, keep: { nodes: [ \(names), \"/head/*\", x ] }, max-drop: { top1: 1% } }"
    ),
    (
      "precision:\n  type: int8\n  keep:\n    nodes:\n      # by hand\n      - /head/*\n  max-drop: { top1: 1% }",
      "precision:\n  type: int8\n  keep:\n    nodes:\n      # by hand\n      - \"/conv 1/Conv\"\n"
        + "      - \"a\\\"b\\\\\"\n      - /head/*\n  max-drop: { top1: 1% }"
    ),
    (
      "matrix:\n  precision:\n    - fp32\n    - max-drop: { top1: 1% }\n      type: int8",
      "matrix:\n  precision:\n    - fp32\n    - keep: { nodes: [\(names)] }\n      max-drop: { top1: 1% }\n      type: int8"
    ),
    (
      "precision: { type: int8, max-drop: { top1: 1% } }\nmatrix: { precision: [fp32, int8] }",
      "precision: { type: int8, keep: { nodes: [\(names)] }, max-drop: { top1: 1% } }\nmatrix: { precision: [fp32, int8] }"
    ),
  ])
  func goesBeforeWhatIsThere(before: String, after: String) throws {
    let manifest = try Manifest.parse(text: text(before), path: "m.yaml")
    let precision = try #require(manifest.variants.map(\.precision).last)
    #expect(manifest.text(keeping: Self.nodes, in: precision) == text(after))
  }

  @Test func windowsLineEndsStay() throws {
    let lines = text("precision: { type: int8, max-drop: { top1: 1% } }").replacing("\n", with: "\r\n")
    let manifest = try Manifest.parse(text: lines, path: "m.yaml")
    let patched = try #require(manifest.text(keeping: ["a"], in: manifest.precision))
    #expect(patched == lines.replacing("max-drop: { top1", with: "keep: { nodes: [\"a\"] }, max-drop: { top1"))
  }

  /// One insertion changes the precision and its alias; that is what is wanted where both have the same `max-drop`.
  @Test func whatOneInsertionCannotSayIsNotWritten() throws {
    let plain = try Manifest.parse(text: text("precision: int8"), path: "m.yaml")
    #expect(plain.text(keeping: ["a"], in: plain.precision) == nil)
    let empty = try Manifest.parse(
      text: text("precision:\n  type: int8\n  keep:\n    nodes: &n [a]\n    ops: *n\n  max-drop: { top1: 1% }"),
      path: "m.yaml")
    #expect(empty.text(keeping: ["b"], in: empty.precision) == nil)
    #expect(empty.precision.keepLine(adding: ["b"]) == #"keep: { nodes: ["b", "a"], ops: ["a"] }"#)
  }
}
