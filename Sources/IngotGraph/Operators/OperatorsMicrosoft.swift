// Operators of com.microsoft, of ONNX Runtime. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let microsoft = """
    Attention 1 | input:T weights:T bias?:T mask_index?:M past?:T attention_bias?:T past_sequence_length?:M |
      output:T present?:T | M=int32 T=bfloat16,float16,float32 | do_rotary:i mask_filter_value:f num_heads:i!
      past_present_share_buffer:i qkv_hidden_sizes:i[] rotary_embedding_dim:i scale:f unidirectional:i=0
    AttnLSTM 1 | X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T initial_c?:T P?:T QW?:T MW?:T V?:T M?:T
      memory_seq_lens?:T1 AW?:T | Y?:T Y_h?:T Y_c?:T | T=float32,float64 T1=int32 | activation_alpha:f[]
      activation_beta:f[] activations:s[] clip:f direction:s=forward hidden_size:i input_forget:i=0
    BeamSearch 1 | input_ids:F max_length:I min_length?:I num_beams:I num_return_sequences:I length_penalty?:T
      repetition_penalty?:T vocab_mask?:M prefix_vocab_mask?:M attention_mask?:I decoder_input_ids?:I
      logits_processor?:I | sequences:I sequences_scores?:T scores?:T | F=float16,float32,int32 I=int32 M=int32
      T=float16,float32 | decoder:g! decoder_start_token_id:i=-1 early_stopping:i=0 encoder:g eos_token_id:i!
      init_decoder:g model_type:i=0 no_repeat_ngram_size:i=0 pad_token_id:i! vocab_size:i=-1
    BiasAdd 1 | X:T bias:T skip:T | Y:T | T=float16,float32
    BiasDropout 1 | data:T bias:T residual?:T ratio?:T1 training_mode?:T2 | output:T mask?:T2 | T=floats,bfloat16
      T1=floats,bfloat16 T2=bool | seed:i
    BiasGelu 1 | A:T B:T | C:T | T=floats,bfloat16
    BiasSoftmax 1 | data:T bias:T | output:T | T=floats | axis:i=1 is_inner_broadcast:i!
    BiasSplitGelu 1 | X:T bias:T | Y:T | T=float16,float32
    BifurcationDetector 1 | src_tokens:T cur_tokens:T prev_suffix_match_idx:T pred_tokens?:T | tokens:T
      suffix_match_idx:T | T=int64 | max_ngram_size:i=3 min_ngram_size:i=1
    BitmaskBiasDropout 1 | data:T bias:T residual?:T ratio?:T1 training_mode?:T2 | output:T mask?:T3 |
      T=floats,bfloat16 T1=floats,bfloat16 T2=bool T3=uint32 | seed:i
    BitmaskDropout 1 | data:T ratio?:T1 training_mode?:T2 | output:T mask?:T3 | T=floats,bfloat16 T1=floats,bfloat16
      T2=bool T3=uint32 | seed:i
    BranchwiseRMSNorm 1 | X:T scale?:M | Y:T | M=bfloat16,float16,float32 T=bfloat16,float16,float32 |
      epsilon:f=1e-05 num_branches:i=0
    CDist 1 | A:T B:T | C:T | T=float32,float64 | metric:s=sqeuclidean
    CausalConvWithState 1 | input:T weight:T bias?:T past_state?:T | output:T present_state:T |
      T=bfloat16,float16,float32 | activation:s=none channels_last:i=0 dilation:i=1 ndim:i=1 state_window:i=0
    ComplexMul 1 | A:T B:T | C:T | T=floats
    ComplexMulConj 1 | A:T B:T | C:T | T=floats
    ConvTransposeWithDynamicPads 1 | X:T W:T Pads?:int64 B?:T | Y:T | T=floats | auto_pad:s=NOTSET dilations:i[]
      group:i=1 kernel_shape:i[] output_padding:i[] strides:i[]
    CropAndResize 1 | X:T1 rois:T1 batch_indices:T2 crop_size:T2 | Y:T1 | T1=floats T2=int32 |
      extrapolation_value:f=0 mode:s=bilinear
    DecoderAttention 1 | query:T key:T q_weight:T kv_weight:T bias:T key_padding_mask?:B key_cache?:T value_cache?:T
      static_kv:B use_past:B has_layer_state:B has_key_padding_mask:B | output:T new_key_cache?:T new_value_cache?:T
      | B=bool T=float16,float32 | mask_filter_value:f num_heads:i!
    DecoderMaskedMultiHeadAttention 1 | query:T key?:T value?:T mask_index?:M attention_bias?:T past_key?:T
      past_value?:T past_sequence_length?:M beam_width?:M cache_indirection?:M bias?:T | output:T present_key?:T
      present_value?:T qk?:QK | M=int32 QK=float16,float32 T=float16,float32 | mask_filter_value:f num_heads:i!
      output_qk:i past_present_share_buffer:i scale:f
    DecoderMaskedSelfAttention 1 | input:T weights:T bias:T mask_index?:M past:T attention_bias?:T
      past_sequence_length:M beam_width?:M cache_indirection?:M | output:T present:T | M=int32 T=float16,float32 |
      do_rotary:i mask_filter_value:f num_heads:i! past_present_share_buffer:i scale:f
    DequantizeBFP 1 | x:T1 shape:T2 strides:T2 | y:T3 | T1=uint8 T2=int64 T3=bfloat16,float16,float32 | bfp_type:i!
      block_dim:i=-1 dtype:i=1
    DequantizeLinear 1 | x:T1 x_scale:T2 x_zero_point?:T1 | y:T2 | T1=int4s,int16,int32,int8,uint16,uint8
      T2=float16,float32 | axis:i
    DequantizeWithOrder 1 | input:Q scale_input:S | output:F | F=float16,float32 Q=int8 S=float32 | order_input:i!
      order_output:i! to:i!
    DynamicQuantizeLSTM 1 | X:T W:T2 R:T2 B?:T sequence_lens?:T1 initial_h?:T initial_c?:T P?:T W_scale:T
      W_zero_point:T2 R_scale:T R_zero_point:T2 | Y?:T Y_h?:T Y_c?:T | T=float32 T1=int32 T2=int8,uint8 |
      activation_alpha:f[] activation_beta:f[] activations:s[] clip:f direction:s=forward hidden_size:i
      input_forget:i=0
    DynamicQuantizeMatMul 1 | A:T1 B:T2 b_scale:T1 b_zero_point?:T2 bias?:T1 | Y:T1 | T1=float32 T2=int8,uint8
    DynamicSparseAttention 1 | query:T key?:T value?:T past_key?:T past_value?:T auxiliary_key?:T auxiliary_value?:T
      selected_indices:M selected_counts:M seqlens_k:M total_sequence_length:M cos_cache?:T sin_cache?:T
      position_ids?:int64 q_norm_weight?:T k_norm_weight?:T head_sink?:T | output:T present_key?:T present_value?:T
      | M=int32 T=bfloat16,float16,float32 | attention_mode:s=selected_only auxiliary_kv_shared:i=0 do_rotary:i=0
      is_causal:i=1 kv_num_heads:i! local_window_size:i=-1 num_heads:i! qk_norm_epsilon:f=1e-06
      rotary_interleaved:i=0 rotary_offset:i=0 scale:f selected_kv_source:s=main smooth_softmax:i=0
    DynamicTimeWarping 1 | input:F | output:I | F=float32 I=int32
    EPContext 1 | inputs*0~:T | outputs*~:T | T=floats,ints,uints,bfloat16,bool | embed_mode:i=1 ep_cache_context:s
      ep_sdk_version:s hardware_architecture:s main_context:i=1 max_size:i=0 notes:s onnx_model_filename:s
      partition_name:s source:s
    EmbedLayerNormalization 1 | input_ids:T1 segment_ids?:T1 word_embedding:T position_embedding:T
      segment_embedding?:T gamma:T beta:T mask?:T1 position_ids?:T1 | output:T mask_index?:T1 embedding_sum?:T |
      T=float16,float32 T1=int32 | epsilon:f=1e-12 mask_index_type:i
    EngramGate 1 | key:T query:T value:T key_norm_scale:T query_norm_scale:T conv_norm_scale?:T | output:T
      gated_value_normed?:T | T=bfloat16,float16,float32 | epsilon:f=1e-05
    ExpandDims 1 | X:T axis:int32 | Y:T | T=floats,ints,uints,complexes,bool,string
    FastGelu 1 | X:T bias?:T | Y:T | T=floats,bfloat16
    FusedConv 1 | X:T W:T B?:T Z?:T | Y:T | T=floats | activation:s activation_params:f[] auto_pad:s=NOTSET
      dilations:i[] group:i=1 kernel_shape:i[] pads:i[] strides:i[]
    FusedGemm 1 | A:T B:T C?:T | Y:T | T=floats,int32,int64,uint32,uint64 | activation:s activation_alpha:f
      activation_beta:f activation_gamma:f alpha:f=1 beta:f=1 transA:i=0 transB:i=0
    FusedMatMul 1 | A:T B:T | Y:T | T=floats,bfloat16 | alpha:f=1 transA:i=0 transB:i=0 transBatchA:i=0
      transBatchB:i=0
    FusedMatMulActivation 1 | A:T B:T | Y:T | T=floats,bfloat16 | activation:s! activation_alpha:f activation_axis:i
      activation_beta:f activation_gamma:f alpha:f=1 transA:i=0 transB:i=0 transBatchA:i=0 transBatchB:i=0
    GatedAdd 1 | X:T Y:T gate:T | output:T | T=bfloat16,float16,float32
    GatedDeltaNet 1 | query:T key?:T value?:T cu_seqlens?:TI decay?:TS beta?:TS initial_state?:TS a_log?:TS
      dt_bias?:TS capture_count?:TI state_update_active?:TI | output:T final_state?:TS state_update?:TS |
      T=bfloat16,float16,float32 TI=int32 TS=float32 | beta_activation:s=none chunk_size:i=64 gate_activation:s=none
      qk_l2_norm:i=0 scale:f=0 state_update_capacity:i=0 update_rule:s=gated_delta
    GatedRMSNorm 1 | X:T scale:T gate:T | Y:T | T=bfloat16,float16,float32 | activation:s=silu epsilon:f=1e-05
    GatedRelativePositionBias 1 | query_layer:T query_bias:T rel_pos:T weight:T bias:T eco_a:T token_offset?:M |
      output:T | M=int32 T=float16,float32 | num_heads:i!
    GatherBlockQuantized 1 | data:T1 indices:Tind scales:T2 zero_points?:T1 | output:T2 |
      T1=float8s,int4s,float4e2m1,uint8 T2=bfloat16,float16,float32 Tind=int32,int64 | bits:i=4 block_size:i=128
      gather_axis:i=0 quantize_axis:i=1
    GatherND 1 | data:T indices:Tind | output:T | T=floats,ints,uints,complexes,bool,string Tind=int32,int64
    Gelu 1 | X:T | Y:T | T=floats,bfloat16
    GemmFastGelu 1 | X:T W:T bias?:T | Y:T | T=bfloat16,float16,float32
    GemmFloat8 1 | A:TA B:TB C?:TC scaleA?:TS scaleB?:TS scaleY?:TS | Y:TR |
      TA=bfloat16,float16,float32,float8e4m3fn,float8e5m2 TB=bfloat16,float16,float32,float8e4m3fn,float8e5m2
      TC=bfloat16,float16,float32 TR=bfloat16,float16,float32,float8e4m3fn,float8e5m2 TS=float32 | activation:s
      alpha:f=1 beta:f=0 dtype:i=1 transA:i=0 transB:i=0
    GemmaRotaryEmbedding 1 | emb:U q:T q_rot:T k:T k_rot:T | output1:T output2:T | T=float16 U=float32
    GreedySearch 1 | input_ids:I max_length:I min_length?:I repetition_penalty?:T vocab_mask?:I prefix_vocab_mask?:I
      attention_mask?:I | sequences:I | I=int32 T=float32 | decoder:g! decoder_start_token_id:i=-1 encoder:g
      eos_token_id:i! init_decoder:g model_type:i=0 no_repeat_ngram_size:i=0 pad_token_id:i! vocab_size:i=-1
    GridSample 1 | X:T1 Grid:T1 | Y:T2 | T1=floats,ints,uints,complexes,bool,string T2=floats | align_corners:i=0
      mode:s=bilinear padding_mode:s=zeros
    GroupNorm 1 | X:T gamma:M beta:M | Y:T | M=float16,float32 T=float16,float32 | activation:i! channels_last:i=1
      epsilon:f=1e-05 groups:i!
    GroupQueryAttention 1 | query:T key?:T value?:T past_key?:T_CACHE past_value?:T_CACHE seqlens_k:M
      total_sequence_length:M cos_cache?:T sin_cache?:T position_ids?:int64 attention_bias?:T head_sink?:T
      k_scale?:T_KV_SCALE v_scale?:T_KV_SCALE q_norm_weight?:T k_norm_weight?:T | output:T present_key?:T_CACHE
      present_value?:T_CACHE output_qk?:T | M=int32 T=bfloat16,float16,float32
      T_CACHE=bfloat16,float16,float32,float8e4m3fn,int8,uint8 T_KV_SCALE=float32 | causal:i=1 do_rotary:i
      k_quant_type:s=NONE kv_cache_bit_width:i kv_num_heads:i! local_window_size:i=-1 num_heads:i!
      qk_norm_epsilon:f=1e-06 qk_output:i=0 rotary_interleaved:i scale:f sliding_window_cache:i=0
      smooth_softmax:i=-1 softcap:f v_quant_type:s=NONE
    HyperConnectionPostMix 1 | streams:T block_output:T post_mix:M stream_mix?:M | output:T |
      M=bfloat16,float16,float32 T=bfloat16,float16,float32 | num_branches:i=0
    HyperConnectionPreMix 1 | streams:T pre_mix:M | output:T | M=bfloat16,float16,float32 T=bfloat16,float16,float32
      | num_branches:i=0 reduction_scale:f=1
    Inverse 1 | X:T | Y:T | T=floats
    Irfft 1 | X:T | Y:T | T=floats | normalized:i=0 onesided:i=1 signal_ndim:i!
    IsAllFinite 1 | input*:V | output:T | T=bool V=floats,bfloat16 | isinf_only:i=0 isnan_only:i=0
    LinearAttention 1 | query:T key:T value:T past_state?:S decay?:T beta?:T | output:T present_state:S |
      S=bfloat16,float16,float32 T=bfloat16,float16,float32 | chunk_size:i=64 kv_num_heads:i! q_num_heads:i!
      scale:f=0 state_window:i=0 update_rule:s=gated_delta
    LinearAttentionGate 1 | a:T dt_bias:TF decay_scale:TF b?:T | decay:T beta?:T | T=bfloat16,float16,float32
      TF=float32
    LongformerAttention 1 | input:T weight:T bias:T mask:T global_weight:T global_bias:T global:G | output:T |
      G=int32 T=float16,float32 | num_heads:i! window:i!
    MRotaryEmbedding 1 | input:T position_ids:M cos_cache:T sin_cache:T | output:T | M=int64
      T=bfloat16,float16,float32 | interleaved:i is_packed_batching:i mrope_layout:i mrope_section:i[]! num_heads:i
      rotary_embedding_dim:i scale:f
    MatMulBlockQuantizedFp4Weight 1 | A:T B:T1 weight_scale:T2 weight_scale_2:T3 input_scale?:T3 bias?:T | Y:T |
      T=bfloat16,float16 T1=uint8 T2=uint8 T3=float32 | block_size:i=16
    MatMulBlockQuantizedFp8Weight 1 | A:T B:T1 b_scale:T2 a_scale?:T2 bias?:T | Y:T | T=bfloat16,float16
      T1=float8e4m3fn T2=float32 | block_size:i=128
    MatMulBnb4 1 | A:T1 B:T2 absmax:T1 | Y:T1 | T1=bfloat16,float16,float32 T2=uint8 | K:i! N:i! block_size:i!
      quant_type:i! training_mode:i=0 transB:i=1
    MatMulFpQ4 1 | A:T1 B:T2 B_shape:T3 | Y:T1 | T1=float32 T2=uint8 T3=int64 | blk_quant_type:i=1
    MatMulInteger16 1 | A:T1 B:T2 | Y:T3 | T1=int16,uint16 T2=int16,uint16 T3=int32,uint32
    MatMulIntegerToFloat 1 | A:T1 B:T2 a_scale:T3 b_scale:T3 a_zero_point?:T1 b_zero_point?:T2 bias?:T3 | Y:T3 |
      T1=int8,uint8 T2=int8,uint8 T3=float16,float32
    MatMulNBits 1 | A:T1 B:T2 scales:T1 zero_points?:T3 g_idx?:T4 bias?:T1 | Y:T1 | T1=bfloat16,float16,float32
      T2=uint8 T3=bfloat16,float16,float32,uint8 T4=int32 | K:i! N:i! accuracy_level:i=0 bits:i=4 block_size:i!
      weight_prepacked:i=0
    MatMulNBitsMlp 1 | A:T1 skip?:T1 norm_scale?:T1 gate_B:T2 gate_scales:T1 gate_bias?:T1 up_B:T2 up_scales:T1
      up_bias?:T1 | Y:T1 input_skip_bias_sum?:T1 | T1=bfloat16,float16,float32 T2=uint8 | K:i! N:i!
      accuracy_level:i=0 activation:s! bits:i=4 block_size:i! epsilon:f=1e-05
    MatMulNBitsQkv 1 | A:T1 skip?:T1 norm_scale:T1 q_B:T2 q_scales:T1 q_bias?:T1 k_B:T2 k_scales:T1 k_bias?:T1
      v_B:T2 v_scales:T1 v_bias?:T1 | Q:T1 K:T1 V:T1 input_skip_bias_sum?:T1 | T1=bfloat16,float16,float32 T2=uint8
      | K:i! Nkv:i! Nq:i! accuracy_level:i=0 bits:i=4 block_size:i! epsilon:f=1e-06
    MaxpoolWithMask 1 | X:T M:int32 | Y:T | T=float32 | auto_pad:s=NOTSET kernel_shape:i[] pads:i[]
      storage_order:i=0 strides:i[]
    MoE 1 | input:T router_probs:T fc1_experts_weights:T fc1_experts_bias?:T fc2_experts_weights:T
      fc2_experts_bias?:T fc3_experts_weights?:T fc3_experts_bias?:T | output:T | T=bfloat16,float16,float32 |
      activation_alpha:f=1 activation_beta:f=0 activation_type:s=relu k:i=1 normalize_routing_weights:i=0
      swiglu_fusion:i=0 swiglu_limit:f use_sparse_mixer:i=0
    MulInteger 1 | A:T A_zero_point?:T B:T B_zero_point?:T | C:T1 | T=int8,uint8 T1=int32
    MultiHeadAttention 1 | query:T key?:T value?:T bias?:T key_padding_mask?:M attention_bias?:T past_key?:T
      past_value?:T past_sequence_length?:M cache_indirection?:M | output:T present_key?:T present_value?:T qk?:QK |
      M=int32 QK=bfloat16,float16,float32 T=bfloat16,float16,float32 | mask_filter_value:f num_heads:i! scale:f
      unidirectional:i=0
    MurmurHash3 1 | X:T1 | Y:T2 | T1=float32,float64,int32,int64,string,uint32,uint64 T2=int32,uint32 | positive:i=1
      seed:i=0
    NGramHashMapping 1 | input_ids:M multipliers:M vocab_sizes:M past_ids?:M head_offsets?:M eos_token_id?:M
      segment_ids?:int32 | hash_ids:M present_ids?:M | M=int32,int64 | max_ngram_size:i! n_head_per_ngram:i!
      pad_id:i! reset_on_eos:i=0
    NGramRepeatBlock 1 | input_ids:Tid scores:T | scores_out:T | T=float32 Tid=int64 | ngram_size:i!
    NhwcConv 1 | X:T W:T B?:T | Y:T | T=floats | auto_pad:s=NOTSET dilations:i[] group:i=1 kernel_shape:i[] pads:i[]
      strides:i[]
    NhwcFusedConv 1 | X:T W:T B?:T Z?:T | Y:T | T=float16,float32 | activation:s activation_params:f[]
      auto_pad:s=NOTSET dilations:i[] group:i=1 kernel_shape:i[] pads:i[] strides:i[]
    NhwcMaxPool 1 | x:T | y:T | T=int8,uint8 | auto_pad:s=NOTSET ceil_mode:i=0 dilations:i[] kernel_shape:i[]!
      pads:i[] strides:i[]
    PackedAttention 1 | input:T weights:T bias:T token_offset:M cumulative_sequence_length:M attention_bias?:T |
      output:T | M=int32 T=float16,float32 | num_heads:i! qkv_hidden_sizes:i[] scale:f
    PackedMultiHeadAttention 1 | query:T key?:T value?:T bias?:T token_offset:M cumulative_sequence_length:M
      attention_bias?:T | output:T | M=int32 T=float16,float32 | mask_filter_value:f num_heads:i! scale:f
    PackedSparseAttentionIndexer 1 | query:T key?:T query_norm_weight:T key_norm_weight:T cos_cache:T sin_cache:T
      cumulative_sequence_lengths:M past_sequence_lengths:M gate?:T position_bias?:T head_weights?:T position_ids?:I
      past_key_state:T past_kv_buffer:T past_gate_buffer?:T past_state_lengths:M state_update_capture_count?:M
      state_update_active?:M | selected_indices:M selected_counts:M present_key_state:T present_kv_buffer:T
      present_gate_buffer?:T present_state_lengths:M state_update?:T | I=int64 M=int32 T=bfloat16,float16,float32 |
      compress_ratio:i! epsilon:f=1e-06 head_weight_scale:f index_topk:i policy_mode:s! scale:f state_capacity:i!
      state_update_capacity:i=0 token_budget:i
    Pad 1 | data:T pads:int64 value?:T | output:T | T=floats | mode:s=constant
    PagedAttention 1 | query:T key?:T value?:T key_cache:T_CACHE value_cache?:T_CACHE cumulative_sequence_length:S
      past_seqlens:S block_table:S cos_cache?:T sin_cache?:T slot_mapping?:S head_sink?:T q_norm_weight?:T
      k_norm_weight?:T k_scale?:T_KV_SCALE v_scale?:T_KV_SCALE attention_metadata?:S | output:T
      key_cache_out?:T_CACHE value_cache_out?:T_CACHE | S=int32 T=bfloat16,float16
      T_CACHE=bfloat16,float16,float8e4m3fn,int8,uint8 T_KV_SCALE=float32 | do_rotary:i is_causal:i=1
      k_cache_dtype:s= k_quant_type:s=NONE kv_cache_layout:s=SEPARATE kv_num_heads:i! local_window_size:i=-1
      num_heads:i! qk_norm_epsilon:f rotary_interleaved:i rotary_offset:i scale:f softcap:f v_cache_dtype:s=
      v_head_size:i v_quant_type:s=NONE
    QAttention 1 | input:T1 weight:T2 bias:T3 input_scale:T3 weight_scale:T3 mask_index?:T4 input_zero_point?:T1
      weight_zero_point?:T2 past?:T3 | output:T3 present?:T3 | T1=int8,uint8 T2=int8,uint8 T3=float16,float32
      T4=int32 | do_rotary:i mask_filter_value:f num_heads:i! past_present_share_buffer:i scale:f unidirectional:i=0
    QEmbedLayerNormalization 1 | input_ids:T1 segment_ids?:T1 word_embedding_quant:T2 position_embedding_quant:T2
      segment_embedding?:T2 gamma_quant:T2 beta_quant:T2 mask?:T1 word_embedding_scale:T position_embedding_scale:T
      segment_embedding_scale?:T gamma_scale:T beta_scale:T word_embedding_zero_point:T2
      position_embedding_zero_point:T2 segment_embedding_zero_point?:T2 gamma_zero_point:T2 beta_zero_point:T2 |
      layernorm_out:T mask_index_out:T1 | T=float32 T1=int32 T2=int8,uint8 | epsilon:f=1e-12
    QGemm 1 | A:TA a_scale:T a_zero_point:TA B:TB b_scale:T b_zero_point:TB C?:TC y_scale?:T y_zero_point?:TYZ |
      Y:TY | T=float32 TA=int8,uint8 TB=int8,uint8 TC=int32 TY=float32,int8,uint8 TYZ=int8,uint8 | alpha:f=1
      transA:i=0 transB:i=0
    QLinearAdd 1 | A:T A_scale:float32 A_zero_point?:T B:T B_scale:float32 B_zero_point?:T C_scale:float32
      C_zero_point?:T | C:T | T=int8,uint8
    QLinearAveragePool 1 | X:T x_scale:float32 x_zero_point?:T y_scale:float32 y_zero_point?:T | Y:T | T=int8,uint8
      | auto_pad:s=NOTSET ceil_mode:i=0 channels_last:i=0 count_include_pad:i=0 kernel_shape:i[]! pads:i[]
      strides:i[]
    QLinearConcat 1 | Y_scale:TF Y_zero_point:T8 inputs*~:TV | Y:T8 | T8=int8,uint8 TF=float32 TV=float32,int8,uint8
      | axis:i!
    QLinearConv 1 | x:T1 x_scale:float32 x_zero_point:T1 w:T2 w_scale:float32 w_zero_point:T2 y_scale:float32
      y_zero_point:T3 B?:T4 | y:T3 | T1=int8,uint8 T2=int8,uint8 T3=int8,uint8 T4=int32 | auto_pad:s=NOTSET
      channels_last:i=0 dilations:i[] group:i=1 kernel_shape:i[] pads:i[] strides:i[]
    QLinearGlobalAveragePool 1 | X:T x_scale:float32 x_zero_point:T y_scale:float32 y_zero_point:T | Y:T |
      T=int8,uint8 | channels_last:i=0
    QLinearLeakyRelu 1 | X:T X_scale:float32 X_zero_point?:T Y_scale:float32 Y_zero_point?:T | Y:T | T=int8,uint8 |
      alpha:f=0.01
    QLinearMul 1 | A:T A_scale:float32 A_zero_point?:T B:T B_scale:float32 B_zero_point?:T C_scale:float32
      C_zero_point?:T | C:T | T=int8,uint8
    QLinearReduceMean 1 | data:T data_scale:float32 data_zero_point?:T reduced_scale:float32 reduced_zero_point?:T |
      reduced:T | T=int8,uint8 | axes:i[]! keepdims:i!
    QLinearSigmoid 1 | X:T X_scale:float32 X_zero_point?:T Y_scale:float32 Y_zero_point?:T | Y:T | T=int8,uint8
    QLinearSoftmax 1 | X:T X_scale:float32 x_zero_point?:T y_scale:float32 y_zero_point:T | Y:T | T=int8,uint8 |
      axis:i=-1 opset:i!
    QLinearWhere 1 | condition:B X:T x_scale:TF x_zero_point:T Y:T y_scale:TF y_zero_point:T z_scale:TF
      z_zero_point:T | Z:T | B=bool T=int8,uint8 TF=float32
    QMoE 1 | input:T router_probs:T fc1_experts_weights:T1 fc1_scales?:T2 fc1_experts_bias?:T fc2_experts_weights:T1
      fc2_scales?:T2 fc2_experts_bias?:T fc3_experts_weights?:T1 fc3_scales?:T2 fc3_experts_bias?:T
      fc1_zero_points?:T1 fc2_zero_points?:T1 fc3_zero_points?:T1 router_weights?:T fc1_global_scale?:T4
      fc2_global_scale?:T4 fc1_act_scale?:T4 fc2_act_scale?:T4 fc1_act_block_scale?:T2 fc2_act_block_scale?:T2 |
      output:T | T=bfloat16,float16,float32 T1=float8e4m3fn,uint8
      T2=bfloat16,float16,float32,float8e4m3fn,float8e8m0 T4=float32 | accuracy_level:i=0 activation_alpha:f=1
      activation_beta:f=0 activation_type:s=relu block_size:i expert_weight_bits:i=4 fc1_expert_weight_bits:i
      fc2_expert_weight_bits:i fc3_expert_weight_bits:i k:i=1 normalize_routing_weights:i=0 quant_type:s=int
      swiglu_fusion:i=0 swiglu_limit:f use_sparse_mixer:i=0 weights_prepacked:i=-1
    QOrderedAttention 1 | input:Q scale_input:S scale_Q_gemm:S scale_K_gemm:S scale_V_gemm:S Q_weight:Q K_weight:Q
      V_weight:Q scale_Q_weight:S scale_K_weight:S scale_V_weight:S Q_bias:S K_bias:S V_bias:S scale_QKT_gemm?:S
      scale_QKT_softmax?:S scale_values_gemm:S mask_index?:G past?:Q attention_bias?:S | output:Q | G=int32 Q=int8
      S=float32 | num_heads:i! order_input:i! order_output:i! order_weight:i! qkv_hidden_sizes:i[]
      unidirectional:i=0
    QOrderedGelu 1 | X:Q scale_X:S scale_Y:S | Y:Q | Q=int8 S=float32 | order_X:i order_Y:i
    QOrderedLayerNormalization 1 | X:Q scale_X:S scale:F B?:F scale_Y:S | Y:Q | F=float16,float32 Q=int8 S=float32 |
      axis:i=-1 epsilon:f=1e-05 order_X:i=1 order_Y:i=1
    QOrderedLongformerAttention 1 | input:Q scale_input:S weight:Q scale_weight:S bias:S scale_bias:S
      scale_qkv_gemm:S mask:F global_weight:Q scale_global_weight:S global_bias:S scale_global_gemm:S global:G
      scale_output:S | output:Q | F=float16 G=int32 Q=int8 S=float32 | num_heads:i! order_global_weight:i!
      order_input:i! order_output:i! order_weight:i! window:i!
    QOrderedMatMul 1 | A:Q scale_A:S B:Q scale_B:S scale_Y:S bias?:S C?:Q scale_C?:S | Y:Q | Q=int8 S=float32 |
      order_A:i! order_B:i! order_Y:i!
    QuantizeBFP 1 | x:T1 | y:T2 shape:T3 strides:T3 | T1=bfloat16,float16,float32 T2=uint8 T3=int64 | bfp_type:i!
      block_dim:i=-1
    QuantizeLinear 1 | x:T1 y_scale:T1 y_zero_point?:T2 | y:T2 | T1=float16,float32 T2=int4s,int16,int8,uint16,uint8
      | axis:i
    QuantizeWithOrder 1 | input:F scale_input:S | output:Q | F=float16,float32 Q=int8 S=float32 | order_input:i!
      order_output:i!
    QuickGelu 1 | X:T | Y:T | T=floats,bfloat16 | alpha:f=1.702
    Range 1 | start:T limit:T delta?:T | Y:T | T=float32,float64,int16,int32,int64
    ReduceSumInteger 1 | data:T1 | reduced:T2 | T1=int8,uint8 T2=int32,uint32 | axes:i[]! keepdims:i!
    RelativePositionBias 1 | bias_table:T query_length:U key_length:U | output:T | T=float16,float32 U=int64 |
      is_bidirectional:i=0 max_distance:i!
    RemovePadding 1 | input:T sequence_token_count:M | output:T token_offset:M cumulated_seq_len:M max_seq_len:M |
      M=int32 T=float16,float32
    RestorePadding 1 | input:T token_offset:M | output:T | M=int32 T=float16,float32
    Rfft 1 | X:T | Y:T | T=floats | normalized:i=0 onesided:i=1 signal_ndim:i=1
    RotaryEmbedding 1 | input:T position_ids:M cos_cache:T sin_cache:T | output:T | M=int64
      T=bfloat16,float16,float32 | interleaved:i is_packed_batching:i num_heads:i rotary_embedding_dim:i scale:f
    SampleOp 1 | X:T | Y:T | T=floats,int32,int64,uint32,uint64
    Sampling 1 | input_ids:I max_length:I min_length?:I repetition_penalty?:T vocab_mask?:I prefix_vocab_mask?:I
      attention_mask?:I presence_mask?:I seed?:I | sequences:I filtered_logits?:T | I=int32 T=float32 | custom:i=0
      decoder:g! decoder_start_token_id:i=-1 encoder:g eos_token_id:i! filter_value:f=-1e+20 init_decoder:g
      min_tokens_to_keep:i=0 model_type:i=0 no_repeat_ngram_size:i=0 pad_token_id:i! presence_penalty:f=0
      temperature:f=1 top_p:f=0 vocab_size:i=-1
    ScaledSiLU 1 | X:T scale?:M | Y:T | M=bfloat16,float16,float32 T=bfloat16,float16,float32 | alpha:f=1
    SkipGroupNorm 1 | X:T gamma:M beta:M skip:T bias?:T | Y:T S?:T | M=float16,float32 T=float16,float32 |
      activation:i! channels_last:i=1 epsilon:f=1e-05 groups:i!
    SkipLayerNormalization 1 | input:T skip:T gamma:T beta?:T bias?:T | output:T mean?:U inv_std_var?:U
      input_skip_bias_sum?:T | T=bfloat16,float16,float32 U=float32 | epsilon:f=1e-12
    SkipSimplifiedLayerNormalization 1 | input:T skip:T gamma:T bias?:T | output:T mean?:U inv_std_var?:U
      input_skip_bias_sum?:T | T=bfloat16,float16,float32 U=float32 | epsilon:f=1e-12
    Snpe 1 | inputs*:T | outputs*:T | T=float32,uint16,uint8 | DLC:s! notes:s snpe_version:s target_device:s
    SparseAttention 1 | query:T key?:T value?:T past_key:T past_value:T block_row_indices:M block_col_indices:M
      total_sequence_length:M key_total_sequence_lengths:M cos_cache?:T sin_cache?:T | output:T present_key:T
      present_value:T | M=int32 T=bfloat16,float16,float32 | do_rotary:i kv_num_heads:i! num_heads:i!
      rotary_interleaved:i scale:f sparse_block_size:i!
    SparseAttentionIndexer 1 | query:T key?:T query_norm_weight:T key_norm_weight:T cos_cache:T sin_cache:T mask?:TB
      past_key:T gate?:T position_bias?:T head_weights?:T position_ids?:I past_sequence_length?:M
      past_proj_buffer?:T | selected_indices:M present_key:T present_proj_buffer?:T | I=int64 M=int32
      T=bfloat16,float16,float32 TB=int64 | compress_ratio:i! epsilon:f=1e-06 head_weight_scale:f index_topk:i
      policy_mode:s! scale:f token_budget:i
    SparsePagedAttention 1 | query:T key?:T value?:T key_cache:T_CACHE value_cache:T_CACHE
      cumulative_sequence_length:S past_seqlens:S block_table:S slot_mapping?:S selected_indices:S selected_counts:S
      auxiliary_key?:T auxiliary_value?:T auxiliary_lengths?:S cos_cache?:T sin_cache?:T head_sink?:T
      q_norm_weight?:T k_norm_weight?:T k_scale?:T_KV_SCALE v_scale?:T_KV_SCALE attention_metadata?:S | output:T
      key_cache_out?:T_CACHE value_cache_out?:T_CACHE | S=int32 T=bfloat16,float16 T_CACHE=bfloat16,float16,int8
      T_KV_SCALE=float32 | attention_mode:s=selected_only auxiliary_cache_layout:s=contiguous
      auxiliary_kv_shared:i=0 do_rotary:i=0 is_causal:i=1 k_quant_type:s=NONE kv_num_heads:i! local_window_size:i=-1
      num_heads:i! qk_norm_epsilon:f=1e-06 rotary_interleaved:i=0 rotary_offset:i=0 scale:f
      selected_kv_source:s=main softcap:f v_quant_type:s=NONE
    SparseToDenseMatMul 1 | A:T B:T1 | Y:T1 | T=sparse(float32,float64,int32,int64,uint32,uint64)
      T1=float32,float64,int32,int64,uint32,uint64 | alpha:f=1 transA:i=0 transB:i=0
    Tokenizer 1 | X:T | Y:T | T=string | mark:i! mincharnum:i! pad_value:s! separators:s[] tokenexp:s
    TorchEmbedding 1 | weight:T indices:int64 padding_idx?:int64 scale_grad_by_freq?:bool | Y:T |
      T=floats,ints,uints,bfloat16
    TransposeMatMul 1 | A:T B:T | Y:T | T=floats,bfloat16 | alpha:f=1 transA:i=0 transB:i=0
    Trilu 1 | X:T k?:int64 | Y:T | T=floats,ints,uints,bfloat16,bool | upper:i=1
    UnfoldTensor 1 | input:T | output:T | T=floats,ints,uints,complexes,bfloat16,bool,string | dim:i=-1 size:i!
      step:i=1
    Unique 1 | x:T | y:T idx:int64 counts:int64 | T=floats,ints,uints,complexes,bool,string
    VarlenCausalConvWithState 1 | input:T weight:T cumulative_sequence_length:M bias?:T initial_state:T
      capture_count?:M | output:T final_state:T state_update?:T | M=int32 T=bfloat16,float16,float32 |
      activation:s=none dilation:i=1 state_update_capacity:i=0
    VarlenNGramHashMapping 1 | input_ids:M multipliers:M vocab_sizes:M cumulative_sequence_length:S past_ids?:M
      head_offsets?:M eos_token_id?:M segment_ids?:int32 past_segment_ids?:S capture_count?:S | hash_ids:M
      present_ids?:M present_segment_ids?:S state_update?:M | M=int32,int64 S=int32 | max_ngram_size:i!
      n_head_per_ngram:i! pad_id:i! reset_on_eos:i=0 state_update_capacity:i=0
    WhisperBeamSearch 1 | input_ids:F max_length:I min_length?:I num_beams:I num_return_sequences:I
      length_penalty?:T repetition_penalty?:T vocab_mask?:M prefix_vocab_mask?:M attention_mask?:I
      decoder_input_ids?:I logits_processor?:I cross_qk_layer_head?:I extra_decoding_ids?:I temperature?:T |
      sequences:I sequences_scores?:T scores?:T cross_qk?:V non_speech_probs?:T | F=float16,float32,int32 I=int32
      M=int32 T=float16,float32 V=float32 | beginning_timestamp_token_id:i decoder:g! decoder_output_cross_qk:i
      decoder_start_token_id:i=-1 early_stopping:i=0 encoder:g eos_token_id:i! init_decoder:g model_type:i=2
      no_repeat_ngram_size:i=0 no_speech_token_id:i no_timestamps_token_id:i pad_token_id:i! start_of_lm_token_id:i
      transcribe_token_id:i translate_token_id:i vocab_size:i=-1
    WordConvEmbedding 1 | Sequence:T W:T1 B:T1 C:T1 | Y:T1 | T=int32 T1=float32 | char_embedding_size:i
      conv_window_size:i embedding_size:i
    """
}
