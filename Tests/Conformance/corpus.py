"""Writes the conformance corpus: the models of the onnx package and every node test that it can generate.

    corpus.py OUT

OUT/<kind>/<name>/model.onnx, and inputs and expected outputs in test_data_set_<n>/{input,output}_<i>.pb: the layout of
onnx's own test data. Nothing here depends on Ingot. The same versions of the packages give the same files.
"""

import pathlib
import shutil
import sys
import warnings

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.case import model as model_cases
from onnx.backend.test.case import node as node_cases

DATA = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"


def message(value, info):
    """A value as the protobuf message that fits the declared type of its input or output."""
    if isinstance(value, onnx.TensorProto):
        return value
    kind = info.type.WhichOneof("value")
    if kind == "sequence_type":
        return numpy_helper.from_list(value, info.name)
    if kind == "optional_type":
        return numpy_helper.from_optional(value, info.name)
    if kind == "map_type":
        return numpy_helper.from_dict(value, info.name)
    return numpy_helper.from_array(numpy.asarray(value), info.name)


def write(folder, model, data_sets):
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for number, (inputs, outputs) in enumerate(data_sets):
        data = folder / f"test_data_set_{number}"
        data.mkdir()
        for what, values, infos in (
            ("input", inputs, model.graph.input),
            ("output", outputs, model.graph.output),
        ):
            for i, (value, info) in enumerate(zip(values, infos)):
                (data / f"{what}_{i}.pb").write_bytes(message(value, info).SerializeToString())


def add_light(out):
    """Classifiers with weights made of constants; their input is a ramp, as onnx's own runner has it."""
    for path in sorted((DATA / "light").glob("light_*.onnx")):
        model = onnx.load(path)
        initializers = {tensor.name for tensor in model.graph.initializer}
        inputs = [info for info in model.graph.input if info.name not in initializers]
        ramps = []
        for info in inputs:
            shape = [d.dim_value if d.HasField("dim_value") else 1 for d in info.type.tensor_type.shape.dim]
            count = int(numpy.prod(shape))
            ramps.append((numpy.arange(count).reshape(shape) / count).astype(numpy.float32))
        folder = out / "light" / path.stem
        write(folder, model, [])
        shutil.copyfile(path, folder / "model.onnx")
        data = folder / "test_data_set_0"
        data.mkdir()
        for i, (info, ramp) in enumerate(zip(inputs, ramps)):
            (data / f"input_{i}.pb").write_bytes(numpy_helper.from_array(ramp, info.name).SerializeToString())
        for i in range(len(model.graph.output)):
            expected = path.with_name(f"{path.stem}_output_{i}.pb")
            if expected.exists():
                shutil.copyfile(expected, data / f"output_{i}.pb")


def add_folders(out, kind):
    for folder in sorted((DATA / kind).iterdir()):
        if (folder / "model.onnx").exists():
            shutil.copytree(folder, out / kind / folder.name)


def add_generated(out, cases):
    for case in sorted(cases, key=lambda case: case.name):
        folder = out / case.kind / case.name
        if case.model is None or folder.exists():
            continue
        write(folder, case.model, case.data_sets)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: corpus.py OUT")
    out = pathlib.Path(sys.argv[1])
    if (out / "complete").exists():
        return
    shutil.rmtree(out, ignore_errors=True)
    warnings.simplefilter("ignore")  # numpy's, about overflows that the cases mean
    numpy.random.seed(0)
    add_light(out)
    for kind in ("simple", "pytorch-operator", "pytorch-converted"):
        add_folders(out, kind)
    add_generated(out, model_cases.collect_testcases())
    numpy.random.seed(0)
    add_generated(out, node_cases.collect_testcases())
    counts = {kind.name: len(list(kind.iterdir())) for kind in sorted(out.iterdir())}
    (out / "complete").write_text(f"onnx {onnx.__version__}\n")
    print("  ".join(f"{kind} {count}" for kind, count in counts.items()))


if __name__ == "__main__":
    main()
