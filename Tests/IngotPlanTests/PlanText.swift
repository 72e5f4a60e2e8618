// Plans as text, for golden files: every step with its inputs, its tools and every field of its identity that the planner decides.

import Foundation
import IngotCore
import IngotManifest
import IngotPlan

enum PlanText {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  static let repository = folder.deletingLastPathComponent().deletingLastPathComponent()

  static func text(of plan: Plan) -> String {
    var lines = ["plan \(plan.name)"]
    for (index, step) in plan.steps.enumerated() {
      lines.append("\(index) \(step.label) (\(step.stage.rawValue))")
      for input in step.inputs { lines.append("    input \(input.name) = \(text(of: input.source))") }
      for tool in step.tools { lines.append("    tool \(tool.backend)\(tool.version.map { " \($0)" } ?? "")") }
      var explanation = Explanation()
      step.action.writeIdentity(to: &explanation)
      for component in explanation.components { lines.append("    \(component.name): \(component.value)") }
    }
    for engine in plan.engines {
      lines.append("engine \(engine.variant): \(engine.precision) on \(engine.target) (\(engine.backend))")
      lines.append("    serialize \(engine.serialize.index), verify \(engine.verify.map { "\($0.index)" } ?? "none")")
      lines.append("    steps \(engine.steps.map { "\($0.index)" }.joined(separator: " "))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(of source: StepSource) -> String {
    switch source {
    case .model(let path): "model \(path)"
    case .calibrationSet(let path): "set \(path)"
    case .file(let path): "file \(path)"
    case .channel(let name): "channel \(name)"
    case .output(let id, let name): "\(name) of \(id.index)"
    }
  }
}

/// A manifest's text: a part is replaced where it is given.
func manifest(
  precision: String = "precision: fp32", targets: String = "targets: { cpu: { backend: onnxruntime } }",
  _ more: String = ""
) throws -> Manifest {
  let text = """
    ingot: 1
    name: net
    model: { path: net.onnx, inputs: { x: [batch, 4] } }
    \(targets)
    \(precision)
    \(more)
    """
  return try Manifest.parse(text: text, path: "p/net.yaml")
}
