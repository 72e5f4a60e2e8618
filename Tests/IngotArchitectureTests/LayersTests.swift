import Foundation
import Testing

/// Package.swift is the architecture: it lists modules from the bottom up, and a file imports only what its module lists there.
@Suite struct LayersTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Modules in the order of Package.swift, with the dependencies that it gives each.
  private static let modules: [(name: String, dependencies: [String])] = {
    guard let text = try? String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8) else { return [] }
    var found: [(String, [String])] = []
    let pattern =
      /(?:module|loader|systemModule)\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?|executableTarget\(\s*name: "(\w+)",\s*dependencies: \[([^\]]*)\]/
    for match in text.matches(of: pattern) {
      guard let name = match.1 ?? match.3 else { continue }
      let list = match.2 ?? match.4 ?? ""
      found.append((String(name), list.matches(of: /"(\w+)"/).map { String($0.1) }))
    }
    return found
  }()

  private static let systemModules: Set<String> = ["Glibc", "Synchronization", "FoundationEssentials"]

  @Test func packageListsEveryModuleOfSources() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
    #expect(Set(folders) == Set(Self.modules.map(\.name)))
  }

  @Test func aModuleDependsOnlyOnModulesListedAboveIt() {
    for (index, module) in Self.modules.enumerated() {
      let above = Set(Self.modules[..<index].map(\.name))
      for dependency in module.dependencies {
        #expect(
          above.contains(dependency), "\(module.name) depends on \(dependency), which Package.swift lists below it")
      }
    }
  }

  @Test func aFileImportsOnlyWhatItsModuleDeclares() throws {
    var filesRead = 0
    for module in Self.modules {
      let folder = Self.root.appending(path: "Sources/\(module.name)")
      for case let file as URL in FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)! {
        guard file.pathExtension == "swift" else { continue }
        filesRead += 1
        let allowed = Set(module.dependencies).union(Self.systemModules)
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(
          of: /(?m)^\s*(?:@\w+\s+)*(?:public|package|internal|private)?\s*import (?:struct |class |enum |func )?(\w+)/)
        {
          #expect(allowed.contains(String(match.1)), "\(module.name)/\(file.lastPathComponent) imports \(match.1)")
        }
      }
    }
    #expect(filesRead > 50)
  }

  @Test func cModulesAreImportedInternally() throws {
    for module in Self.modules where module.name.hasPrefix("Ingot") {
      let folder = Self.root.appending(path: "Sources/\(module.name)")
      for case let file as URL in FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)! {
        guard file.pathExtension == "swift" else { continue }
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(
          text.matches(of: /(?m)^(public|package) import C[A-Z]\w*/).isEmpty,
          "\(file.lastPathComponent) shows a C module to others")
      }
    }
  }
}
