// What TensorRT says during a job: its log, without what is known to mean nothing, and how far a build has come.

/// Hears one job. Used on that job's thread only.
final class TensorRTListener {
  struct Message: Hashable {
    /// 0 internal error, 1 error, 2 warning, 3 information, 4 detail.
    var severity: Int
    var text: String
  }

  /// Warnings and worse, at most `limit` of them, in order, each text once.
  private(set) var messages: [Message] = []
  private(set) var wasCancelled = false
  private var progress = TensorRTProgress()
  private let hasDevice: Bool
  /// Set while a build runs.
  var onProgress: ((BuildProgress) -> Bool)?

  static let limit = 1000

  init(hasDevice: Bool) { self.hasDevice = hasDevice }

  /// Errors do not fail a step by themselves: the library's return value says whether it failed, these say why.
  var errors: [String] { messages.filter { $0.severity < 2 }.map(\.text) }
  var all: [String] { messages.map(\.text) }

  func forgetMessages() { messages = [] }

  /// Runs a body whose messages are not the job's.
  /// - Returns: what was said meanwhile.
  func aside(_ body: () -> Void) -> [String] {
    let before = messages
    defer { messages = before }
    messages = []
    body()
    return all
  }

  func log(severity: Int, text: String) {
    guard severity <= 2, messages.count < Self.limit, !isNoise(text) else { return }
    let message = Message(severity: severity, text: text.trimmed.withoutSource)
    if !messages.contains(message) { messages.append(message) }
  }

  func startPhase(_ name: String, parent: String?, stepCount: Int) {
    progress.start(name, parent: parent, stepCount: stepCount)
    report(name)
  }

  /// - Returns: false where the build shall stop.
  func completeStep(of phase: String, _ step: Int) -> Bool {
    progress.complete(phase, step: step)
    report(phase)
    return !wasCancelled
  }

  func finishPhase(_ name: String) {
    progress.finish(name)
    report(name)
  }

  private func report(_ phase: String) {
    guard !wasCancelled, let onProgress else { return }
    wasCancelled = !onProgress(BuildProgress(phase: phase, fraction: progress.fraction))
  }

  /// Lines that come with every job and say nothing about it.
  private func isNoise(_ text: String) -> Bool {
    if text.contains("Thread context has not been set! Using global log stream.") { return true }
    // Without a GPU, after nearly every other error: the missing driver, once more.
    return !hasDevice && (text.contains("catchCudaError") || text.contains("Multi stream is disabled"))
  }
}

extension String {
  /// Without `ModelImporter.cpp:1071: ` before it.
  fileprivate var withoutSource: String {
    guard let end = firstRange(of: ": "), let dot = self[..<end.lowerBound].lastIndex(of: ".") else { return self }
    let name = self[..<dot], rest = self[dot..<end.lowerBound]
    guard name.allSatisfy({ $0.isLetter || $0.isNumber }), rest.hasPrefix(".cpp:") else { return self }
    return String(self[end.upperBound...])
  }

  fileprivate var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
