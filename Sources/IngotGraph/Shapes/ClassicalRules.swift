// The operators of ai.onnx.ml: trees, support vectors, linear models, and what prepares their features. A row of features
// without a batch counts as a batch of one.

internal import IngotCore

enum ClassicalRules {
  static let table: [String: ShapeRule] = {
    let table: [String: ShapeRule] = [
      "ArrayFeatureExtractor": arrayFeatures, "Binarizer": ElementwiseRules.sameAsFirst, "CastMap": castMap,
      "CategoryMapper": categories, "DictVectorizer": dictionary, "FeatureVectorizer": features,
      "Imputer": ElementwiseRules.sameAsFirst, "LabelEncoder": labels, "LinearClassifier": linearClassifier,
      "LinearRegressor": { (node) throws(ShapeProblem) in try regressor(&node, targets: node.int("targets", default: 1))
      },
      "Normalizer": { $0.set(type: .float32, shape: $0.shape(0)) }, "OneHotEncoder": oneHot,
      "Scaler": { $0.set(type: .float32, shape: $0.shape(0)) }, "SVMClassifier": supportVectors,
      "SVMRegressor": { (node) throws(ShapeProblem) in try regressor(&node, targets: 1) },
      "TreeEnsemble": treeEnsemble, "ZipMap": zipMap, "TreeEnsembleClassifier": treeClassifier,
      "TreeEnsembleRegressor": { (node) throws(ShapeProblem) in
        try regressor(&node, targets: node.node.int("n_targets"))
      },
    ]
    return table.reduce(into: [:]) { $0["ai.onnx.ml::\($1.key)"] = $1.value }
  }()

  private static func batch(_ node: NodeFacts) -> Dimension {
    guard let shape = node.shape(0) else { return .unknown }
    return shape.count > 1 ? shape[0] : .fixed(1)
  }

  private static func regressor(_ node: inout NodeFacts, targets: Int64?) throws(ShapeProblem) {
    if let targets, targets < 0 { throw .attribute("targets", expected: "0 or more") }
    node.set(type: .float32, shape: [batch(node), targets.map { .fixed(Int($0)) } ?? .unknown])
  }

  @Sendable private static func treeEnsemble(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: [batch(node), try node.size("n_targets")])
  }

  /// Labels are strings where the list of strings has any.
  private static func setClasses(_ node: inout NodeFacts, count: Dimension) {
    let names = node.listCount("classlabels_strings") ?? 0
    node.set(0, type: names > 0 ? .string : .int64, shape: [batch(node)])
    node.set(1, type: .float32, shape: [batch(node), count])
  }

  private static func classCount(_ node: NodeFacts, _ integers: String) -> Int? {
    [node.listCount("classlabels_strings"), node.listCount(integers)].lazy.compactMap { $0 }.first { $0 > 0 }
  }

  @Sendable private static func treeClassifier(_ node: inout NodeFacts) {
    setClasses(&node, count: classCount(node, "classlabels_int64s").map { .fixed($0) } ?? .unknown)
  }

  @Sendable private static func supportVectors(_ node: inout NodeFacts) { setClasses(&node, count: .unknown) }

  /// One score a class, except that one score of two classes is handed out as two.
  @Sendable private static func linearClassifier(_ node: inout NodeFacts) {
    guard let scores = node.listCount("intercepts"), scores > 0 else { return setClasses(&node, count: .unknown) }
    let isPair = scores == 1 && classCount(node, "classlabels_ints") == 2
    setClasses(&node, count: .fixed(isPair ? 2 : scores))
  }

  @Sendable private static func arrayFeatures(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: nil)
    guard let data = node.shape(0) else { return }
    let count = node.shape(1)?.product ?? .unknown
    node.set(type: node.type(0), shape: (data.count > 1 ? Array(data.dropLast()) : [.fixed(1)]) + [count])
  }

  @Sendable private static func castMap(_ node: inout NodeFacts) throws(ShapeProblem) {
    let types: [String: ElementType] = ["TO_FLOAT": .float32, "TO_INT64": .int64, "TO_STRING": .string]
    let isSparse = node.node.string("map_form") == "SPARSE"
    let type = types[node.node.string("cast_to") ?? "TO_FLOAT"]
    node.set(type: type, shape: [.fixed(1), isSparse ? try node.size("max_map") : .unknown])
  }

  @Sendable private static func categories(_ node: inout NodeFacts) {
    let type: ElementType? = node.type(0).map { $0 == .string ? .int64 : .string }
    node.set(type: type, shape: node.shape(0))
  }

  @Sendable private static func dictionary(_ node: inout NodeFacts) {
    let count = node.listCount("string_vocabulary") ?? node.listCount("int64_vocabulary")
    var type: ElementType?
    if case .map(_, let value)? = node.input(0)?.container { type = value.elementType }
    node.set(type: type, shape: [.fixed(1), count.map { .fixed($0) } ?? .unknown])
  }

  /// A map from classes to scores for each row.
  @Sendable private static func zipMap(_ node: inout NodeFacts) {
    let key: ElementType? =
      node.listCount("classlabels_strings") ?? 0 > 0
      ? .string : node.listCount("classlabels_int64s") ?? 0 > 0 ? .int64 : nil
    node.put(ValueFacts(container: .sequence(of: .map(key: key, value: .tensor(.float32, [])))))
  }

  @Sendable private static func features(_ node: inout NodeFacts) throws(ShapeProblem) {
    var total: Dimension = .unknown
    if let sizes = node.node.ints("inputdimensions") {
      guard sizes.allSatisfy({ $0 >= 0 && $0 <= Int64(Int32.max) }), sizes.count < 1 << 20 else {
        throw .attribute("inputdimensions", expected: "sizes of 0 or more")
      }
      total = .fixed(sizes.reduce(0) { $0 + Int($1) })
    }
    node.set(type: .float32, shape: [batch(node), total])
  }

  /// The first version had only strings, and a default for each direction.
  @Sendable private static func labels(_ node: inout NodeFacts) {
    var type: ElementType?
    if node.node.attribute("values_strings") != nil {
      type = .string
    } else if node.node.attribute("values_int64s") != nil {
      type = .int64
    } else if node.node.attribute("values_floats") != nil {
      type = .float32
    } else if case .tensor(let values)? = node.node.attribute("values_tensor") {
      type = values.type
    } else if node.node.attribute("classes_strings") != nil {
      type = node.type(0).map { $0 == .string ? .int64 : .string }
    }
    node.set(type: type, shape: node.shape(0))
  }

  @Sendable private static func oneHot(_ node: inout NodeFacts) {
    let count = max(node.listCount("cats_int64s") ?? 0, node.listCount("cats_strings") ?? 0)
    node.set(type: .float32, shape: node.shape(0).map { $0 + [.fixed(count)] })
  }
}
