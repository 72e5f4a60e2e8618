// What goes wrong with bundles and channels.

package import IngotCore
package import IngotStore

package struct ReleaseError: ReportableError, Hashable {
  package enum Reason: Hashable, Sendable {
    case system(SystemError)
    case store(StoreError)
    /// Bytes that should be a bundle and are not.
    case unusable(path: String, problem: String)
    case unknownVersion(path: String, found: Int)
    /// Files of a bundle that are not what `bundle.json` says, a sentence each.
    case damaged(path: String, problems: [String])
    /// A folder in the way that Ingot did not write.
    case notABundle(path: String)
    /// A file beside a bundle that is to be replaced.
    case strangerInBundle(path: String)
    case badChannelName(String)
    case unknownChannel(String, known: [String])
    case unreadableChannel(path: String, problem: String)
    case nothingToRollBackTo(channel: String)
    /// Policy: the bundle's verdict does not let it into a channel.
    case notVerified(bundle: String)
    case failedGates(bundle: String, gates: [VerdictSummary.Gate])
    case foreignVerdict(bundle: String)
  }

  package var reason: Reason
  package init(_ reason: Reason) { self.reason = reason }

  package var kind: FailureKind {
    switch reason {
    case .system: .step
    case .store(let error): error.kind
    case .unusable, .unknownVersion, .damaged, .notABundle, .strangerInBundle, .badChannelName, .unknownChannel,
      .unreadableChannel:
      .input
    case .nothingToRollBackTo: .input
    case .notVerified, .failedGates, .foreignVerdict: .gate
    }
  }

  package var description: String {
    switch reason {
    case .system(let error): error.description
    case .store(let error): error.description
    case .unusable(let path, let problem): "\(path): this is no bundle: \(problem); build it again"
    case .unknownVersion(let path, let found):
      "\(path): the bundle has format \(found) and this Ingot reads format \(Bundle.currentVersion); "
        + "use the Ingot that wrote it"
    case .damaged(let path, let problems):
      "\(path): the bundle's files are not those that \(Bundle.manifestName) names:\n"
        + problems.map { "  \($0)\n" }.joined() + "  hint: build it again, or copy it again from where it came"
    case .notABundle(let path):
      "\(path): a folder that Ingot did not write is in the way of a bundle; "
        + "move it, or choose another folder with --out"
    case .strangerInBundle(let path):
      "\(path): the folder is to be replaced by a newer bundle and this file is no part of the old one; "
        + "move it elsewhere"
    case .badChannelName(let name):
      "'\(name)' cannot name a channel; use 1 to 64 of a-z, 0-9, '-', '_' and '.', starting with a letter or digit"
    case .unknownChannel(let name, let known):
      "there is no channel '\(name)'; "
        + (known.isEmpty ? "none exists yet" : "there are \(known.joined(separator: ", "))")
    case .unreadableChannel(let path, let problem):
      "\(path): \(problem); restore the channel from the last line about it in audit.log, "
        + "or remove the file and promote again"
    case .nothingToRollBackTo(let channel):
      "channel '\(channel)' has held one bundle only; promote another one instead"
    case .notVerified(let bundle): "\(bundle) has not been verified; run `ingot build` with `verify` in its manifest"
    case .failedGates(let bundle, let gates):
      "\(bundle) did not pass its gates, so no channel may point to it:\n"
        + (gates.isEmpty ? "  its verdict is a failure\n" : "")
        + gates.map { "  \($0.name): \($0.measured), must be \($0.bound)\n" }.joined()
        + "  hint: change the precision or the calibration, or the gate if it asks for too much, and build again"
    case .foreignVerdict(let bundle):
      "\(bundle): its verdict is about another engine than the one in it; run `ingot build` again"
    }
  }
}

/// Runs a call of IngotCore, its failure told as this module's.
func release<R>(_ body: () throws(SystemError) -> R) throws(ReleaseError) -> R {
  do throws(SystemError) { return try body() } catch { throw ReleaseError(.system(error)) }
}

/// Runs a call of a store, its failure told as this module's.
func stored<R>(_ body: () throws(StoreError) -> R) throws(ReleaseError) -> R {
  do throws(StoreError) { return try body() } catch { throw ReleaseError(.store(error)) }
}
