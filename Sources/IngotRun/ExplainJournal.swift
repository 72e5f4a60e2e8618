// What each step's key was made of when the step last ran, in one small file a step below the store. Only explanations read
// it: losing it loses words, never a result.

internal import IngotCore
package import IngotPlan
package import IngotStore

package struct ExplainJournal: KeyJournal {
  private let store: DiskStore
  private let folder: String

  /// The folder `explain` beside the store's own, made when something is remembered.
  package init(store: DiskStore) { (self.store, folder) = (store, "\(store.root)/explain") }

  package func components(of label: String) -> [KeyComponent]? {
    guard let bytes = try? FileSystem.read(path(of: label), limit: 1 << 20) else { return nil }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().chunked().map {
      KeyComponent(name: String(decoding: $0, as: UTF8.self), value: String(decoding: $1, as: UTF8.self))
    }
  }

  package func remember(_ components: [KeyComponent], for label: String) {
    let text = components.map { "\($0.name)\0\($0.value)\0" }.joined()
    // Written in the store's folder for unfinished files, which is tidied up after a process that was killed.
    guard let scratch = try? store.makeScratchDirectory() else { return }
    let unfinished = scratch.path("key")
    try? FileSystem.makeDirectory(folder)
    try? FileSystem.writeAtomically([Bytes(Array(text.utf8))], to: unfinished, isDurable: false)
    try? FileSystem.rename(unfinished, to: path(of: label))
  }

  private func path(of label: String) -> String { "\(folder)/\(Digest(of: label).hex)" }
}

extension Sequence<ArraySlice<UInt8>> {
  /// Two and two; a last one alone is dropped.
  fileprivate func chunked() -> [(ArraySlice<UInt8>, ArraySlice<UInt8>)] {
    var pairs: [(ArraySlice<UInt8>, ArraySlice<UInt8>)] = []
    var first: ArraySlice<UInt8>?
    for element in self {
      if let left = first {
        pairs.append((left, element))
        first = nil
      } else {
        first = element
      }
    }
    return pairs
  }
}
