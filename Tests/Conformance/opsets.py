"""Opset conversion against ONNX Runtime: models of old operator sets, converted, must compute what they computed.

Built models have one node for every change of an operator between two sets, in the form that the old set has. Models of the
corpus come as they are. Each is run as it is and converted, with ONNX Runtime's optimizations off; outputs must be equal to the
bit, or within 1e-6. `onnx.version_converter` converts the same models, to compare with.

    opsets.py INGOT [--corpus DIR] [--to 26]
"""

import argparse
import collections
import glob
import itertools
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper, version_converter

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
RANDOM = np.random.RandomState(7)


def tensor(*shape):
    return (RANDOM.rand(*shape) * 4 - 2).astype(np.float32)


class Case:
    """One node at an old operator set. An initializer is an input that is part of the model."""

    def __init__(self, name, opset, op, inputs, outputs=1, initializers=None, after=(), expected=None, **attributes):
        self.name, self.opset, self.inputs, self.expected = name, opset, inputs, expected
        initializers = initializers or {}
        names = attributes.pop("names", list(inputs) + list(initializers))
        made = outputs if isinstance(outputs, list) else [f"y{i}" for i in range(outputs)]
        nodes = [helper.make_node(op, names, made, name="n", **attributes), *after]
        results = [o for node in nodes for o in node.output if o]
        graph = helper.make_graph(
            nodes, "g",
            [helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for k, v in inputs.items()],
            [helper.make_empty_tensor_value_info(o) for o in results],
            [numpy_helper.from_array(v, k) for k, v in initializers.items()])
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=5)


def reductions():
    names = ["Max", "Min", "Mean", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare", "Sum"]
    for name, opset in itertools.product(names, [7, 11, 12]):
        data = np.abs(tensor(2, 3, 4)) + 0.1
        yield Case(f"Reduce{name} axes", opset, f"Reduce{name}", {"x": data}, axes=[1])
        yield Case(f"Reduce{name} all", opset, f"Reduce{name}", {"x": data}, keepdims=0)
        if name != "Sum":
            yield Case(f"Reduce{name} axes 13", 13, f"Reduce{name}", {"x": data}, axes=[0, 2])


def softmaxes():
    for op, opset, axis in itertools.product(["Softmax", "LogSoftmax", "Hardmax"], [7, 11, 12], [None, 0, 1, 2, 3]):
        extra = {} if axis is None else {"axis": axis}
        yield Case(f"{op} axis {axis}", opset, op, {"x": tensor(2, 3, 4, 2)}, **extra)
    for op in ["Softmax", "LogSoftmax", "Hardmax"]:
        yield Case(f"{op} axis -1", 11, op, {"x": tensor(2, 3, 4)}, axis=-1)
        yield Case(f"{op} axis -2", 12, op, {"x": tensor(2, 3, 4)}, axis=-2)
        yield Case(f"{op} ones behind", 9, op, {"x": tensor(2, 5, 1, 1)})


def resizes():
    image = tensor(1, 2, 4, 6)
    for opset in [7, 8]:
        for mode, scales in itertools.product(["nearest", "linear"], [[1, 1, 2, 3], [1, 1, 1.5, 2.5]]):
            yield Case(f"Upsample {mode} {scales}", opset, "Upsample", {"x": image}, mode=mode, scales=[float(s) for s in scales])
    for mode, scales in itertools.product(["nearest", "linear"], [[1, 1, 2, 3], [1, 1, 1.5, 2.5]]):
        yield Case(
            f"Upsample {mode} {scales}", 9, "Upsample", {"x": image}, initializers={"s": np.array(scales, np.float32)}, mode=mode)
    for mode, scales in itertools.product(
        ["nearest", "linear"], [[1, 1, 2, 3], [1, 1, 1.5, 2.5], [1, 1, 0.6, 0.6], [1, 1, 0.5, 0.34]]):
        yield Case(
            f"Resize {mode} {scales}", 10, "Resize", {"x": image}, initializers={"s": np.array(scales, np.float32)}, mode=mode)
    empty = np.zeros(0, np.float32)
    coordinates = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "tf_half_pixel_for_nn"]
    for how, nearest, scale in itertools.product(coordinates, ["floor", "round_prefer_floor", "ceil"], [0.6, 2.0, 1.3]):
        if how == "tf_half_pixel_for_nn" and nearest == "ceil":
            continue
        scales = np.array([1, 1, scale, scale], np.float32)
        yield Case(
            f"Resize {how} {nearest} {scale}", 11, "Resize", {"x": image}, initializers={"r": empty, "s": scales},
            coordinate_transformation_mode=how, nearest_mode=nearest)
    sizes = np.array([1, 2, 7, 5], np.int64)
    for mode in ["nearest", "linear", "cubic"]:
        yield Case(
            f"Resize sizes {mode}", 11, "Resize", {"x": tensor(1, 2, 4, 6)}, initializers={"r": empty, "s": empty, "z": sizes},
            mode=mode)
    region = np.array([0, 0, 0.2, 0.1, 1, 1, 0.8, 0.9], np.float32)
    yield Case(
        "Resize crop", 11, "Resize", {"x": image}, initializers={"r": region, "s": np.array([1, 1, 2, 2], np.float32)},
        mode="linear", coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=3.0)


