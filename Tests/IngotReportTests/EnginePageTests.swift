import Foundation
import IngotCalibration
import IngotCore
import IngotPrecision
import IngotRelease
import IngotVerify
import Testing

@testable import IngotReport

@Suite struct EnginePageTests {
  @Test func isThePageThatWasLookedAt() throws {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/page.html")
    let page = SomePage().page
    if ProcessInfo.processInfo.environment["INGOT_RECORD"] == "1" {
      try Data(page.utf8).write(to: golden)
      Issue.record("recorded the page; run again without INGOT_RECORD")
    }
    #expect(try String(contentsOf: golden, encoding: .utf8) == page)
  }

  @Test func loadsNothingAndLetsNothingElseRun() throws {
    let page = SomePage().page
    for word in ["http:", "https:", "src=", "url(", "@import", "<link", "<iframe", "style=\"", "onclick=\""] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.contains("default-src &#39;none&#39;; style-src &#39;sha256-"))
    // The policy's hashes are those of what stands in the page.
    for (tag, policy) in [("style", "style-src"), ("script", "script-src")] {
      let body = try #require(page.split(separator: "<\(tag)>").last?.split(separator: "</\(tag)>").first)
      let hash = Data(Digest(of: String(body)).rawBytes).base64EncodedString()
      #expect(page.contains("\(policy) &#39;sha256-\(hash)&#39;"), "\(tag)")
    }
  }

  /// Where a name from a model, a manifest or a file enters the page.
  static let places: [(String, @Sendable (inout SomePage, String) -> Void)] = [
    ("node", { $0.lowering.layers[0].node = $1 }), ("operator", { $0.lowering.layers[0].op = $1 }),
    ("type", { $0.lowering.layers[0].type = $1 }), ("input", { $0.lowering.layers[0].input = $1 }),
    ("reason", { $0.lowering.layers[2].reason = $1 }), ("rule", { $0.lowering.layers[2].rule = $1 }),
    ("type name", { $0.lowering.multiplyAdds = [$1: 1] }), ("fallback", { $0.lowering.fallback = $1 }),
    ("tensor", { $0.ranges.tensors[0].name = $1 }), ("threshold", { $0.ranges.tensors[0].thresholds = [$1: 4] }),
    ("trial", { $0.recipe.trials[0].candidate = $1 }), ("why", { $0.recipe.trials[0].reason = $1 }),
    ("name", { $0.bundle.name = $1 }), ("target", { $0.bundle.target = $1 }),
    ("fact", { $0.bundle.compatibility.facts = [$1: $1] }),
    ("port", { $0.bundle.signature.inputs[0].name = $1 }), ("step", { $0.bundle.steps[0].stage = $1 }),
    ("tool", { $0.bundle.steps[1].tools[0].name = $1 }), ("device", { $0.bundle.verdict?.device = $1 }),
    ("gate", { $0.bundle.verdict?.gates[0].name = $1 }),
    ("axis", { $0.bundle.signature.inputs[0].shape = [.init(.symbolic($1))] }),
  ]

  @Test(arguments: places.map(\.0))
  func whatComesFromOutsideIsText(place: String) throws {
    let insert = try #require(Self.places.first { $0.0 == place }?.1)
    var some = SomePage()
    insert(&some, "\"'><script>alert(1)</script>&amp;")
    let page = some.page
    #expect(!page.contains("<script>alert"))
    #expect(page.contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"))
  }

  @Test(arguments: [
    ("\u{1b}[31m", "\\u{1b}[31m"), ("a\u{202e}b", "a\\u{202e}b"), ("a\u{0}b", "a\\u{0}b"), ("ünï🙂", "ünï🙂"),
  ])
  func whatCannotBeSeenIsShown(name: String, shown: String) {
    var some = SomePage()
    some.lowering.layers[0].node = name
    #expect(some.page.contains("<td class=\"name\">\(shown)</td>"))
  }

  @Test func aNameOfAMegabyteIsCut() {
    var some = SomePage()
    some.lowering.layers[0].node = String(repeating: "n", count: 1 << 20)
    #expect(some.page.utf8.count < 100_000)
  }

  @Test func manyLayersStayAPage() throws {
    var some = SomePage()
    let layer = some.lowering.layers[0]
    some.lowering.layers = (0..<2500).map {
      var next = layer
      (next.node, next.input) = ("/layer\($0)/Conv", "tensor\($0)")
      return next
    }
    some.ranges.tensors = (0..<2500).map { SomePage.tensor("tensor\($0)", amax: 3) }
    some.recipe.costs = []
    let page = some.page
    #expect(page.utf8.count < 2_000_000)
    #expect(page.components(separatedBy: "<figure").count - 1 == 50)
    #expect(page.contains("The 50 worst of 2500 tensors") && page.contains("And 500 more layers"))
  }

  @Test func picturesComeInTheOrderOfTheLayersThatReadThem() throws {
    let page = SomePage().page
    let (first, second) = (page.firstRange(of: "<h3>act</h3>"), page.firstRange(of: "<h3>image</h3>"))
    #expect(try #require(first).lowerBound < #require(second).lowerBound)
    #expect(page.contains("read by #1 /fc1/Gemm"))
  }

  @Test func thresholdsOfAllMethodsAreDrawn() throws {
    let picture = try #require(HistogramPicture(SomePage.tensor("t", amax: 4), method: "mse"))
    // Of 8 units in 320.
    #expect(picture.svg.text.contains("class=\"t t0\" d=\"M160 0V96\""))
    #expect(picture.svg.text.contains("class=\"t t1\" d=\"M200 0V96\""))
    #expect(picture.svg.text.contains("class=\"t t2\" d=\"M320 0V96\""))
    #expect(picture.legend.text.contains("<b>mse 4.00</b>") && picture.legend.text.contains("minmax 8.00"))
    // One bar beyond the threshold is clipped: the last.
    #expect(picture.svg.text.contains("<path class=\"clip\" d=\"M240 96V"))
  }

  @Test(arguments: [[], [0, 0, 0]])
  func noPictureIsMadeOfNothing(counts: [Int]) {
    var tensor = SomePage.tensor("t", amax: 1)
    tensor.histogram?.counts = counts
    #expect(HistogramPicture(tensor, method: "mse") == nil)
  }

  @Test func aBundleThatWasOnlyBuiltIsAPage() {
    var some = SomePage()
    some.bundle.verdict = nil
    let page = EnginePage(some.bundle, digest: Digest(of: "b"), documents: EngineDocuments(), times: [:]).text
    #expect(page.contains("not verified") && page.hasSuffix("</html>\n"))
    for section in ["Verdict", "Layers", "Activations", "Types", "What was compared"] {
      #expect(!page.contains("<h2>\(section)</h2>"))
    }
  }

  @Test func documentsThatCannotBeReadAreNamed() {
    let documents = EngineDocuments(unreadable: ["lower.json"])
    let page = EnginePage(SomePage().bundle, digest: Digest(of: "b"), documents: documents, times: [:]).text
    #expect(page.contains("cannot read lower.json"))
  }
}
