// Functions and quantization annotations in a graph's text.

internal import IngotCore

extension GraphTextParser {
  /// After the word `function`.
  mutating func parseFunction() throws(InputError) -> Function {
    var function = Function(try parseOperator(), body: Graph(name: ""))
    function.opsets = try parseOpsets()
    if scanner.take("{") {
      var isFirst = true
      while !scanner.take("}") {
        if !isFirst { try scanner.expect(",") }
        isFirst = false
        let name = try scanner.takeWordOrString("an attribute's name")
        if scanner.take("=") {
          function.defaults.append(Attribute(name: name, value: try parseAttributeValue()))
        } else {
          function.attributes.append(name)
        }
      }
    }
    function.body = try parseGraph()
    return function
  }

  /// After the word `quantized`: `%x {SCALE_TENSOR=%scale}`.
  mutating func parseAnnotation(in graph: inout Graph) throws(InputError) -> QuantizationAnnotation {
    var annotation = QuantizationAnnotation(tensor: try parseName(in: &graph), parameters: [])
    try scanner.expect("{")
    while !scanner.take("}") {
      if !annotation.parameters.isEmpty { try scanner.expect(",") }
      let key = try scanner.takeWordOrString("a parameter's key")
      try scanner.expect("=")
      annotation.parameters.append(QuantizationAnnotation.Parameter(key: key, value: try parseName(in: &graph)))
    }
    return annotation
  }
}
