// What a manifest can say and this version cannot do: found before anything is planned, everything at once.

internal import IngotCore
internal import IngotManifest

/// What the format can say and this version cannot do yet.
func obstacles(in manifest: Manifest) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  for spec in manifest.matrix?.precision ?? [manifest.precision] {
    let type = spec.type
    if type.value == .auto { problems += obstaclesToChoosing(manifest, at: type.place) }
    if let fallback = spec.fallback, ![.fp32, .fp16, .bf16].contains(fallback.value) {
      problems.append(
        Diagnostic(
          at: fallback.place, "fallback '\(fallback.value.rawValue)' cannot be built yet",
          hint: "use fp32, fp16 or bf16"
        ))
    }
    for target in manifest.targets where type.value == .tf32 && !manifest.runsOnGPU(target) {
      problems.append(
        Diagnostic(
          at: type.place,
          "tf32 exists on GPUs only, and target '\(target.name.value)' is \(target.backend.value.rawValue)",
          hint: "give that target a manifest of its own with precision: fp32"))
    }
  }
  for target in manifest.targets {
    let options = manifest.options(for: target)
    if options.contains(where: { $0.name.value == "version-compatible" && $0.value.value == .bool(true) }) { continue }
    for plugin in manifest.plugins(for: target) where plugin.isSerialized {
      let problem = Diagnostic(
        at: plugin.path.place, "only engines that are version-compatible hold plug-in libraries",
        hint: "add `version-compatible: true` to the build options, or leave `serialize` out")
      // Targets may share the option.
      if !problems.contains(problem) { problems.append(problem) }
    }
  }
  return problems
}

/// What keeps engines of several precisions from being compared.
private func obstaclesToChoosing(_ manifest: Manifest, at place: Place) -> [Diagnostic] {
  var problems = manifest.targets.filter(\.backend.value.isTensorRT).map { target in
    Diagnostic(
      at: place,
      "precision 'auto' times engines on this machine, and target '\(target.name.value)' is \(target.backend.value.rawValue)",
      hint: "name the precision, or build a matrix of them and compare the bundles on the device")
  }
  if manifest.verify?.data == nil {
    problems.append(
      Diagnostic(
        at: place, "precision 'auto' needs samples and gates to judge the candidates by",
        hint: "name a set of real samples in verify.data, and what must hold in verify.outputs or verify.accuracy"))
  }
  return problems
}
