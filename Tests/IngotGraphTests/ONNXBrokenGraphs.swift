// Models whose graphs make no sense.

import IngotCore

private let relu = node("Relu", "r", ["x"], ["y"])

let brokenGraphs: [BrokenModel] = [
  BrokenModel(
    "no outputs",
    """
    the graph has no outputs
      hint: name at least one output when exporting
    """
  ) { _ in model(graph(nodes: [relu], outputs: [])) },
  BrokenModel(
    "an output that nobody produces",
    """
    output 'z' is produced by no node
      hint: the node may have been lost or renamed; export the model again
    """
  ) { _ in model(graph(nodes: [relu], outputs: [port("z")])) },
  BrokenModel(
    "a missing initializer",
    """
    node 'add' (Add): reads 'w', which no node produces and which is no input or initializer
      hint: an initializer or a node may have been lost; export the model again
    """
  ) { _ in model(graph(nodes: [node("Add", "add", ["x", "w"], ["y"])])) },
  BrokenModel(
    "a cycle",
    """
    node 'a' (Add) → node 2 (Mul) → back to node 'a' (Add): these nodes need each other's outputs
      hint: a graph has no cycles; a loop is a Loop or Scan node
    """
  ) { _ in
    model(
      graph(nodes: [
        node("Relu", "r", ["x"], ["y"]), node("Add", "a", ["x", "c"], ["b"]), node("Mul", "", ["b", "x"], ["c"]),
      ]))
  },
  BrokenModel(
    "a node that reads its own output",
    """
    node 'a' (Add) → back to node 'a' (Add): these nodes need each other's outputs
      hint: a graph has no cycles; a loop is a Loop or Scan node
    """
  ) { _ in
    model(graph(nodes: [node("Add", "a", ["x", "y"], ["y"])]))
  },
  BrokenModel(
    "two producers",
    """
    node 'r' (Relu): produces 'y', and so does node 'a' (Add)
      hint: values are produced once; export the model again
    """
  ) { _ in
    model(graph(nodes: [relu, node("Add", "a", ["x", "x"], ["y"])]))
  },
  BrokenModel(
    "a node that produces an input",
    """
    node 'n' (Neg): produces 'x', which is an input of the graph
      hint: values are produced once; export the model again
    """
  ) { _ in
    model(graph(nodes: [relu, node("Neg", "n", ["y"], ["x"])]))
  },
  BrokenModel(
    "two initializers of one name",
    """
    two initializers are named 'w' (at byte 40)
      hint: export the model again
    """
  ) { _ in
    let zero = tensor("w", dims: [1]) { $0.writeFixed32(4, 0) }
    return model(graph(nodes: [relu], initializers: [zero, zero]))
  },
  BrokenModel(
    "an input listed twice",
    """
    input 'x' is listed twice
      hint: list it once when exporting
    """
  ) { _ in model(graph(nodes: [relu], inputs: [port("x"), port("x")])) },
  BrokenModel(
    "an input of 2^62 x 2^62",
    """
    value 'x': the shape [4611686018427387904, 4611686018427387904] is over any memory
      hint: the file is damaged; export it again
    """
  ) { _ in
    model(graph(nodes: [relu], inputs: [port("x", dims: [1 << 62, 1 << 62])]))
  },
  BrokenModel(
    "an input of -1",
    """
    value 'x': the shape [-1, 3] has a negative size
      hint: name the sizes that are not known when exporting (dynamic axes)
    """
  ) { _ in model(graph(nodes: [relu], inputs: [port("x", dims: [-1, 3])])) },
  BrokenModel(
    "no operator set",
    """
    node 'r' (Relu): the model imports no operator set of the standard domain
      hint: add an opset_import for it when exporting
    """
  ) { _ in model(graph(nodes: [relu]), opset: nil) },
  BrokenModel(
    "a domain without operator set",
    """
    node 'g' (Gelu): the model imports no operator set of domain 'com.microsoft'
      hint: add an opset_import for it when exporting
    """
  ) { _ in
    model(graph(nodes: [node("Gelu", "g", ["x"], ["y"], domain: "com.microsoft")]))
  },
  BrokenModel(
    "operator set 0",
    """
    operator set 0 of the standard domain does not exist
      hint: export the model again
    """
  ) { _ in model(graph(nodes: [relu]), opset: 0) },
  BrokenModel(
    "a node without operator",
    """
    node 'n': has no operator
      hint: export the model again
    """
  ) { _ in model(graph(nodes: [node("", "n", ["x"], ["y"])])) },
  BrokenModel(
    "a subgraph that reads what is nowhere",
    """
    node 'if1' (If), then_branch: node 'inner' (Add): reads 'lost', which no node produces and which is no input or initializer
      hint: an initializer or a node may have been lost; export the model again
    """
  ) { _ in
    let body = graph(nodes: [node("Add", "inner", ["x", "lost"], ["z"])], inputs: [], outputs: [port("z")])
    let attribute = message {
      $0.writeString(1, "then_branch")
      $0.writeMessage(6, body)
      $0.writeVarint(20, 5)
    }
    return model(graph(nodes: [node("If", "if1", ["x"], ["y"], attributes: [attribute])]))
  },
]
