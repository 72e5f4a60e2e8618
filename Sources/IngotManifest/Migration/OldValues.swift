// Shapes, names and sizes as older command lines write them.

internal import IngotCore

/// At the last colon: names have colons too.
func nameAndRest(_ entry: String) -> (name: String, rest: String) {
  guard let colon = entry.lastIndex(of: ":") else { return (entry, "") }
  var name = String(entry[..<colon])
  if name.count >= 2, name.hasPrefix("'"), name.hasSuffix("'") { name = String(name.dropFirst().dropLast()) }
  return (name, String(entry[entry.index(after: colon)...]))
}

/// `1x3x224x224`; empty for a scalar.
func oldShape(_ text: String) -> [Int]? {
  if text.isEmpty || text == "scalar" { return [] }
  let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
  let known = sizes.compactMap { $0 }.filter { $0 > 0 }
  return known.count == sizes.count && known.count <= 64 ? known : nil
}

/// `a:1x2,b:3`; a comma inside single quotes is part of a name.
func splitShapes(_ text: String) -> [String] {
  var (entries, entry, isQuoted): ([String], String, Bool) = ([], "", false)
  for character in text {
    if character == "'" { isQuoted.toggle() }
    if character == ",", !isQuoted {
      entries.append(entry)
      entry = ""
    } else {
      entry.append(character)
    }
  }
  return entries + [entry]
}

extension OldRecipe {
  /// In MiB, perhaps with a fraction.
  mutating func takeWorkspace(_ flag: String, _ value: String) {
    guard let mebibytes = Double(value), mebibytes > 0, mebibytes <= 0x1p24 else {
      return refuse(flag, "'\(value)' is no number of MiB")
    }
    workspace = Int((mebibytes * 1_048_576).rounded(.down))
  }

  /// `workspace:4096,dlaSRAM:1`, in MiB or with a unit behind each number.
  mutating func takePools(_ value: String) {
    for entry in value.split(separator: ",") {
      let (pool, size) = nameAndRest(String(entry))
      guard ["workspace", "tacticSharedMem"].contains(pool) else {
        note(.dropped, "--memPoolSize=\(entry)", "a manifest has no such pool: Ingot builds for GPUs only")
        continue
      }
      let units: [Character: Double] = ["B": 1, "K": 1024, "M": 1_048_576, "G": 1_073_741_824]
      let unit = size.last.flatMap { units[$0] }
      guard let number = Double(unit == nil ? size : String(size.dropLast())), number > 0,
        number * (unit ?? 1_048_576) <= 0x1p44
      else {
        refuse(
          "--memPoolSize", "'\(size)' is no size", hint: "write workspace:4096 (MiB), or with one of B, K, M and G")
        continue
      }
      let bytes = Int((number * (unit ?? 1_048_576)).rounded(.down))
      if pool == "workspace" { workspace = bytes } else { set("tactic-shared-memory", "\(bytes)B") }
    }
  }
}
