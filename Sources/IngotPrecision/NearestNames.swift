// The names that a pattern which matches nothing may have meant.

/// The names that differ least from `text`, at most three and none that is mostly different.
func nearestNames(to text: String, among names: [String]) -> [String] {
  let wanted = Array(text.utf8.prefix(80))
  let measured = Set(names).map { (name: $0, distance: editDistance(wanted, Array($0.utf8.prefix(80)))) }
  let near = measured.filter { $0.distance <= max(2, wanted.count / 2) }
  return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, left) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, right) in b.enumerated() {
      let substituted = diagonal + (left == right ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
