// Constants that Ingot does not calculate itself, calculated by the reference runtime: the seam of IngotGraph's folding, filled.

package import IngotBackends
package import IngotCore
package import IngotGraph

package struct RuntimeEvaluator: ConstantEvaluator {
  private let backend: any ReferenceBackend
  /// A folder of this process alone; each call takes one in it and removes it.
  private let scratch: String

  package init(_ backend: any ReferenceBackend, scratch: String) { (self.backend, self.scratch) = (backend, scratch) }

  package func evaluate(_ model: Model) throws(EvaluationRefusal) -> [String: Tensor] {
    let folder = "\(scratch)/constants-\(FileSystem.uniqueSuffix())"
    // What cannot be removed goes with the scratch folder.
    defer { try? FileSystem.remove(folder) }
    do {
      try FileSystem.makeDirectory(folder)
      try model.write(to: "\(folder)/model.onnx", isDurable: false)
      return try backend.openModel(at: "\(folder)/model.onnx").run([:])
    } catch let error as BackendError {
      throw EvaluationRefusal(error.description)
    } catch {
      throw EvaluationRefusal("\(error)")
    }
  }
}