def normalizations():
    x = tensor(2, 3, 4)
    channel = {k: np.abs(tensor(3)) + 0.1 for k in "sbmv"}
    for opset in [7, 8, 9, 13, 14]:
        extra = {"spatial": 1} if opset < 9 else {}
        yield Case("BatchNormalization", opset, "BatchNormalization", {"x": x}, initializers=channel, epsilon=1e-3, **extra)
    element = {k: np.abs(tensor(3, 4)) + 0.1 for k in "sbmv"}
    for opset in [7, 8]:
        yield Case("BatchNormalization per element", opset, "BatchNormalization", {"x": x}, initializers=element, spatial=0)
    groups = {"s": tensor(2), "b": tensor(2)}
    yield Case("GroupNormalization", 18, "GroupNormalization", {"x": tensor(2, 6, 4)}, initializers=groups, num_groups=2)
    yield Case("GroupNormalization", 20, "GroupNormalization", {"x": tensor(2, 6, 4, 4)}, initializers=groups, num_groups=2)


def inputs_of_attributes():
    x = tensor(3, 4, 5)
    for opset in [7, 9]:
        yield Case("Slice", opset, "Slice", {"x": x}, starts=[0, 1], ends=[2, -1], axes=[0, 2])
        yield Case("Slice without axes", opset, "Slice", {"x": x}, starts=[1, 1, 1], ends=[1000, 3, -1])
        yield Case("TopK", opset, "TopK", {"x": x}, outputs=2, k=2, axis=1)
    yield Case("TopK with input", 10, "TopK", {"x": x}, outputs=2, initializers={"k": np.array([3], np.int64)})
    for opset in [7, 10]:
        yield Case("Clip", opset, "Clip", {"x": x}, min=-0.5, max=0.75)
        yield Case("Clip min", opset, "Clip", {"x": x}, min=0.0)
        yield Case("Clip max", opset, "Clip", {"x": x}, max=0.25)
        yield Case("Clip nothing", opset, "Clip", {"x": x})
        for mode in ["constant", "reflect", "edge"]:
            yield Case(f"Pad {mode}", opset, "Pad", {"x": x}, mode=mode, pads=[0, 1, 1, 1, 0, 2])
        yield Case("Pad value", opset, "Pad", {"x": x}, pads=[0, 0, 1, 0, 2, 0], value=1.5)
        yield Case("Pad negative", opset, "Pad", {"x": x}, pads=[0, -1, 1, 0, 0, -1])
    for opset in [7, 11, 12]:
        yield Case("Split", opset, "Split", {"x": x}, outputs=2, axis=1)
        yield Case("Split sizes", opset, "Split", {"x": x}, outputs=2, axis=1, split=[1, 3])
        yield Case("Squeeze", opset, "Squeeze", {"x": tensor(1, 3, 1)}, axes=[0])
        yield Case("Squeeze all", opset, "Squeeze", {"x": tensor(1, 3, 1)})
        yield Case("Unsqueeze", opset, "Unsqueeze", {"x": x}, axes=[0, 2])
    yield Case("Split 13", 13, "Split", {"x": x}, outputs=2, axis=1)
    for opset in [7, 10, 11, 12, 13]:
        yield Case("Dropout", opset, "Dropout", {"x": x}, **({"ratio": 0.3} if opset < 12 else {}))
    signal = tensor(1, 8, 4, 1)
    yield Case("DFT", 17, "DFT", {"x": signal})
    yield Case("DFT axis", 17, "DFT", {"x": signal}, axis=2, onesided=1)
    yield Case("DFT length", 17, "DFT", {"x": signal}, initializers={"l": np.array(6, np.int64)}, axis=1)


