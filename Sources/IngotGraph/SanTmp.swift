package struct SanitizeReport: Codable, Sendable { package var x = 0 }
package func sanitize(_ model: inout Model) throws(GraphError) -> SanitizeReport { try inferShapes(&model); return SanitizeReport() }
