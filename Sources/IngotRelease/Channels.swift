// Channels: names such as `staging` and `prod` for the bundle that is meant by them now, in a file each:
//
//   v1/channels/<name>   JSON: { channel: 1, entries: [{ bundle, title, time, user, reason }] }, the current one last
//   v1/audit.log         one line of JSON for each move, see AuditLine
//   v1/pins/channel.<name>   keeps the bundles of all entries through a garbage collection
//
// A move is audited, then done: there may be a line about a move that a crash prevented, never a move without a line.

internal import FoundationEssentials
package import IngotCore
package import IngotStore

/// A name for a bundle that may change.
package struct Channel: Hashable, Sendable {
  /// A bundle that the channel pointed to, and why.
  package struct Entry: Hashable, Sendable, Codable {
    package var bundle: Digest
    package var title: String
    /// ISO 8601, UTC.
    package var time: String
    package var user: String
    package var reason: String
  }

  package var name: String
  /// What `rollback` goes back through, oldest first, the current one last; not empty.
  package var entries: [Entry]

  package var current: Entry { entries[entries.count - 1] }

  /// Further back than this nothing is kept.
  package static let entryLimit = 50
}

/// The channels of a store.
package struct Channels: Sendable {
  private let store: DiskStore
  private let clock: WallClock

  package init(in store: DiskStore, clock: @escaping WallClock = Timestamp.now) {
    (self.store, self.clock) = (store, clock)
  }

  /// Points a channel to a bundle that passed its gates.
  /// - Parameter bundle: the digest of a bundle in the store.
  /// - Throws: an error of kind `.gate` naming the gates that failed; then nothing has changed.
  @discardableResult
  package func promote(
    _ bundle: Digest, to name: String, by user: String, reason: String
  ) throws(ReleaseError) -> Channel {
    try Self.check(name: name)
    let value = try Bundle(bundle, from: store)
    try value.requirePassed()
    try requireSound(value)
    let lock = try lockChannels()
    defer { withExtendedLifetime(lock) {} }
    let before = try read(name)
    let time = clock().description
    let entry = Channel.Entry(bundle: bundle, title: value.title, time: time, user: user, reason: reason)
    var entries = before?.entries ?? []
    if entries.last?.bundle == bundle { entries.removeLast() }
    let after = Channel(name: name, entries: (entries + [entry]).suffix(Channel.entryLimit))
    try move(
      after,
      AuditLine(
        action: .promote, channel: name, from: before?.current.bundle, to: bundle, title: value.title,
        level: value.verdict?.level, synthetic: value.verdict?.synthetic, user: user, reason: reason, time: time))
    return after
  }

  /// Points a channel to the bundle that it pointed to before.
  @discardableResult
  package func rollback(_ name: String, by user: String, reason: String) throws(ReleaseError) -> Channel {
    try Self.check(name: name)
    let lock = try lockChannels()
    defer { withExtendedLifetime(lock) {} }
    let before = try channel(name)
    guard before.entries.count > 1 else { throw ReleaseError(.nothingToRollBackTo(channel: name)) }
    let after = Channel(name: name, entries: before.entries.dropLast())
    let value = try Bundle(after.current.bundle, from: store)
    try requireSound(value)
    try move(
      after,
      AuditLine(
        action: .rollback, channel: name, from: before.current.bundle, to: after.current.bundle, title: value.title,
        level: value.verdict?.level, synthetic: value.verdict?.synthetic, user: user, reason: reason,
        time: clock().description))
    return after
  }

  /// - Throws: `.unknownChannel`, naming those that exist.
  package func channel(_ name: String) throws(ReleaseError) -> Channel {
    try Self.check(name: name)
    if let channel = try read(name) { return channel }
    throw ReleaseError(.unknownChannel(name, known: try names()))
  }

  /// The bundle that is current; nil where there is no such channel yet.
  package func bundle(servedBy name: String) throws(ReleaseError) -> Bundle? {
    try Self.check(name: name)
    guard let channel = try read(name) else { return nil }
    return try Bundle(channel.current.bundle, from: store)
  }

  /// All of them, sorted by name.
  package func list() throws(ReleaseError) -> [Channel] {
    var channels: [Channel] = []
    for name in try names() {
      if let channel = try read(name) { channels.append(channel) }
    }
    return channels
  }

  package static func isName(_ name: String) -> Bool {
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard let first = name.utf8.first, isLetterOrDigit(first), name.utf8.count <= 64 else { return false }
    return name.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
  }

  private static func check(name: String) throws(ReleaseError) {
    guard isName(name) else { throw ReleaseError(.badChannelName(name)) }
  }

  private var folder: String { store.metadataPath("channels") }
  private var auditLog: AuditLog { AuditLog(path: store.metadataPath("audit.log")) }

  private func lockChannels() throws(ReleaseError) -> FileLock {
    try release { () throws(SystemError) in
      try FileSystem.makeDirectory(folder)
      return try FileLock.wait(for: store.metadataPath("channels.lock"), .exclusive)
    }
  }

  private func names() throws(ReleaseError) -> [String] {
    do throws(SystemError) {
      return try FileSystem.names(in: folder).filter(Self.isName)
    } catch {
      if error.isNotFound { return [] }
      throw ReleaseError(.system(error))
    }
  }

  /// Every file of a bundle is there and is what its digest says.
  private func requireSound(_ bundle: Bundle) throws(ReleaseError) {
    for file in bundle.files { _ = try stored { () throws(StoreError) in try store.open(file.digest).byteCount } }
  }

  private func move(_ channel: Channel, _ line: AuditLine) throws(ReleaseError) {
    var kept: Set<Digest> = []
    for entry in channel.entries {
      kept.insert(entry.bundle)
      // An old entry whose bundle is gone is not worth failing for; a rollback to it will say so.
      guard let bundle = try? Bundle(entry.bundle, from: store) else { continue }
      kept.formUnion(bundle.files.map(\.digest))
      if let verdict = bundle.verdict { kept.insert(verdict.verdict) }
    }
    let bytes = try encode(ChannelFile(channel: 1, entries: channel.entries), of: channel.name)
    try stored { () throws(StoreError) in try store.pin(kept, as: "channel.\(channel.name)") }
    try auditLog.append(line)
    do throws(StoreError) {
      try store.install([Bytes(bytes)], at: "\(folder)/\(channel.name)")
    } catch {
      var failed = line
      failed.action = .failed
      try auditLog.append(failed)
      throw ReleaseError(.store(error))
    }
  }

  private struct ChannelFile: Codable {
    var channel: Int
    var entries: [Channel.Entry]
  }

  private func encode(_ file: ChannelFile, of name: String) throws(ReleaseError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(file) else {
      throw ReleaseError(.unreadableChannel(path: "\(folder)/\(name)", problem: "it cannot be written as JSON"))
    }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  private func read(_ name: String) throws(ReleaseError) -> Channel? {
    let path = "\(folder)/\(name)"
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(path, limit: Bundle.manifestLimit)
    } catch {
      if error.isNotFound { return nil }
      throw ReleaseError(.system(error))
    }
    guard let file = try? JSONDecoder().decode(ChannelFile.self, from: Data(bytes)) else {
      throw ReleaseError(.unreadableChannel(path: path, problem: "this is no channel"))
    }
    guard file.channel == 1 else {
      throw ReleaseError(
        .unreadableChannel(path: path, problem: "its format is \(file.channel) and this Ingot reads format 1"))
    }
    guard !file.entries.isEmpty else {
      throw ReleaseError(.unreadableChannel(path: path, problem: "it points to nothing"))
    }
    return Channel(name: name, entries: file.entries)
  }
}
