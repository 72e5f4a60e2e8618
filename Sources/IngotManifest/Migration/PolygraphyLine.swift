// `polygraphy convert MODEL …` as a recipe.

internal import IngotCore

extension OldRecipe {
  /// - Parameter words: behind the program's name.
  init(polygraphy words: some Sequence<String>) {
    var words = Array(words)
    guard words.first == "convert" else {
      refuse("polygraphy", "only `polygraphy convert` builds engines")
      return
    }
    words.removeFirst()
    var index = 0
    while index < words.count {
      let parts = words[index].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      index += 1
      guard parts[0].hasPrefix("-") else {
        if model == nil { model = parts[0] } else { refuse(parts[0], "a second model") }
        continue
      }
      var values = parts.count > 1 ? [parts[1]] : []
      if let count = Self.valueCounts[parts[0]] {
        while index < words.count, values.count < count, !words[index].hasPrefix("-") {
          // Shapes go on until something is none; the model may stand behind them.
          if count > 1, !words[index].contains(":") { break }
          values.append(words[index])
          index += 1
        }
      }
      takePolygraphy(parts[0], values)
    }
  }

  private static let valueCounts: [String: Int] = [
    "--calibration-cache": 1, "--calib-cache": 1, "--trt-min-shapes": 64, "--trt-opt-shapes": 64,
    "--trt-max-shapes": 64,
    "--workspace": 1, "--pool-limit": 8, "--memory-pool-limit": 8, "--builder-optimization-level": 1,
    "--max-aux-streams": 1, "--hardware-compatibility-level": 1, "--profiling-verbosity": 1, "-o": 1, "--output": 1,
    "--convert-to": 1, "--model-type": 1, "--precision-constraints": 1, "--layer-precisions": 64,
    "--load-timing-cache": 1, "--save-timing-cache": 1, "--data-loader-script": 1, "--data-loader-backend-module": 1,
    "--calibration-base-class": 1, "--calib-base-cls": 1, "--tactic-sources": 16, "--preview-features": 16,
    "--int-min": 1, "--int-max": 1, "--float-min": 1, "--float-max": 1, "--seed": 1, "--iterations": 1,
  ]

  private mutating func takePolygraphy(_ flag: String, _ values: [String]) {
    let value = values.first ?? ""
    switch flag {
    case "--fp16", "--bf16", "--int8", "--fp8", "--tf32":
      if flag == "--tf32" { note(.idle, flag, "tf32 is on as it was with trtexec") }
      if let type = PrecisionType(rawValue: String(flag.dropFirst(2))), type != .tf32 { allowed.insert(type) }
    case "--calibration-cache", "--calib-cache": calibrationCache = value
    case "--trt-min-shapes", "--trt-opt-shapes", "--trt-max-shapes": takePolygraphyShapes(flag, values)
    case "--workspace": takePools("workspace:\(value.allSatisfy { $0.isNumber } ? "\(value)B" : value.uppercased())")
    case "--pool-limit", "--memory-pool-limit":
      for pool in values { takePools(pool.last?.isNumber ?? false ? "\(pool)B" : pool) }
    case "--refittable": set("refit", "true")
    case "--strip-plan": set("strip-plan", "true")
    case "--version-compatible": set("version-compatible", "true")
    case "--sparse-weights": set("sparsity", "true")
    case "--builder-optimization-level": set("optimization-level", value)
    case "--max-aux-streams": set("max-aux-streams", value)
    case "--hardware-compatibility-level":
      set("hardware-compatibility", value.lowercased() == "ampere_plus" ? "ampere+" : value)
    case "--profiling-verbosity": set("profiling-verbosity", value.lowercased().replacing("_", with: "-"))
    case "--strongly-typed":
      isStronglyTyped = true
      note(.idle, flag, "every network is strongly typed now")
    case "-o", "--output", "--convert-to", "--model-type", "-v", "-vv", "--verbose", "--load-timing-cache",
      "--save-timing-cache", "--precision-constraints":
      note(.idle, flag, "not needed: bundles are written below `ingot build --out`, and the timing cache is kept")
    case _ where Self.valueCounts[flag] != nil: note(.dropped, flag, "nothing in a manifest says it")
    default:
      let known = Self.valueCounts.keys.sorted() + ["--fp16", "--bf16", "--int8", "--fp8", "--refittable"]
      refuse(
        flag, "is no flag of `polygraphy convert` that is known here",
        hint: suggestion(for: flag, among: known).map { "did you mean \($0)?" })
    }
  }

  /// `input:[1,3,224,224]`.
  private mutating func takePolygraphyShapes(_ flag: String, _ values: [String]) {
    let number = profiles.count
    let index = flag == "--trt-min-shapes" ? number : max(number - 1, 0)
    for entry in values {
      let (name, text) = nameAndRest(entry)
      let sizes = text.replacing("[", with: "").replacing("]", with: "").replacing(",", with: "x")
      guard !name.isEmpty, let shape = oldShape(sizes) else {
        refuse(flag, "'\(entry)' is no input with a shape", hint: "write them as NAME:[1,3,224,224]")
        continue
      }
      switch flag {
      case "--trt-min-shapes": profiles[index, default: [:]][name, default: OldShapes()].min = shape
      case "--trt-opt-shapes": profiles[index, default: [:]][name, default: OldShapes()].opt = shape
      default: profiles[index, default: [:]][name, default: OldShapes()].max = shape
      }
    }
  }
}
