#!/usr/bin/env python3
"""Quantizes models to int8 with Ingot and with the Python tools, at default settings, on the same samples, and compares what
comes out on samples that no tool saw.

    python Tests/Benchmarks/int8.py MODELS --ingot .build/release/ingot [--tools PATTERN] [--speed] [--json OUT] [NAME ...]

MODELS is what Pipelines/models/make_int8_models.py makes. This Python must have numpy, onnx, onnxruntime, nvidia-modelopt[onnx],
nncf and openvino. What a tool made is kept under MODELS/NAME/made and made again only with --again (Ingot's always is, in
a home of its own, so that nothing comes from a cache).

Per row: seconds of the whole process, top-1 where there are labels, the mean signal-to-noise ratio of the outputs against the
float model in decibels, their mean cosine, Q and DQ nodes. Outputs are those of ONNX Runtime on the CPU without
optimizations, so that each model computes what it says; a mask in the inputs leaves padding out. The last column is the ratio
of what the kernels compute, under ONNX Runtime with all optimizations, or OpenVINO for its models: on a processor without VNNI
their sums saturate. There Ingot bounds weights, unless --processor vnni asks for models that say what those of the others say.
With --speed: inferences per second at batch 1 and 8 under ONNX Runtime (all optimizations) and OpenVINO, one after the other
in turns, as ratios to fp32.
"""

import argparse
import fnmatch
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

ORT = {"ort_minmax": "MinMax", "ort_entropy": "Entropy", "ort_percentile": "Percentile"}
MODELOPT = {"modelopt_max": "max", "modelopt_entropy": "entropy"}
NNCF = ["nncf_onnx", "nncf_ov"]
INGOT = {"ingot_ort": "onnxruntime", "ingot_ov": "openvino", "ingot_rtx": "tensorrt-rtx"}
TRANSFORMERS = ["minilm", "bert_base"]


# ---- the tools, each in a process of its own: `int8.py --make TOOL FOLDER OUT`


def samples(folder, part):
    arrays = np.load(folder / part / "samples.npz")
    return {name: arrays[name] for name in arrays.files}


def feeds(folder):
    arrays = samples(folder, "calibration")
    return [{k: v[i : i + 1] for k, v in arrays.items()} for i in range(len(next(iter(arrays.values()))))]


def make(tool, folder, out):
    model = folder / "model.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        if tool in ORT:
            from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, quantize_static
            from onnxruntime.quantization.shape_inference import quant_pre_process

            class Reader(CalibrationDataReader):
                def __init__(self): self.feeds = iter(feeds(folder))
                def get_next(self): return next(self.feeds, None)

            prepared = Path(scratch) / "prepared.onnx"
            try:
                quant_pre_process(str(model), str(prepared))
            except Exception:
                quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
            quantize_static(
                str(prepared), str(out), Reader(), per_channel=True, calibrate_method=CalibrationMethod[ORT[tool]])
        elif tool in MODELOPT:
            from modelopt.onnx.quantization import quantize

            quantize(
                str(model), quantize_mode="int8", calibration_data=samples(folder, "calibration"),
                calibration_method=MODELOPT[tool], high_precision_dtype="fp32", output_path=str(out),
                calibration_shapes=None)
        elif tool == "nncf_onnx":
            import nncf
            import onnx

            options = {"model_type": nncf.ModelType.TRANSFORMER} if folder.name in TRANSFORMERS else {}
            onnx.save(nncf.quantize(onnx.load(model), nncf.Dataset(feeds(folder)), **options), out)
        elif tool == "nncf_ov":
            import nncf
            import openvino

            options = {"model_type": nncf.ModelType.TRANSFORMER} if folder.name in TRANSFORMERS else {}
            openvino.save_model(
                nncf.quantize(openvino.Core().read_model(model), nncf.Dataset(feeds(folder)), **options),
                out, compress_to_fp16=False)


MANIFEST = """ingot: 1
name: judged
model: {{ path: model.onnx }}
targets:
  it: {{ backend: {backend}{device} }}
precision: {precision}
calibration: {{ data: calibration }}
{profiles}"""


def profile(folder):
    """Sizes for every symbolic dimension of the inputs."""
    import onnx

    arrays, sizes = samples(folder, "eval"), {}
    for value in onnx.load(folder / "model.onnx", load_external_data=False).graph.input:
        for axis, d in enumerate(value.type.tensor_type.shape.dim):
            if d.dim_param: sizes[d.dim_param] = (1, 8) if axis == 0 else (arrays[value.name].shape[axis],) * 2
    lines = [f"    {name}: {{ min: {low}, opt: {high}, max: {high} }}" for name, (low, high) in sizes.items()]
    return "profiles:\n  -" + "\n".join(lines)[3:] + "\n" if lines else ""


