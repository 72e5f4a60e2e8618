// The words for what can be wrong with a graph, and what to do.

internal import IngotCore

extension GraphError {
  package var description: String {
    switch reason {
    case .cycle(let nodes):
      """
      \(Self.count(nodes.count, "node")) wait for each other's outputs: \(Self.list(nodes))
        hint: an ONNX graph has no loops except inside Loop and Scan; export the model again
      """
    case .node(let name, let opType, let problem):
      "node '\(name)' (\(opType)): \(problem)\n  hint: no runtime can run this; check how the model was exported"
    case .contradiction(let value, let declared, let inferred):
      """
      '\(value)' is declared as \(declared), and the nodes before it make \(inferred)
        hint: the model was edited after its shapes were written; export it again, or remove the declaration
      """
    case .noSuchInput(let name, let inputs):
      "the model has no input '\(name)'\n  hint: its inputs are \(Self.list(inputs))"
    case .inputShape(let name, let model, let asked):
      "input '\(name)' is \(model.shapeText) in the model and cannot be \(asked.shapeText)"
        + "\n  hint: keep the rank and the fixed sizes, and name or fix the others"
    case .noSuchDimension(let name, let dimensions):
      "no input of the model has a dimension '\(name)'\n  hint: its symbolic dimensions are \(Self.list(dimensions))"
    case .dimensionSize(let name, let size):
      "dimension '\(name)' cannot be \(size)\n  hint: give it a size of 1 or more"
    case .overMemory(let name, let shape):
      "'\(name)' would be \(shape.shapeText), which is over any memory\n  hint: give its dimensions smaller sizes"
    case .olderOpset(let have, let asked):
      "the model's operator set is \(have) and cannot be lowered to \(asked)\n  hint: ask for \(have) or a newer one"
    case .newerOpset(let asked, let newest):
      "operator set \(asked) is not known\n  hint: the newest that models are raised to is \(newest)"
    case .opsetObstacles(let have, let asked, let obstacles): Self.obstacles(have, asked, obstacles)
    case .several(let errors): errors.map(\.description).joined(separator: "\n")
    case .noSuchTensor(let name, let near):
      "the model has no tensor '\(name)'\n  hint: "
        + (near.map { "did you mean '\($0)'?" } ?? "`ingot inspect --nodes` lists them")
    case .insideSubgraph(let name, let node):
      "'\(name)' is inside the body of node '\(node)'\n  hint: name a tensor of the main graph"
    case .notMade(let name, let option):
      "'\(name)' is an input or a constant, and '\(option)' takes what nodes make\n  hint: name the output of a node"
    case .noSuchOutput(let name, let outputs):
      "the model has no output '\(name)'\n  hint: its outputs are \(Self.list(outputs))"
    case .noOutputs: "no output would be left\n  hint: keep one, or name another"
    case .unreadInput(let name):
      "nothing of what is extracted reads '\(name)'\n  hint: leave it out of 'from', or name what depends on it in 'to'"
    case .uncutInputs(let names):
      """
      what is extracted also depends on \(Self.count(names.count, "input")) of the model: \(Self.list(names))
        hint: add to 'from' what should stand in for them
      """
    case .undeclaredInput(let name, let type, let shape): Self.undeclared(name, type, shape)
    case .inputType(let name, let model, let asked):
      "input '\(name)' is \(model) in the model and cannot be \(asked)\n  hint: leave out the type"
    case .sameName(let one, let other, let name):
      "'\(one)' and '\(other)' cannot both be called '\(name)'\n  hint: give one of them another name"
    case .emptyName(let name): "'\(name)' cannot be renamed to nothing\n  hint: give it another name, or leave it out"
    case .nameTaken(let old, let new):
      "'\(old)' cannot be called '\(new)': another tensor is\n  hint: rename that one too, or choose another name"
    case .boundSize(let name, let size): "'\(name)' cannot be bounded by \(size)\n  hint: give a size of 1 or more"
    case .unboundable(let name, let reason): "'\(name)' cannot be bounded: \(Self.text(reason))"
    case .noSuchPass(let names, let passes): names.map { Self.noSuchPass($0, passes) }.joined(separator: "\n")
    case .mixedPasses(let text):
      "'\(text)' names passes to run and, with a '-', passes to leave out\n  hint: give one kind; the others follow"
    case .nestedTooDeep(let limit): "subgraphs are nested deeper than \(limit)\n  hint: no exporter writes this"
    }
  }

  private static func obstacles(_ have: Int64, _ asked: Int64, _ obstacles: [OpsetObstacle]) -> String {
    let shown = obstacles.prefix(8).map {
      "\n  node '\($0.node)' (\($0.opType)), which changes in operator set \($0.version): \($0.reason)"
    }
    let rest = obstacles.count > shown.count ? "\n  and \(obstacles.count - shown.count) more" : ""
    return "the model's operator set \(have) cannot be raised to \(asked) because of \(count(obstacles.count, "node"))"
      + shown.joined() + rest + "\n  hint: export the model with operator set \(asked) or newer"
  }

  private static func noSuchPass(_ name: String, _ passes: [String]) -> String {
    let hint =
      suggestion(for: name, among: passes).map { "did you mean '\($0)'?" }
      ?? "there are \(passes.joined(separator: ", ")); all and none"
    return "there is no pass '\(name)'\n  hint: \(hint)"
  }

  private static func undeclared(_ name: String, _ type: ElementType?, _ shape: [Dimension]?) -> String {
    let missing = type == nil ? (shape == nil ? "type and shape" : "type") : "shape"
    let example = "\(type?.description ?? "float32")\(shape?.shapeText.replacing(" ", with: "") ?? "[1,?]")"
    return "the \(missing) of the new input '\(name)' cannot be told\n  hint: give it: '\(name)' as \(example)"
  }

  private static func text(_ reason: UnboundableReason) -> String {
    switch reason {
    case .unknownRank: "its rank is unknown\n  hint: bound the tensor that it is made from"
    case .nothingOpen(let shape):
      "its shape is \(shape.shapeText), and it does not hold sizes"
        + "\n  hint: name a tensor of whole numbers, or one with an axis that only a run knows"
    case .severalOpen(let shape):
      "its shape is \(shape.shapeText), and which axis is meant cannot be told"
        + "\n  hint: name the tensor of sizes that it is made with"
    case .oldOpset(let version):
      "its operator set has no operator for it\n  hint: raise the model to operator set \(version) or newer"
    }
  }

  private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}

extension ShapeProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missingInput(let index): "input \(index) is missing"
    case .inputCount(let count): "it cannot have \(count) input\(count == 1 ? "" : "s")"
    case .outputCount(let count): "it cannot have \(count) output\(count == 1 ? "" : "s")"
    case .rank(let input, let shape, let expected): "input \(input) is \(shape.shapeText) and should have \(expected)"
    case .axis(let axis, let rank): "axis \(axis) is outside a tensor with \(rank) axes"
    case .broadcast(let a, let b): "shapes \(a.shapeText) and \(b.shapeText) cannot be broadcast together"
    case .sizes(let what, let size, let other, let otherSize): "\(what) is \(size) and \(other) is \(otherSize)"
    case .attribute(let name, let expected): "attribute '\(name)' should be \(expected)"
    case .elementCount(let from, let to):
      "\(from.shapeText) cannot become \(to.shapeText): the numbers of elements differ"
    case .types(let a, let b): "inputs of type \(a) and \(b) do not go together"
    case .outputSize: "the output would have a negative size or too many elements"
    }
  }
}
