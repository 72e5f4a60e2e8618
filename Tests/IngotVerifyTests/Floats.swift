// Float32 tensors for tests: integer literals alone would not say which type they are.

import IngotCore

func floats(_ values: [Float], shape: [Int]? = nil) -> Tensor { Tensor(values, shape: shape) }
