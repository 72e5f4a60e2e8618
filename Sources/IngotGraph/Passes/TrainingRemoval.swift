// Takes away how a model is trained on. No inference engine reads it, and it knows values of the main graph by names that other
// passes change.

/// Removes the model's training information.
func removeTrainingInfo(_ model: inout Model) -> PassReport {
  var report = PassReport("training-info")
  for training in model.training { report.remove(training.algorithm?.name ?? training.initialization?.name ?? "") }
  model.training = []
  return report
}
