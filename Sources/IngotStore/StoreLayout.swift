// Where things are below a store's root. The names are a format: another version of it gets another top folder, so
// that an old and a new Ingot share a root without reading each other's files.
//
//   v1/oci-layout              the blobs are an OCI image layout's, so an export needs no copy of them
//   v1/blobs/sha256/<hex>      content, read-only, named by its SHA-256
//   v1/actions/<hex>           what a step with this key produced: an ActionResult of the Remote Execution API
//   v1/pins/<name>             digests that garbage collection keeps
//   v1/unfinished/<key>        what a step that was stopped has done; garbage collection removes it
//   v1/file-digests            what the files of this machine hashed to, see FileDigestLog
//   v1/tmp/<pid>-<unique>/     one for each process that writes; `lock` in it is held while it lives
//   v1/lock                    held shared by every open store, exclusively by garbage collection

internal import IngotCore

/// Paths of a store.
struct StoreLayout: Hashable, Sendable {
  let version: String
  let blobs: String
  let actions: String
  let pins: String
  let temporary: String

  init(root: String) {
    version = FileSystem.join(root, "v1")
    blobs = version + "/blobs/sha256"
    actions = version + "/actions"
    pins = version + "/pins"
    temporary = version + "/tmp"
  }

  var marker: String { version + "/oci-layout" }
  var fileDigests: String { version + "/file-digests" }
  var lock: String { version + "/lock" }
  var temporaryLock: String { version + "/tmp.lock" }

  var unfinished: String { version + "/unfinished" }

  func blob(_ digest: Digest) -> String { blobs + "/" + digest.hex }
  func action(_ key: Digest) -> String { actions + "/" + key.hex }

  static let markerText = "{\"imageLayoutVersion\":\"1.0.0\"}\n"
}