def make_with_ingot(options, backend, folder, out):
    """Builds from a manifest that says nothing but int8, and takes the lowered model out of the store."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for name in ["model.onnx", "calibration"]: (scratch / name).symlink_to((folder / name).resolve())
        device = f", processor: {options.processor}" if options.processor else ""
        if backend == "tensorrt-rtx": device = ", compute: [sm_86]"
        (scratch / "m.yaml").write_text(MANIFEST.format(backend=backend, device=device, precision=options.precision,
            profiles=profile(folder)))
        home = scratch / "home"
        home.mkdir()
        runtimes = Path(os.environ.get("INGOT_HOME", ".ingot")) / "runtimes"
        if runtimes.exists(): (home / "runtimes").symlink_to(runtimes.resolve())
        done = subprocess.run(
            [options.ingot, "build", scratch / "m.yaml", "--out", scratch / "out"],
            env={**os.environ, "INGOT_HOME": str(home)}, capture_output=True, text=True, cwd=scratch)
        found = [b for b in (home).glob("**/blobs/sha256/*") if b.is_file()]
        lowered = [b for b in found if is_quantized(b)]
        if not lowered: raise RuntimeError((done.stdout + done.stderr)[-2000:])
        shutil.copy(lowered[0], out)
        for blob in found:
            if blob.stat().st_size < 64 << 20 and blob.read_bytes()[:1] == b"{" and b'"trials"' in blob.read_bytes():
                shutil.copy(blob, out.with_suffix(".recipe.json"))


def is_quantized(path):
    """An ONNX file with DequantizeLinear and standard operators only: not the engine that ONNX Runtime writes."""
    data = path.read_bytes()
    return b"DequantizeLinear" in data and data[:1] == b"\x08" and b"com.microsoft" not in data


# ---- judging


class OnnxModel:
    def __init__(self, path, optimized=False, threads=2):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        if not optimized: options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.names = [i.name for i in self.session.get_inputs()]

    def __call__(self, arrays):
        return self.session.run(None, {n: arrays[n] for n in self.names})


class OpenVinoModel:
    def __init__(self, path, batch=None):
        import openvino

        self.model = openvino.Core().compile_model(
            str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 2})
        self.names = [next(iter(i.names)) for i in self.model.inputs]

    def __call__(self, arrays):
        result = self.model({n: arrays[n] for n in self.names})
        return [result[o] for o in self.model.outputs]


def outputs(model, arrays, batch=8):
    count = len(next(iter(arrays.values())))
    parts = [model({k: v[i : i + batch] for k, v in arrays.items()}) for i in range(0, count, batch)]
    return np.concatenate([p[0].astype(np.float64) for p in parts])


def judge(expected, actual, arrays):
    mask = arrays.get("attention_mask")
    ratios, cosines = [], []
    for i in range(len(expected)):
        x, y = expected[i], actual[i]
        if mask is not None and x.ndim == 2: x, y = x[mask[i] > 0], y[mask[i] > 0]
        noise = float(((x - y) ** 2).sum())
        ratios.append(10 * np.log10(float((x**2).sum()) / max(noise, 1e-30)))
        cosines.append(float((x * y).sum()) / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-30))
    labels = arrays.get("labels")
    top1 = None if labels is None else float((actual.argmax(1) == labels).mean()) * 100
    return {"top1": top1, "sqnr": float(np.mean(ratios)), "cosine": float(np.mean(cosines)), "worst": min(cosines)}


def count_nodes(path):
    import onnx

    ops = [n.op_type for n in onnx.load(path, load_external_data=False).graph.node]
    return f"{ops.count('QuantizeLinear')} / {ops.count('DequantizeLinear')}"


def speeds(paths, folder, rounds=31):
    """Ratios to fp32 of inferences a second: of each round's, the median."""
    arrays = samples(folder, "eval")
    found = {}
    for runtime, load in [("onnxruntime", lambda p: OnnxModel(p, True)), ("openvino", OpenVinoModel)]:
        loaded = {}
        for name, path in paths.items():
            if path.suffix == ".xml" and runtime == "onnxruntime": continue
            try:
                loaded[name] = load(path)
            except Exception as error:
                print(f"  {name} under {runtime}: {str(error)[:100]}", file=sys.stderr)
        for batch in [1, 8]:
            feed = {k: v[:batch] for k, v in arrays.items()}
            times = {}
            for name in list(loaded):
                try:
                    for _ in range(3): loaded[name](feed)
                except Exception: loaded.pop(name)
            for _ in range(rounds):
                for name, model in loaded.items():
                    start, count = time.perf_counter(), 0
                    while count < 2 or time.perf_counter() - start < 0.06: model(feed); count += 1
                    times.setdefault(name, []).append((time.perf_counter() - start) / count)
            for name in times:
                ratio = statistics.median(f / t for f, t in zip(times["fp32"], times[name]))
                found.setdefault(name, {})[f"{runtime} {batch}"] = round(ratio, 2)
    return found


