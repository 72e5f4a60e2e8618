#!/usr/bin/env python3
"""Judges `ingot lower --precision fp16` beside the Python tools that do its job, on the same models in the same run.

    python Tests/Benchmarks/float16.py MODELS --ingot .build/release/ingot [--runs 3] [--modelopt PYTHON] [--tools TOOL]
           [--json OUT] [NAME ...]

MODELS is a folder of ONNX files. This Python must have onnx, onnxruntime (with sympy), onnxconverter-common, onnxsim and
onnxslim; --modelopt names a Python with nvidia-modelopt[onnx], which wants an older onnx.

Each tool is a whole process, from file to file, with inputs and outputs kept in float32 where it can. The tools take turns, so
that a busy moment of the machine hits all of them. "s" is the median time of --runs runs after one that warms the page cache,
"cpu s" that of the processor's (user and system), which a busy machine bends less. "peak" is the largest memory of the
process (VmHWM, read in a loop in the first run), pages of mapped files included; "anon" is without those, which the machine can
take back.

The judgement of the result: onnx.checker with full_check, then ONNX Runtime on the CPU beside the original with the same inputs:
whether it loads, whether any output is NaN or infinite where the original's is not, and the signal to noise ratio, 10 log10 of
the sums of squares of the original's outputs and of the differences, over all float outputs; the mean of 16 inputs. (On a single
input two models that differ in the rounding of eight weights, all halfway between two numbers, are up to 0.8 dB apart.)
Ingot is run twice, and the bytes compared.
"""

import argparse
import hashlib
import json
import math
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

CONVERTER = """
import sys, onnx
from {module} import {function} as convert
onnx.save(convert(onnx.load(sys.argv[1]), keep_io_types=True), sys.argv[2])
"""


def commands(arguments, source, out):
    """What each tool's user types."""
    found = {
        "ingot": [arguments.ingot, "lower", source, "--precision", "fp16", "-o", out],
        "onnxconverter-common": [
            sys.executable, "-c", CONVERTER.format(module="onnxconverter_common.float16", function="convert_float_to_float16"),
            source, out],
        "onnxruntime.transformers": [
            sys.executable, "-c",
            CONVERTER.format(module="onnxruntime.transformers.float16", function="convert_float_to_float16"), source, out],
        "onnxsim": [script("onnxsim"), source, out, "--fp16-quantize"],
        "onnxslim": [script("onnxslim"), source, out, "--dtype", "fp16"],
    }
    if arguments.modelopt:
        found["modelopt autocast"] = [
            arguments.modelopt, "-m", "modelopt.onnx.autocast", "--onnx_path", source, "--output_path", out, "--keep_io_types"]
    return {tool: command for tool, command in found.items() if tool == "ingot" or not arguments.tools or tool in arguments.tools}


def script(name):
    """A tool in PATH, or beside this Python."""
    return shutil.which(name) or Path(sys.executable).parent / name


