import Testing
import IngotManifest
import IngotCore
import Foundation
@Suite struct SpeedProbe {
  @Test func speed() throws {
    guard let path = ProcessInfo.processInfo.environment["INGOT_PROBE"] else { return }
    let bytes = try FileSystem.read(path)
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try Manifest.parse(text: text, path: path)
    let clock = ContinuousClock()
    var parse: [Double] = [], yaml: [Double] = [], file: [Double] = []
    func us(_ d: Duration) -> Double { Double(d.components.attoseconds) / 1e12 + Double(d.components.seconds) * 1e6 }
    for _ in 0..<2000 {
      parse.append(us(try clock.measure { _ = try Manifest.parse(text: text, path: path) }))
      yaml.append(us(try clock.measure { _ = try YAMLNode.parse(text: text, path: path) }))
      file.append(us(try clock.measure { _ = try Manifest.read(path) }))
    }
    for (n, v) in [("parse", parse), ("yaml only", yaml), ("read file", file)] {
      let s = v.sorted()
      print(n, "min", s[0], "median", s[s.count / 2], "p99", s[s.count * 99 / 100], "us; lines", text.split(separator: "\n").count)
    }
  }
}
