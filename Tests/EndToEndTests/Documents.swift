// The program's JSON, as far as the tests read it: decoded by hand-written types, so that a renamed field fails a test.

import Foundation
import IngotCore
import Testing

/// `ingot build --json`.
struct BuildReport: Decodable {
  struct Engine: Decodable {
    struct Step: Decodable {
      var label: String
      var stage: String
      var seconds: Double
      var wasCached: Bool
    }

    var manifest: String
    var variant: String
    var precision: String
    var target: String
    var state: String
    var level: String?
    var accuracy: Double?
    var referenceAccuracy: Double?
    var metric: String?
    var sqnr: Double?
    var engineBytes: Int?
    var bundle: String?
    var path: String?
    var problems: [String]
    var steps: [Step]
  }

  var format: String
  var engines: [Engine]

  /// Labels of the steps that ran, without repetition, sorted.
  var ran: [String] { Set(engines.flatMap(\.steps).filter { !$0.wasCached }.map(\.label)).sorted() }
  subscript(variant: String) -> Engine? { engines.first { $0.variant == variant } }
}

/// `ingot plan --json`.
struct PlanReport: Decodable {
  struct Manifest: Decodable {
    struct Step: Decodable {
      struct Change: Decodable, Equatable {
        var component: String
        var from: String?
        var to: String?
      }

      var step: String
      var stage: String
      var state: String
      var reason: String
      var changes: [Change]?
    }

    var name: String
    var steps: [Step]
  }

  var format: String
  var manifests: [Manifest]

  var steps: [Manifest.Step] { manifests.flatMap(\.steps) }
  func labels(_ state: String) -> [String] { steps.filter { $0.state == state }.map(\.step).sorted() }
}

/// `bundle.json`.
struct BundleFile: Decodable {
  struct File: Decodable {
    var path: String
    var digest: String
    var bytes: Int
  }

  struct Step: Decodable {
    struct Named: Decodable, Hashable {
      var name: String
      var digest: String
    }

    var stage: String
    var inputs: [Named]
    var outputs: [Named]
  }

  var name: String
  var variant: String
  var engine: String
  var files: [File]
  var steps: [Step]

  /// Of what Ingot itself decides: the canonical model, the ranges, the lowered model.
  var decided: [String] {
    steps.filter { ["sanitize", "calibrate", "lower"].contains($0.stage) }
      .flatMap { step in step.outputs.map { "\(step.stage) \($0.name) \($0.digest)" } }
  }
}

extension Run {
  func decoded<D: Decodable>(_ type: D.Type) throws -> D {
    do {
      return try JSONDecoder().decode(type, from: Data(output.utf8))
    } catch {
      Issue.record("no \(type) in: \(output.prefix(2000))\n\(errors.prefix(2000))\n\(error)")
      throw error
    }
  }

  /// The document's `format`, after a check that the whole output is one JSON object.
  func format() throws -> String {
    let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    return try #require(object?["format"] as? String, "no format in: \(output.prefix(500))")
  }
}

extension TestSpace {
  @discardableResult
  func build(_ manifest: String, _ more: String..., environment: [String: String] = [:]) throws -> BuildReport {
    let run = try start(["build", manifest, "--json"] + more, environment: environment).finished()
    try #require(run.status == 0, "exit code \(run.status): \(run.errors.suffix(4000))")
    return try run.decoded(BuildReport.self)
  }

  func plan(_ manifest: String) throws -> PlanReport { try ingot("plan", manifest, "--json").decoded(PlanReport.self) }

  func bundle(_ folder: String) throws -> BundleFile {
    try JSONDecoder().decode(BundleFile.self, from: Data(contentsOf: root.appending(path: "\(folder)/bundle.json")))
  }
}