def run(command, folder, watch=False):
    """Runs the command in a folder, as some tools leave files where they are."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    anon = peak = 0
    while watch and os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        try:
            with open(f"/proc/{process.pid}/status") as file:
                lines = file.read().splitlines()
        except OSError:
            break
        anon = max(anon, sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem"))))
        peak = max([peak] + [int(line.split()[1]) for line in lines if line.startswith("VmHWM")])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "ok": process.returncode == 0, "seconds": time.perf_counter() - start, "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mib": peak / 1024, "anon_mib": anon / 1024}


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def inputs(original, seed):
    """Numbers of an image's or an embedding's size, token ids, and masks with something masked."""
    generator = np.random.default_rng(seed)
    sizes = {"batch": 2, "sequence": 32}
    feed = {}
    for value in original.get_inputs():
        shape = [size if isinstance(size, int) else sizes.get(size, 2) for size in value.shape]
        if "mask" in value.name:
            feed[value.name] = np.ones(shape, np.int64)
            feed[value.name][-1, shape[-1] // 2:] = 0
        elif "token_type" in value.name:
            feed[value.name] = np.zeros(shape, np.int64)
        elif "int" in value.type:
            feed[value.name] = generator.integers(0, 1000, shape).astype(np.int64)
        else:
            feed[value.name] = generator.standard_normal(shape, dtype=np.float32)
    return feed


def judge(original, path):
    try:
        onnx.checker.check_model(str(path), full_check=True)
        verdict = {"valid": True}
    except Exception as error:
        verdict = {"valid": False, "why": str(error).strip().splitlines()[-1][:200]}
    try:
        candidate = session(path)
        ratios = []
        for seed in range(16):
            feed = inputs(original, seed)
            types = {value.name: value.type for value in candidate.get_inputs()}
            given = {name: array.astype(np.float16) if types[name] == "tensor(float16)" else array for name, array in feed.items()}
            signal = noise = 0.0
            for a, b in zip(original.run(None, feed), candidate.run(None, given)):
                if a.dtype != np.float32:
                    continue
                a, b = a.astype(np.float64), b.astype(np.float64)
                if not np.array_equal(np.isfinite(a), np.isfinite(b)):
                    return {**verdict, "runs": True, "outcome": "NaN or infinity"}
                signal, noise = signal + float(np.sum(a * a)), noise + float(np.sum((a - b) ** 2))
            ratios.append(10 * math.log10(signal / noise) if noise else math.inf)
        return {**verdict, "runs": True, "sqnr": statistics.mean(ratios)}
    except Exception as error:
        return {**verdict, "runs": False, "outcome": str(error).strip().splitlines()[0][:200]}


def measure(source, arguments):
    original = session(source)
    with tempfile.TemporaryDirectory() as scratch:
        places = {}
        for tool in commands(arguments, source, ""):
            places[tool] = Path(scratch) / tool.replace(" ", "-") / "model.onnx"
            places[tool].parent.mkdir()
        jobs = {tool: commands(arguments, source, place)[tool] for tool, place in places.items()}
        rows = {tool: run(command, scratch, watch=True) for tool, command in jobs.items()}
        times = {tool: [] for tool in jobs}
        digest = hashlib.sha256(places["ingot"].read_bytes()).hexdigest() if rows["ingot"]["ok"] else ""
        for _ in range(arguments.runs):
            for tool, command in jobs.items():
                if rows[tool]["ok"]:
                    places[tool].unlink(missing_ok=True)
                    times[tool].append(run(command, scratch))
        for tool, place in places.items():
            if times[tool]:
                for key in ("seconds", "cpu"):
                    rows[tool][key] = statistics.median(time[key] for time in times[tool])
            if rows[tool]["ok"] and place.exists():
                rows[tool].update(judge(original, place), mb=place.stat().st_size / 1e6)
        rows["ingot"]["same_bytes"] = digest == hashlib.sha256(places["ingot"].read_bytes()).hexdigest()
    return rows


def show(name, rows):
    own = rows["ingot"]
    print(f"\n{name}")
    print(f"  {'tool':26}{'s':>8}{'x':>7}{'cpu s':>8}{'x':>7}{'peak MiB':>10}{'x':>6}{'anon':>7}{'MB':>8}  result")
    for tool, row in rows.items():
        if not row["ok"]:
            print(f"  {tool:26}{row['seconds']:>8.2f}{'':>53}  fails")
            continue
        result = "invalid; " if not row.get("valid") else ""
        result += f"{row['sqnr']:.1f} dB" if "sqnr" in row else row.get("outcome", "writes nothing")
        if row.get("same_bytes") is False:
            result += "; other bytes on repeat"
        print(
            f"  {tool:26}{row['seconds']:>8.2f}{row['seconds'] / own['seconds']:>7.1f}{row['cpu']:>8.2f}{row['cpu'] / own['cpu']:>7.1f}"
            f"{row['peak_mib']:>10.0f}{row['peak_mib'] / own['peak_mib']:>6.1f}{row['anon_mib']:>7.0f}{row.get('mb', 0):>8.1f}  {result}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="models by name; all of the folder where none is named")
    parser.add_argument("--ingot", type=Path, required=True)
    parser.add_argument("--modelopt", type=Path, metavar="PYTHON")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", action="append", metavar="TOOL", help="one to measure beside Ingot; all where none is named")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_intermixed_args()
    arguments.ingot = arguments.ingot.resolve()
    table = {}
    for name in arguments.names or sorted(path.stem for path in arguments.models.glob("*.onnx")):
        table[name] = measure((arguments.models / f"{name}.onnx").resolve(), arguments)
        show(name, table[name])
        if arguments.json:
            arguments.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
