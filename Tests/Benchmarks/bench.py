#!/usr/bin/env python3
"""Holds `ingot bench` to what the runtimes' own tools measure: throughput on the CPU beside onnxruntime's timing in Python and
OpenVINO's benchmark_app, on the same inputs, in turns.

    python Tests/Benchmarks/bench.py MODELS --ingot .build/release/ingot [--seconds 3] [--rounds 5] [--batch 1,8] [NAME ...]

MODELS is what Pipelines/models/make_int8_models.py makes; NAME/model.onnx is fp32, NAME/made/ingot_ort.onnx and ingot_ov.onnx are
the int8 models that Tests/Benchmarks/int8.py leaves there. This Python must have numpy, onnx, onnxruntime and openvino (with
benchmark_app beside it); INGOT_HOME must have the same versions of the runtimes.

Each round times every tool once, in a process of its own, and the order changes from round to round. A row has the medians of the
rounds and the median of the rounds' ratios, ingot's over the peer's: 1.00 is the same figure.
  onnxruntime   a session with default options, inputs and outputs bound once, run_with_iobinding in a loop
  openvino      benchmark_app -hint latency -api sync -nireq 1 -infer_precision f32 on static shapes
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEQUENCE = 128
NAMES = ["digits", "resnet50", "minilm", "deep_recommend"]
TYPES = {1: "float32", 6: "int32", 7: "int64"}


def inputs_of(model):
    import onnx

    graph = onnx.load(model, load_external_data=False).graph
    constants = {value.name for value in graph.initializer}
    for value in graph.input:
        if value.name not in constants:
            dims = value.type.tensor_type.shape.dim
            yield value.name, TYPES[value.type.tensor_type.elem_type], [d.dim_value or d.dim_param for d in dims]


def write_samples(model, batch, folder):
    """One batch: floats that are normal, whole numbers of 0 and 1, which every table has. Returns the shapes by name."""
    import numpy as np

    random, lines, shapes = np.random.default_rng(1), ["set: 1", "arrays:"], {}
    for name, kind, dims in inputs_of(model):
        shape = [batch] + [d if isinstance(d, int) else SEQUENCE for d in dims[1:]]
        values = random.standard_normal(shape) if kind == "float32" else random.integers(0, 2, shape)
        if name == "attention_mask":
            values = np.ones(shape)
        np.save(folder / f"{name}.npy", values.astype(kind))
        lines.append(f"  {name}: {{ file: {name}.npy }}")
        shapes[name] = shape
    (folder / "set.yaml").write_text("\n".join(lines) + "\n")
    return shapes


def run_onnxruntime(model, folder, seconds):
    """In a process of its own: prints samples per second."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    for value in session.get_inputs():
        array = np.load(Path(folder) / f"{value.name}.npy")
        batch = array.shape[0]
        binding.bind_ortvalue_input(value.name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
    for value in session.get_outputs():
        binding.bind_output(value.name, "cpu")

    def stretch(length):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < length:
            session.run_with_iobinding(binding)
            count += 1
        return count / (time.perf_counter() - start)

    stretch(0.2)
    print(stretch(seconds) * batch)


def run_openvino(model, folder, shapes, seconds):
    command = [str(Path(sys.executable).parent / "benchmark_app"), "-m", model, "-d", "CPU", "-hint", "latency", "-api", "sync"]
    command += ["-nireq", "1", "-infer_precision", "f32", "-t", str(max(1, round(seconds)))]
    command += ["-shape", ",".join(f"{n}{str(s).replace(' ', '')}" for n, s in shapes.items())]
    command += ["-i", ",".join(f"{n}:{folder}/{n}.npy" for n in shapes)]
    # It takes floats of an image's shape for bytes unless told.
    if all(kind == "float32" for _, kind, _ in inputs_of(model)): command += ["-ip", "f32"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    # Its frames per second count a run as one where it does not know which axis is the batch.
    count, length = (re.search(form, done.stdout) for form in (r"Count:\s+([0-9]+) iterations", r"Duration:\s+([0-9.]+) ms"))
    if not count or not length:
        raise SystemExit(f"benchmark_app: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    batch = next(iter(shapes.values()))[0]
    return int(count.group(1)) * batch / float(length.group(1)) * 1000


def run_ingot(ingot, model, backend, batch, folder, seconds):
    command = [ingot, "bench", model, "--backend", backend, "--batch", str(batch), "--data", str(folder), "--json"]
    done = subprocess.run(command + ["--duration", f"{seconds}s"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    return json.loads(done.stdout)["benchmarks"][0]["rows"][0]["samplesPerSecond"]


def measure(arguments, model, backend, batch):
    mine, peers = [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shapes = write_samples(model, batch, folder)

        def ours():
            mine.append(run_ingot(arguments.ingot, model, backend, batch, folder, arguments.seconds))

        def theirs():
            if backend == "openvino":
                return peers.append(run_openvino(model, scratch, shapes, arguments.seconds))
            command = [sys.executable, "-P", __file__, "--onnxruntime", model, scratch, str(arguments.seconds)]
            peers.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]))

        for number in range(arguments.rounds):
            for tool in [ours, theirs] if number % 2 == 0 else [theirs, ours]:
                tool()
    return mine, peers


def main():
    if sys.argv[1:2] == ["--onnxruntime"]:
        return run_onnxruntime(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--ingot", required=True)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", default="1,8")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    arguments.ingot = os.path.abspath(arguments.ingot)
    rows = []
    print("| model | precision | runtime | batch | ingot, samples/s | peer, samples/s | ratio | rounds' ratios |")
    print("|---|---|---|--:|--:|--:|--:|---|")
    for name in arguments.names or NAMES:
        folder = (arguments.models / name).resolve()
        for backend, made in [("onnxruntime", "ingot_ort.onnx"), ("openvino", "ingot_ov.onnx")]:
            for precision, model in [("fp32", folder / "model.onnx"), ("int8", folder / "made" / made)]:
                if not model.exists():
                    print(f"| {name} | {precision} | {backend} | | not there: {model.name} | | | |")
                    continue
                for batch in map(int, arguments.batch.split(",")):
                    mine, peers = measure(arguments, str(model), backend, batch)
                    a, b = statistics.median(mine), statistics.median(peers)
                    ratios = [x / y for x, y in zip(mine, peers)]
                    shown = " ".join(f"{ratio:.2f}" for ratio in ratios)
                    ratio = statistics.median(ratios)
                    print(f"| {name} | {precision} | {backend} | {batch} | {a:.1f} | {b:.1f} | {ratio:.3f} | {shown} |", flush=True)
                    rows.append(dict(model=name, precision=precision, runtime=backend, batch=batch, ingot=mine, peer=peers))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
