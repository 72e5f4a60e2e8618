extension Manifest { package func options(for target: TargetSpec) -> [BuildOption] { [] } }
