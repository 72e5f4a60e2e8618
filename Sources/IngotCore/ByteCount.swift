// Amounts of memory and disk, as people write them: `4GiB`, `512MiB`, `1.5 GB`.

/// A number of bytes.
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
  package var count: Int

  package init(_ count: Int) { self.count = count }

  /// - Parameter text: a number and a unit: B, kB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024). Nil for
  ///   anything else, for a negative amount and for one over 8 EiB.
  package init?(_ text: some StringProtocol) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    guard let factor = Self.units.first(where: { $0.name == unit })?.factor, let number = Double(digits), number >= 0
    else {
      return nil
    }
    let bytes = number * Double(factor)
    guard bytes.isFinite, bytes < 9.2e18, bytes.rounded() == bytes else { return nil }
    count = Int(bytes)
  }

  /// With a binary unit and three digits: `4.00 GiB`, `512 B`.
  package var description: String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (value, index) = (Double(count), 0)
    while value >= 1024, index < units.count - 1 { (value, index) = (value / 1024, index + 1) }
    if index == 0 { return "\(count) B" }
    return "\(fixed(value, digits: value < 10 ? 2 : value < 100 ? 1 : 0)) \(units[index])"
  }

  private static let units: [(name: String, factor: Int)] = [
    ("B", 1), ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
  ]
}

/// A number with a fixed count of digits after the point, as C's `%.nf`.
package func fixed(_ value: Double, digits: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded(.toNearestOrEven)
  guard scaled < 9e15 else { return "\(value)" }
  let sign = value < 0 && scaled != 0 ? "-" : ""
  let whole = Int(scaled)
  if digits == 0 { return "\(sign)\(whole)" }
  let fraction = String(whole % Int(scale))
  return "\(sign)\(whole / Int(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}
