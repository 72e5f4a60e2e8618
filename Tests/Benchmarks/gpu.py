#!/usr/bin/env python3
"""ONNX Runtime's CUDA provider under Ingot beside PyTorch, on the same GPU, in turns. Needs no network.

    python Tests/Benchmarks/gpu.py MODELS --ingot .build/release/ingot --runtime-path DIR [--runtime-path DIR] [--seconds 3] [--rounds 3]
        [--precision fp32,tf32,fp16] [--batch 1,8,16] [--work DIR] [NAME ...]

MODELS holds NAME.onnx (digits, digits-hard, resnet50, bert_base, deep_recommend). A runtime path is a folder with onnxruntime-gpu (a
Python environment's site-packages will do), with the libraries of CUDA in it or beside it (nvidia/*/lib), and with any build of
ONNX Runtime, which is the reference. This Python must have numpy and onnx; with torch and onnx2torch (or torchvision and transformers
models of the same names given by --torch MODULE, a file with `model(name)` and `inputs(name, batch)`) PyTorch is timed too.

For each model and precision a manifest is written below --work and built, verified at level `engine` on the GPU against the model in
float32 on the CPU, on random inputs, and timed with `ingot bench` at each batch, inputs and outputs on the device. A row has the
verdict's level, device and worst SQNR, then samples per second: ingot's, PyTorch's eager, and torch.compile's, medians of the rounds.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

NAMES = ["digits", "digits-hard", "resnet50", "bert_base", "deep_recommend"]
SEQUENCE = 128
BOUNDS = {"fp32": 60, "tf32": 30, "fp16": 30}


def inputs_of(model):
    import onnx

    graph = onnx.load(model, load_external_data=False).graph
    constants = {value.name for value in graph.initializer}
    for value in graph.input:
        if value.name not in constants:
            tensor = value.type.tensor_type
            yield value.name, tensor.elem_type, [d.dim_value or d.dim_param for d in tensor.shape.dim]


def outputs_of(model):
    import onnx

    return [value.name for value in onnx.load(model, load_external_data=False).graph.output]


def manifest(name, model, precision, batches):
    dims = []
    for _, _, shape in inputs_of(model):
        for axis, dim in enumerate(shape):
            if isinstance(dim, str) and dim not in [d for d, _ in dims]:
                dims.append((dim, axis == 0))
    lines = ["ingot: 1", f"name: {name}-{precision}", f"model: {{ path: {model.name} }}"]
    lines.append("targets: { gpu: { backend: onnxruntime, build: { provider: cuda } } }")
    lines.append(f"precision: {precision}")
    if dims:
        ranges = [f"{d}: {{ min: 1, opt: {batches[0]}, max: {max(batches)} }}" for d, is_batch in dims if is_batch]
        ranges += [f"{d}: {{ min: {SEQUENCE}, opt: {SEQUENCE}, max: {SEQUENCE} }}" for d, is_batch in dims if not is_batch]
        lines.append("profiles:\n  - { " + ", ".join(ranges) + " }")
    gates = ", ".join(f'"{output}": {{ sqnr: {BOUNDS[precision]} }}' for output in outputs_of(model))
    lines.append(f"verify: {{ synthetic: true, outputs: {{ {gates} }} }}")
    return "\n".join(lines) + "\n"


class Ingot:
    def __init__(self, arguments):
        self.binary = os.path.abspath(arguments.ingot)
        self.paths = [word for path in arguments.runtime_path for word in ("--runtime-path", os.path.abspath(path))]
        self.environment = {**os.environ, "INGOT_HOME": str(arguments.work / "home")}

    def run(self, folder, *words, fails=False):
        command = [self.binary, *words, *self.paths]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=self.environment)
        if done.returncode and not fails:
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
        return done

    def build(self, folder, path):
        """A gate that fails is a result: its verdict is shown."""
        done = self.run(folder, "build", path, "--json", fails=True)
        if done.returncode not in (0, 3):
            raise RuntimeError(done.stderr + done.stdout[-2000:])
        engine = json.loads(done.stdout)["engines"][0]
        return engine, json.loads((folder / engine["path"] / "verdict.json").read_text())

    def bench(self, folder, bundle, batch, seconds):
        done = self.run(folder, "bench", bundle, "--batch", str(batch), "--duration", f"{seconds}s", "--json")
        return json.loads(done.stdout)["benchmarks"][0]


def load_torch(arguments):
    """What gives PyTorch's form of a model and its inputs; None where PyTorch is not here."""
    try:
        import torch
    except ImportError:
        return None
    if arguments.torch:
        spec = importlib.util.spec_from_file_location("models", arguments.torch)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return torch, module.model, module.inputs

    def model(name):
        import onnx
        from onnx2torch import convert

        return convert(onnx.load(arguments.models / f"{name}.onnx"))

    def inputs(name, batch):
        made = []
        for key, kind, shape in inputs_of(arguments.models / f"{name}.onnx"):
            sizes = [batch] + [d if isinstance(d, int) else SEQUENCE for d in shape[1:]]
            if kind == 1:
                made.append(torch.randn(sizes))
            else:
                made.append(torch.ones(sizes, dtype=torch.int64) if "mask" in key else torch.randint(0, 2, sizes))
        return made

    return torch, model, inputs


