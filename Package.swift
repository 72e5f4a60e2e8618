// swift-tools-version: 6.3
//
// Read from the bottom to the top, this file is Ingot's architecture: a module imports only modules named above it here.
// Tests/IngotArchitectureTests holds every source file to it.

import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),  // for WireReader, which holds a RawSpan
]

/// A C library of the system: its headers through a module map, its archive linked where the Swift module that uses it says.
func systemModule(_ name: String, apt package: String) -> Target {
  .systemLibrary(name: name, path: "Sources/\(name)", providers: [.apt([package])])
}

/// C or C++ of Ingot's own: what opens a runtime with dlopen, or has ways that Swift must not see (longjmp).
func loader(_ name: String) -> Target {
  .target(
    name: name, path: "Sources/\(name)", cSettings: [.define("_GNU_SOURCE")], cxxSettings: [.define("_GNU_SOURCE")])
}

func module(_ name: String, _ dependencies: [String], archives: [String] = []) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Sources/\(name)", swiftSettings: strict,
    linkerSettings: archives.map { .linkedLibrary(":\($0)") })
}

/// - Parameter exclude: what the tests read or compile by themselves.
func tests(_ name: String, _ dependencies: [String], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies.map { .byName(name: $0) }, path: "Tests/\(name)Tests",
    exclude: exclude,
    swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
}

let package = Package(
  name: "ingot",
  products: [.executable(name: "ingot", targets: ["ingot"])],
  targets: [
    // System libraries, C around them, and loaders of libraries that are opened at run time.
    loader("CSystem"),
    systemModule("CYAML", apt: "libyaml-dev"),
    systemModule("CCrypto", apt: "libssl-dev"),
    systemModule("CZlib", apt: "zlib1g-dev"),
    loader("CImage"),
    loader("CTensorRT"),
    loader("COnnxRuntime"),
    loader("COpenVINO"),
    loader("CCUDA"),

    // Ingot, each module above those that it uses.
    module("IngotCore", ["CSystem", "CCrypto"], archives: ["libcrypto.a"]),
    module("IngotManifest", ["IngotCore", "CYAML"], archives: ["libyaml.a"]),
    module("IngotGraph", ["IngotCore"]),
    module("IngotStore", ["IngotCore"]),
    module("IngotBackends", ["IngotCore", "IngotGraph", "CSystem", "CTensorRT", "COnnxRuntime", "COpenVINO", "CCUDA"]),
    module(
      "IngotCalibration", ["IngotCore", "IngotManifest", "IngotGraph", "IngotBackends", "CZlib", "CImage"],
      archives: ["libjpeg.a", "libpng16.a", "libz.a"]),
    module("IngotPrecision", ["IngotCore", "IngotGraph", "IngotCalibration"]),
    module("IngotVerify", ["IngotCore", "IngotCalibration"]),
    module("IngotPlan", ["IngotCore", "IngotManifest"]),
    module("IngotRelease", ["IngotCore", "IngotStore"]),
    module(
      "IngotRun",
      [
        "IngotCore", "IngotManifest", "IngotGraph", "IngotStore", "IngotBackends", "IngotCalibration", "IngotPrecision",
        "IngotVerify", "IngotPlan", "IngotRelease",
      ]),
    module(
      "IngotReport",
      ["IngotCore", "IngotCalibration", "IngotPrecision", "IngotVerify", "IngotPlan", "IngotRelease"]),
    .executableTarget(
      name: "ingot",
      dependencies: [
        "IngotCore", "IngotManifest", "IngotGraph", "IngotStore", "IngotBackends", "IngotCalibration", "IngotPrecision",
        "IngotVerify", "IngotPlan", "IngotRun", "IngotReport", "IngotRelease", "CSystem",
      ],
      path: "Sources/ingot", swiftSettings: strict),

    tests("IngotArchitecture", []),
    tests("IngotCore", ["IngotCore"]),
    tests("IngotManifest", ["IngotCore", "IngotManifest"], exclude: ["Golden"]),
    tests("IngotGraph", ["IngotCore", "IngotGraph"], exclude: ["Golden"]),
    tests("IngotStore", ["IngotCore", "IngotStore"]),
    tests("IngotBackends", ["IngotCore", "IngotGraph", "IngotBackends"], exclude: ["StandIn"]),
    tests("IngotCalibration", ["IngotCore", "IngotManifest", "IngotGraph", "IngotBackends", "IngotCalibration"]),
    tests("IngotPrecision", ["IngotCore", "IngotGraph", "IngotBackends", "IngotCalibration", "IngotPrecision"]),
    tests("IngotVerify", ["IngotCore", "IngotCalibration", "IngotVerify"]),
    tests("IngotPlan", ["IngotCore", "IngotManifest", "IngotPlan"], exclude: ["Golden"]),
    tests(
      "IngotRun",
      [
        "IngotCore", "IngotManifest", "IngotGraph", "IngotStore", "IngotBackends", "IngotCalibration", "IngotPrecision",
        "IngotVerify", "IngotPlan", "IngotRun",
      ]),
    tests(
      "IngotReport",
      ["IngotCore", "IngotCalibration", "IngotPrecision", "IngotVerify", "IngotPlan", "IngotRelease", "IngotReport"],
      exclude: ["Golden"]),
    tests("IngotRelease", ["IngotCore", "IngotStore", "IngotRelease"]),
    tests("Ingot", ["IngotCore", "IngotManifest", "IngotGraph", "IngotPlan", "ingot"]),
    tests("EndToEnd", ["IngotCore"]),
  ],
  cLanguageStandard: .c17,
  cxxLanguageStandard: .cxx17
)
