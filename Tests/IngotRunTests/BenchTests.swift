// What is fed to engines that are timed, and what the machine tells meanwhile.

import Foundation
import IngotBackends
import IngotCore
import IngotVerify
import Testing

@testable import IngotRun

@Suite struct BenchTests {
  private func tensor(_ name: String, _ shape: [IngotCore.Dimension], _ type: ElementType = .float32) -> IOTensor {
    IOTensor(name: name, type: type, shape: shape)
  }

  private func subject(_ profiles: [(Int, Int, Int)] = [], data: String? = nil) -> BenchSubject {
    var subject = BenchSubject(modelAt: "m.onnx", backend: .onnxruntime)
    (subject.model, subject.data) = (nil, data)
    subject.profiles = profiles.map { least, common, most in
      OptimizationProfile(inputs: ["x": .init(min: [least, 2], opt: [common, 5], max: [most, 9])])
    }
    return subject
  }

  @Test func aSweepStaysInsideTheProfiles() {
    #expect([1, 8, 64].filter(subject().profiles.admit) == [1, 8, 64])
    #expect([1, 8, 16, 32].filter(subject([(1, 8, 16)]).profiles.admit) == [1, 8, 16])
    let two = subject([(1, 1, 1), (8, 16, 32)]).profiles
    #expect([1, 4, 8, 64].filter(two.admit) == [1, 8])
    #expect(two.batchText == "1 to 32" && subject([(4, 4, 4)]).profiles.batchText == "4")
  }

  @Test func openAxesTakeWhatIsSaidOrWhatTheProfileCallsCommon() throws {
    let inputs = [tensor("x", [.symbolic("n"), .symbolic("s")]), tensor("y", [.symbolic("n"), .fixed(3)])]
    #expect(try BenchInputs(subject(), dims: ["s": 7]).shapes(of: inputs, batch: 4) == [[4, 7], [4, 3]])
    #expect(try BenchInputs(subject([(1, 1, 8)]), dims: [:]).shapes(of: inputs, batch: 4) == [[4, 5], [4, 3]])
    let error = #expect(throws: InputError.self) {
      try BenchInputs(subject(), dims: [:]).shapes(of: inputs, batch: 4)
    }
    #expect(error?.description.contains("axis 1 of [n, s] has no size") == true, "\(error as Any)")
  }

  @Test func randomNumbersAreMarkedAndAlwaysTheSame() throws {
    let inputs = [tensor("x", [.symbolic("n"), .fixed(3)]), tensor("i", [.symbolic("n"), .fixed(2)], .int64)]
    let bench = try BenchInputs(subject(), dims: [:])
    let made = try bench.tensors(for: inputs, batch: 5)
    #expect(bench.isSynthetic && bench.description.contains("random numbers"))
    let whole = try #require(made["i"]?.int64s)
    #expect(made["x"]?.shape == [5, 3])
    #expect(whole.allSatisfy { (0...1).contains($0) })
    #expect(try bench.tensors(for: inputs, batch: 5) == made)
  }

  @Test func aSmallSetIsRepeated() throws {
    let folder = try TestFolder()
    try folder.write("set: 1\narrays:\n  x: { file: x.bin, type: float32, shape: [3, 1] }\n", to: "set.yaml")
    try folder.write(littleEndianBytes(of: [1, 2, 3] as [Float]), to: "x.bin")
    let bench = try BenchInputs(subject(data: folder.path), dims: [:])
    let made = try bench.tensors(for: [tensor("x", [.symbolic("n"), .fixed(1)])], batch: 7)
    #expect(made["x"]?.shape == [7, 1] && made["x"]?.floats == [1, 2, 3, 1, 2, 3, 1])
    #expect(!bench.isSynthetic && bench.description.contains("3 samples"))
  }

  @Test func theMachineIsOnlyReadAndMissingFilesAreSaid() throws {
    let folder = try TestFolder()
    let nothing = MachineState(root: folder.path)
    #expect(
      MachineState.notes(from: nothing, to: nothing, coreCount: 2) == ["this machine does not tell its clock and heat"])
    let cpu = "sys/devices/system/cpu"
    for (core, clock, heat) in [(0, "1800000", "3"), (1, "3500000", "4")] {
      try folder.write("powersave\n", to: "\(cpu)/cpu\(core)/cpufreq/scaling_governor")
      try folder.write("\(clock)\n", to: "\(cpu)/cpu\(core)/cpufreq/scaling_cur_freq")
      try folder.write("\(heat)\n", to: "\(cpu)/cpu\(core)/thermal_throttle/core_throttle_count")
    }
    try folder.write("71500\n", to: "sys/class/thermal/thermal_zone0/temp")
    try folder.write("1.50 1.00 0.50 3/200 4242\n", to: "proc/loadavg")
    let before = MachineState(root: folder.path)
    try folder.write("9\n", to: "\(cpu)/cpu1/thermal_throttle/core_throttle_count")
    #expect(
      MachineState.notes(from: before, to: MachineState(root: folder.path), coreCount: 2) == [
        "others were at work: load 1.5 on 2 cores before the first run, so times are long",
        "clock: governor powersave, 1800 to 3500 MHz after the runs, 71 °C",
        "cores slowed down because of heat 5 times during the runs",
      ])
  }
}
