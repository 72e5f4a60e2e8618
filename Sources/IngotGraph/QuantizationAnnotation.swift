// Notes on how tensors are quantized, which a graph may carry beside its nodes.

package import IngotCore

/// The tensors that hold scale, zero point and so on of one tensor. No node need read them.
package struct QuantizationAnnotation: Sendable {
  package struct Parameter: Hashable, Sendable {
    /// `SCALE_TENSOR`, `ZERO_POINT_TENSOR`.
    package var key: String
    package var value: ValueID

    package init(key: String, value: ValueID) { (self.key, self.value) = (key, value) }
  }

  package var tensor: ValueID
  package var parameters: [Parameter]
  /// Fields that Ingot does not know, as they stood.
  package var unknownFields = Bytes()

  package init(tensor: ValueID, parameters: [Parameter]) { (self.tensor, self.parameters) = (tensor, parameters) }
}
