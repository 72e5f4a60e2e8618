"""Runs models: under ONNX Runtime, or with onnx's reference evaluator where ONNX Runtime lacks an operator."""

import pathlib
import warnings

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)
warnings.simplefilter("ignore")


class CannotRun(Exception):
    """Why neither can run the model."""


def load(path, info):
    """One value of the test data."""
    kind = info.type.WhichOneof("value")
    data = pathlib.Path(path).read_bytes()
    if kind == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if kind == "optional_type":
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    if kind == "map_type":
        return numpy_helper.to_dict(onnx.MapProto.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))


def data_sets(folder, model):
    """Inputs by name and expected outputs by name, for each set of test data."""
    initializers = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in initializers]
    for data in sorted(folder.glob("test_data_set_*")):
        count = len(list(data.glob("input_*.pb")))
        if count > len(inputs):
            inputs = list(model.graph.input)
        feeds = {info.name: load(data / f"input_{i}.pb", info) for i, info in enumerate(inputs[:count])}
        expected = {}
        for i, info in enumerate(model.graph.output):
            if (data / f"output_{i}.pb").exists():
                expected[info.name] = load(data / f"output_{i}.pb", info)
        yield feeds, expected


def onnxruntime_outputs(model, feeds):
    options = onnxruntime.SessionOptions()
    # Its own rewrites would differ between two forms of a model.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    onnxruntime.set_seed(1)
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    wanted = {value.name for value in session.get_inputs()}
    return dict(zip(names, session.run(None, {name: value for name, value in feeds.items() if name in wanted})))


def reference_outputs(model, feeds):
    evaluator = ReferenceEvaluator(model)
    wanted = set(evaluator.input_names)
    outputs = evaluator.run(None, {name: value for name, value in feeds.items() if name in wanted})
    return dict(zip(evaluator.output_names, outputs))


RUNNERS = {"ONNX Runtime": onnxruntime_outputs, "the reference evaluator": reference_outputs}


def run(model, feeds, runners=tuple(RUNNERS)):
    """The outputs by name, and who computed them."""
    reasons = []
    for runner in runners:
        try:
            return RUNNERS[runner](model, feeds), runner
        except Exception as error:  # both raise many kinds of it
            reasons.append(f"{runner}: {str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__}")
    raise CannotRun("; ".join(reasons))


def tensors(value):
    """The tensors in a value, which may be a list or a dictionary of them."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in tensors(item)]
    if isinstance(value, dict):
        return [tensor for key in value for tensor in tensors(value[key])]
    return [numpy.asarray(value)]


def mismatch(before, after, tolerance):
    """How two outputs differ, in words; None where they do not.

    With tolerance 0 bits are compared (any NaN is any NaN), else differences with the tensor's largest magnitude.
    """
    a, b = tensors(before), tensors(after)
    if len(a) != len(b):
        return f"{len(a)} tensors became {len(b)}"
    for x, y in zip(a, b):
        if x.dtype != y.dtype and not (x.dtype.kind in "OUS" and y.dtype.kind in "OUS"):
            return f"{x.dtype} became {y.dtype}"
        if x.shape != y.shape:
            return f"shape {x.shape} became {y.shape}"
        if x.dtype.kind in "OUS":
            if x.astype(str).tolist() != y.astype(str).tolist():
                return "strings differ"
            continue
        if x.tobytes() == y.tobytes():
            continue
        if x.dtype.kind in "biu":
            return f"{int((x != y).sum())} of {x.size} differ"
        wide = numpy.complex128 if x.dtype.kind == "c" else numpy.float64
        u, v = x.astype(wide), y.astype(wide)
        if tolerance == 0:
            # Equal numbers with unequal bits are the two zeros.
            same = (numpy.isnan(u) & numpy.isnan(v)) | ((u == v) & (numpy.signbit(u.real) == numpy.signbit(v.real)))
            if not same.all():
                return f"{int((~same).sum())} of {x.size} differ in bits, by {worst(u, v):.2g}"
            continue
        finite = numpy.isfinite(u)
        if not (finite == numpy.isfinite(v)).all():
            return "infinities or NaN differ"
        if not numpy.array_equal(u[~finite], v[~finite], equal_nan=True):
            return "infinities or NaN differ"
        if worst(u, v) > tolerance:
            return f"differs by {worst(u, v):.2g} of the largest magnitude"
    return None


def worst(u, v):
    finite = numpy.isfinite(u) & numpy.isfinite(v)
    if not finite.any():
        return 0.0
    scale = float(numpy.abs(u[finite]).max()) or 1.0
    return float(numpy.abs(u[finite] - v[finite]).max()) / scale
