#!/usr/bin/env python3
"""Times `ingot calibrate` beside plain inference and beside onnxruntime's quantize_static, as whole processes on the same
samples in the same run.

    python Tests/Benchmarks/calibrate.py MODELS --ingot .build/release/ingot --runtime FOLDER [--runs 3] [--samples 128]
        [--methods minmax,entropy] [--peer] [--json OUT] [NAME ...]

MODELS is what Pipelines/models/make_reference_models.py makes; this Python must have numpy, onnx and onnxruntime. The samples
are random, from a fixed seed, and written as a calibration set into a temporary folder.

"plain" is onnxruntime running the samples one by one, with its defaults, in a process of its own that only opens the model
and runs it; "plain, side by side" is the same with one thread an operator and a Python thread a core, which is the fastest
that this machine does. "ingot build" is a manifest that says int8 and nothing else, from the model to the engine: scalings, method and
bias correction are chosen by measurement in it. The processes take turns; figures are medians over --runs turns of wall
seconds, processor seconds (user and system), the peak of resident memory, mapped files included, and the peak of anonymous
memory (sampled). Each ratio divides by the plain that took least. With --peer, quantize_static with its entropy method runs
once.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import onnx

PLAIN = """
import sys, threading, numpy as np, onnxruntime as ort
model, arrays, workers = sys.argv[1], np.load(sys.argv[2]), int(sys.argv[3])
options = ort.SessionOptions()
if workers > 1: options.intra_op_num_threads = 1
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
names = [value.name for value in session.get_inputs()]
arrays = {name: arrays[name] for name in names}
samples, lock = iter(range(len(arrays[names[0]]))), threading.Lock()
def work():
    while True:
        with lock:
            index = next(samples, None)
        if index is None: return
        session.run(None, {name: arrays[name][index:index + 1] for name in names})
threads = [threading.Thread(target=work) for _ in range(workers)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

PEER = """
import sys, numpy as np
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
model, arrays, out = sys.argv[1], np.load(sys.argv[2]), sys.argv[3]
arrays = {name: arrays[name] for name in arrays.files}
class Reader(CalibrationDataReader):
    def __init__(self): self.index = iter(range(len(next(iter(arrays.values())))))
    def get_next(self):
        index = next(self.index, None)
        return None if index is None else {name: array[index:index + 1] for name, array in arrays.items()}
quant_pre_process(model, out + ".pre.onnx", skip_symbolic_shape=True)
quantize_static(out + ".pre.onnx", out, Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
    weight_type=QuantType.QInt8, activation_type=QuantType.QInt8, calibrate_method=CalibrationMethod.Entropy)
"""


def samples_for(model, count):
    """Random arrays for a model's inputs: images and other floats are normal, masks are ones that end in zeros, ids small."""
    random = np.random.default_rng(7)
    arrays = {}
    constants = {tensor.name for tensor in model.graph.initializer}
    for value in model.graph.input:
        if value.name in constants:
            continue
        type = value.type.tensor_type
        dims = [dim.dim_value or 128 for dim in type.shape.dim][1:]
        if type.elem_type == onnx.TensorProto.FLOAT:
            arrays[value.name] = random.standard_normal((count, *dims)).astype(np.float32)
        elif "mask" in value.name:
            lengths = random.integers(16, dims[-1] + 1, count)
            arrays[value.name] = (np.arange(dims[-1])[None] < lengths[:, None]).astype(np.int64)
        else:
            arrays[value.name] = random.integers(0, 2 if "type" in value.name else 900, (count, *dims)).astype(np.int64)
    return arrays


def write_set(folder, arrays):
    folder.mkdir()
    np.savez(folder / "samples.npz", **arrays)
    lines = [f"  {json.dumps(name)}: {{ file: samples.npz, key: {json.dumps(name)} }}" for name in arrays]
    (folder / "set.yaml").write_text("set: 1\narrays:\n" + "\n".join(lines) + "\n")


MANIFEST = """ingot: 1
name: measured
model: { path: model.onnx }
targets:
  it: { backend: onnxruntime }
precision: int8
calibration: { data: set }
"""


def profile(arrays, model):
    """Sizes for every symbolic dimension of the inputs."""
    sizes = {}
    for value in model.graph.input:
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            if dim.dim_param and value.name in arrays: sizes[dim.dim_param] = 1 if axis == 0 else arrays[value.name].shape[axis]
    lines = [f"    {name}: {{ min: {size}, opt: {size}, max: {size} }}" for name, size in sizes.items()]
    return "profiles:\n  -" + "\n".join(lines)[3:] + "\n" if lines else ""


def watch(pid, peak):
    """Keeps the largest anonymous memory of a process, in KiB, until it ends."""
    while True:
        try:
            found = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("RssAnon")]
        except OSError:
            return
        if not found: return
        peak[0] = max(peak[0], int(found[0].split()[1]))
        time.sleep(0.01)


