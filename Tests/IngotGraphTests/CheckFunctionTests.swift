import IngotCore
import Testing

@testable import IngotGraph

/// A model that calls `my::F` on x.
private func model(_ functions: [Function], call: String = "my::F(%x)") throws -> Model {
  let graph = try Graph(text: "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = \(call) # call\n }")
  var model = Model(graph: graph)
  model.opsets["my"] = 1
  model.functions = functions
  return model
}

private func function(
  _ name: String, _ body: String, attributes: [String] = [], opsets: [String: Int64] = ["": 17, "my": 1]
) throws -> Function {
  Function(
    Function.Key(domain: "my", name: name), attributes: attributes, body: try Graph(text: "graph g\(body)"),
    opsets: opsets)
}

@Suite struct CheckFunctionTests {
  @Test func findsNothingWrongWithAGoodFunction() throws {
    let good = try function("F", "(%a) -> (%b) { %b = Softmax(%a) {axis=ref(axis, 2)}\n }", attributes: ["axis"])
    #expect(problemTexts(of: try model([good], call: "my::F(%x) {axis=0}")) == [])
  }

  @Test func looksIntoFunctions() throws {
    let broken = try function("F", "(%a) -> (%b) { %c = Nonsense(%a) # n\n %b = Add(%c, %lost)\n }")
    #expect(
      problemTexts(of: try model([broken])) == [
        "error missing-value: function my::F: node 1 (Add): reads 'lost', which no node produces and which is no input or"
          + " initializer (an initializer or a node may have been lost; export the model again)",
        "error unknown-operator: function my::F: node 'n' (Nonsense): the standard domain has no operator Nonsense"
          + " (an operator of somebody's own needs a domain of its own)",
      ])
  }

  @Test func aFunctionHasItsOwnOperatorSets() throws {
    let old = try function("F", "(%a) -> (%b) { %b = Gelu(%a)\n }", opsets: ["": 20])
    #expect(problemTexts(of: try model([old])) == [])
    let none = try function("F", "(%a) -> (%b) { %b = Neg(%a)\n }", opsets: [:])
    #expect(
      problemTexts(of: try model([none])) == [
        "error missing-opset: function my::F: node 0 (Neg): the function imports no operator set of the standard domain"
          + " (add an opset_import for it when exporting)"
      ])
  }

  @Test func findsFunctionsThatCallThemselves() throws {
    let functions = [
      try function("F", "(%a) -> (%b) { %b = my::G(%a)\n }"), try function("G", "(%a) -> (%b) { %b = my::F(%a)\n }"),
    ]
    let texts = problemTexts(of: try model(functions))
    #expect(
      texts == [
        "error recursive-function: functions call themselves: my::F → my::G → my::F (a loop is a Loop or Scan node)"
      ])
  }

  @Test func findsAttributesThatDoNotExist() throws {
    let broken = try function("F", "(%a) -> (%b) { %b = Softmax(%a) {axis=ref(axes, 2)}\n }", attributes: ["axis"])
    #expect(
      problemTexts(of: try model([broken], call: "my::F(%x) {axsi=1}")) == [
        "error bad-reference: function my::F: node 0 (Softmax): attribute 'axis' is the function's 'axes', which it does not"
          + " have (declare the attribute in the function)",
        "warning unknown-attribute: node 'call' (F): function my::F has no attribute 'axsi' (did you mean 'axis'?)",
        "warning missing-attribute: node 'call' (F): function my::F has an attribute 'axis' without a value, and this gives"
          + " none (export the model again)",
      ])
  }

  @Test func findsWrongCalls() throws {
    let good = try function("F", "(%a) -> (%b) { %b = Neg(%a)\n }")
    #expect(
      problemTexts(of: try model([good], call: "my::F(%x, %x)")) == [
        "error input-count: node 'call' (F): function my::F takes 1 input, and this has 2 (export the model again)"
      ])
    #expect(
      problemTexts(of: try model([good], call: "my::E(%x)")) == [
        "warning missing-function: node 'call' (E): the model has functions of domain 'my', and none is E"
          + " (the runtime must know the operator)"
      ])
  }

  @Test func findsFunctionsOfOneName() throws {
    let good = try function("F", "(%a) -> (%b) { %b = Neg(%a)\n }")
    #expect(
      problemTexts(of: try model([good, good])) == [
        "error duplicate-name: two functions are named my::F (leave one of them out when exporting)"
      ])
  }
}
