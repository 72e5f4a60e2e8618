// A model that shows what is inside: the same nodes, with more outputs, and a session of it.

package import IngotBackends
package import IngotCore
package import IngotGraph

extension Model {
  /// The model with values of its graph as additional outputs, so that a reference runtime returns them.
  /// - Parameter names: in any order. Inputs of the graph and values that are outputs already stay as they are.
  /// - Throws: for names that nothing in the graph produces, all of them at once.
  package func exposing(_ names: [String]) throws(InputError) -> Model {
    var model = self
    var outputs = Set(graph.outputs)
    let inputs = Set(graph.inputs)
    let produced = Set(graph.nodes.flatMap { $0.outputs.compactMap { $0 } })
    var problems: [Diagnostic] = []
    for name in names {
      guard let id = graph.find(name), produced.contains(id) || inputs.contains(id) else {
        let isConstant = graph.find(name).map { graph[$0].initializer != nil } ?? false
        let why = isConstant ? "is a constant" : "is not a value that the graph's nodes produce"
        problems.append(Diagnostic(in: graph.name.isEmpty ? nil : graph.name, "the tensor '\(shown(name))' \(why)"))
        continue
      }
      if !inputs.contains(id), outputs.insert(id).inserted { model.graph.outputs.append(id) }
    }
    guard problems.isEmpty else { throw InputError(problems) }
    return model
  }

  /// The model with more tensors among its outputs, in a session of a reference runtime.
  /// - Parameter scratch: a folder for what the runtime reads; the session may go on reading there.
  package func openSession(
    exposing tensors: [String], with reference: any ReferenceBackend, in scratch: String
  ) throws(CalibrationError) -> any ConcurrentInferenceSession {
    let folder = "\(scratch)/exposed-\(FileSystem.uniqueSuffix())"
    let path = "\(folder)/model.onnx"
    do {
      try FileSystem.makeDirectory(folder)
      // Weights in a file of their own are mapped by the runtime, not parsed and copied.
      try exposing(tensors).write(to: path, weights: .externalAbove(1024), isDurable: false)
      // The runtime has weights of its own: these would stay in memory beside them.
      releasePages()
      return try reference.openModelForMeasuring(at: path)
    } catch let error as any ReportableError {
      throw .opening(error)
    } catch {
      fatalError("BUG: \(error)")
    }
  }
}