def run(command, folder):
    """Wall seconds, processor seconds, peak MiB and peak MiB of anonymous memory of a process; None where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process.pid, peak))
    watcher.start()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    watcher.join()
    if process.returncode != 0:
        print(errors.decode(errors="replace")[-600:], file=sys.stderr)
        return None
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, peak[0] / 1024


def measure(name, path, options):
    with tempfile.TemporaryDirectory(prefix="ingot-bench-") as folder:
        folder = Path(folder)
        model = onnx.load(path, load_external_data=False)
        samples = samples_for(model, options.samples)
        write_set(folder / "set", samples)
        (folder / "measured.yaml").write_text(MANIFEST + profile(samples, model))
        (folder / "model.onnx").symlink_to(path)
        arrays = folder / "set" / "samples.npz"
        commands = {
            "plain": [sys.executable, "-c", PLAIN, path, arrays, 1],
            "plain, side by side": [sys.executable, "-c", PLAIN, path, arrays, os.cpu_count()],
        }
        for method in options.methods.split(","):
            commands[f"ingot {method}"] = [
                options.ingot, "calibrate", path, "--data", "set", "--method", method, "-o", "ranges.json",
                "--store", "store", "--memory", options.memory, "--runtime-path", options.runtime]
        commands["ingot build"] = [
            options.ingot, "build", "measured.yaml", "--out", "out", "--store", "store", "--runtime-path", options.runtime]
        runs = {label: [] for label in commands}
        for turn in range(options.runs):
            for label, command in commands.items():
                shutil.rmtree(folder / "store", ignore_errors=True)
                runs[label].append(run(command, folder))
        if options.peer:
            runs["quantize_static entropy"] = [run([sys.executable, "-c", PEER, path, arrays, folder / "peer.onnx"], folder)]
    rows = {}
    for label, figures in runs.items():
        figures = [figure for figure in figures if figure]
        rows[label] = [statistics.median(figure[i] for figure in figures) for i in range(4)] if figures else None
    wall = min(rows[label][0] for label in list(rows)[:2] if rows[label])
    cpu = min(rows[label][1] for label in list(rows)[:2] if rows[label])
    print(f"\n{name}, {options.samples} samples, {options.runs} runs")
    print(f"  {'':26s}{'wall s':>9s}{'ratio':>8s}{'cpu s':>9s}{'ratio':>8s}{'peak MiB':>10s}{'anon MiB':>10s}")
    for label, row in rows.items():
        if row is None:
            print(f"  {label:26s}   failed")
        else:
            print(f"  {label:26s}{row[0]:9.2f}{row[0] / wall:8.2f}{row[1]:9.2f}{row[1] / cpu:8.2f}{row[2]:10.0f}{row[3]:10.0f}", flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--ingot", type=Path, required=True)
    parser.add_argument("--runtime", type=Path, required=True, help="the folder of ONNX Runtime's library")
    parser.add_argument("--samples", type=int, default=128)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--methods", default="minmax,entropy")
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.ingot, options.runtime = options.ingot.resolve(), options.runtime.resolve()
    results = {}
    for name in options.names or ["resnet50", "minilm"]:
        results[name] = measure(name, (options.models / f"{name}.onnx").resolve(), options)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
