// Strings: cut, joined, matched, counted; and images in files, which are strings of bytes.

internal import IngotCore

enum TextRules {
  static let table: [String: ShapeRule] = [
    "StringConcat": { (node) throws(ShapeProblem) in
      node.set(type: .string, shape: try ElementwiseRules.broadcastInputs(node))
    },
    "StringSplit": split, "StringNormalizer": normalizer, "RegexFullMatch": { $0.set(type: .bool, shape: $0.shape(0)) },
    "TfIdfVectorizer": termFrequencies, "ImageDecoder": image, "com.microsoft::Tokenizer": tokens,
    "com.microsoft::MurmurHash3": hash,
  ]

  @Sendable private static func split(_ node: inout NodeFacts) {
    node.set(0, type: .string, shape: node.shape(0).map { $0 + [.unknown] })
    node.set(1, type: .int64, shape: node.shape(0))
  }

  /// Stop words are dropped; without any, what comes in goes out.
  @Sendable private static func normalizer(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: .string, shape: nil)
    guard var shape = node.shape(0) else { return }
    guard shape.count == 1 || shape.count == 2 else { throw .rank(input: 0, shape: shape, expected: "1 or 2 axes") }
    if shape.count == 2 { shape[0] = .fixed(1) }
    if node.listCount("stopwords") ?? 0 > 0 || shape[shape.count - 1].size ?? 0 == 0 {
      shape[shape.count - 1] = .unknown
    }
    node.set(type: .string, shape: shape)
  }

  @Sendable private static func termFrequencies(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: .float32, shape: nil)
    guard let indices = node.node.ints("ngram_indexes"), let last = indices.max(), last >= 0, last < 1 << 40 else {
      throw .attribute("ngram_indexes", expected: "a list of numbers of 0 or more")
    }
    guard let shape = node.shape(0) else { return }
    guard shape.count == 1 || shape.count == 2 else { throw .rank(input: 0, shape: shape, expected: "1 or 2 axes") }
    node.set(type: .float32, shape: shape.dropLast() + [.fixed(Int(last) + 1)])
  }

  /// [height, width, channels].
  @Sendable private static func image(_ node: inout NodeFacts) {
    let isGray = node.node.string("pixel_format") == "Grayscale"
    node.set(type: .uint8, shape: [.unknown, .unknown, .fixed(isGray ? 1 : 3)])
  }

  @Sendable private static func tokens(_ node: inout NodeFacts) {
    node.set(type: .string, shape: node.shape(0).map { $0 + [.unknown] })
  }

  @Sendable private static func hash(_ node: inout NodeFacts) {
    node.set(type: node.flag("positive", default: true) ? .uint32 : .int32, shape: node.shape(0))
  }
}
