// Operators of the standard domain, D to G. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let standardDToG = """
    DFT 17 | input:T1 dft_length?:T2 | output:T1 | T1=floats,bfloat16 T2=int32,int64 | axis:i=1 inverse:i=0
      onesided:i=0
    DFT 20 | input:T1 dft_length?:T2 axis?:int64 | ^ | ^ | inverse:i=0 onesided:i=0
    DeformConv 19 | X:T W:T offset:T B?:T mask?:T | Y:T | T=floats | dilations:i[] group:i=1 kernel_shape:i[]
      offset_group:i=1 pads:i[] strides:i[]
    DeformConv 22 | ^ | ^ | T=floats,bfloat16 | ^
    DepthToSpace 1 | input:T | output:T | T=floats,ints,uints,complexes,bool,string | blocksize:i!
    DepthToSpace 11 | ^ | ^ | ^ | blocksize:i! mode:s=DCR
    DepthToSpace 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    DepthToSpace 28 function | ^ | ^ | ^ | ^
    DequantizeLinear 10 | x:T x_scale:float32 x_zero_point?:T | y:float32 | T=int32,int8,uint8
    DequantizeLinear 13 | ^ | ^ | ^ | axis:i=1
    DequantizeLinear 19 | x:T1 x_scale:T2 x_zero_point?:T1 | y:T2 | T1=float8s,int32,int8,uint8
      T2=bfloat16,float16,float32 | ^
    DequantizeLinear 21 | ^ | ^ | T1=float8s,int4s,int16,int32,int8,uint16,uint8 T2=bfloat16,float16,float32 |
      axis:i=1 block_size:i=0
    DequantizeLinear 23 | ^ | y:T3 | T1=float8s,int4s,float4e2m1,int16,int32,int8,uint16,uint8
      T2=bfloat16,float16,float32 T3=bfloat16,float16,float32 | axis:i=1 block_size:i=0 output_dtype:i=0
    DequantizeLinear 24 | ^ | ^ | T1=float8s,int4s,float4e2m1,int16,int32,int8,uint16,uint8
      T2=bfloat16,float16,float32,float8e8m0 T3=bfloat16,float16,float32 | ^
    DequantizeLinear 25 | ^ | ^ | T1=float8s,int4s,int2s,float4e2m1,int16,int32,int8,uint16,uint8
      T2=bfloat16,float16,float32,float8e8m0 T3=bfloat16,float16,float32 | ^
    DequantizeLinear 28 | ^ | ^ | T1=float8s,float6s,int4s,int2s,float4e2m1,int16,int32,int8,uint16,uint8
      T2=bfloat16,float16,float32,float8e8m0 T3=bfloat16,float16,float32 | ^
    Det 11 | X:T | Y:T | T=floats
    Det 22 | ^ | ^ | T=floats,bfloat16
    DisentangledAttention_TRT 1 onnxruntime | c2c_attention:T c2p_attention:T p2c_attention:T |
      disentangled_attention:T | T=float16,float32 | factor:f! span:i!
    Div 1 | A:T B:T | C:T | T=floats | axis:i broadcast:i=0 consumed_inputs:i[]
    Div 6 | ^ | ^ | T=floats,int32,int64,uint32,uint64 | axis:i broadcast:i=0
    Div 7 | ^ | ^ | ^
    Div 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64
    Div 14 | ^ | ^ | T=floats,ints,uints,bfloat16
    Dropout 1 | data:T | output:T mask?:T | T=floats | consumed_inputs:i[] is_test:i=0 ratio:f=0.5
    Dropout 6 | ^ | ^ | ^ | is_test:i=0 ratio:f=0.5
    Dropout 7 | ^ | ^ | ^ | ratio:f=0.5
    Dropout 10 | ^ | output:T mask?:T1 | T=floats T1=bool | ^
    Dropout 12 | data:T ratio?:T1 training_mode?:T2 | output:T mask?:T2 | T=floats T1=floats T2=bool | seed:i
    Dropout 13 | ^ | ^ | T=floats,bfloat16 T1=floats T2=bool | ^
    Dropout 22 | ^ | ^ | T=floats,float8s,bfloat16 T1=floats,float8s,bfloat16 T2=bool | ^
    DynamicQuantizeLinear 11 function | x:T1 | y:T2 y_scale:float32 y_zero_point:T2 | T1=float32 T2=uint8
    DynamicSlice 1 onnxruntime | data:T starts:Tind ends:Tind axes?:Tind | output:T |
      T=floats,ints,uints,complexes,bool,string Tind=int32,int64
    DynamicSlice 10 deprecated onnxruntime | ^ | ^ | ^
    EfficientNMS_TRT 1 onnxruntime | boxes:T scores:T anchors?:T | num_detections:int32 detection_boxes:T
      detection_scores:T detection_classes:int32 | T=float16,float32 | background_class:i! box_coding:i!
      iou_threshold:f! max_output_boxes:i! plugin_version:s! score_activation:i! score_threshold:f!
    Einsum 12 | Inputs*:T | Output:T | T=floats,ints,uints | equation:s!
    Einsum 28 | ^ | ^ | T=floats,ints,uints,bfloat16 | ^
    Elu 1 | X:T | Y:T | T=floats | alpha:f=1 consumed_inputs:i[]
    Elu 6 function | ^ | ^ | ^ | alpha:f=1
    Elu 22 function | ^ | ^ | T=floats,bfloat16 | ^
    Equal 1 | A:T B:T | C:T1 | T=bool,int32,int64 T1=bool | axis:i broadcast:i=0
    Equal 7 | ^ | ^ | ^
    Equal 11 | ^ | ^ | T=floats,ints,uints,bool T1=bool
    Equal 13 | ^ | ^ | T=floats,ints,uints,bfloat16,bool T1=bool
    Equal 19 | ^ | ^ | T=floats,ints,uints,bfloat16,bool,string T1=bool
    Erf 9 | input:T | output:T | T=floats,ints,uints
    Erf 13 | ^ | ^ | T=floats,bfloat16
    Exp 1 | input:T | output:T | T=floats | consumed_inputs:i[]
    Exp 6 | ^ | ^ | ^
    Exp 13 | ^ | ^ | T=floats,bfloat16
    Expand 8 | input:T shape:int64 | output:T | T=floats,ints,uints,complexes,bool,string
    Expand 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
    EyeLike 9 | input:T1 | output:T2 | T1=floats,ints,uints,bool T2=floats,ints,uints,bool | dtype:i k:i=0
    EyeLike 22 | ^ | ^ | T1=floats,ints,uints,bfloat16,bool T2=floats,ints,uints,bfloat16,bool | ^
    Flatten 1 | input:T | output:T | T=floats | axis:i=1
    Flatten 9 | ^ | ^ | T=floats,ints,uints,complexes,bool,string | ^
    Flatten 11 | ^ | ^ | ^ | ^
    Flatten 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Flatten 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string | ^
    Flatten 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string | ^
    Flatten 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Flatten 25 | ^ | ^ |
      T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Floor 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Floor 6 | ^ | ^ | ^
    Floor 13 | ^ | ^ | T=floats,bfloat16
    GRU 1 | X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T | Y?:T Y_h:T | T=floats T1=int32 | activation_alpha:f[]
      activation_beta:f[] activations:s[] clip:f direction:s=foward hidden_size:i output_sequence:i=0
    GRU 3 | ^ | Y?:T Y_h?:T | ^ | activation_alpha:f[] activation_beta:f[] activations:s[] clip:f
      direction:s=forward hidden_size:i linear_before_reset:i=0 output_sequence:i=0
    GRU 7 | ^ | ^ | ^ | activation_alpha:f[] activation_beta:f[] activations:s[] clip:f direction:s=forward
      hidden_size:i linear_before_reset:i=0
    GRU 14 | ^ | ^ | ^ | activation_alpha:f[] activation_beta:f[] activations:s[] clip:f direction:s=forward
      hidden_size:i layout:i=0 linear_before_reset:i=0
    GRU 22 | ^ | ^ | T=floats,bfloat16 T1=int32 | ^
    GRUUnit 1 onnxruntime | hidden_prev:T gates:T seq_lengths:T t:T | hidden:T | T=floats | drop_states:i
    GRUUnit 10 deprecated onnxruntime | ^ | ^ | ^ | ^
    Gather 1 | data:T indices:Tind | output:T | T=floats,ints,uints,complexes,bool,string Tind=int32,int64 |
      axis:i=0
    Gather 11 | ^ | ^ | ^ | ^
    Gather 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string Tind=int32,int64 | ^
    GatherElements 11 | data:T indices:Tind | output:T | T=floats,ints,uints,complexes,bool,string Tind=int32,int64
      | axis:i=0
    GatherElements 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string Tind=int32,int64 | ^
    GatherND 11 | data:T indices:int64 | output:T | T=floats,ints,uints,complexes,bool,string
    GatherND 12 | ^ | ^ | ^ | batch_dims:i=0
    GatherND 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Gelu 20 function | X:T | Y:T | T=floats,bfloat16 | approximate:s=none
    Gemm 1 | A:T B:T C:T | Y:T | T=floats | alpha:f=1 beta:f=1 broadcast:i=0 transA:i=0 transB:i=0
    Gemm 6 | ^ | ^ | ^ | ^
    Gemm 7 | ^ | ^ | ^ | alpha:f=1 beta:f=1 transA:i=0 transB:i=0
    Gemm 9 | ^ | ^ | T=floats,int32,int64,uint32,uint64 | ^
    Gemm 11 | A:T B:T C?:T | ^ | ^ | ^
    Gemm 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64 | ^
    GivenTensorFill 1 onnxruntime | shape?:T | X:T | T=floats | extra_shape:i[] input_as_shape:i shape:i[]
      values:f[]
    GivenTensorFill 10 deprecated onnxruntime | ^ | ^ | ^ | ^
    GlobalAveragePool 1 | X:T | Y:T | T=floats
    GlobalAveragePool 22 | ^ | ^ | T=floats,bfloat16
    GlobalLpPool 1 | X:T | Y:T | T=floats | p:f=2
    GlobalLpPool 2 | ^ | ^ | ^ | p:i=2
    GlobalLpPool 22 | ^ | ^ | T=floats,bfloat16 | ^
    GlobalMaxPool 1 | X:T | Y:T | T=floats
    GlobalMaxPool 22 | ^ | ^ | T=floats,bfloat16
    Greater 1 | A:T B:T | C:T1 | T=floats T1=bool | axis:i broadcast:i=0
    Greater 7 | ^ | ^ | ^
    Greater 9 | ^ | ^ | T=floats,ints,uints T1=bool
    Greater 13 | ^ | ^ | T=floats,ints,uints,bfloat16 T1=bool
    GreaterOrEqual 12 function | A:T B:T | C:T1 | T=floats,ints,uints T1=bool
    GreaterOrEqual 16 function | ^ | ^ | T=floats,ints,uints,bfloat16 T1=bool
    GridSample 16 | X:T1 grid:T2 | Y:T1 | T1=floats,ints,uints,complexes,bool,string T2=floats | align_corners:i=0
      mode:s=bilinear padding_mode:s=zeros
    GridSample 20 | ^ | ^ | ^ | align_corners:i=0 mode:s=linear padding_mode:s=zeros
    GridSample 22 | ^ | ^ | T1=floats,ints,uints,complexes,bfloat16,bool,string T2=floats,bfloat16 | ^
    GroupNormalization 18 deprecated function | X:T scale:T bias:T | Y:T | T=floats,bfloat16 | epsilon:f=1e-05
      num_groups:i!
    GroupNormalization 21 function | ^ | ^ | ^ | epsilon:f=1e-05 num_groups:i! stash_type:i=1
    """
}
