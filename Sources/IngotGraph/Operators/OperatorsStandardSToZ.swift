// Operators of the standard domain, S to Z. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let standardSToZ = """
    STFT 17 | signal:T1 frame_step:T2 window?:T1 frame_length?:T2 | output:T1 | T1=floats,bfloat16 T2=int32,int64 |
      onesided:i=1
    Scale 1 onnxruntime | input:T | output:T | T=floats | scale:f=1
    Scale 10 deprecated onnxruntime | ^ | ^ | ^ | ^
    ScaledTanh 1 onnxruntime | input:T | output:T | T=floats | alpha:f beta:f
    ScaledTanh 10 deprecated onnxruntime | ^ | ^ | ^ | ^
    Scan 8 | sequence_lens?:I initial_state_and_scan_inputs*~:V | final_state_and_scan_outputs*~:V | I=int64
      V=floats,ints,uints,complexes,bool,string | body:g! directions:i[] num_scan_inputs:i!
    Scan 9 | initial_state_and_scan_inputs*~:V | ^ | V=floats,ints,uints,complexes,bool,string | body:g!
      num_scan_inputs:i! scan_input_axes:i[] scan_input_directions:i[] scan_output_axes:i[]
      scan_output_directions:i[]
    Scan 11 | ^ | ^ | ^ | ^
    Scan 16 | ^ | ^ | V=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Scan 19 | ^ | ^ | V=floats,ints,uints,complexes,float8s,bfloat16,bool,string | ^
    Scan 21 | ^ | ^ | V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string | ^
    Scan 23 | ^ | ^ | V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string | ^
    Scan 24 | ^ | ^ | V=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Scan 25 | ^ | ^ | V=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string |
      ^
    Scatter 9 | data:T indices:Tind updates:T | output:T | T=floats,ints,uints,complexes,bool,string
      Tind=int32,int64 | axis:i=0
    Scatter 11 deprecated | ^ | ^ | ^ | ^
    ScatterElements 11 | data:T indices:Tind updates:T | output:T | T=floats,ints,uints,complexes,bool,string
      Tind=int32,int64 | axis:i=0
    ScatterElements 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string Tind=int32,int64 | ^
    ScatterElements 16 | ^ | ^ | ^ | axis:i=0 reduction:s=none
    ScatterElements 18 | ^ | ^ | ^ | ^
    ScatterND 11 | data:T indices:int64 updates:T | output:T | T=floats,ints,uints,complexes,bool,string
    ScatterND 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
    ScatterND 16 | ^ | ^ | ^ | reduction:s=none
    ScatterND 18 | ^ | ^ | ^ | ^
    Selu 1 | X:T | Y:T | T=floats | alpha:f=1.6732 consumed_inputs:i[] gamma:f=1.0507
    Selu 6 function | ^ | ^ | ^ | alpha:f=1.6732632 gamma:f=1.050701
    Selu 22 function | ^ | ^ | T=floats,bfloat16 | ^
    SequenceAt 11 | input_sequence:S position:I | tensor:T | I=int32,int64
      S=seq(floats,ints,uints,complexes,bool,string) T=floats,ints,uints,complexes,bool,string
    SequenceConstruct 11 | inputs*:T | output_sequence:S | S=seq(floats,ints,uints,complexes,bool,string)
      T=floats,ints,uints,complexes,bool,string
    SequenceEmpty 11 | | output:S | S=seq(floats,ints,uints,complexes,bool,string) | dtype:i
    SequenceErase 11 | input_sequence:S position?:I | output_sequence:S | I=int32,int64
      S=seq(floats,ints,uints,complexes,bool,string)
    SequenceInsert 11 | input_sequence:S tensor:T position?:I | output_sequence:S | I=int32,int64
      S=seq(floats,ints,uints,complexes,bool,string) T=floats,ints,uints,complexes,bool,string
    SequenceLength 11 | input_sequence:S | length:I | I=int64 S=seq(floats,ints,uints,complexes,bool,string)
    SequenceMap 17 function | input_sequence:S additional_inputs*0~:V | out_sequence*~:S |
      S=seq(floats,ints,uints,complexes,bool,string)
      V=floats,ints,uints,complexes,bool,string,seq(floats,ints,uints,complexes,bool,string) | body:g!
    Shape 1 | data:T | shape:T1 | T=floats,ints,uints,complexes,bool,string T1=int64
    Shape 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string T1=int64
    Shape 15 | ^ | ^ | ^ | end:i start:i=0
    Shape 19 | ^ | ^ | T=floats,ints,uints,complexes,float8s,bfloat16,bool,string T1=int64 | ^
    Shape 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string T1=int64 | ^
    Shape 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string T1=int64 | ^
    Shape 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string
      T1=int64 | ^
    Shape 25 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
      T1=int64 | ^
    Shrink 9 function | input:T | output:T | T=floats,ints,uints | bias:f=0 lambd:f=0.5
    Sigmoid 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Sigmoid 6 | ^ | ^ | ^
    Sigmoid 13 | ^ | ^ | T=floats,bfloat16
    Sign 9 | input:T | output:T | T=floats,ints,uints
    Sign 13 | ^ | ^ | T=floats,ints,uints,bfloat16
    SimplifiedLayerNormalization 1 onnxruntime | X:T scale:V | Y:V inv_std_var?:U | T=floats,bfloat16
      U=float32,float64 V=floats,bfloat16 | axis:i=-1 epsilon:f=1e-05 stash_type:i=1
    Sin 7 | input:T | output:T | T=floats
    Sin 22 | ^ | ^ | T=floats,bfloat16
    Sinh 9 | input:T | output:T | T=floats
    Sinh 22 | ^ | ^ | T=floats,bfloat16
    Size 1 | data:T | size:T1 | T=floats,ints,uints,complexes,bool,string T1=int64
    Size 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string T1=int64
    Size 19 | ^ | ^ | T=floats,ints,uints,complexes,float8s,bfloat16,bool,string T1=int64
    Size 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string T1=int64
    Size 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string T1=int64
    Size 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string
      T1=int64
    Size 25 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
      T1=int64
    Slice 1 | data:T | output:T | T=floats,ints,uints,complexes,bool,string | axes:i[] ends:i[]! starts:i[]!
    Slice 10 | data:T starts:Tind ends:Tind axes?:Tind steps?:Tind | ^ | T=floats,ints,uints,complexes,bool,string
      Tind=int32,int64
    Slice 11 | ^ | ^ | ^
    Slice 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string Tind=int32,int64
    Softmax 1 | input:T | output:T | T=floats | axis:i=1
    Softmax 11 | ^ | ^ | ^ | ^
    Softmax 13 function | ^ | ^ | T=floats,bfloat16 | axis:i=-1
    SoftmaxCrossEntropyLoss 12 function | scores:T labels:Tind weights?:T | output:T log_prob?:T | T=floats
      Tind=int32,int64 | ignore_index:i reduction:s=mean
    SoftmaxCrossEntropyLoss 13 function | ^ | ^ | T=floats,bfloat16 Tind=int32,int64 | ^
    Softplus 1 function | X:T | Y:T | T=floats
    Softplus 22 function | ^ | ^ | T=floats,bfloat16
    Softsign 1 function | input:T | output:T | T=floats
    Softsign 22 function | ^ | ^ | T=floats,bfloat16
    SpaceToDepth 1 | input:T | output:T | T=floats,ints,uints,complexes,bool,string | blocksize:i!
    SpaceToDepth 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    SpaceToDepth 28 function | ^ | ^ | ^ | blocksize:i! mode:s=DCR
    Split 1 | input:T split?:T | outputs*:T | T=floats | axis:i split:i[]
    Split 2 | input:T | ^ | T=floats,ints,uints,complexes,bool,string | axis:i=0 split:i[]
    Split 11 | ^ | ^ | ^ | ^
    Split 13 | input:T split?:int64 | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | axis:i=0
    Split 18 | ^ | ^ | ^ | axis:i=0 num_outputs:i
    SplitToSequence 11 | input:T split?:I | output_sequence:S | I=int32,int64
      S=seq(floats,ints,uints,complexes,bool,string) T=floats,ints,uints,complexes,bool,string | axis:i=0
      keepdims:i=1
    SplitToSequence 24 | ^ | ^ | I=int32,int64 S=seq(floats,ints,uints,complexes,bfloat16,bool,string)
      T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Sqrt 1 | X:T | Y:T | T=floats | consumed_inputs:i[]
    Sqrt 6 | ^ | ^ | ^
    Sqrt 13 | ^ | ^ | T=floats,bfloat16
    Squeeze 1 | data:T | squeezed:T | T=floats,ints,uints,complexes,bool,string | axes:i[]
    Squeeze 11 | ^ | ^ | ^ | ^
    Squeeze 13 | data:T axes?:int64 | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
    Squeeze 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string
    Squeeze 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string
    Squeeze 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string
    Squeeze 25 | ^ | ^ |
      T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
    StringConcat 20 | X:T Y:T | Z:T | T=string
    StringNormalizer 10 | X:string | Y:string | | case_change_action:s=NONE is_case_sensitive:i=0 locale:s
      stopwords:s[]
    StringSplit 20 | X:T1 | Y:T2 Z:T3 | T1=string T2=string T3=int64 | delimiter:s maxsplit:i
    Sub 1 | A:T B:T | C:T | T=floats | axis:i broadcast:i=0 consumed_inputs:i[]
    Sub 6 | ^ | ^ | T=floats,int32,int64,uint32,uint64 | axis:i broadcast:i=0
    Sub 7 | ^ | ^ | ^
    Sub 13 | ^ | ^ | T=floats,bfloat16,int32,int64,uint32,uint64
    Sub 14 | ^ | ^ | T=floats,ints,uints,bfloat16
    Sum 1 | data_0*:T | sum:T | T=floats | consumed_inputs:i[]
    Sum 6 | ^ | ^ | ^
    Sum 8 | ^ | ^ | ^
    Sum 13 | ^ | ^ | T=floats,bfloat16
    SwiGLU 28 function | A:T B:T | Y:T | T=floats,bfloat16 | alpha:f=1
    Swish 24 function | X:T | Y:T | T=floats,bfloat16 | alpha:f=1
    Tan 7 | input:T | output:T | T=floats
    Tan 22 | ^ | ^ | T=floats,bfloat16
    Tanh 1 | input:T | output:T | T=floats | consumed_inputs:i[]
    Tanh 6 | ^ | ^ | ^
    Tanh 13 | ^ | ^ | T=floats,bfloat16
    TensorScatter 24 | past_cache:T update:T write_indices?:int64 | present_cache:T |
      T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string | axis:i=-2
      mode:s=linear
    TfIdfVectorizer 9 | X:T | Y:T1 | T=int32,int64,string T1=float32 | max_gram_length:i! max_skip_count:i!
      min_gram_length:i! mode:s! ngram_counts:i[]! ngram_indexes:i[]! pool_int64s:i[] pool_strings:s[] weights:f[]
    ThresholdedRelu 1 onnxruntime | X:T | Y:T | T=floats | alpha:f=1
    ThresholdedRelu 10 function | ^ | ^ | ^ | ^
    ThresholdedRelu 22 function | ^ | ^ | T=floats,bfloat16 | ^
    Tile 1 | input:T tiles:T axis:T | output:T | T=floats
    Tile 6 | input:T repeats:T1 | ^ | T=floats,ints,uints,complexes,bool,string T1=int64
    Tile 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string T1=int64
    TopK 1 | X:T | Values:T Indices:I | I=int64 T=floats | axis:i=-1 k:i!
    TopK 10 | X:T K:int64 | ^ | ^ | axis:i=-1
    TopK 11 | ^ | ^ | I=int64 T=floats,ints,uints | axis:i=-1 largest:i=1 sorted:i=1
    TopK 24 | ^ | ^ | I=int64 T=floats,ints,uints,bfloat16 | ^
    Transpose 1 | data:T | transposed:T | T=floats,ints,uints,complexes,bool,string | perm:i[]
    Transpose 13 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Transpose 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string | ^
    Transpose 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string | ^
    Transpose 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string |
      ^
    Transpose 25 | ^ | ^ |
      T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string | ^
    Trilu 14 | input:T k?:int64 | output:T | T=floats,ints,uints,complexes,bfloat16,bool,string | upper:i=1
    Unique 11 | X:T | Y:T indices?:int64 inverse_indices?:int64 counts?:int64 |
      T=floats,ints,uints,complexes,bool,string | axis:i sorted:i=1
    Unique 28 | ^ | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string | ^
    Unsqueeze 1 | data:T | expanded:T | T=floats,ints,uints,complexes,bool,string | axes:i[]!
    Unsqueeze 11 | ^ | ^ | ^ | ^
    Unsqueeze 13 | data:T axes:int64 | ^ | T=floats,ints,uints,complexes,bfloat16,bool,string
    Unsqueeze 21 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,string
    Unsqueeze 23 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,string
    Unsqueeze 24 | ^ | ^ | T=floats,ints,uints,complexes,float8s,int4s,bfloat16,bool,float4e2m1,float8e8m0,string
    Unsqueeze 25 | ^ | ^ |
      T=floats,ints,uints,complexes,float8s,int4s,int2s,bfloat16,bool,float4e2m1,float8e8m0,string
    Upsample 1 | X:T | Y:T | T=floats,bool,int32,int64 | height_scale:f! mode:s=nearest width_scale:f!
    Upsample 7 | ^ | ^ | T=floats,ints,uints,complexes,bool,string | mode:s=nearest scales:f[]!
    Upsample 9 | X:T scales:float32 | ^ | ^ | mode:s=nearest
    Upsample 10 deprecated | ^ | ^ | ^ | ^
    Where 9 | condition:B X:T Y:T | output:T | B=bool T=floats,ints,uints,complexes,bool,string
    Where 16 | ^ | ^ | B=bool T=floats,ints,uints,complexes,bfloat16,bool,string
    Xor 1 | A:T B:T | C:T1 | T=bool T1=bool | axis:i broadcast:i=0
    Xor 7 | ^ | ^ | ^
    """
}
