// calibrate: the reference runtime runs the canonical model over the set and measures the tensors that quantization will use. In: the
// model, the set. Out: `ranges.json`.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision
