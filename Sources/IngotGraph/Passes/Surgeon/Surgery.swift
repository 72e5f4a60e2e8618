// The changes to a model that are asked for, before any pass runs: each in its file, here their order.

internal import IngotCore

/// - Throws: every option that does not fit the model, together; what keeps the operator set from being raised.
func operate(on model: inout Model, _ options: SanitizeOptions) throws(GraphError) -> [PassReport] {
  var problems: [GraphError] = []
  var reports = [selectOutputs(&model, options.outputs, &problems), extract(&model, options, &problems)]
  try throwAll(problems)
  reports.append(setInputShapes(&model, options, &problems))
  try throwAll(problems)
  if let opset = options.opset { reports.append(try raiseOpset(of: &model, to: opset)) }
  reports.append(boundSizes(&model, options.bounds, &problems))
  reports.append(renameTensors(&model, options.renames, &problems))
  try throwAll(problems)
  return reports
}

private func throwAll(_ problems: [GraphError]) throws(GraphError) {
  if problems.count == 1 { throw problems[0] }
  if !problems.isEmpty { throw GraphError(.several(problems)) }
}
