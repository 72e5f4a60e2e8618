// Operators of com.microsoft.nchwc, of ONNX Runtime. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let microsoftBlocked = """
    AveragePool 1 | X:T | Y:T | T=float32 | auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 dilations:i[]
      kernel_shape:i[]! pads:i[] strides:i[]
    Conv 1 | X:T W:T B?:T Sum?:T | Y:T | T=float32 | activation:s activation_params:f[] auto_pad:s=NOTSET
      dilations:i[] group:i=1 kernel_shape:i[] pads:i[] strides:i[]
    GlobalAveragePool 1 | X:T | Y:T | T=float32
    GlobalMaxPool 1 | X:T | Y:T | T=float32
    MaxPool 1 | X:T | Y:T | T=float32 | auto_pad:s=NOTSET ceil_mode:i=0 dilations:i[] kernel_shape:i[]! pads:i[]
      storage_order:i=0 strides:i[]
    ReorderInput 1 | X:T | Y:T | T=float32 | channels_last:i=0
    ReorderOutput 1 | X:T | Y:T | T=float32 | channels:i=0 channels_last:i=0
    Upsample 1 | X:T | Y:T | T=float32 | coordinate_transformation_mode:s=asymmetric mode:s=nearest scales:i[]
    """
}
