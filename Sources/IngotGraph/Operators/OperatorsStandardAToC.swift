// Operators of the standard domain, A to C. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let standardAToC = """
    Abs 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Abs 6 | ^ | ^ | T=floats,ints,uints
    Abs 13 | ^ | ^ | T=floats,ints,uints,bfloat16
    Acos 7 | input:T | output:T | T=floats
    Acos 22 | ^ | ^ | T=floats,bfloat16
    Acosh 9 | input:T | output:T | T=floats
    Acosh 22 | ^ | ^ | T=floats,bfloat16
    Add 1 | A:T B:T | C:T | T=floats | axis:i broadcast:i=0 consumed_inputs:i[]
    Add 6 | ^ | ^ | T=floats,int32,int64,uint32,uint64 | axis:i broadcast:i=0
    Add 7 | ^ | ^ | ^
    Add 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64
    Add 14 | ^ | ^ | T=floats,ints,uints,bfloat16
    Affine 1 onnxruntime | X:T | Y:T | T=floats | alpha:f=1 beta:f=0
    Affine 10 deprecated onnxruntime | ^ | ^ | ^ | ^
    AffineGrid 20 function | theta:T1 size:T2 | grid:T1 | T1=floats,bfloat16 T2=int64 | align_corners:i=0
    And 1 | A:T B:T | C:T1 | T=bool T1=bool | axis:i broadcast:i=0
    And 7 | ^ | ^ | ^
    ArgMax 1 | data:T | reduced:int64 | T=floats,ints,uints | axis:i=0 keepdims:i=1
    ArgMax 11 | ^ | ^ | ^ | ^
    ArgMax 12 | ^ | ^ | ^ | axis:i=0 keepdims:i=1 select_last_index:i=0
    ArgMax 13 | ^ | ^ | T=floats,ints,uints,bfloat16 | ^
    ArgMin 1 | data:T | reduced:int64 | T=floats,ints,uints | axis:i=0 keepdims:i=1
    ArgMin 11 | ^ | ^ | ^ | ^
    ArgMin 12 | ^ | ^ | ^ | axis:i=0 keepdims:i=1 select_last_index:i=0
    ArgMin 13 | ^ | ^ | T=floats,ints,uints,bfloat16 | ^
    Asin 7 | input:T | output:T | T=floats
    Asin 22 | ^ | ^ | T=floats,bfloat16
    Asinh 9 | input:T | output:T | T=floats
    Asinh 22 | ^ | ^ | T=floats,bfloat16
    Atan 7 | input:T | output:T | T=floats
    Atan 22 | ^ | ^ | T=floats,bfloat16
    Atanh 9 | input:T | output:T | T=floats
    Atanh 22 | ^ | ^ | T=floats,bfloat16
    Attention 23 function | Q:T1 K:T1 V:T2 attn_mask?:U past_key?:T1 past_value?:T2 | Y:T1 present_key?:T1
      present_value?:T2 qk_matmul_output?:T1 | T1=floats,bfloat16 T2=floats,bfloat16
      U=floats,ints,uints,bfloat16,bool | is_causal:i=0 kv_num_heads:i q_num_heads:i qk_matmul_output_mode:i=0
      scale:f softcap:f=0 softmax_precision:i
    Attention 24 function | Q:T1 K:T1 V:T2 attn_mask?:U past_key?:T1 past_value?:T2 nonpad_kv_seqlen?:int64 | ^ | ^
      | ^
    Attention 25 function | ^ | ^ | ^ | is_causal:i=0 kv_num_heads:i left_window_size:i=-1 q_num_heads:i
      qk_matmul_output_mode:i=0 right_window_size:i=-1 scale:f softcap:f=0 softmax_precision:i
    AveragePool 1 | X:T | Y:T | T=floats | auto_pad:s=NOTSET kernel_shape:i[]! pads:i[] strides:i[]
    AveragePool 7 | ^ | ^ | ^ | auto_pad:s=NOTSET count_include_pad:i=0 kernel_shape:i[]! pads:i[] strides:i[]
    AveragePool 10 | ^ | ^ | ^ | auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 kernel_shape:i[]! pads:i[]
      strides:i[]
    AveragePool 11 | ^ | ^ | ^ | ^
    AveragePool 19 | ^ | ^ | ^ | auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 dilations:i[]
      kernel_shape:i[]! pads:i[] strides:i[]
    AveragePool 22 | ^ | ^ | T=floats,bfloat16 | ^
    BatchNormalization 1 | X:T scale:T B:T mean:T var:T | Y:T mean?:T var?:T saved_mean?:T saved_var?:T | T=floats |
      consumed_inputs:i[]! epsilon:f=1e-05 is_test:i=0 momentum:f=0.9 spatial:i=1
    BatchNormalization 6 | ^ | ^ | ^ | epsilon:f=1e-05 is_test:i=0 momentum:f=0.9 spatial:i=1
    BatchNormalization 7 | ^ | ^ | ^ | epsilon:f=1e-05 momentum:f=0.9 spatial:i=1
    BatchNormalization 9 | ^ | ^ | ^ | epsilon:f=1e-05 momentum:f=0.9
    BatchNormalization 14 | X:T scale:T B:T input_mean:U input_var:U | Y:T running_mean?:U running_var?:U |
      T=floats,bfloat16 U=floats,bfloat16 | epsilon:f=1e-05 momentum:f=0.9 training_mode:i=0
    BatchNormalization 15 | X:T scale:T1 B:T1 input_mean:T2 input_var:T2 | Y:T running_mean?:T2 running_var?:T2 |
      T=floats,bfloat16 T1=floats,bfloat16 T2=floats,bfloat16 | ^
    Bernoulli 15 function | input:T1 | output:T2 | T1=floats T2=floats,ints,uints,bfloat16,bool | dtype:i seed:f
    Bernoulli 22 function | ^ | ^ | T1=floats,bfloat16 T2=floats,ints,uints,bfloat16,bool | ^
    BitCast 26 | input:T1 | output:T2 |
      T1=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0
      T2=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0 | to:i!
    BitShift 11 | X:T Y:T | Z:T | T=uints | direction:s!
    BitShift 28 | ^ | ^ | T=ints,uints | ^
    BitwiseAnd 18 | A:T B:T | C:T | T=ints,uints
    BitwiseNot 18 | X:T | Y:T | T=ints,uints
    BitwiseOr 18 | A:T B:T | C:T | T=ints,uints
    BitwiseXor 18 | A:T B:T | C:T | T=ints,uints
    BlackmanWindow 17 function | size:T1 | output:T2 | T1=int32,int64 T2=floats,ints,uints,bfloat16 |
      output_datatype:i=1 periodic:i=1
    Cast 1 | input:T1 | output:T2 | T1=floats,ints,uints,bool T2=floats,ints,uints,bool | to:s!
    Cast 6 | ^ | ^ | ^ | to:i!
    Cast 9 | ^ | ^ | T1=floats,ints,uints,bool,string T2=floats,ints,uints,bool,string | ^
    Cast 13 | ^ | ^ | T1=floats,ints,uints,bfloat16,bool,string T2=floats,ints,uints,bfloat16,bool,string | ^
    Cast 19 | ^ | ^ | T1=floats,ints,uints,float8s,bfloat16,bool,string
      T2=floats,ints,uints,float8s,bfloat16,bool,string | saturate:i=1 to:i!
    Cast 21 | ^ | ^ | T1=floats,ints,uints,float8s,int4s,bfloat16,bool,string
      T2=floats,ints,uints,float8s,int4s,bfloat16,bool,string | ^
    Cast 23 | ^ | ^ | T1=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,string
      T2=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,string | ^
    Cast 24 | ^ | ^ | T1=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string
      T2=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string | round_mode:s=up saturate:i=1
      to:i!
    Cast 25 | ^ | ^ | T1=floats,ints,uints,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
      T2=floats,ints,uints,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Cast 28 | ^ | ^ | T1=floats,ints,uints,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
      T2=floats,ints,uints,float8s,float6s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    CastLike 15 function | input:T1 target_type:T2 | output:T2 | T1=floats,ints,uints,bfloat16,bool,string
      T2=floats,ints,uints,bfloat16,bool,string
    CastLike 19 function | ^ | ^ | T1=floats,ints,uints,float8s,bfloat16,bool,string
      T2=floats,ints,uints,float8s,bfloat16,bool,string | saturate:i=1
    CastLike 21 function | ^ | ^ | T1=floats,ints,uints,float8s,int4s,bfloat16,bool,string
      T2=floats,ints,uints,float8s,int4s,bfloat16,bool,string | ^
    CastLike 23 function | ^ | ^ | T1=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,string
      T2=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,string | ^
    CastLike 24 function | ^ | ^ | T1=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string
      T2=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string | round_mode:s=up saturate:i=1
    CastLike 25 function | ^ | ^ |
      T1=floats,ints,uints,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
      T2=floats,ints,uints,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    CausalConvWithState 27 function | input:T weight:T bias?:T past_state?:T | output:T present_state:T |
      T=bfloat16,float16,float32 | activation:s=none
    Ceil 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Ceil 6 | ^ | ^ | ^
    Ceil 13 | ^ | ^ | T=floats,bfloat16
    Celu 12 function | X:T | Y:T | T=float32 | alpha:f=1
    Celu 28 function | ^ | ^ | T=floats,bfloat16 | ^
    CenterCropPad 18 function | input_data:T shape:Tind | output_data:T |
      T=floats,ints,uints,complexes,bfloat16,bool,string Tind=int32,int64 | axes:i[]
    Clip 1 | input:T | output:T | T=floats | consumed_inputs:i[] max:f min:f
    Clip 6 | ^ | ^ | ^ | max:f=3.4028235e+38 min:f=-3.4028235e+38
    Clip 11 | input:T min?:T max?:T | ^ | ^
    Clip 12 | ^ | ^ | T=floats,ints,uints
    Clip 13 function | ^ | ^ | T=floats,ints,uints,bfloat16
    Col2Im 18 | input:T image_shape:int64 block_shape:int64 | output:T |
      T=floats,ints,uints,complexes,bfloat16,bool,string | dilations:i[] pads:i[] strides:i[]
    Compress 9 | input:T condition:T1 | output:T | T=floats,ints,uints,complexes,bool,string T1=bool | axis:i
    Compress 11 | ^ | ^ | ^ | ^
    Compress 28 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string T1=bool | ^
    Concat 1 | inputs*:T | concat_result:T | T=floats | axis:i
    Concat 4 | ^ | ^ | T=floats,ints,uints,complexes,bool,string | axis:i!
    Concat 11 | ^ | ^ | ^ | ^
    Concat 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    ConcatFromSequence 11 | input_sequence:S | concat_result:T | S=seq(floats,ints,uints,complexes,bool,string)
      T=floats,ints,uints,complexes,bool,string | axis:i! new_axis:i=0
    Constant 1 | | output:T | T=floats | value:t!
    Constant 9 | | ^ | T=floats,ints,uints,complexes,bool,string | ^
    Constant 11 | | ^ | ^ | sparse_value:z value:t
    Constant 12 | | ^ | ^ | sparse_value:z value:t value_float:f value_floats:f[] value_int:i value_ints:i[]
      value_string:s value_strings:s[]
    Constant 13 | | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Constant 19 | | ^ | T=floats,ints,uints,complexes,float8s,bfloat16,bool,string | ^
    Constant 21 | | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string | ^
    Constant 23 | | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string | ^
    Constant 24 | | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Constant 25 | | ^ | T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
      | ^
    ConstantOfShape 9 | input:T1 | output:T2 | T1=int64 T2=floats,ints,uints,bool | value:t
    ConstantOfShape 20 | ^ | ^ | T1=int64 T2=floats,ints,uints,float8s,bfloat16,bool | ^
    ConstantOfShape 21 | ^ | ^ | T1=int64 T2=floats,ints,uints,float8s,int4s,bfloat16,bool | ^
    ConstantOfShape 23 | ^ | ^ | T1=int64 T2=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1 | ^
    ConstantOfShape 24 | ^ | ^ | T1=int64 T2=floats,ints,uints,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0 | ^
    ConstantOfShape 25 | ^ | ^ | T1=int64
      T2=floats,ints,uints,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0 | ^
    Conv 1 | X:T W:T B?:T | Y:T | T=floats | auto_pad:s=NOTSET dilations:i[] group:i=1 kernel_shape:i[] pads:i[]
      strides:i[]
    Conv 11 | ^ | ^ | ^ | ^
    Conv 22 | ^ | ^ | T=floats,bfloat16 | ^
    ConvInteger 10 | x:T1 w:T2 x_zero_point?:T1 w_zero_point?:T2 | y:T3 | T1=int8,uint8 T2=int8,uint8 T3=int32 |
      auto_pad:s=NOTSET dilations:i[] group:i=1 kernel_shape:i[] pads:i[] strides:i[]
    ConvTranspose 1 | X:T W:T B?:T | Y:T | T=floats | auto_pad:s=NOTSET dilations:i[] group:i=1 kernel_shape:i[]
      output_padding:i[] output_shape:i[] pads:i[] strides:i[]
    ConvTranspose 11 | ^ | ^ | ^ | ^
    ConvTranspose 22 | ^ | ^ | T=floats,bfloat16 | ^
    Cos 7 | input:T | output:T | T=floats
    Cos 22 | ^ | ^ | T=floats,bfloat16
    Cosh 9 | input:T | output:T | T=floats
    Cosh 22 | ^ | ^ | T=floats,bfloat16
    Crop 1 onnxruntime | input:T | output:T | T=floats | border:i[] scale:i[]
    Crop 10 deprecated onnxruntime | ^ | ^ | ^ | border:i[]! scale:i[]
    CumProd 26 | x:T axis:T2 | y:T | T=floats,bfloat16,int32,int64,uint32,uint64 T2=int32,int64 | exclusive:i=0
      reverse:i=0
    CumSum 11 | x:T axis:T2 | y:T | T=float32,float64,int32,int64,uint32,uint64 T2=int32,int64 | exclusive:i=0
      reverse:i=0
    CumSum 14 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 T2=int32,int64 | ^
    """
}
