#!/usr/bin/env python3
"""Holds the build stage to what TensorRT-RTX's own Python API takes for the same model, options and result, in turns.

    python Tests/Benchmarks/build.py MODELS --ingot .build/release/ingot [--rounds 7] [--json OUT] [NAME ...]

MODELS holds NAME.onnx (Pipelines/models/make_reference_models.py). This Python must have tensorrt-rtx-cu13-bindings in the version of the
runtime in INGOT_HOME, whose library both use. No GPU is needed.

Each model is built in fp16 for sm_86, at batch 1 to 8. Ingot's time is that of the step `build` with everything before it known: parsing, building
and writing the engine. The other's is the same from the first call of the API to the last byte, in a process of its own, on the model that Ingot
lowered. Peak memory is that of the whole process. A row has the medians of the rounds, and the median of the rounds' ratios.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = ["resnet50", "bert_base"]
SEQUENCE = 128
BATCH = (1, 8, 8)

MANIFEST = """ingot: 1
name: judged
model: {{ path: model.onnx }}
targets:
  rtx: {{ backend: tensorrt-rtx, compute: [sm_86] }}
precision: fp16
profiles:
  - {{ {profile} }}
"""


def build_with_python(model, out):
    """In a process of its own: prints seconds and megabytes."""
    import tensorrt_rtx_bindings as trt

    logger = trt.Logger(trt.Logger.ERROR)
    start = time.perf_counter()
    builder = trt.Builder(logger)
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(model): raise SystemExit(str(parser.get_error(0)))
    config = builder.create_builder_config()
    config.num_compute_capabilities = 1
    config.set_compute_capability(trt.ComputeCapability.SM86, 0)
    profile = builder.create_optimization_profile()
    for index in range(network.num_inputs):
        tensor = network.get_input(index)
        sizes = [[batch if axis == 0 else SEQUENCE if d == -1 else d for axis, d in enumerate(tensor.shape)] for batch in BATCH]
        profile.set_shape(tensor.name, *sizes)
    config.add_optimization_profile(profile)
    engine = builder.build_serialized_network(network, config)
    if engine is None: raise SystemExit("the build failed")
    with open(out, "wb") as file: file.write(memoryview(engine))
    print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, os.path.getsize(out))


class Model:
    def __init__(self, arguments, name, folder):
        self.ingot, self.folder = arguments.ingot, Path(folder)
        (self.folder / "model.onnx").symlink_to((arguments.models / f"{name}.onnx").resolve())
        home = self.folder / "home"
        home.mkdir()
        runtimes = (Path(os.environ.get("INGOT_HOME", ".ingot")) / "runtimes").resolve()
        (home / "runtimes").symlink_to(runtimes)
        self.libraries = str(max(runtimes.glob("tensorrt-rtx-*")))
        names = "batch sequence" if name in ("bert_base", "minilm") else "batch"
        sizes = {"batch": BATCH, "sequence": (SEQUENCE,) * 3}
        self.profile = ", ".join(f"{n}: {{ min: {a}, opt: {b}, max: {c} }}" for n in names.split() for a, b, c in [sizes[n]])
        (self.folder / "m.yaml").write_text(MANIFEST.format(profile=self.profile))
        self.known = None
        self.run()
        steps = {s["stage"]: s for s in json.loads((self.folder / "out/judged/fp16-rtx/bundle.json").read_text())["steps"]}
        lowered = next(o["digest"] for o in steps["lower"]["outputs"] if o["name"] == "model.onnx")
        self.lowered = self.folder / "lowered.onnx"
        self.lowered.symlink_to(next(home.glob(f"store/*/blobs/sha256/{lowered.split(':')[-1]}")))
        self.known = next(home.glob(f"store/*/actions/{steps['build']['key'].split(':')[-1]}"))

    def run(self):
        """Seconds of the step that builds, and megabytes of the whole process, with nothing known of that step."""
        if self.known: self.known.unlink()
        command = [sys.executable, "-c", PEAK, self.ingot, "build", "m.yaml", "--out", "out", "--json"]
        done = subprocess.run(
            command, cwd=self.folder, env={**os.environ, "INGOT_HOME": str(self.folder / "home")}, capture_output=True, text=True)
        if done.returncode: raise SystemExit(done.stderr)
        engine = json.loads(done.stdout)["engines"][0]
        step = next(s for s in engine["steps"] if s["stage"] == "build")
        if step["wasCached"]: raise SystemExit("the step came from the cache")
        return step["seconds"], float(done.stderr.split()[-1]), engine["engineBytes"]


# Runs a command and says its peak memory, in megabytes, as the last word of the error output.
PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, file=sys.stderr)
sys.exit(code)
"""


def main():
    if sys.argv[1:2] == ["--python"]: return build_with_python(sys.argv[2], sys.argv[3])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--ingot", type=lambda p: str(Path(p).resolve()), required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = []
    print("| model | ingot s | python s | ratio | ingot MB | python MB | ratio | ingot bytes | python bytes |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name in arguments.names or NAMES:
        folder = tempfile.mkdtemp()
        try:
            model, mine, theirs = Model(arguments, name, folder), [], []
            for number in range(arguments.rounds):
                def ours():
                    mine.append(model.run())

                def others():
                    command = [sys.executable, "-P", __file__, "--python", str(model.lowered), f"{folder}/python.engine"]
                    environment = {**os.environ, "LD_LIBRARY_PATH": model.libraries}
                    done = subprocess.run(command, capture_output=True, text=True, env=environment)
                    if done.returncode: raise SystemExit(done.stderr)
                    theirs.append(tuple(float(word) for word in done.stdout.split()))

                for tool in [ours, others] if number % 2 == 0 else [others, ours]: tool()
        finally:
            shutil.rmtree(folder)
        a, b = (statistics.median(r[0] for r in rows) for rows in (mine, theirs))
        m, n = (statistics.median(r[1] for r in rows) for rows in (mine, theirs))
        ratio = statistics.median(x[0] / y[0] for x, y in zip(mine, theirs))
        print(f"| {name} | {a:.2f} | {b:.2f} | {ratio:.3f} | {m:.0f} | {n:.0f} | {m / n:.2f} | {mine[-1][2]} | {theirs[-1][2]:.0f} |", flush=True)
        rows.append(dict(model=name, ingot=mine, python=theirs))
    if arguments.json: arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
