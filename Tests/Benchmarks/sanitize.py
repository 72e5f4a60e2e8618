#!/usr/bin/env python3
"""Times `ingot sanitize` beside the Python tools that do its job, as whole processes, on the same models in the same run.

    python Tests/Benchmarks/sanitize.py MODELS --ingot .build/release/ingot [--runs 5] [--tools TOOL] [--json OUT] [NAME ...]

MODELS is what Pipelines/models/make_reference_models.py makes. This Python must have onnx, onnxruntime, onnxsim, onnxslim
and polygraphy with onnx-graphsurgeon (`make bench` installs them into a folder of their own).

The tools take turns, so that a busy moment of the machine hits all of them; a figure is the median of --runs runs after one
that warms the page cache. "anon" is the highest sum of RssAnon and RssShmem that /proc/PID/status showed, read in a loop in a
run of its own: memory that the machine cannot take back, unlike pages of mapped files. "difference" compares the outputs of
the result with the original's under ONNX Runtime on random inputs: the largest absolute difference, divided by the largest
absolute value.

Models with external data are written with external data by every tool that can, once each. The other tools write all weights
again; Ingot beside the source refers to the weights that are there. So it is measured both ways: `ingot` writes beside the
source, `ingot copy` into an empty folder, all weights again. In place of running such a result, its node count is read and
the first, middle and last bytes of its largest tensors are compared with the original's.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

MODELS = [
    "resnet50", "bert_base", "minilm", "deep_recommend", "light_densenet121", "light_shufflenet", "light_squeezenet",
    "large3g",
]

ORT_BASIC = """
import sys, onnxruntime as ort
options = ort.SessionOptions()
options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
options.optimized_model_filepath = sys.argv[2]
if len(sys.argv) > 3:
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", sys.argv[3])
    options.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
"""


def commands(ingot, source, out, is_external):
    """What each tool's user types."""
    beside = beside_source(source)
    return {
        "ingot": [ingot, "sanitize", source, "-o", beside if is_external else out],
        **({"ingot copy": [ingot, "sanitize", source, "-o", out]} if is_external else {}),
        "onnxruntime basic": [sys.executable, "-c", ORT_BASIC, source, out] + (["weights.bin"] if is_external else []),
        "polygraphy": [script("polygraphy"), "surgeon", "sanitize", "--fold-constants", "--cleanup", source, "-o", out]
        + (["--save-external-data", "weights.bin"] if is_external else []),
        "onnxsim": [script("onnxsim"), source, out] + (["--save-as-external-data"] if is_external else []),
        "onnxslim": [script("onnxslim"), source, out] + (["--save-as-external-data"] if is_external else []),
    }


def script(name):
    """A tool in PATH, or beside this Python."""
    return shutil.which(name) or Path(sys.executable).parent / name


def beside_source(source):
    """A new name in the source's folder, from where its files of weights can be referred to."""
    return source.with_name(f"{source.stem}.bench-{os.getpid()}.onnx")


def run(command, folder, watch=False):
    """Runs the command in a folder, as some tools leave files where they are. Returns seconds, peak anonymous MiB (None unless
    watched) and whether it succeeded."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(),
        cwd=folder)
    peak = 0
    if watch:
        status = f"/proc/{process.pid}/status"
        while process.poll() is None:
            try:
                with open(status) as file:
                    lines = file.read()
            except OSError:
                break
            kib = sum(int(line.split()[1]) for line in lines.splitlines() if line.startswith(("RssAnon", "RssShmem")))
            peak = max(peak, kib)
    code = process.wait()
    return time.perf_counter() - start, peak / 1024 if watch else None, code == 0


def environment():
    return {**os.environ, "POLYGRAPHY_AUTOINSTALL_DEPS": "0"}


def node_count(path):
    def count(graph):
        total = len(graph.node)
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    total += count(attribute.g)
        return total

    return count(onnx.load(str(path), load_external_data=False).graph)


def folder_bytes(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def tensor_samples(path, only=None):
    """For the largest initializers, or those named: their size, and bytes from start, middle and end; loads no weights."""
    model = onnx.load(str(path), load_external_data=False)
    files = {}
    for tensor in model.graph.initializer:
        entries = {entry.key: entry.value for entry in tensor.external_data}
        if not entries:
            continue
        file = path.parent / entries["location"]
        start = int(entries.get("offset", 0))
        files[tensor.name] = (file, start, int(entries.get("length", file.stat().st_size - start)))
    names = only if only is not None else sorted(files, key=lambda name: (-files[name][2], name))[:8]
    samples = {}
    for name in names:
        if name not in files:
            continue
        file, start, count = files[name]
        with open(file, "rb") as handle:
            parts = []
            for offset in (0, count // 2, max(count - 4096, 0)):
                handle.seek(start + offset)
                parts.append(handle.read(min(4096, count - offset)))
        samples[name] = (count, parts)
    return samples


def difference(original, result):
    """None where ONNX Runtime cannot run the original with small random inputs."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    sessions = [
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        for path in (original, result)
    ]
    generator = np.random.default_rng(0)
    inputs = {}
    for value in sessions[0].get_inputs():
        shape = [size if isinstance(size, int) else 2 for size in value.shape]
        if "int" in value.type:
            inputs[value.name] = generator.integers(0, 2, shape).astype(np.int64)
        else:
            inputs[value.name] = generator.standard_normal(shape, dtype=np.float32)
    names = [value.name for value in sessions[0].get_outputs()]
    outputs = [session.run(names, inputs) for session in sessions]
    worst = 0.0
    for a, b in zip(*outputs):
        worst = max(worst, float(np.max(np.abs(a - b)) / max(float(np.max(np.abs(a))), 1e-30)))
    return worst


