import Foundation
import IngotCore
import IngotRelease
import IngotStore
import Testing

@Suite struct BundleTests {
  @Test func isNamedByItsCanonicalBytes() throws {
    let place = try Workplace()
    let bundle = try place.makeBundle(gates: [passedGate])
    let bytes = try bundle.encoded()
    #expect(
      String(decoding: bytes, as: UTF8.self) == """
        {
          "bundle" : 1,
          "compatibility" : {
            "backend" : "onnxruntime",
            "compute" : [

            ],
            "facts" : {
              "architecture" : "x86_64"
            },
            "version" : "1.22.0"
          },
          "engine" : "engine.plan",
          "files" : [
            {
              "bytes" : 6,
              "digest" : "\(Digest(of: "engine"))",
              "path" : "engine.plan"
            },
            {
              "bytes" : 6,
              "digest" : "\(Digest(of: "ranges"))",
              "path" : "ranges.json"
            }
          ],
          "name" : "digits",
          "precision" : "int8",
          "signature" : {
            "inputs" : [
              {
                "name" : "image",
                "shape" : [
                  "batch",
                  1,
                  null
                ],
                "type" : "float32"
              }
            ],
            "outputs" : [
              {
                "name" : "scores",
                "shape" : [
                  "batch",
                  10
                ],
                "type" : "float32"
              }
            ]
          },
          "steps" : [
            {
              "inputs" : [
                {
                  "digest" : "\(Digest(of: "model"))",
                  "name" : "model.onnx"
                }
              ],
              "key" : "\(Digest(of: "key"))",
              "outputs" : [
                {
                  "digest" : "\(Digest(of: "engine"))",
                  "name" : "engine.plan"
                }
              ],
              "stage" : "build",
              "tools" : [
                {
                  "digest" : "\(Digest(of: "library"))",
                  "name" : "onnxruntime",
                  "version" : "1.22.0"
                }
              ]
            }
          ],
          "target" : "cpu",
          "variant" : "int8",
          "verdict" : {
            "device" : "cpu",
            "engine" : "\(Digest(of: "engine"))",
            "gates" : [
              {
                "bound" : "at least 0.999",
                "measured" : "0.9998",
                "name" : "cosine",
                "passed" : true
              }
            ],
            "level" : "engine",
            "passed" : true,
            "verdict" : "\(Digest(of: "verdict on engine"))"
          }
        }

        """)
    #expect(try bundle.digest() == Digest(of: bytes))
    #expect(try Bundle(decoding: bytes, path: "x") == bundle)
    #expect(try bundle.put(in: place.store).digest == bundle.digest())
    #expect(try Bundle(bundle.digest(), from: place.store) == bundle)
  }

  @Test(arguments: [
    ("{}", "bundle.json: this is no bundle: it is no JSON object with a number `bundle`; build it again"),
    ("", "bundle.json: this is no bundle: it is no JSON object with a number `bundle`; build it again"),
    (
      #"{"bundle": 2}"#,
      "bundle.json: the bundle has format 2 and this Ingot reads format 1; use the Ingot that wrote it"
    ),
    (#"{"bundle": 1}"#, "bundle.json: this is no bundle: it has no `name`; build it again"),
    (
      String(repeating: "[", count: 100_000),
      "bundle.json: this is no bundle: it is no JSON object with a number `bundle`; build it again"
    ),
  ])
  func refusesWhatIsNoBundle(text: String, message: String) throws {
    let error = #expect(throws: ReleaseError.self) { try Bundle(decoding: Array(text.utf8), path: "bundle.json") }
    #expect(error?.description == message)
    #expect(error?.kind == .input)
  }

  @Test(arguments: [
    ("\"ranges.json\"", "\"../ranges\"", "'../ranges' is no file name that a bundle may have"),
    ("\"ranges.json\"", "\"bundle.json\"", "'bundle.json' is no file name that a bundle may have"),
    ("\"ranges.json\"", "\"engine.plan\"", "its files are not sorted by path, or one is there twice"),
    ("\"engine\" : \"engine.plan\"", "\"engine\" : \"other\"", "its engine 'other' is not among its files"),
    ("\"bytes\" : 6", "\"bytes\" : -6", "engine.plan has a negative size"),
    ("\"bytes\" : 6", "\"bytes\" : 1e300", "it: The given data was not valid JSON."),
    ("\"name\" : \"digits\"", "\"name\" : \"../../etc\"", "'../../etc' cannot be part of a name"),
    (
      "\"digest\" : \"sha256:", "\"digest\" : \"md5:",
      "files[0].digest: 'md5:\(Digest(of: "engine").hex)' is no digest; expected sha256: and 64 hexadecimal digits"
    ),
    (
      "\"level\" : \"engine\"", "\"level\" : \"gold\"",
      "verdict.level: Cannot initialize Level from invalid String value gold"
    ),
  ])
  func refusesABundleThatCannotBe(part: String, replacement: String, problem: String) throws {
    let text = String(decoding: try Workplace().makeBundle().encoded(), as: UTF8.self)
    let range = try #require(text.range(of: part))
    let bad = text.replacingCharacters(in: range, with: replacement)
    let error = #expect(throws: ReleaseError.self) { try Bundle(decoding: Array(bad.utf8), path: "b") }
    #expect(error?.description == "b: this is no bundle: \(problem); build it again")
  }

  @Test func isNotFiledBeforeItsFiles() throws {
    let bundle = try Workplace().makeBundle()
    let error = #expect(throws: ReleaseError.self) { try bundle.put(in: Workplace().store) }
    #expect(error?.reason == .store(StoreError(.missingBlob(Digest(of: "engine")))))
  }
}
