// What goes wrong while ranges are measured.

package import IngotBackends
package import IngotCore

/// Why there is no range table.
package enum CalibrationError: ReportableError {
  /// The set does not fit the model, or its data is damaged.
  case input(InputError)
  case backend(BackendError)
  /// Whatever else kept the model from being opened.
  case opening(any ReportableError)
  /// A tensor took a value that has no range.
  case notFinite(tensor: String, samples: Range<Int>, value: Float)
  /// An input of the model did.
  case inputNotFinite(array: String, sample: Int, value: Float)
  /// The model cannot give a tensor.
  case notCollectable(tensor: String, reason: String)
  case cancelled

  package var kind: FailureKind {
    switch self {
    case .input(let error): error.kind
    case .backend(let error): error.kind
    case .opening(let error): error.kind
    case .notFinite, .inputNotFinite, .notCollectable: .input
    case .cancelled: .interrupted
    }
  }

  package var description: String {
    switch self {
    case .input(let error): error.description
    case .backend(let error): error.description
    case .opening(let error): error.description
    case .notFinite(let tensor, let samples, let value):
      """
      the tensor '\(shown(tensor))' is \(value) in \(Self.words(for: samples)) of the calibration set
        hint: the model itself overflows or divides by zero there; mend it, or leave the sample out
      """
    case .inputNotFinite(let array, let sample, let value):
      """
      the array '\(shown(array))' of the calibration set holds \(value) in sample \(sample)
        hint: remove the sample, or mend what made it
      """
    case .notCollectable(let tensor, let reason): "the tensor '\(shown(tensor))' has no range to measure: \(reason)"
    case .cancelled: Interrupted().description
    }
  }

  private static func words(for samples: Range<Int>) -> String {
    samples.count == 1 ? "sample \(samples.lowerBound)" : "samples \(samples.lowerBound) to \(samples.upperBound - 1)"
  }
}