def is_wanted(tool, tools):
    return not tools or tool.startswith("ingot") or tool in tools


def measure(name, folder, ingot, runs, tools):
    source = folder / f"{name}.onnx"
    is_external = (folder / f"{name}.onnx.data").exists()
    beside = beside_source(source)
    rows = {}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        jobs = {tool: None for tool in commands(ingot, source, "", is_external) if is_wanted(tool, tools)}
        places = {tool: Path(scratch) / tool.replace(" ", "-") for tool in jobs}
        for tool in jobs:
            places[tool].mkdir()
            jobs[tool] = commands(ingot, source, places[tool] / "model.onnx", is_external)[tool]
        results = {tool: places[tool] / "model.onnx" for tool in jobs}
        if is_external:
            results["ingot"] = beside
        seconds = {tool: [] for tool in jobs}
        anon, worked = {}, {}
        try:
            for tool, command in jobs.items():
                _, anon[tool], worked[tool] = run(command, scratch, watch=True)
            for _ in range(runs):
                for tool, command in jobs.items():
                    if not worked[tool]:
                        continue
                    # Every tool starts with nothing to overwrite.
                    shutil.rmtree(places[tool])
                    places[tool].mkdir()
                    results[tool].unlink(missing_ok=True)
                    seconds[tool].append(run(command, scratch)[0])
            originals = tensor_samples(source) if is_external else {}
            for tool in jobs:
                rows[tool] = {"ok": worked[tool], "anon_mib": anon[tool]}
                if not (worked[tool] and results[tool].exists()):
                    continue
                written = results[tool].stat().st_size if results[tool] == beside else folder_bytes(places[tool])
                rows[tool].update(
                    seconds=statistics.median(seconds[tool]), nodes=node_count(results[tool]), bytes=written)
                if is_external:
                    samples = tensor_samples(results[tool], originals)
                    rows[tool].update(
                        tensors_found=len(samples), tensors_equal=sum(originals[key] == samples[key] for key in samples))
        finally:
            beside.unlink(missing_ok=True)
        if not is_external and rows["ingot"]["ok"]:
            rows["ingot"]["difference"] = difference(source, results["ingot"])
    rows["original"] = {"nodes": node_count(source)}
    return rows


def show(name, rows):
    ours = [tool for tool in ("ingot", "ingot copy") if tool in rows]
    print(f"\n{name}: {rows['original']['nodes']} nodes")
    heads = "".join(f"{'x ' + tool:>13}" for tool in ours)
    print(f"  {'tool':20}{'s':>9}{heads}{'anon MiB':>10}{'nodes':>7}{'MB':>8}")
    for tool, row in rows.items():
        if tool == "original":
            continue
        if "seconds" not in row:
            print(f"  {tool:20}{'failed':>9}{'':>{13 * len(ours)}}{row['anon_mib']:>10.0f}")
            continue
        ratios = "".join(
            f"{row['seconds'] / rows[own]['seconds']:>13.1f}" if "seconds" in rows[own] else f"{'':>13}" for own in ours)
        print(
            f"  {tool:20}{row['seconds']:>9.3f}{ratios}{row['anon_mib']:>10.0f}{row['nodes']:>7}"
            f"{row['bytes'] / 1e6:>8.1f}")
        if "tensors_found" in row:
            print(f"  {'':20}{row['tensors_equal']} of {row['tensors_found']} tensors found by name have the original's bytes")
    if "difference" in rows["ingot"]:
        print(f"  outputs of ingot's result differ from the original's by {rows['ingot']['difference']:.1e}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODELS)}; all where none is named")
    parser.add_argument("--ingot", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tools", action="append", metavar="TOOL", help="one to measure beside Ingot; all where none is named")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_intermixed_args()
    table = {}
    for name in arguments.names or MODELS:
        if not (arguments.models / f"{name}.onnx").exists():
            sys.exit(f"{arguments.models / name}.onnx is missing; make it with Pipelines/models/make_reference_models.py")
        runs = min(arguments.runs, 1) if name == "large3g" else arguments.runs
        table[name] = measure(name, arguments.models.resolve(), arguments.ingot.resolve(), runs, arguments.tools)
        show(name, table[name])
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
