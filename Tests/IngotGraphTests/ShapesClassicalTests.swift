// The operators of ai.onnx.ml.

import Testing

@testable import IngotGraph

@Suite struct ShapesClassicalTests {
  @Test(arguments: [
    ShapeCase("%x: float32[n,9], %i: int64[2]", "%y = ai.onnx.ml::ArrayFeatureExtractor(%x, %i)", "float32[n, 2]"),
    ShapeCase("%x: float32[9], %i: int64[2]", "%y = ai.onnx.ml::ArrayFeatureExtractor(%x, %i)", "float32[1, 2]"),
    ShapeCase("%x: string[n]", "%y = ai.onnx.ml::CategoryMapper(%x)", "int64[n]"),
    ShapeCase(
      "%x: float32[n,3], %z: float32[n,2]", "%y = ai.onnx.ml::FeatureVectorizer(%x, %z) {inputdimensions=[3,2]}",
      "float32[n, 5]"),
    ShapeCase(
      "%x: string[n]", "%y = ai.onnx.ml::LabelEncoder(%x) {keys_strings=[\"a\"], values_floats=[1.0]}", "float32[n]"),
    ShapeCase("%x: int64[n]", "%y = ai.onnx.ml::LabelEncoder(%x) {classes_strings=[\"a\"]}", "string[n]"),
    ShapeCase(
      "%x: float32[n,4]",
      "%y, %s = ai.onnx.ml::LinearClassifier(%x) {intercepts=[1.0], classlabels_strings=[\"a\",\"b\"]}", "string[n]"),
    ShapeCase(
      "%x: float32[n,4]", "%l, %y = ai.onnx.ml::LinearClassifier(%x) {intercepts=[1.0], classlabels_ints=[0,1]}",
      "float32[n, 2]"),
    ShapeCase("%x: float32[4]", "%y = ai.onnx.ml::LinearRegressor(%x) {targets=2}", "float32[1, 2]"),
    ShapeCase("%x: int64[n,3]", "%y = ai.onnx.ml::OneHotEncoder(%x) {cats_int64s=[1,2,3]}", "float32[n, 3, 3]"),
    ShapeCase("%x: float32[n,4]", "%l, %y = ai.onnx.ml::SVMClassifier(%x) {classlabels_ints=[0,1]}", "float32[n, ?]"),
    ShapeCase("%x: float64[n,4]", "%y = ai.onnx.ml::SVMRegressor(%x)", "float32[n, 1]"),
    ShapeCase("%x: float64[n,4]", "%y = ai.onnx.ml::Scaler(%x)", "float32[n, 4]"),
    ShapeCase("%x: float32[n,4]", "%y = ai.onnx.ml::TreeEnsembleRegressor(%x) {n_targets=3}", "float32[n, 3]"),
    ShapeCase("%x: float64[n,4]", "%y = ai.onnx.ml::TreeEnsemble(%x) {n_targets=3}", "float64[n, 3]"),
    ShapeCase(
      "%x: float32[n,4]", "%l, %y = ai.onnx.ml::TreeEnsembleClassifier(%x) {classlabels_int64s=[0,1,2]}",
      "float32[n, 3]"),
    ShapeCase(
      "%x: float32", "%y, %s = ai.onnx.ml::TreeEnsembleClassifier(%x) {classlabels_strings=[\"a\"]}", "string[?]"),
  ]) func infersClassicalModels(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test func followsMapsFromAndToClassicalModels() throws {
    var graph = try Graph(
      text: """
        graph g(%x: float32[n,2], %m: map(string, float64)) -> () {
          %z = ai.onnx.ml::ZipMap(%x) {classlabels_int64s=[0,1]}
          %y = ai.onnx.ml::DictVectorizer(%m) {string_vocabulary=["a","b","c"]}
          %c = ai.onnx.ml::CastMap(%m) {cast_to="TO_INT64"}
        }
        """)
    try graph.inferShapes(opsets: ["": 17, "ai.onnx.ml": 1])
    let map = ValueType.map(key: .int64, value: .tensor(.float32, []))
    #expect(try graph[#require(graph.find("z"))].valueType == .sequence(of: map))
    #expect(try graph[#require(graph.find("y"))].valueType == .tensor(.float64, [.fixed(1), .fixed(3)]))
    #expect(try graph[#require(graph.find("c"))].valueType == .tensor(.int64, [.fixed(1), .unknown]))
  }
}
