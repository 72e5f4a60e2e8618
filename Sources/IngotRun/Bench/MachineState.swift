// What the machine tells of its load, its clock and its heat, and the process of its memory. It is only read: a benchmark
// changes no setting of the machine, and says what was set.

internal import Glibc
internal import IngotCore

package struct MachineState: Hashable, Sendable {
  /// Programs that wanted to run, on average over a minute.
  package var load: Double?
  /// What decides the clock of each core, without repeats.
  package var governors: [String] = []
  /// The slowest and the fastest core's.
  package var megahertz: ClosedRange<Int>?
  /// How often cores slowed down because of heat, since the machine started.
  package var throttleCount: Int?
  /// Of the warmest sensor.
  package var celsius: Int?

  /// - Parameter root: where /proc and /sys are.
  package init(root: String = "") {
    load = Self.words(in: "\(root)/proc/loadavg").first.flatMap(Double.init)
    let cpus = "\(root)/sys/devices/system/cpu"
    let cores = ((try? FileSystem.names(in: cpus)) ?? []).filter {
      $0.hasPrefix("cpu") && $0.count > 3 && $0.dropFirst(3).allSatisfy(\.isNumber)
    }
    func values(_ name: String) -> [String] { cores.compactMap { Self.words(in: "\(cpus)/\($0)/\(name)").first } }
    governors = Set(values("cpufreq/scaling_governor")).sorted()
    let clocks = values("cpufreq/scaling_cur_freq").compactMap { Int($0) }.map { $0 / 1000 }
    if let low = clocks.min(), let high = clocks.max() { megahertz = low...high }
    let counts = values("thermal_throttle/core_throttle_count").compactMap { Int($0) }
    throttleCount = counts.isEmpty ? nil : counts.reduce(0) { $0 &+ $1 }
    let zones = "\(root)/sys/class/thermal"
    celsius = ((try? FileSystem.names(in: zones)) ?? []).compactMap { name in
      Self.words(in: "\(zones)/\(name)/temp").first.flatMap { Int($0) }.map { $0 / 1000 }
    }.max()
  }

  /// What a reader of figures must know of the time between two states.
  package static func notes(from before: MachineState, to after: MachineState, coreCount: Int) -> [String] {
    var notes: [String] = []
    if let load = before.load, load > 0.2 * Double(coreCount) {
      notes.append(
        "others were at work: load \(fixed(load, digits: 1)) on \(coreCount) cores before the first run, so times are long"
      )
    }
    var clock: [String] = []
    if !before.governors.isEmpty { clock.append("governor \(before.governors.joined(separator: ", "))") }
    if let megahertz = after.megahertz {
      clock.append("\(megahertz.lowerBound) to \(megahertz.upperBound) MHz after the runs")
    }
    if let celsius = after.celsius { clock.append("\(celsius) °C") }
    notes.append(
      clock.isEmpty ? "this machine does not tell its clock and heat" : "clock: \(clock.joined(separator: ", "))")
    if let old = before.throttleCount, let new = after.throttleCount, new > old {
      notes.append("cores slowed down because of heat \(new - old) times during the runs")
    }
    return notes
  }

  private static func words(in path: String) -> [String] {
    guard let bytes = try? FileSystem.read(path, limit: 1 << 16) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
  }
}

/// This process, as the kernel counts it.
enum ProcessUse {
  /// Time that all threads have spent on processors.
  static var processorTime: Duration {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .zero }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Bytes of memory that it has now, and the most that it ever had; nil where /proc is not mounted.
  static var memory: (resident: Int, peak: Int)? {
    guard let bytes = try? FileSystem.read("/proc/self/status", limit: 1 << 16) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    func value(_ name: String) -> Int? {
      let words = lines.first { $0.hasPrefix("\(name):") }?.split(whereSeparator: \.isWhitespace)
      return words.flatMap { $0.count > 1 ? Int($0[1]) : nil }.map { $0 * 1024 }
    }
    guard let resident = value("VmRSS"), let peak = value("VmHWM") else { return nil }
    return (resident, peak)
  }
}
