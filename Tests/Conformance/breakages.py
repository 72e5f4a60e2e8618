"""Ways to break a good model. Each changes a copy, and returns False where the model has no place for the mistake."""

import onnx


def dangling_input(model):
    node = next((node for node in model.graph.node if len(node.input) and node.input[0]), None)
    if node:
        node.input[0] = "nowhere"
    return node is not None


def produced_twice(model):
    model.graph.node.append(model.graph.node[0])
    return True


def output_of_nothing(model):
    model.graph.output[0].name = "nowhere"
    return True


def against_the_order(model):
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(reversed(nodes))
    return len(nodes) > 1


def no_operator_sets(model):
    del model.opset_import[:]
    return True


def no_ir_version(model):
    model.ClearField("ir_version")
    return True


def unknown_operator(model):
    model.graph.node[0].op_type = "NoSuchOperator"
    return True


def unknown_attribute(model):
    model.graph.node[0].attribute.append(onnx.helper.make_attribute("no_such_attribute", 1))
    return True


def attribute_of_another_type(model):
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.INT:
                attribute.CopyFrom(onnx.helper.make_attribute(attribute.name, "text"))
                return True
    return False


def too_many_inputs(model):
    node = next((node for node in model.graph.node if len(node.input) and node.input[0]), None)
    if node:
        node.input.extend([node.input[0]] * 20)
    return node is not None


def no_inputs(model):
    del model.graph.node[0].input[:]
    return True


def output_of_another_type(model):
    output = model.graph.output[0].type
    if output.WhichOneof("value") != "tensor_type":
        return False
    output.tensor_type.elem_type = onnx.TensorProto.BOOL if output.tensor_type.elem_type != 9 else onnx.TensorProto.FLOAT
    return True


def output_of_another_rank(model):
    output = model.graph.output[0].type
    if output.WhichOneof("value") != "tensor_type" or not output.tensor_type.HasField("shape"):
        return False
    output.tensor_type.shape.dim.add().dim_value = 7
    return True


def weights_cut_short(model):
    for tensor in model.graph.initializer:
        if len(tensor.raw_data) > 1:
            tensor.raw_data = tensor.raw_data[:-1]
            return True
    return False


ALL = (
    dangling_input, produced_twice, output_of_nothing, against_the_order, no_operator_sets, no_ir_version,
    unknown_operator, unknown_attribute, attribute_of_another_type, too_many_inputs, no_inputs, output_of_another_type,
    output_of_another_rank, weights_cut_short,
)  # fmt: skip


def broken(model):
    """(name, model) for each breakage that there is a place for."""
    for breakage in ALL:
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        if breakage(copy):
            yield breakage.__name__, copy
