// A value together with where the manifest says it.

package import IngotCore

/// A value and its place. Two are equal when their values are: where something was written changes no plan.
package struct Located<Value: Sendable & Hashable>: Sendable, Hashable {
  package var value: Value
  package var place: Place

  package init(_ value: Value, at place: Place) { (self.value, self.place) = (value, place) }

  package static func == (a: Located, b: Located) -> Bool { a.value == b.value }
  package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
