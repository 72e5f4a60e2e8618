"""Picks the sample of the corpus that `make test` runs without Python: Sample/<name>.onnx, and its inputs and expected
outputs as the initializers of Sample/<name>.data.onnx.

    sample.py CORPUS

One model per kind of first node, the same ones every time; small, dense and numeric, and run by ONNX Runtime.
"""

import hashlib
import pathlib
import sys

import onnx
from onnx import helper, numpy_helper

import runs

OUT = pathlib.Path(__file__).resolve().parent / "Sample"
COUNT = 64
BYTES = 6 << 10
TYPES = {"float32", "int32", "int64", "bool", "uint8"}


def data(folder):
    """The test data as a model of initializers alone; None for a model that does not fit the sample."""
    if (folder / "model.onnx").stat().st_size > BYTES:
        return None
    model = onnx.load(folder / "model.onnx")
    for feeds, expected in runs.data_sets(folder, model):
        values = feeds | expected
        if len(feeds) != len(model.graph.input) - len(model.graph.initializer) or len(expected) != len(model.graph.output):
            return None
        if len(values) != len(feeds) + len(expected) or not feeds:
            return None
        if any(str(getattr(value, "dtype", None)) not in TYPES or not value.size for value in values.values()):
            return None
        try:
            computed, again = (runs.run(model, feeds, runners=("ONNX Runtime",))[0] for _ in range(2))
        except runs.CannotRun:
            return None
        for name in expected:
            if runs.mismatch(expected[name], computed[name], 1e-3) or runs.mismatch(computed[name], again[name], 0):
                return None
        tensors = [numpy_helper.from_array(value, name) for name, value in values.items()]
        graph = helper.make_graph([], folder.name, [], [], tensors)
        message = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=8)
        return message if message.ByteSize() <= BYTES else None
    return None


def main():
    corpus = pathlib.Path(sys.argv[1])
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    folders = sorted(corpus.glob("node/*"), key=lambda folder: hashlib.sha256(folder.name.encode()).digest())
    seen = set()
    for folder in folders:
        model = onnx.load(folder / "model.onnx")
        kind = (model.graph.node[0].op_type, len(model.graph.node) > 1) if model.graph.node else None
        if kind in seen or len(seen) == COUNT:
            continue
        if message := data(folder):
            seen.add(kind)
            (OUT / f"{folder.name}.onnx").write_bytes((folder / "model.onnx").read_bytes())
            (OUT / f"{folder.name}.data.onnx").write_bytes(message.SerializeToString())
    print(f"{len(seen)} models")


if __name__ == "__main__":
    main()
