// A store that lost or changed bytes: the next build notices what it reads, makes it again, and succeeds.

import Foundation
import IngotCore
import Testing

private let blobs = "home/store/v1/blobs/sha256"

/// What happens to a file behind Ingot's back.
enum Damage: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case removed, cutOff, oneBitFlipped, emptied

  var testDescription: String { rawValue }

  func happen(to path: String, of space: TestSpace) throws {
    let bytes = try space.bytes(path)
    // Blobs are read-only; whoever damages one changes that first.
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: space.path(path))
    switch self {
    case .removed: try FileManager.default.removeItem(atPath: space.path(path))
    case .cutOff: try space.write(Array(bytes.dropLast(bytes.count / 2)), to: path)
    case .oneBitFlipped: try space.write(bytes.dropLast() + [(bytes.last ?? 0) ^ 1], to: path)
    case .emptied: try space.write([UInt8](), to: path)
    }
  }
}

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct RepairTests {
  /// Each single blob in turn, and the bundles are wanted in a new folder, so that what they hold is read.
  @Test(arguments: Damage.allCases) func makesADamagedBlobAnew(damage: Damage) throws {
    let space = try Quick.space()
    let first = try space.build(Quick.path)
    let names = try space.files(below: blobs)
    for (index, name) in names.enumerated() {
      try damage.happen(to: "\(blobs)/\(name)", of: space)
      let run = try space.ingot("build", Quick.path, "--json", "--out", "out-\(index)")
      #expect(run.status == 0, "\(damage) \(name): \(run.errors)")
      guard run.status == 0 else { continue }
      let report = try run.decoded(BuildReport.self)
      #expect(report.engines.map(\.state) == ["passed", "passed"])
      #expect(report.engines.map(\.accuracy) == first.engines.map(\.accuracy))
      for variant in ["fp32-cpu", "int8-cpu"] {
        #expect(
          try space.bundle("out-\(index)/quick/\(variant)").decided == space.bundle("out/quick/\(variant)").decided)
      }
    }
    #expect(try space.leftovers() == [])
  }

  /// Blobs that a later step needs, all at once, and a change that makes that step run.
  @Test(arguments: Damage.allCases) func makesEveryBlobAnew(damage: Damage) throws {
    let space = try Quick.space()
    let decided = { try ["fp32-cpu", "int8-cpu"].map { try space.bundle("out/quick/\($0)").decided } }
    try space.build(Quick.path)
    let before = try decided()
    for name in try space.files(below: blobs) { try damage.happen(to: "\(blobs)/\(name)", of: space) }
    try space.edit(Quick.path, "cosine: 0.99", "cosine: 0.95")
    let report = try space.build(Quick.path)
    #expect(report.engines.map(\.state) == ["passed", "passed"])
    #expect(try decided() == before)
    #expect(try space.build(Quick.path).ran == [])
    #expect(try space.leftovers() == [])
  }

  @Test(arguments: Damage.allCases) func treatsDamagedRecordsAsMisses(damage: Damage) throws {
    let space = try Quick.space()
    try space.build(Quick.path)
    for folder in ["v1/actions", "explain"] {
      for name in try space.files(below: "home/store/\(folder)") {
        try damage.happen(to: "home/store/\(folder)/\(name)", of: space)
      }
    }
    try damage.happen(to: "home/store/v1/file-digests", of: space)
    #expect(try space.build(Quick.path).engines.map(\.state) == ["passed", "passed"])
    #expect(try space.build(Quick.path).ran == [])
    #expect(try space.damagedBlobs() == [])
    #expect(try space.leftovers() == [])
  }
}
