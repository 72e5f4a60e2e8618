#!/usr/bin/env python3
"""Folds every node test of the corpus whose inputs are made constants, and compares what was folded with the test's outputs.

    python Tests/Conformance/folding.py CORPUS/node --ingot .build/release/ingot [NAME ...]

A node that is left as it is counts as kept: folding may refuse, and must not be wrong. Floats may differ from the expected
output by 1e-5 relative (float16 and bfloat16 by one step of theirs), everything else not by a bit. Exit code 1 where one does.
"""

import argparse
import collections
import concurrent.futures
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

TOLERANCES = {
    TensorProto.FLOAT: 1e-5, TensorProto.DOUBLE: 1e-5, TensorProto.FLOAT16: 2e-3, TensorProto.BFLOAT16: 1.6e-2,
}


def read_tensor(path, name):
    tensor = TensorProto()
    tensor.ParseFromString(path.read_bytes())
    tensor.name = name
    return tensor


def with_constant_inputs(folder):
    """The model with its first data set's inputs as initializers, or None where one is no tensor."""
    model = onnx.load(folder / "model.onnx")
    data = folder / "test_data_set_0"
    if any(value.type.WhichOneof("value") != "tensor_type" for value in model.graph.input):
        return None
    tensors = [read_tensor(data / f"input_{i}.pb", value.name) for i, value in enumerate(model.graph.input)]
    del model.graph.input[:]
    model.graph.initializer.extend(tensors)
    return model


def difference(found, expected):
    """What is wrong with a folded output, or None."""
    if found.data_type != expected.data_type:
        return f"type {found.data_type}, expected {expected.data_type}"
    a, b = numpy_helper.to_array(found), numpy_helper.to_array(expected)
    if a.shape != b.shape:
        return f"shape {a.shape}, expected {b.shape}"
    if a.dtype == object or a.tobytes() == b.tobytes():
        return None if a.tolist() == b.tolist() or a.tobytes() == b.tobytes() else "strings differ"
    tolerance = TOLERANCES.get(expected.data_type, 0)
    x, y = a.astype(np.complex128), b.astype(np.complex128)
    if np.allclose(x, y, rtol=tolerance, atol=tolerance / 10, equal_nan=True):
        return None
    worst = np.argmax(np.abs(np.nan_to_num(x - y)))
    return f"{a.ravel()[worst]}, expected {b.ravel()[worst]}"


def fold(ingot, folder, scratch):
    """Returns the outcome, the operations and what is wrong."""
    model = with_constant_inputs(folder)
    if model is None:
        return "no tensors", "", ""
    operations = "+".join(sorted({node.op_type for node in model.graph.node}))
    source, out = scratch / f"{folder.name}.onnx", scratch / f"{folder.name}.folded.onnx"
    onnx.save(model, source)
    result = subprocess.run([ingot, "sanitize", source, "-o", out], capture_output=True, text=True, timeout=120)
    if result.returncode < 0:
        return "crashed", operations, f"signal {-result.returncode}"
    if result.returncode > 0:
        return "refused", operations, result.stderr.strip()[-200:]
    folded = onnx.load(out)
    constants = {
        node.output[0]: attribute.t
        for node in folded.graph.node if node.op_type == "Constant"
        for attribute in node.attribute if attribute.name == "value"
    }
    for i, value in enumerate(model.graph.output):
        if value.name in constants:
            expected = read_tensor(folder / "test_data_set_0" / f"output_{i}.pb", value.name)
            problem = difference(constants[value.name], expected)
            if problem:
                return "wrong", operations, problem
    source.unlink()
    out.unlink()
    return "folded" if all(node.op_type == "Constant" for node in folded.graph.node) else "kept", operations, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("names", nargs="*", help="only tests whose name has one of these in it")
    parser.add_argument("--ingot", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folders = sorted(path.parent for path in options.corpus.glob("*/model.onnx"))
    folders = [f for f in folders if not options.names or any(name in f.name for name in options.names)]
    outcomes, kept = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda folder: fold(options.ingot, folder, Path(scratch)), folders)
        for folder, (outcome, operations, problem) in zip(folders, results):
            outcomes[outcome] += 1
            if outcome == "kept":
                kept[operations] += 1
            if outcome in ("wrong", "crashed", "refused"):
                print(f"{outcome}: {folder.name} ({operations}): {problem}")
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()))
    print("kept:", ", ".join(f"{name} {count}" for name, count in kept.most_common() if "+" not in name))
    return 1 if outcomes["wrong"] or outcomes["crashed"] else 0


if __name__ == "__main__":
    sys.exit(main())
