"""Whether the comparison itself can fail: each kind of difference that it is there to find, made on purpose."""

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import breakages
import claims
import fields
import runs
import shapes


def model():
    weights = numpy_helper.from_array(numpy.array([1, 2], numpy.float32), "w")
    node = helper.make_node("LeakyRelu", ["s"], ["y"], alpha=0.5, name="n")
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["s"]), node], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])], [weights])  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def differs(change):
    before, after = model(), model()
    change(after)
    return fields.difference(fields.normal(before), fields.normal(after)) is not None


def typed_data(m):
    """The same weights, as float_data."""
    tensor = m.graph.initializer[0]
    values = numpy_helper.to_array(tensor)
    tensor.ClearField("raw_data")
    tensor.float_data.extend(values)


def main():
    assert not differs(lambda m: None) and not differs(typed_data)
    assert differs(lambda m: m.graph.initializer[0].dims.insert(0, 1))
    assert differs(lambda m: setattr(m.graph.node[1].attribute[0], "f", 0.25))
    assert differs(lambda m: m.graph.node[0].input.reverse())
    assert differs(lambda m: m.graph.output[0].ClearField("name"))
    assert differs(lambda m: m.metadata_props.add(key="k", value="v"))

    float_2 = ("tensor_type",), 1, ["n", 2]
    assert shapes.compare(float_2, float_2)[0] is None
    assert shapes.compare((("tensor_type",), 1, [None, 2]), float_2)[0] == "less"
    assert shapes.compare((("tensor_type",), 1, None), float_2)[0] == "less"
    assert shapes.compare((("tensor_type",), 1, ["n", 3]), float_2)[0] == "contradiction"
    assert shapes.compare((("tensor_type",), 7, ["n", 2]), float_2)[0] == "contradiction"
    sizes = shapes.Sizes()
    sizes.bind(["n", 2], (3, 2))
    assert sizes.disagreement(["2*n+1"], (7,)) is None and sizes.disagreement(["2*n+1"], (8,))
    assert sizes.disagreement(["n"], (4,)) and sizes.disagreement(["n", 2], (3,))

    one = numpy.ones(2, numpy.float32)
    assert runs.mismatch(one, one, 0) is None and runs.mismatch(one, one.astype(numpy.float64), 0)
    assert runs.mismatch(one, numpy.nextafter(one, 2), 0) and not runs.mismatch(one, numpy.nextafter(one, 2), 1e-5)
    assert runs.mismatch(one, one * 1.001, 1e-5) and runs.mismatch(one, one[:1], 1)
    assert runs.mismatch(numpy.zeros(1), -numpy.zeros(1), 0)

    assert claims.passes_full_check(model())
    refused = [name for name, broken in breakages.broken(model()) if not claims.passes_full_check(broken)]
    assert len(refused) >= 10, refused
    peer = onnx.shape_inference.infer_shapes(shapes.strip(model()), strict_mode=True, data_prop=True)
    assert shapes.described(peer)["y"] == float_2 and shapes.described(shapes.strip(model()))["y"][2] is None
    print("the comparison finds what it is there to find")


if __name__ == "__main__":
    main()
