// Operators of the standard domain, H to M. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let standardHToM = """
    HammingWindow 17 function | size:T1 | output:T2 | T1=int32,int64 T2=floats,ints,uints,bfloat16 |
      output_datatype:i=1 periodic:i=1
    HannWindow 17 function | size:T1 | output:T2 | T1=int32,int64 T2=floats,ints,uints,bfloat16 |
      output_datatype:i=1 periodic:i=1
    HardSigmoid 1 | X:T | Y:T | T=floats | alpha:f=0.2 beta:f=0.5 consumed_inputs:i[]
    HardSigmoid 6 function | ^ | ^ | ^ | alpha:f=0.2 beta:f=0.5
    HardSigmoid 22 function | ^ | ^ | T=floats,bfloat16 | ^
    HardSwish 14 function | X:T | Y:T | T=floats
    HardSwish 22 function | ^ | ^ | T=floats,bfloat16
    Hardmax 1 | input:T | output:T | T=floats | axis:i=1
    Hardmax 11 | ^ | ^ | ^ | ^
    Hardmax 13 | ^ | ^ | T=floats,bfloat16 | axis:i=-1
    Identity 1 | input:T | output:T | T=floats,ints,uints,complexes,bool,string
    Identity 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
    Identity 14 | input:V | output:V |
      V=floats,ints,uints,complexes,bfloat16,bool,string,seq(floats,ints,uints,complexes,bool,string)
    Identity 16 | ^ | ^ |
      V=floats,ints,uints,complexes,bfloat16,bool,string,opt(floats,ints,uints,complexes,bool,string),
      opt(seq(floats,ints,uints,complexes,bool,string)),seq(floats,ints,uints,complexes,bool,string)
    Identity 19 | ^ | ^ |
      V=floats,ints,uints,complexes,float8s,bfloat16,bool,string,opt(floats,ints,uints,complexes,bool,string),
      opt(seq(floats,ints,uints,complexes,bool,string)),seq(floats,ints,uints,complexes,bool,string)
    Identity 21 | ^ | ^ |
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string,opt(floats,ints,uints,complexes,bool,string),
      opt(seq(floats,ints,uints,complexes,bool,string)),seq(floats,ints,uints,complexes,bool,string)
    Identity 23 | ^ | ^ |
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string,opt(floats,ints,uints,complexes,
      bool,string),opt(seq(floats,ints,uints,complexes,bool,string)),seq(floats,ints,uints,complexes,bool,string)
    Identity 24 | ^ | ^ |
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string,opt(floats,ints,uints,
      complexes,bool,string),opt(seq(floats,ints,uints,complexes,bool,string)),seq(floats,ints,uints,complexes,bool,
      string)
    Identity 25 | ^ | ^ |
      V=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string,opt(floats,ints,
      uints,complexes,bool,string),opt(seq(floats,ints,uints,complexes,bool,string)),seq(floats,ints,uints,
      complexes,bool,string)
    If 1 | cond:B | outputs*~:V | B=bool V=floats,ints,uints,complexes,bool,string | else_branch:g! then_branch:g!
    If 11 | ^ | ^ | ^ | ^
    If 13 | ^ | ^ | B=bool V=floats,ints,uints,complexes,bool,string,seq(floats,ints,uints,complexes,bool,string) |
      ^
    If 16 | ^ | ^ | B=bool
      V=floats,ints,uints,complexes,bfloat16,bool,string,opt(floats,ints,uints,complexes,bfloat16,bool,string),
      opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),seq(floats,ints,uints,complexes,bfloat16,bool,
      string)
      | ^
    If 19 | ^ | ^ | B=bool
      V=floats,ints,uints,complexes,float8s,bfloat16,bool,string,opt(floats,ints,uints,complexes,float8s,bfloat16,
      bool,string),opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),seq(floats,ints,uints,complexes,
      float8s,bfloat16,bool,string)
      | ^
    If 21 | ^ | ^ | B=bool
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string,opt(floats,ints,uints,complexes,float8s,
      int4s,bfloat16,bool,string),opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),seq(floats,ints,uints,
      complexes,float8s,int4s,bfloat16,bool,string)
      | ^
    If 23 | ^ | ^ | B=bool
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string,opt(floats,ints,uints,complexes,
      float8s,int4s,bfloat16,bool,float4e2m1,string),opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),
      seq(floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string)
      | ^
    If 24 | ^ | ^ | B=bool
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string,opt(floats,ints,uints,
      complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string),opt(seq(floats,ints,uints,complexes,
      bfloat16,bool,string)),seq(floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,
      string)
      | ^
    If 25 | ^ | ^ | B=bool
      V=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string,opt(floats,ints,
      uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string),opt(seq(floats,ints,uints,
      complexes,bfloat16,bool,string)),seq(floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,
      float8e8m0,string)
      | ^
    ImageDecoder 20 | encoded_stream:T1 | image:T2 | T1=uint8 T2=uint8 | pixel_format:s=RGB
    ImageScaler 1 onnxruntime | input:T | output:T | T=floats | bias:f[] scale:f=1
    ImageScaler 10 deprecated onnxruntime | ^ | ^ | ^ | ^
    InstanceNormalization 1 | input:T scale:T B:T | output:T | T=floats | consumed_inputs:i[] epsilon:f=1e-05
    InstanceNormalization 6 | ^ | ^ | ^ | epsilon:f=1e-05
    InstanceNormalization 22 | ^ | ^ | T=floats,bfloat16 | ^
    IsInf 10 | X:T1 | Y:T2 | T1=float32,float64 T2=bool | detect_negative:i=1 detect_positive:i=1
    IsInf 20 | ^ | ^ | T1=floats,float8s,bfloat16 T2=bool | ^
    IsNaN 9 | X:T1 | Y:T2 | T1=floats T2=bool
    IsNaN 13 | ^ | ^ | T1=floats,bfloat16 T2=bool
    IsNaN 20 | ^ | ^ | T1=floats,float8s,bfloat16 T2=bool
    LRN 1 | X:T | Y:T | T=floats | alpha:f=1e-04 beta:f=0.75 bias:f=1 size:i!
    LRN 13 | ^ | ^ | T=floats,bfloat16 | ^
    LSTM 1 | X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T initial_c?:T P?:T | Y?:T Y_h?:T Y_c?:T | T=floats
      T1=int32 | activation_alpha:f[] activation_beta:f[] activations:s[] clip:f direction:s=forward hidden_size:i
      input_forget:i=0 output_sequence:i=0
    LSTM 7 | ^ | ^ | ^ | activation_alpha:f[] activation_beta:f[] activations:s[] clip:f direction:s=forward
      hidden_size:i input_forget:i=0
    LSTM 14 | ^ | ^ | ^ | activation_alpha:f[] activation_beta:f[] activations:s[] clip:f direction:s=forward
      hidden_size:i input_forget:i=0 layout:i=0
    LSTM 22 | ^ | ^ | T=floats,bfloat16 T1=int32 | ^
    LayerNormalization 1 onnxruntime | X:T Scale:V B?:V | Y:V Mean?:U InvStdDev?:U | T=floats,bfloat16
      U=float32,float64 V=floats,bfloat16 | axis:i=-1 epsilon:f=1e-05 stash_type:i=1
    LayerNormalization 17 function | X:T Scale:T B?:T | Y:T Mean?:U InvStdDev?:U | T=floats,bfloat16
      U=bfloat16,float32 | ^
    LeakyRelu 1 | X:T | Y:T | T=floats | alpha:f=0.01 consumed_inputs:i[]
    LeakyRelu 6 | ^ | ^ | ^ | alpha:f=0.01
    LeakyRelu 16 function | ^ | ^ | T=floats,bfloat16 | ^
    Less 1 | A:T B:T | C:T1 | T=floats T1=bool | axis:i broadcast:i=0
    Less 7 | ^ | ^ | ^
    Less 9 | ^ | ^ | T=floats,ints,uints T1=bool
    Less 13 | ^ | ^ | T=floats,ints,uints,bfloat16 T1=bool
    LessOrEqual 12 function | A:T B:T | C:T1 | T=floats,ints,uints T1=bool
    LessOrEqual 16 function | ^ | ^ | T=floats,ints,uints,bfloat16 T1=bool
    LinearAttention 27 function | query:T key:T value:T past_state?:S decay?:T beta?:T | output:T present_state:S |
      S=bfloat16,float16,float32 T=bfloat16,float16,float32 | chunk_size:i=64 kv_num_heads:i! q_num_heads:i!
      scale:f=0 update_rule:s=gated_delta
    Log 1 | input:T | output:T | T=floats | consumed_inputs:i[]
    Log 6 | ^ | ^ | ^
    Log 13 | ^ | ^ | T=floats,bfloat16
    LogSoftmax 1 | input:T | output:T | T=floats | axis:i=1
    LogSoftmax 11 | ^ | ^ | ^ | ^
    LogSoftmax 13 function | ^ | ^ | T=floats,bfloat16 | axis:i=-1
    Loop 1 | M?:I cond?:B v_initial*~:V | v_final_and_scan_outputs*~:V | B=bool I=int64
      V=floats,ints,uints,complexes,bool,string | body:g!
    Loop 11 | M?:I cond?:B v_initial*0~:V | ^ | ^ | ^
    Loop 13 | ^ | ^ | B=bool I=int64
      V=floats,ints,uints,complexes,bool,string,seq(floats,ints,uints,complexes,bool,string) | ^
    Loop 16 | ^ | ^ | B=bool I=int64
      V=floats,ints,uints,complexes,bfloat16,bool,string,opt(floats,ints,uints,complexes,bfloat16,bool,string),
      opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),seq(floats,ints,uints,complexes,bfloat16,bool,
      string)
      | ^
    Loop 19 | ^ | ^ | B=bool I=int64
      V=floats,ints,uints,complexes,float8s,bfloat16,bool,string,opt(floats,ints,uints,complexes,float8s,bfloat16,
      bool,string),opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),seq(floats,ints,uints,complexes,
      float8s,bfloat16,bool,string)
      | ^
    Loop 21 | ^ | ^ | B=bool I=int64
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string,opt(floats,ints,uints,complexes,float8s,
      int4s,bfloat16,bool,string),opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),seq(floats,ints,uints,
      complexes,float8s,int4s,bfloat16,bool,string)
      | ^
    Loop 23 | ^ | ^ | B=bool I=int64
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string,opt(floats,ints,uints,complexes,
      float8s,int4s,bfloat16,bool,float4e2m1,string),opt(seq(floats,ints,uints,complexes,bfloat16,bool,string)),
      seq(floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string)
      | ^
    Loop 24 | ^ | ^ | B=bool I=int64
      V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string,opt(floats,ints,uints,
      complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string),opt(seq(floats,ints,uints,complexes,
      bfloat16,bool,string)),seq(floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,
      string)
      | ^
    Loop 25 | ^ | ^ | B=bool I=int64
      V=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string,opt(floats,ints,
      uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string),opt(seq(floats,ints,uints,
      complexes,bfloat16,bool,string)),seq(floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,
      float8e8m0,string)
      | ^
    LpNormalization 1 | input:T | output:T | T=floats | axis:i=-1 p:i=2
    LpNormalization 22 | ^ | ^ | T=floats,bfloat16 | ^
    LpPool 1 | X:T | Y:T | T=floats | auto_pad:s=NOTSET kernel_shape:i[] p:f=2 pads:i[] strides:i[]
    LpPool 2 | ^ | ^ | ^ | auto_pad:s=NOTSET kernel_shape:i[]! p:i=2 pads:i[] strides:i[]
    LpPool 11 | ^ | ^ | ^ | ^
    LpPool 18 | ^ | ^ | ^ | auto_pad:s=NOTSET ceil_mode:i=0 dilations:i[] kernel_shape:i[]! p:i=2 pads:i[]
      strides:i[]
    LpPool 22 | ^ | ^ | T=floats,bfloat16 | ^
    MatMul 1 | A:T B:T | Y:T | T=floats
    MatMul 9 | ^ | ^ | T=floats,int32,int64,uint32,uint64
    MatMul 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64
    MatMulInteger 10 | A:T1 B:T2 a_zero_point?:T1 b_zero_point?:T2 | Y:T3 | T1=int8,uint8 T2=int8,uint8 T3=int32
    Max 1 | data_0*:T | max:T | T=floats | consumed_inputs:i[]
    Max 6 | ^ | ^ | ^
    Max 8 | ^ | ^ | ^
    Max 12 | ^ | ^ | T=floats,ints,uints
    Max 13 | ^ | ^ | T=floats,ints,uints,bfloat16
    MaxPool 1 | X:T | Y:T | T=floats | auto_pad:s=NOTSET kernel_shape:i[]! pads:i[] strides:i[]
    MaxPool 8 | ^ | Y:T Indices?:I | I=int64 T=floats | auto_pad:s=NOTSET kernel_shape:i[]! pads:i[]
      storage_order:i=0 strides:i[]
    MaxPool 10 | ^ | ^ | ^ | auto_pad:s=NOTSET ceil_mode:i=0 dilations:i[] kernel_shape:i[]! pads:i[]
      storage_order:i=0 strides:i[]
    MaxPool 11 | ^ | ^ | ^ | ^
    MaxPool 12 | ^ | ^ | I=int64 T=floats,int8,uint8 | ^
    MaxPool 22 | ^ | ^ | I=int64 T=floats,bfloat16,int8,uint8 | ^
    MaxRoiPool 1 | X:T rois:T | Y:T | T=floats | pooled_shape:i[]! spatial_scale:f=1
    MaxRoiPool 22 | ^ | ^ | T=floats,bfloat16 | ^
    MaxUnpool 9 | X:T1 I:T2 output_shape?:T2 | output:T1 | T1=floats T2=int64 | kernel_shape:i[]! pads:i[]
      strides:i[]
    MaxUnpool 11 | ^ | ^ | ^ | ^
    MaxUnpool 22 | ^ | ^ | T1=floats,bfloat16 T2=int64 | ^
    Mean 1 | data_0*:T | mean:T | T=floats | consumed_inputs:i[]
    Mean 6 | ^ | ^ | ^
    Mean 8 | ^ | ^ | ^
    Mean 13 | ^ | ^ | T=floats,bfloat16
    MeanVarianceNormalization 1 onnxruntime | input:T | output:T | T=floats | across_channels:i=0
      normalize_variance:i=1
    MeanVarianceNormalization 9 function | X:T | Y:T | ^ | axes:i[]=[0,2,3]
    MeanVarianceNormalization 13 function | ^ | ^ | T=floats,bfloat16 | ^
    MelWeightMatrix 17 | num_mel_bins:T1 dft_length:T1 sample_rate:T1 lower_edge_hertz:T2 upper_edge_hertz:T2 |
      output:T3 | T1=int32,int64 T2=floats,bfloat16 T3=floats,ints,uints,bfloat16 | output_datatype:i=1
    MemcpyFromHost 1 onnxruntime | X:T | Y:T |
      T=floats,ints,uints,complexes,float8s,bfloat16,bool,seq(floats,ints,uints,complexes,bfloat16,bool)
    MemcpyToHost 1 onnxruntime | X:T | Y:T |
      T=floats,ints,uints,complexes,float8s,bfloat16,bool,seq(floats,ints,uints,complexes,bfloat16,bool)
    Min 1 | data_0*:T | min:T | T=floats | consumed_inputs:i[]
    Min 6 | ^ | ^ | ^
    Min 8 | ^ | ^ | ^
    Min 12 | ^ | ^ | T=floats,ints,uints
    Min 13 | ^ | ^ | T=floats,ints,uints,bfloat16
    Mish 18 function | X:T | Y:T | T=floats
    Mish 22 function | ^ | ^ | T=floats,bfloat16
    Mod 10 | A:T B:T | C:T | T=floats,ints,uints | fmod:i=0
    Mod 13 | ^ | ^ | T=floats,ints,uints,bfloat16 | ^
    Mod 28 | ^ | ^ | ^ | ^
    Mul 1 | A:T B:T | C:T | T=floats | axis:i broadcast:i=0 consumed_inputs:i[]
    Mul 6 | ^ | ^ | T=floats,int32,int64,uint32,uint64 | axis:i broadcast:i=0
    Mul 7 | ^ | ^ | ^
    Mul 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64
    Mul 14 | ^ | ^ | T=floats,ints,uints,bfloat16
    MultilevelCropAndResize_TRT 1 onnxruntime | boxes:T feature_map_0:T feature_map_1:T feature_map_2:T
      feature_map_3:T | patches:T | T=float32 | image_size:i[]! plugin_version:s! pooled_size:i!
    Multinomial 7 | input:T1 | output:T2 | T1=floats T2=int32,int64 | dtype:i=6 sample_size:i=1 seed:f
    Multinomial 22 | ^ | ^ | T1=floats,bfloat16 T2=int32,int64 | ^
    """
}
