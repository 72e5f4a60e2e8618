// `ingot promote`, `ingot channels`, `ingot rollback`: which bundle a channel serves.

internal import IngotCore
internal import IngotRelease
internal import IngotStore

extension Verb {
  static let promote = Verb(
    name: "promote", operands: "BUNDLE", summary: "Let a channel serve a bundle whose verdict passed.",
    details: """
      BUNDLE is a bundle's folder (out/digits/int8-rtx) or its digest (sha256:…). The channel moves only if the bundle was verified
      and every gate held; otherwise the command ends with 3 and names the gates. Each move is a line in the store's audit log.
      """,
    options: [
      .value("--to", "CHANNEL", "the channel, for example staging or production"),
      .value("--reason", "TEXT", "why, for the audit log"),
      Verb.json,
    ] + storeOptions
  ) { context in
    let operands = context.arguments.operands
    guard operands.count == 1 else { throw UsageError("name one bundle: its folder or its digest") }
    guard let channel = context.arguments.value("--to") else { throw UsageError("name the channel with --to") }
    let home = try Home(context)
    let store = try home.openStore(context.terminal)
    defer { store.close() }
    let digest = try bundleDigest(operands[0], store)
    let moved = try Channels(in: store).promote(
      digest, to: channel, by: context.userName,
      reason: context.arguments.value("--reason") ?? "")
    return try show(moved, context)
  }

  static let rollback = Verb(
    name: "rollback", operands: "CHANNEL", summary: "Let a channel serve the bundle that it served before.",
    details: "Moves the channel back by one step of its history, with a line in the audit log.",
    options: [.value("--reason", "TEXT", "why, for the audit log"), Verb.json] + storeOptions
  ) { context in
    let operands = context.arguments.operands
    guard operands.count == 1 else { throw UsageError("name one channel") }
    let home = try Home(context)
    let store = try home.openStore(context.terminal)
    defer { store.close() }
    let moved = try Channels(in: store).rollback(
      operands[0], by: context.userName, reason: context.arguments.value("--reason") ?? "")
    return try show(moved, context)
  }

  static let channels = Verb(
    name: "channels", operands: "", summary: "List the channels and the bundles that they serve.",
    details: "Prints each channel with the bundle that it serves and when it was moved there.",
    options: [Verb.json] + storeOptions
  ) { context in
    let home = try Home(context)
    let store = try home.openStore(context.terminal)
    defer { store.close() }
    let channels = try Channels(in: store).list()
    if context.arguments.has("--json") {
      context.terminal.print(try jsonText(ChannelsDocument(channels: channels.map(ChannelDocument.init))))
    } else if channels.isEmpty {
      context.terminal.note("no channels yet; `ingot promote BUNDLE --to CHANNEL` makes one")
    } else {
      for channel in channels { context.terminal.print(text(of: channel)) }
    }
    return .success
  }
}

/// - Parameter name: a bundle's folder, or its digest.
private func bundleDigest(_ name: String, _ store: DiskStore) throws -> Digest {
  if let digest = Digest(hex: name) { return digest }
  let (bundle, digest) = try Bundle.read(name)
  // A bundle that another machine built is taken in whole.
  for file in bundle.files where !store.contains(file.digest, byteCount: file.byteCount) {
    _ = try store.put(copyingFileAt: FileSystem.join(name, file.path))
  }
  _ = try bundle.put(in: store)
  return digest
}

private func show(_ channel: Channel, _ context: Context) throws -> ExitCode {
  context.terminal.print(
    context.arguments.has("--json") ? try jsonText(ChannelDocument(channel)) : text(of: channel))
  return .success
}

private func text(of channel: Channel) -> String {
  let current = channel.current
  let reason = current.reason.isEmpty ? "" : ": \(current.reason)"
  return "\(channel.name)  \(current.bundle)  \(current.title)  \(current.time) by \(current.user)\(reason)"
}

/// `ingot.channel/1`.
private struct ChannelDocument: JSONDocument {
  static let format = "ingot.channel/1"
  var name: String
  var current: Channel.Entry
  /// Oldest first, the current one last.
  var history: [Channel.Entry]

  init(_ channel: Channel) { (name, current, history) = (channel.name, channel.current, channel.entries) }
}

/// `ingot.channels/1`.
private struct ChannelsDocument: JSONDocument {
  static let format = "ingot.channels/1"
  var channels: [ChannelDocument]
}
