// Operators of ai.onnx.ml. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let machineLearning = """
    ArrayFeatureExtractor 1 | X:T Y:int64 | Z:T | T=float32,float64,int32,int64,string
    Binarizer 1 | X:T | Y:T | T=float32,float64,int32,int64 | threshold:f=0
    CastMap 1 | X:T1 | Y:T2 | T1=map(int64,float32),map(int64,string) T2=float32,int64,string | cast_to:s=TO_FLOAT
      map_form:s=DENSE max_map:i=1
    CategoryMapper 1 | X:T1 | Y:T2 | T1=int64,string T2=int64,string | cats_int64s:i[] cats_strings:s[]
      default_int64:i=-1 default_string:s=_Unused
    DictVectorizer 1 | X:T1 | Y:T2 |
      T1=map(int64,float32),map(int64,float64),map(int64,string),map(string,float32),map(string,float64),map(string,
      int64)
      T2=float32,float64,int64,string | int64_vocabulary:i[] string_vocabulary:s[]
    FeatureVectorizer 1 | X*:T1 | Y:float32 | T1=float32,float64,int32,int64 | inputdimensions:i[]
    Imputer 1 | X:T | Y:T | T=float32,float64,int32,int64 | imputed_value_floats:f[] imputed_value_int64s:i[]
      replaced_value_float:f=0 replaced_value_int64:i=0
    LabelEncoder 1 | X:T1 | Y:T2 | T1=int64,string T2=int64,string | classes_strings:s[] default_int64:i=-1
      default_string:s=_Unused
    LabelEncoder 2 | ^ | ^ | T1=float32,int64,string T2=float32,int64,string | default_float:f=-0 default_int64:i=-1
      default_string:s=_Unused keys_floats:f[] keys_int64s:i[] keys_strings:s[] values_floats:f[] values_int64s:i[]
      values_strings:s[]
    LabelEncoder 4 | ^ | ^ | T1=float32,float64,int16,int32,int64,string T2=float32,float64,int16,int32,int64,string
      | default_float:f=-0 default_int64:i=-1 default_string:s=_Unused default_tensor:t keys_floats:f[]
      keys_int64s:i[] keys_strings:s[] keys_tensor:t values_floats:f[] values_int64s:i[] values_strings:s[]
      values_tensor:t
    LinearClassifier 1 | X:T1 | Y:T2 Z:float32 | T1=float32,float64,int32,int64 T2=int64,string |
      classlabels_ints:i[] classlabels_strings:s[] coefficients:f[]! intercepts:f[] multi_class:i=0
      post_transform:s=NONE
    LinearRegressor 1 | X:T | Y:float32 | T=float32,float64,int32,int64 | coefficients:f[] intercepts:f[]
      post_transform:s=NONE targets:i=1
    Normalizer 1 | X:T | Y:float32 | T=float32,float64,int32,int64 | norm:s=MAX
    OneHotEncoder 1 | X:T | Y:float32 | T=float32,float64,int32,int64,string | cats_int64s:i[] cats_strings:s[]
      zeros:i=1
    SVMClassifier 1 | X:T1 | Y:T2 Z:float32 | T1=float32,float64,int32,int64 T2=int64,string | classlabels_ints:i[]
      classlabels_strings:s[] coefficients:f[] kernel_params:f[] kernel_type:s=LINEAR post_transform:s=NONE
      prob_a:f[] prob_b:f[] rho:f[] support_vectors:f[] vectors_per_class:i[]
    SVMRegressor 1 | X:T | Y:float32 | T=float32,float64,int32,int64 | coefficients:f[] kernel_params:f[]
      kernel_type:s=LINEAR n_supports:i=0 one_class:i=0 post_transform:s=NONE rho:f[] support_vectors:f[]
    Scaler 1 | X:T | Y:float32 | T=float32,float64,int32,int64 | offset:f[] scale:f[]
    TreeEnsemble 5 | X:T | Y:T | T=floats | aggregate_function:i=1 leaf_targetids:i[]! leaf_weights:t!
      membership_values:t n_targets:i nodes_falseleafs:i[]! nodes_falsenodeids:i[]! nodes_featureids:i[]!
      nodes_hitrates:t nodes_missing_value_tracks_true:i[] nodes_modes:t! nodes_splits:t! nodes_trueleafs:i[]!
      nodes_truenodeids:i[]! post_transform:i=0 tree_roots:i[]!
    TreeEnsembleClassifier 1 | X:T1 | Y:T2 Z:float32 | T1=float32,float64,int32,int64 T2=int64,string |
      base_values:f[] class_ids:i[] class_nodeids:i[] class_treeids:i[] class_weights:f[] classlabels_int64s:i[]
      classlabels_strings:s[] nodes_falsenodeids:i[] nodes_featureids:i[] nodes_hitrates:f[]
      nodes_missing_value_tracks_true:i[] nodes_modes:s[] nodes_nodeids:i[] nodes_treeids:i[] nodes_truenodeids:i[]
      nodes_values:f[] post_transform:s=NONE
    TreeEnsembleClassifier 3 | ^ | ^ | ^ | base_values:f[] base_values_as_tensor:t class_ids:i[] class_nodeids:i[]
      class_treeids:i[] class_weights:f[] class_weights_as_tensor:t classlabels_int64s:i[] classlabels_strings:s[]
      nodes_falsenodeids:i[] nodes_featureids:i[] nodes_hitrates:f[] nodes_hitrates_as_tensor:t
      nodes_missing_value_tracks_true:i[] nodes_modes:s[] nodes_nodeids:i[] nodes_treeids:i[] nodes_truenodeids:i[]
      nodes_values:f[] nodes_values_as_tensor:t post_transform:s=NONE
    TreeEnsembleClassifier 5 deprecated | ^ | ^ | ^ | ^
    TreeEnsembleRegressor 1 | X:T | Y:float32 | T=float32,float64,int32,int64 | aggregate_function:s=SUM
      base_values:f[] n_targets:i nodes_falsenodeids:i[] nodes_featureids:i[] nodes_hitrates:f[]
      nodes_missing_value_tracks_true:i[] nodes_modes:s[] nodes_nodeids:i[] nodes_treeids:i[] nodes_truenodeids:i[]
      nodes_values:f[] post_transform:s=NONE target_ids:i[] target_nodeids:i[] target_treeids:i[] target_weights:f[]
    TreeEnsembleRegressor 3 | ^ | ^ | ^ | aggregate_function:s=SUM base_values:f[] base_values_as_tensor:t
      n_targets:i nodes_falsenodeids:i[] nodes_featureids:i[] nodes_hitrates:f[] nodes_hitrates_as_tensor:t
      nodes_missing_value_tracks_true:i[] nodes_modes:s[] nodes_nodeids:i[] nodes_treeids:i[] nodes_truenodeids:i[]
      nodes_values:f[] nodes_values_as_tensor:t post_transform:s=NONE target_ids:i[] target_nodeids:i[]
      target_treeids:i[] target_weights:f[] target_weights_as_tensor:t
    TreeEnsembleRegressor 5 deprecated | ^ | ^ | ^ | ^
    ZipMap 1 | X:float32 | Z:T | T=seq(map(int64,float32)),seq(map(string,float32)) | classlabels_int64s:i[]
      classlabels_strings:s[]
    """
}