def tools(options):
    every = [*INGOT, *ORT, *MODELOPT, *NNCF]
    return [t for t in every if any(fnmatch.fnmatch(t, p) for p in options.tools)]


def run(options, folder):
    made = folder / "made"
    made.mkdir(exist_ok=True)
    arrays = samples(folder, "eval")
    reference = OnnxModel(folder / "model.onnx")
    expected = outputs(reference, arrays)
    rows = [{"model": folder.name, "tool": "fp32", **judge(expected, expected, arrays), "seconds": 0, "nodes": ""}]
    paths = {"fp32": folder / "model.onnx"}
    for tool in tools(options):
        out = made / f"{tool}{'.xml' if tool == 'nncf_ov' else '.onnx'}"
        note = out.with_suffix(".seconds")
        row = {"model": folder.name, "tool": tool}
        try:
            if tool in INGOT or options.again or not out.exists():
                out.unlink(missing_ok=True)
                start = time.perf_counter()
                if tool in INGOT:
                    make_with_ingot(options, INGOT[tool], folder, out)
                else:
                    # -P: this folder's float16.py must not stand before the one that onnxruntime.transformers imports.
                    done = subprocess.run(
                        [sys.executable, "-P", __file__, "--make", tool, folder, out], capture_output=True, text=True,
                        cwd=tempfile.gettempdir())
                    if done.returncode or not out.exists(): raise RuntimeError(done.stderr.strip()[-300:])
                note.write_text(f"{time.perf_counter() - start:.1f}")
            actual = outputs(OpenVinoModel(out) if tool == "nncf_ov" else OnnxModel(out), arrays)
            row.update(judge(expected, actual, arrays))
            engine = OpenVinoModel(out) if tool in ["nncf_ov", "ingot_ov"] else OnnxModel(out, optimized=True)
            row["engine"] = judge(expected, outputs(engine, arrays), arrays)["sqnr"]
            row.update(seconds=float(note.read_text()), nodes="" if tool == "nncf_ov" else count_nodes(out))
            paths[tool] = out
        except Exception as error:
            row["problem"] = str(error).strip().splitlines()[-1][:160] if str(error).strip() else repr(error)
        rows.append(row)
        print(line(row), flush=True)
    if options.speed:
        for name, ratios in speeds(paths, folder).items():
            next(r for r in rows if r["tool"] == name)["speed"] = ratios
            print(f"| {folder.name} | {name} | {ratios} |", flush=True)
    return rows


def line(row):
    if "problem" in row: return f"| {row['model']} | {row['tool']} | fails: {row['problem']} |"
    top1 = "" if row["top1"] is None else f"{row['top1']:.2f}"
    return (f"| {row['model']} | {row['tool']} | {row['seconds']:.1f} | {top1} | {row['sqnr']:.1f} | {row['cosine']:.4f} "
            f"| {row['worst']:.4f} | {row['nodes']} | {row['engine']:.1f} |")


def main():
    if sys.argv[1:2] == ["--make"]: return make(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    parser = argparse.ArgumentParser(description="Compares int8 models of Ingot and of the Python tools.")
    parser.add_argument("models", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--ingot", type=lambda p: str(Path(p).resolve()), default="ingot")
    parser.add_argument("--precision", default="int8", help="what Ingot's manifest says")
    parser.add_argument("--processor", choices=["avx2", "vnni"], help="what Ingot's targets say; this machine's by default")
    parser.add_argument("--tools", nargs="+", default=["*"])
    parser.add_argument("--again", action="store_true", help="quantize again with every tool")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.models = options.models.resolve()
    names = options.names or sorted(p.parent.name for p in options.models.glob("*/model.onnx"))
    print("| model | tool | s | top-1 | SQNR dB | cosine | worst | Q / DQ | engine dB |\n|---|---|---|---|---|---|---|---|---|")
    rows = []
    for name in names: rows += run(options, options.models / name)
    if options.json: options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
