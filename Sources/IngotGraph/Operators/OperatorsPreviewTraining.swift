// Operators of ai.onnx.preview.training. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let previewTraining = """
    Adagrad 1 | R:T1 T:T2 inputs*~:T3 | outputs*~:T3 | T1=float32,float64 T2=int64 T3=float32,float64 |
      decay_factor:f=0 epsilon:f=1e-06 norm_coefficient:f=0
    Adam 1 | R:T1 T:T2 inputs*~:T3 | outputs*~:T3 | T1=float32,float64 T2=int64 T3=float32,float64 | alpha:f=0.9
      beta:f=0.999 epsilon:f=1e-06 norm_coefficient:f=0 norm_coefficient_post:f=0
    Gradient 1 | Inputs*~:T1 | Outputs*~:T2 | T1=floats,ints,uints,complexes,bool,string T2=floats | xs:s[]! y:s!
      zs:s[]
    Momentum 1 | R:T1 T:T2 inputs*~:T3 | outputs*~:T3 | T1=float32,float64 T2=int64 T3=float32,float64 | alpha:f!
      beta:f! mode:s! norm_coefficient:f!
    """
}