def time_torch(parts, name, precision, batch, seconds, compiles):
    torch, model, inputs = parts
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    net = model(name).eval().cuda()
    given = [tensor.cuda() for tensor in inputs(name, batch)]
    if precision == "fp16":
        net, given = net.half(), [t.half() if t.is_floating_point() else t for t in given]
    if compiles:
        net = torch.compile(net)
    with torch.inference_mode():
        for _ in range(10):
            net(*given)
        torch.cuda.synchronize()
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            net(*given)
            torch.cuda.synchronize()
            count += 1
        return count * batch / (time.perf_counter() - start)


def try_torch(parts, *words):
    if parts is None:
        return None, "no torch"
    try:
        return time_torch(parts, *words), ""
    except Exception as error:  # A model that PyTorch's form does not have, or does not compile, is a row without it.
        return None, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:80]


def text(values):
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.1f}" if known else "-"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--ingot", required=True)
    parser.add_argument("--runtime-path", action="append", default=[])
    parser.add_argument("--torch")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="fp32,tf32,fp16")
    parser.add_argument("--batch", default="1,8,16")
    parser.add_argument("--work", type=Path, default=Path("gpu-work"))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    arguments.models, arguments.work = arguments.models.resolve(), arguments.work.resolve()
    batches = [int(word) for word in arguments.batch.split(",")]
    ingot, parts, rows, notes = Ingot(arguments), load_torch(arguments), [], []
    print(ingot.run(Path.cwd(), "doctor", fails=True).stdout, file=sys.stderr)
    print("| model | precision | batch | verdict | SQNR dB | ingot, samples/s | p50 ms | p99 ms | eager | torch.compile |")
    print("|---|---|--:|---|--:|--:|--:|--:|--:|--:|")
    for name in arguments.names or NAMES:
        for precision in arguments.precision.split(","):
            folder = arguments.work / f"{name}-{precision}"
            (folder / ".ingot").mkdir(parents=True, exist_ok=True)
            source = arguments.models / f"{name}.onnx"
            for file in arguments.models.glob(f"{name}.onnx*"):
                target = folder / file.name
                if not target.exists():
                    os.link(file, target) if os.stat(file).st_dev == os.stat(folder).st_dev else target.write_bytes(file.read_bytes())
            (folder / "m.yaml").write_text(manifest(name, source, precision, batches))
            try:
                engine, verdict = ingot.build(folder, "m.yaml")
            except RuntimeError as error:
                print(f"| {name} | {precision} | | failed: {str(error).strip().splitlines()[-1][:160]} | | | | | | |", flush=True)
                continue
            worst = min((o["sqnrDecibels"] for o in verdict["outputs"] if isinstance(o.get("sqnrDecibels"), float)), default=None)
            said = f"{'passed' if verdict['passed'] else 'FAILED'} ({verdict['level']}, {verdict['device']})"
            for batch in batches:
                mine, eager, compiled = [], [], []
                for _ in range(arguments.rounds):
                    try:
                        mine.append(ingot.bench(folder, engine["path"], batch, arguments.seconds))
                    except RuntimeError as error:
                        notes.append((name, f"batch {batch}: {str(error).split(': ', 1)[-1].strip()}"))
                        break
                    for into, compiles in [(eager, False), (compiled, True)]:
                        value, note = try_torch(parts, name, precision, batch, arguments.seconds, compiles)
                        into.append(value)
                        if note and (name, note) not in notes:
                            notes.append((name, note))
                speeds = [b["rows"][0]["samplesPerSecond"] for b in mine]
                p50, p99 = ([b["rows"][0]["latency"][k] for b in mine] for k in ("p50", "p99"))
                times = [f"{statistics.median(values):.3f}" if values else "-" for values in (p50, p99)]
                cells = [name, precision, batch, said, "-" if worst is None else f"{worst:.1f}", text(speeds), *times]
                print("| " + " | ".join(map(str, cells + [text(eager), text(compiled)])) + " |", flush=True)
                rows.append(dict(model=name, precision=precision, batch=batch, verdict=verdict, ingot=mine, eager=eager, compiled=compiled))
    for name, note in notes:
        print(f"{name}: {note}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
