// The timing cache: which kernel was the fastest for which layer, kept from build to build. It changes how long a build takes
// and, as timings are noisy, which of nearly equal kernels it takes; what it holds is never an input of a step, and a cache
// that is bad, or of another device, is a note and no failure.

internal import IngotCore

/// One file for each library version, driver (by the newest CUDA that it runs) and device.
struct TensorRTTimingCache {
  let path: String
  /// Every tactic must be in it, and it stays as it is.
  let isLocked: Bool

  /// More is no cache that a builder wrote.
  static let limit = 1 << 30

  init(folder: String, library: TensorRTLibrary.Facts, device: TensorRTDevice, isLocked: Bool) {
    let name = device.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let driver = "cuda\(device.driverVersion / 1000).\(device.driverVersion % 1000 / 10)"
    path = "\(folder)/\(library.kind.rawValue)-\(library.version)-\(driver)-\(String(name)).cache"
    self.isLocked = isLocked
  }

  /// Gives a job the entries of earlier builds.
  /// - Returns: what was read, and what to say of it.
  func use(in job: borrowing TensorRTJob) -> (entries: Bytes, note: String) {
    let entries: Bytes
    do throws(SystemError) {
      entries = try stored()
    } catch {
      return (Bytes([]), "new: \(error)")
    }
    var refusal: TensorRTRefusal?
    let said = job.listener.aside {
      do throws(TensorRTRefusal) { try job.useTimingCache(entries) } catch { refusal = error }
    }
    guard refusal == nil else {
      let why = said.isEmpty ? "" : ": \(said.joined(separator: "; "))"
      return (Bytes([]), "new: the library did not take \(path)\(why)")
    }
    return (entries, entries.isEmpty ? "new" : "\(ByteCount(entries.count)) of earlier builds")
  }

  /// Keeps what a build measured, with what other builds have kept meanwhile.
  /// - Parameter read: what `use` read.
  /// - Returns: what went wrong; the build is none the worse for it.
  func keep(_ job: borrowing TensorRTJob, read: Bytes) -> String? {
    if isLocked { return nil }
    do throws(SystemError) {
      try FileSystem.makeDirectory(FileSystem.parent(of: path))
      let lock = try FileLock.wait(for: "\(path).lock", .exclusive)
      defer { withExtendedLifetime(lock) {} }
      let now = try stored()
      var failure: SystemError?
      var refusal: TensorRTRefusal?
      _ = job.listener.aside {
        do throws(TensorRTRefusal) {
          try job.mergedTimingCache(with: now == read ? Bytes([]) : now) { merged in
            do throws(SystemError) { try FileSystem.writeAtomically(merged, to: path) } catch { failure = error }
          }
        } catch {
          refusal = error
        }
      }
      if let failure { throw failure }
      return refusal == nil ? nil : "the library gave no timing cache to keep"
    } catch {
      return "the timing cache was not kept: \(error)"
    }
  }

  /// Nothing where nothing was kept yet.
  private func stored() throws(SystemError) -> Bytes {
    do throws(SystemError) {
      return Bytes(try FileSystem.read(path, limit: Self.limit))
    } catch {
      guard error.isNotFound else { throw error }
      return Bytes([])
    }
  }
}
