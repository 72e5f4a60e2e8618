// Operators of the standard domain, N to R. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let standardNToR = """
    Neg 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Neg 6 | ^ | ^ | T=floats,ints
    Neg 13 | ^ | ^ | T=floats,ints,bfloat16
    NegativeLogLikelihoodLoss 12 function | input:T target:Tind weight?:T | loss:T | T=floats Tind=int32,int64 |
      ignore_index:i reduction:s=mean
    NegativeLogLikelihoodLoss 13 function | ^ | ^ | ^ | ^
    NegativeLogLikelihoodLoss 22 function | ^ | ^ | T=floats,bfloat16 Tind=int32,int64 | ^
    NonMaxSuppression 10 | boxes:float32 scores:float32 max_output_boxes_per_class?:int64 iou_threshold?:float32
      score_threshold?:float32 | selected_indices:int64 | | center_point_box:i=0
    NonMaxSuppression 11 | ^ | ^ | | ^
    NonZero 9 | X:T | Y:int64 | T=floats,ints,uints,complexes,bool,string
    NonZero 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
    Not 1 | X:T | Y:T | T=bool
    OneHot 9 | indices:T1 depth:T2 values:T3 | output:T3 | T1=floats,ints,uints T2=floats,ints,uints
      T3=floats,ints,uints,complexes,bool,string | axis:i=-1
    OneHot 11 | ^ | ^ | ^ | ^
    OneHot 28 | ^ | ^ | T1=floats,ints,uints T2=floats,ints,uints
      T3=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Optional 15 | input?:V | output:O |
      O=opt(floats,ints,uints,complexes,bool,string),opt(seq(floats,ints,uints,complexes,bool,string))
      V=floats,ints,uints,complexes,bool,string,seq(floats,ints,uints,complexes,bool,string) | type:p
    Optional 28 | ^ | ^ |
      O=opt(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string),
      opt(seq(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string))
      V=floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string,
      seq(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string)
      | ^
    OptionalGetElement 15 | input:O | output:V |
      O=opt(floats,ints,uints,complexes,bool,string),opt(seq(floats,ints,uints,complexes,bool,string))
      V=floats,ints,uints,complexes,bool,string,seq(floats,ints,uints,complexes,bool,string)
    OptionalGetElement 18 | ^ | ^ |
      O=floats,ints,uints,complexes,bool,string,opt(floats,ints,uints,complexes,bool,string),opt(seq(floats,ints,
      uints,complexes,bool,string)),seq(floats,ints,uints,complexes,bool,string)
      V=floats,ints,uints,complexes,bool,string,seq(floats,ints,uints,complexes,bool,string)
    OptionalGetElement 28 | ^ | ^ |
      O=floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string,
      opt(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string),
      opt(seq(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string)),
      seq(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string)
      V=floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string,
      seq(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string)
    OptionalHasElement 15 | input:O | output:B | B=bool
      O=opt(floats,ints,uints,complexes,bool,string),opt(seq(floats,ints,uints,complexes,bool,string))
    OptionalHasElement 18 | input?:O | ^ | B=bool
      O=floats,ints,uints,complexes,bool,string,opt(floats,ints,uints,complexes,bool,string),opt(seq(floats,ints,
      uints,complexes,bool,string)),seq(floats,ints,uints,complexes,bool,string)
    OptionalHasElement 28 | ^ | ^ | B=bool
      O=floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string,
      opt(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string),
      opt(seq(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string)),
      seq(floats,ints,uints,complexes,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string)
    Or 1 | A:T B:T | C:T1 | T=bool T1=bool | axis:i broadcast:i=0
    Or 7 | ^ | ^ | ^
    PRelu 1 | X:T slope:T | Y:T | T=floats | consumed_inputs:i[]
    PRelu 6 | ^ | ^ | ^
    PRelu 7 | ^ | ^ | ^
    PRelu 9 | ^ | ^ | T=floats,int32,int64,uint32,uint64
    PRelu 16 function | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64
    Pad 1 | data:T | output:T | T=floats | mode:s=constant paddings:i[]! value:f=0
    Pad 2 | ^ | ^ | ^ | mode:s=constant pads:i[]! value:f=0
    Pad 11 | data:T pads:int64 constant_value?:T | ^ | T=floats,ints,uints | mode:s=constant
    Pad 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Pad 18 | data:T pads:int64 constant_value?:T axes?:Tind | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
      Tind=int32,int64 | ^
    Pad 19 | ^ | ^ | ^ | ^
    Pad 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string Tind=int32,int64 | ^
    Pad 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string Tind=int32,int64 |
      ^
    Pad 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string
      Tind=int32,int64 | ^
    Pad 25 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
      Tind=int32,int64 | ^
    ParametricSoftplus 1 onnxruntime | X:T | Y:T | T=floats | alpha:f beta:f
    ParametricSoftplus 10 deprecated onnxruntime | ^ | ^ | ^ | ^
    Pow 1 | X:T Y:T | Z:T | T=floats | axis:i broadcast:i=0
    Pow 7 | ^ | ^ | ^
    Pow 12 | X:T Y:T1 | ^ | T=floats,int32,int64 T1=floats,ints,uints
    Pow 13 | ^ | ^ | T=floats,bfloat16,int32,int64 T1=floats,ints,uints
    Pow 15 | ^ | ^ | T=floats,bfloat16,int32,int64 T1=floats,ints,uints,bfloat16
    PyramidROIAlign_TRT 1 onnxruntime | boxes:T feature_map_0:T feature_map_1:T feature_map_2:T feature_map_3:T |
      patches:T | T=float32 | plugin_version:s! pooled_size:i!
    QLinearConv 10 | x:T1 x_scale:float32 x_zero_point:T1 w:T2 w_scale:float32 w_zero_point:T2 y_scale:float32
      y_zero_point:T3 B?:T4 | y:T3 | T1=int8,uint8 T2=int8,uint8 T3=int8,uint8 T4=int32 | auto_pad:s=NOTSET
      dilations:i[] group:i=1 kernel_shape:i[] pads:i[] strides:i[]
    QLinearMatMul 10 | a:T1 a_scale:float32 a_zero_point:T1 b:T2 b_scale:float32 b_zero_point:T2 y_scale:float32
      y_zero_point:T3 | y:T3 | T1=int8,uint8 T2=int8,uint8 T3=int8,uint8
    QLinearMatMul 21 | a:T1 a_scale:TS a_zero_point:T1 b:T2 b_scale:TS b_zero_point:T2 y_scale:TS y_zero_point:T3 |
      ^ | T1=float8s,int8,uint8 T2=float8s,int8,uint8 T3=float8s,int8,uint8 TS=bfloat16,float16,float32
    QuantizeLinear 10 | x:T1 y_scale:float32 y_zero_point?:T2 | y:T2 | T1=float32,int32 T2=int8,uint8
    QuantizeLinear 13 | ^ | ^ | ^ | axis:i=1
    QuantizeLinear 19 | x:T1 y_scale:T1 y_zero_point?:T2 | ^ | T1=bfloat16,float16,float32,int32
      T2=float8s,int8,uint8 | axis:i=1 saturate:i=1
    QuantizeLinear 21 | ^ | ^ | T1=bfloat16,float16,float32,int32 T2=float8s,int4s,int16,int8,uint16,uint8 |
      axis:i=1 block_size:i=0 output_dtype:i=0 saturate:i=1
    QuantizeLinear 23 | x:T1 y_scale:T2 y_zero_point?:T3 | y:T3 | T1=bfloat16,float16,float32,int32
      T2=bfloat16,float16,float32,int32 T3=float8s,int4s,float4e2m1,int16,int8,uint16,uint8 | axis:i=1
      block_size:i=0 output_dtype:i=0 precision:i=0 saturate:i=1
    QuantizeLinear 24 | ^ | ^ | T1=bfloat16,float16,float32,int32 T2=bfloat16,float16,float32,float8e8m0,int32
      T3=float8s,int4s,float4e2m1,int16,int8,uint16,uint8 | ^
    QuantizeLinear 25 | ^ | ^ | T1=bfloat16,float16,float32,int32 T2=bfloat16,float16,float32,float8e8m0,int32
      T3=float8s,int4s,int2s,float4e2m1,int16,int8,uint16,uint8 | ^
    QuantizeLinear 28 | ^ | ^ | T1=bfloat16,float16,float32,int32 T2=bfloat16,float16,float32,float8e8m0,int32
      T3=float8s,float6s,int4s,int2s,float4e2m1,int16,int8,uint16,uint8 | ^
    RMSNormalization 23 function | X:T scale:V | Y:V | T=floats,bfloat16 V=floats,bfloat16 | axis:i=-1
      epsilon:f=1e-05 stash_type:i=1
    RNN 1 | X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T | Y?:T Y_h?:T | T=floats T1=int32 | activation_alpha:f[]
      activation_beta:f[] activations:s[]=[Tanh,Tanh] clip:f direction:s=forward hidden_size:i output_sequence:i=0
    RNN 7 | ^ | ^ | ^ | activation_alpha:f[] activation_beta:f[] activations:s[]=[Tanh,Tanh] clip:f
      direction:s=forward hidden_size:i
    RNN 14 | ^ | ^ | ^ | activation_alpha:f[] activation_beta:f[] activations:s[]=[Tanh,Tanh] clip:f
      direction:s=forward hidden_size:i layout:i=0
    RNN 22 | ^ | ^ | T=floats,bfloat16 T1=int32 | ^
    RandomNormal 1 | | output:T | T=floats | dtype:i=1 mean:f=0 scale:f=1 seed:f shape:i[]!
    RandomNormal 22 | | ^ | T=floats,bfloat16 | ^
    RandomNormalLike 1 | input:T1 | output:T2 | T1=floats,ints,uints,complexes,bool,string T2=floats | dtype:i
      mean:f=0 scale:f=1 seed:f
    RandomNormalLike 22 | ^ | ^ | T1=floats,ints,uints,complexes,bfloat16,bool,string T2=floats,bfloat16 | ^
    RandomUniform 1 | | output:T | T=floats | dtype:i=1 high:f=1 low:f=0 seed:f shape:i[]!
    RandomUniform 22 | | ^ | T=floats,bfloat16 | ^
    RandomUniformLike 1 | input:T1 | output:T2 | T1=floats,ints,uints,complexes,bool,string T2=floats | dtype:i
      high:f=1 low:f=0 seed:f
    RandomUniformLike 22 | ^ | ^ | T1=floats,ints,uints,complexes,bfloat16,bool,string T2=floats,bfloat16 | ^
    Range 11 function | start:T limit:T delta:T | output:T | T=float32,float64,int16,int32,int64
    Range 27 function | ^ | ^ | T=floats,bfloat16,int16,int32,int64 | stash_type:i=1
    Reciprocal 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Reciprocal 6 | ^ | ^ | ^
    Reciprocal 13 | ^ | ^ | T=floats,bfloat16
    ReduceL1 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceL1 11 | ^ | ^ | ^ | ^
    ReduceL1 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    ReduceL1 18 function | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceL2 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceL2 11 | ^ | ^ | ^ | ^
    ReduceL2 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    ReduceL2 18 function | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceLogSum 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceLogSum 11 | ^ | ^ | ^ | ^
    ReduceLogSum 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    ReduceLogSum 18 function | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceLogSum 28 function | ^ | ^ | T=floats,bfloat16 | ^
    ReduceLogSumExp 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceLogSumExp 11 | ^ | ^ | ^ | ^
    ReduceLogSumExp 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    ReduceLogSumExp 18 function | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceLogSumExp 28 function | ^ | ^ | T=floats,bfloat16 | ^
    ReduceMax 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceMax 11 | ^ | ^ | ^ | ^
    ReduceMax 12 | ^ | ^ | T=floats,int32,int64,int8,uint32,uint64,uint8 | ^
    ReduceMax 13 | ^ | ^ | T=floats,bfloat16,int32,int64,int8,uint32,uint64,uint8 | ^
    ReduceMax 18 | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceMax 20 | ^ | ^ | T=floats,bfloat16,bool,int32,int64,int8,uint32,uint64,uint8 | ^
    ReduceMean 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceMean 11 | ^ | ^ | ^ | ^
    ReduceMean 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    ReduceMean 18 | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceMin 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceMin 11 | ^ | ^ | ^ | ^
    ReduceMin 12 | ^ | ^ | T=floats,int32,int64,int8,uint32,uint64,uint8 | ^
    ReduceMin 13 | ^ | ^ | T=floats,bfloat16,int32,int64,int8,uint32,uint64,uint8 | ^
    ReduceMin 18 | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceMin 20 | ^ | ^ | T=floats,bfloat16,bool,int32,int64,int8,uint32,uint64,uint8 | ^
    ReduceProd 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceProd 11 | ^ | ^ | ^ | ^
    ReduceProd 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    ReduceProd 18 | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    ReduceSum 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceSum 11 | ^ | ^ | ^ | ^
    ReduceSum 13 | data:T axes?:int64 | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | keepdims:i=1
      noop_with_empty_axes:i=0
    ReduceSumSquare 1 | data:T | reduced:T | T=floats,int32,int64,uint32,uint64 | axes:i[] keepdims:i=1
    ReduceSumSquare 11 | ^ | ^ | ^ | ^
    ReduceSumSquare 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    ReduceSumSquare 18 function | data:T axes?:int64 | ^ | ^ | keepdims:i=1 noop_with_empty_axes:i=0
    RegexFullMatch 20 | X:T1 | Y:T2 | T1=string T2=bool | pattern:s
    Relu 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Relu 6 | ^ | ^ | ^
    Relu 13 | ^ | ^ | T=floats,bfloat16
    Relu 14 function | ^ | ^ | T=floats,ints,bfloat16
    Reshape 1 | data:T | reshaped:T | T=floats | consumed_inputs:i[] shape:i[]
    Reshape 5 | data:T shape:int64 | ^ | T=floats,ints,uints,complexes,bool,string
    Reshape 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
    Reshape 14 | ^ | ^ | ^ | allowzero:i=0
    Reshape 19 | ^ | ^ | T=floats,ints,uints,complexes,float8s,bfloat16,bool,string | ^
    Reshape 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string | ^
    Reshape 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string | ^
    Reshape 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Reshape 25 | ^ | ^ |
      T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Resize 10 | X:T scales:float32 | Y:T | T=floats,ints,uints,complexes,bool,string | mode:s=nearest
    Resize 11 | X:T1 roi:T2 scales:float32 sizes?:int64 | Y:T1 | T1=floats,ints,uints,complexes,bool,string
      T2=floats | coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0
      extrapolation_value:f=0 mode:s=nearest nearest_mode:s=round_prefer_floor
    Resize 13 | X:T1 roi?:T2 scales?:float32 sizes?:int64 | ^ | T1=floats,ints,uints,complexes,bfloat16,bool,string
      T2=floats | ^
    Resize 18 | ^ | ^ | ^ | antialias:i=0 axes:i[] coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75
      exclude_outside:i=0 extrapolation_value:f=0 keep_aspect_ratio_policy:s=stretch mode:s=nearest
      nearest_mode:s=round_prefer_floor
    Resize 19 | ^ | ^ | ^ | ^
    ReverseSequence 10 | input:T sequence_lens:int64 | Y:T | T=floats,ints,uints,complexes,bool,string |
      batch_axis:i=1 time_axis:i=0
    ReverseSequence 28 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    RoiAlign 10 | X:T1 rois:T1 batch_indices:T2 | Y:T1 | T1=floats T2=int64 | mode:s=avg output_height:i=1
      output_width:i=1 sampling_ratio:i=0 spatial_scale:f=1
    RoiAlign 16 | ^ | ^ | ^ | coordinate_transformation_mode:s=half_pixel mode:s=avg output_height:i=1
      output_width:i=1 sampling_ratio:i=0 spatial_scale:f=1
    RoiAlign 22 | ^ | ^ | T1=floats,bfloat16 T2=int64 | ^
    RotaryEmbedding 23 function | X:T cos_cache:T sin_cache:T position_ids?:M | Y:T | M=int64
      T=bfloat16,float16,float32 | interleaved:i=0 num_heads:i rotary_embedding_dim:i=0
    Round 11 | X:T | Y:T | T=floats
    Round 22 | ^ | ^ | T=floats,bfloat16
    """
}
