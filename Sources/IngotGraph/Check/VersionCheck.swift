// Versions: of the format, and of the operator sets.

internal import IngotCore

extension ModelChecker {
  /// The newest version of the format that onnx writes.
  private static let newestIRVersion: Int64 = 14

  mutating func checkVersions() {
    let version = model.irVersion
    if version > Self.newestIRVersion {
      report(
        .warning, .newerIRVersion,
        "IR version \(version) is newer than \(Self.newestIRVersion), the newest that Ingot knows",
        hint: "what is new in it is not checked")
    }
    if (1..<3).contains(version), !model.opsets.isEmpty {
      report(
        .needsNewerIRVersion, "the model imports operator sets, which IR version \(version) does not have",
        hint: "set the IR version to 3 or more")
    }
    for (domain, opset) in model.opsets.sorted(by: { $0.key < $1.key }) {
      guard let newest = OperatorSchema.newestOpset(ofDomain: domain), domain.isEmpty, opset > newest else { continue }
      report(
        .warning, .newerOpset, "operator set \(opset) is newer than \(newest), the newest that Ingot knows",
        hint: "operators are checked as they are in \(newest)")
    }
    if version > 0, version < 8, !model.functions.isEmpty {
      report(
        .warning, .needsNewerIRVersion, "the model has functions, which need IR version 8, and says \(version)",
        hint: "set the IR version to 8 or more")
    }
    if version > 0, version < 4 { checkInitializersAreInputs(model.graph, version) }
    checkTypeVersions(version)
  }

  private mutating func checkInitializersAreInputs(_ graph: Graph, _ version: Int64) {
    let inputs = Set(graph.inputs)
    for (index, value) in graph.values.enumerated() where value.initializer != nil && !inputs.contains(ValueID(index)) {
      report(
        .needsNewerIRVersion, value: value.name,
        "initializer '\(value.name.shown)' is no input, which needs IR version 4, and the model says \(version)",
        hint: "set the IR version to 4 or more")
    }
  }

  /// Element types, each with the version of the format that brought it.
  private mutating func checkTypeVersions(_ version: Int64) {
    guard version > 0 else { return }
    var seen: Set<ElementType> = []
    for value in model.graph.values {
      guard let type = value.initializer?.type ?? value.type, seen.insert(type).inserted else { continue }
      guard let needed = Self.version(of: type), needed > version else { continue }
      report(
        .warning, .needsNewerIRVersion, value: value.name,
        "'\(value.name.shown)' is \(type), which needs IR version \(needed), and the model says \(version)",
        hint: "set the IR version to \(needed) or more")
    }
  }

  private static func version(of type: ElementType) -> Int64? {
    switch type {
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz: 9
    case .uint4, .int4: 10
    case .float4e2m1: 11
    case .float8e8m0: 12
    case .uint2, .int2: 13
    case .float6e2m3, .float6e3m2: 14
    case .float32, .uint8, .int8, .uint16, .int16, .int32, .int64, .string, .bool, .float16, .float64, .uint32, .uint64,
      .complex64, .complex128, .bfloat16:
      nil
    }
  }
}