def others():
    x = tensor(3, 4)
    index = np.array([[0, 1, 2, 0], [2, 0, 1, 1]], np.int64)
    yield Case("Scatter", 9, "Scatter", {"x": x}, initializers={"i": index, "u": tensor(2, 4)}, axis=0)
    yield Case("Scatter default axis", 10, "Scatter", {"x": x}, initializers={"i": index[:1], "u": tensor(1, 4)})
    rois = np.array([[0, 0, 3, 3], [1, 1, 3.5, 2.5]], np.float32)
    for mode in ["avg", "max"]:
        yield Case(
            f"RoiAlign {mode}", 10, "RoiAlign", {"x": tensor(1, 2, 5, 5)},
            initializers={"r": rois, "b": np.zeros(2, np.int64)}, output_height=2, output_width=2, sampling_ratio=2, mode=mode)
    for mode in [None, "bilinear", "nearest", "bicubic"]:
        extra = {} if mode is None else {"mode": mode}
        yield Case(
            f"GridSample {mode}", 16, "GridSample", {"x": tensor(1, 1, 4, 4)}, initializers={"g": tensor(1, 3, 3, 2) / 2}, **extra)
    weights = {"w": tensor(1, 8, 2), "r": tensor(1, 8, 2)}
    for opset in [7, 13]:
        yield Case("LSTM", opset, "LSTM", {"x": tensor(3, 1, 2)}, initializers=weights, outputs=3, hidden_size=2)
        yield Case("GRU", opset, "GRU", {"x": tensor(3, 1, 2)}, outputs=2, hidden_size=2,
                   initializers={"w": tensor(1, 6, 2), "r": tensor(1, 6, 2)})
        yield Case("RNN", opset, "RNN", {"x": tensor(3, 1, 2)}, outputs=2, hidden_size=2,
                   initializers={"w": tensor(1, 2, 2), "r": tensor(1, 2, 2)})
        yield Case("AveragePool", opset, "AveragePool", {"x": tensor(1, 1, 5, 5)}, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        yield Case("MaxPool", opset, "MaxPool", {"x": tensor(1, 1, 5, 5)}, kernel_shape=[2, 2], strides=[2, 2])
    for opset, include in itertools.product([10, 11, 18], [0, 1]):
        yield Case("AveragePool ceil", opset, "AveragePool", {"x": tensor(1, 1, 6, 6)}, kernel_shape=[3, 3], strides=[2, 2],
                   pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=include)
    for opset in [10, 11]:
        yield Case("MaxPool ceil", opset, "MaxPool", {"x": tensor(1, 1, 6, 6)}, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    for opset in [9, 10]:
        yield Case("OneHot", opset, "OneHot", {"x": np.array([0, 2, 1], np.int64)},
                   initializers={"d": np.array([3], np.int64), "v": np.array([0, 1], np.float32)})
    for opset in [7, 9, 11]:
        yield Case("Gemm", opset, "Gemm", {"x": x}, initializers={"b": tensor(4, 2), "c": tensor(2)}, alpha=0.5)
        yield Case("PRelu", opset, "PRelu", {"x": x}, initializers={"s": tensor(4)})
        yield Case("ArgMax", opset, "ArgMax", {"x": x}, axis=1)
        yield Case("Flatten", opset, "Flatten", {"x": tensor(2, 3, 4)}, axis=2)
    for opset in [7, 12]:
        yield Case("Pow", opset, "Pow", {"x": np.abs(x)}, initializers={"e": tensor(4)})
        yield Case("Cast", opset, "Cast", {"x": x}, to=TensorProto.INT32)
    for opset in [10, 13, 19]:
        scale = {"s": np.array(0.1, np.float32), "z": np.array(3, np.uint8)}
        yield Case("QuantizeLinear", opset, "QuantizeLinear", {"x": x}, initializers=scale)
        yield Case("DequantizeLinear", opset, "DequantizeLinear", {"x": (x * 10 + 30).astype(np.uint8)}, initializers=scale)
    boxes = np.array([[[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3]]], np.float32)
    yield Case("NonMaxSuppression", 10, "NonMaxSuppression", {"x": boxes}, initializers={
        "s": np.array([[[0.9, 0.8, 0.7]]], np.float32), "m": np.array([3], np.int64), "i": np.array([0.5], np.float32)})
    yield Case("MeanVarianceNormalization", 9, "MeanVarianceNormalization", {"x": tensor(2, 3, 4, 4)})
    yield Case("Reshape", 7, "Reshape", {"x": x}, initializers={"s": np.array([0, -1], np.int64)})
    yield Case("Shape", 7, "Shape", {"x": x})
    yield Case("ConstantOfShape", 9, "ConstantOfShape", {"x": np.array([2, 3], np.int64)})
    step = helper.make_graph(
        [helper.make_node("Add", ["s", "i"], ["t"]), helper.make_node("Identity", ["t"], ["o"])], "step",
        [helper.make_tensor_value_info(k, FLOAT, [3]) for k in ["s", "i"]],
        [helper.make_tensor_value_info(k, FLOAT, [3]) for k in ["t", "o"]])
    for directions in [[0], [1]]:
        yield Case(f"Scan {directions}", 8, "Scan", {"x": tensor(2, 3), "q": tensor(2, 5, 3)}, outputs=2,
                   names=["", "x", "q"], body=step, num_scan_inputs=1, directions=directions)


def before_seven():
    """ONNX Runtime has no operators this old; what they must give is calculated here."""
    x = np.abs(tensor(2, 3, 4)) + 0.1
    operators = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Pow": np.power}
    for op, (axis, shape) in itertools.product(operators, [(1, [3]), (2, [4]), (0, [2]), (1, [3, 4]), (None, [4])]):
        extra = {} if axis is None else {"axis": axis}
        b = np.abs(tensor(*shape)) + 0.5
        aligned = b if axis is None else b.reshape(shape + [1] * (3 - axis - len(shape)))
        yield Case(f"{op} axis {axis} {shape}", 6, op, {"x": x}, initializers={"b": b}, broadcast=1, **extra,
                   expected=operators[op](x, aligned))
    a, b, c = tensor(3, 4), tensor(4, 2), tensor(2)
    yield Case("Gemm", 6, "Gemm", {"x": a}, initializers={"b": b, "c": c}, broadcast=1, expected=a @ b + c)
    image, slopes = tensor(1, 3, 4, 4), tensor(3)
    yield Case("PRelu", 6, "PRelu", {"x": image}, initializers={"s": slopes},
               expected=np.where(image < 0, image * slopes[:, None, None], image))
    yield Case("Reshape", 1, "Reshape", {"x": x}, shape=[6, 4], expected=x.reshape(6, 4))
    yield Case("Concat", 1, "Concat", {"a": x, "b": x}, expected=np.concatenate([x, x], 1))
    yield Case("Cast", 1, "Cast", {"x": x}, to="INT32", expected=x.astype(np.int32))
    yield Case("Pad", 1, "Pad", {"x": image}, paddings=[0, 0, 1, 1, 0, 0, 1, 0],
               expected=np.pad(image, [(0, 0), (0, 0), (1, 1), (1, 0)]))
    yield Case("Upsample", 1, "Upsample", {"x": image}, height_scale=2.0, width_scale=3.0,
               expected=image.repeat(2, 2).repeat(3, 3))
    yield Case("Relu", 1, "Relu", {"x": a}, consumed_inputs=[0], expected=np.maximum(a, 0))
    yield Case("Clip", 1, "Clip", {"x": a}, min=-0.5, max=0.5, expected=np.clip(a, -0.5, 0.5))
    parts = {k: np.abs(tensor(3)) + 0.1 for k in "sbmv"}
    s, b, m, v = (parts[k][:, None] for k in "sbmv")
    yield Case("BatchNormalization", 6, "BatchNormalization", {"x": x}, is_test=1, initializers=parts,
               expected=((x - m) / np.sqrt(v + np.float32(1e-5)) * s + b))


class CorpusModel:
    def __init__(self, path):
        self.name = os.path.relpath(path, os.path.join(os.path.dirname(path), "..", ".."))
        self.path, self.expected = path, None
        self.model = onnx.load(path)
        self.opset = next((o.version for o in self.model.opset_import if o.domain in ("", "ai.onnx")), None)

    @property
    def inputs(self):
        folder = next(iter(sorted(glob.glob(os.path.join(os.path.dirname(self.path), "test_data_set_*")))), "")
        values = {}
        for index, info in enumerate(self.model.graph.input):
            file = os.path.join(folder, f"input_{index}.pb")
            if not os.path.exists(file):
                continue
            data = open(file, "rb").read()
            kind = info.type.WhichOneof("value")
            proto, convert = {
                "tensor_type": (onnx.TensorProto(), numpy_helper.to_array),
                "sequence_type": (onnx.SequenceProto(), numpy_helper.to_list),
                "optional_type": (onnx.OptionalProto(), numpy_helper.to_optional)}[kind]
            proto.ParseFromString(data)
            values[info.name] = convert(proto)
        return values


def run(model, inputs):
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model if isinstance(model, str) else model.SerializeToString(), options)
    names = {i.name for i in session.get_inputs()}
    return session.run(None, {k: v for k, v in inputs.items() if k in names})


def sameness(want, got):
    """'equal', 'near' or 'different'."""
    if isinstance(want, list) or want is None:
        if type(want) is not type(got) or want is not None and len(want) != len(got):
            return "different"
        return worst(sameness(a, b) for a, b in zip(want or [], got or []))
    want, got = np.asarray(want), np.asarray(got)
    if want.shape != got.shape or want.dtype != got.dtype:
        return "different"
    if want.dtype == object:
        return "equal" if (want == got).all() else "different"
    if want.tobytes() == got.tobytes():
        return "equal"
    near = want.dtype.kind in "fc" and np.allclose(want, got, rtol=1e-6, atol=1e-6, equal_nan=True)
    return "near" if near else "different"


def worst(kinds):
    return max(kinds, key=["equal", "near", "different"].index, default="equal")


def outcome(convert, want, inputs):
    try:
        model = convert()
    except Exception as error:  # the converters fail in many ways
        return "refused", str(error)
    try:
        got = run(model, inputs)
    except Exception as error:
        return "does not run", str(error)
    return worst(sameness(a, b) for a, b in zip(want, got)), ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ingot")
    parser.add_argument("--corpus", help="a folder that corpus.py made")
    parser.add_argument("--to", type=int, default=26, help="the operator set; 26 is the newest of ONNX Runtime 1.31")
    arguments = parser.parse_args()
    ort.set_default_logger_severity(4)
    families = [reductions, softmaxes, resizes, normalizations, inputs_of_attributes, others, before_seven]
    cases = itertools.chain.from_iterable(family() for family in families)
    if arguments.corpus:
        cases = map(CorpusModel, sorted(glob.glob(os.path.join(arguments.corpus, "*", "*", "model.onnx"))))
    counts, wrong = {"ingot": collections.Counter(), "onnx": collections.Counter()}, []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            if case.opset is None or not 1 <= case.opset < arguments.to:
                counts["ingot"]["nothing to convert"] += 1
                continue
            source, target = os.path.join(folder, "in.onnx"), os.path.join(folder, "out.onnx")

            def by_ingot():
                command = [arguments.ingot, "sanitize", source, "-o", target, "--opset", str(arguments.to), "--passes", "none"]
                result = subprocess.run(command, capture_output=True, text=True, timeout=300)
                if result.returncode != 0:
                    raise RuntimeError(result.stderr)
                return target

            def by_onnx():
                return version_converter.convert_version(case.model, arguments.to)

            onnx.save(case.model, source)
            try:
                inputs = case.inputs
                want = run(case.model, inputs) if case.expected is None else [case.expected]
            except Exception as error:
                counts["ingot"]["the original does not run"] += 1
                if not arguments.corpus:
                    wrong.append(f"{case.opset} {case.name}: the original does not run: {str(error)[:300]}")
                continue
            for tool, convert in [("ingot", by_ingot), ("onnx", by_onnx)]:
                kind, why = outcome(convert, want, inputs)
                counts[tool][kind] += 1
                if tool == "ingot" and kind not in ("equal", "near"):
                    wrong.append(f"{case.opset} {case.name}: {kind} {why[:300]}")
    for line in wrong:
        print(line)
    for tool, count in counts.items():
        print(tool, dict(count))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
