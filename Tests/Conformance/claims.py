"""What is claimed of Ingot, checked on one model at a time. Each claim is one function."""

import json
import pathlib
import subprocess

import numpy
import onnx

import breakages
import fields
import runs
import shapes

CLAIMS = {
    "stable": "read and written, a model is the same field by field, and written again the same bytes",
    "check": "`ingot check` finds errors in a model exactly where onnx.checker does with full_check",
    "refuses": "and refuses the model in each way broken (breakages.py) in which onnx.checker does",
    "shapes": "inferred types and shapes agree with the tensors that runs computed",
    "precise": "nothing is known less precisely than by onnx.shape_inference (strict, data_prop)",
    "outputs": "the sanitized model computes what the original did",
    "valid": "the sanitized model passes onnx.checker where the original did",
    "settled": "sanitizing the sanitized model changes no byte",
    "size": "the sanitized file is at most 64 KiB larger",
}
# Passes that may change how numbers are rounded; all others must leave every bit as it was.
INEXACT = {
    "activations", "batch-normalization", "channel-arithmetic", "gelu", "gemms", "group-normalization",
    "layer-normalization",
}  # fmt: skip
TOLERANCE = 1e-5
GROWTH = 64 << 10
SECONDS = 20


class Failed(Exception):
    """A claim does not hold; why, in words."""


class NotComparable(Exception):
    """Nothing to compare with: why, in words."""


class Ingot:
    """The program, run on files of one scratch folder."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, pathlib.Path(folder)

    def run(self, *arguments):
        try:
            result = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"ingot {arguments[0]} hangs") from None
        if result.returncode < 0 or result.returncode > 125:
            raise Failed(f"ingot {arguments[0]} crashes with {result.returncode}")
        return result

    def sanitize(self, path, name, *options):
        """The path of the result, and the report."""
        out = self.folder / name
        result = self.run("sanitize", path, "-o", out, "--json", *options)
        if result.returncode != 0:
            lines = result.stderr.decode(errors="replace").strip().splitlines()
            raise Failed(f"refused: {' '.join(line.strip() for line in lines)[:300]}")
        return out, json.loads(result.stdout)["report"]

    def errors(self, *paths):
        """What `ingot check` calls errors, for each of the files."""
        result = self.run("check", "--json", *paths)
        if not result.stdout:
            raise Failed(f"check prints nothing: {result.stderr.decode(errors='replace')[:200]}")
        models = json.loads(result.stdout)["models"]
        errors = [[entry for entry in model["problems"] if entry["severity"] == "error"] for model in models]
        if len(models) != len(paths) or any(errors) != (result.returncode != 0):
            raise Failed(f"check says {[len(model) for model in errors]} errors and exits with {result.returncode}")
        return errors


class Case:
    """One model with what several claims need, each computed once."""

    def __init__(self, folder, ingot):
        self.folder, self.ingot = folder, ingot
        self.path = folder / "model.onnx"
        self.model = onnx.load(self.path)
        self.data = list(runs.data_sets(folder, self.model))
        self.sanitized = None
        self.is_good = passes_full_check(self.model)

    def full(self):
        if self.sanitized is None:
            path, report = self.ingot.sanitize(self.path, "full.onnx")
            self.sanitized = path, report, onnx.load(path)
        return self.sanitized


def passes_full_check(model):
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception:  # it raises several kinds
        return False
    return True


def stable(case):
    first, _ = case.ingot.sanitize(case.path, "first.onnx", "--passes", "none")
    second, _ = case.ingot.sanitize(first, "second.onnx", "--passes", "none")
    written = onnx.load(first)
    if found := fields.difference(fields.normal(case.model), fields.normal(written), "model"):
        raise Failed(found)
    ours = shapes.described(written)
    inputs = {path + value.name for path, graph in shapes.bodies(case.model.graph) for value in graph.input}
    for name, declared in shapes.described(case.model).items():
        kind, words = shapes.compare(ours.get(name), declared)
        if kind == "less" or kind and (declared[0] != ours[name][0] or name in inputs):
            raise Failed(f"{name} was declared and is {words}")
    if first.read_bytes() != second.read_bytes():
        raise Failed("written again, bytes differ")


def check(case):
    (errors,) = case.ingot.errors(case.path)
    if case.is_good and errors:
        raise Failed(f"onnx.checker is content, ingot says: {errors[0]['message'][:300]}")
    if not case.is_good and not errors:
        raise Failed("onnx.checker refuses it, ingot does not")


def refuses(case):
    if not case.is_good or len(case.model.graph.node) > 200:
        raise NotComparable("broken by itself, or large")
    paths = {}
    for name, model in breakages.broken(case.model):
        if not passes_full_check(model):
            paths[name] = case.ingot.folder / f"{name}.onnx"
            paths[name].write_bytes(model.SerializeToString())
    accepted = [name for name, errors in zip(paths, case.ingot.errors(*paths.values())) if not errors]
    if accepted:
        raise Failed(f"onnx.checker refuses these, ingot does not: {', '.join(accepted)}")


def inferred(case):
    path = case.ingot.folder / "stripped.onnx"
    stripped = shapes.strip(case.model)
    path.write_bytes(stripped.SerializeToString())
    out, _ = case.ingot.sanitize(path, "inferred.onnx", "--passes", "none")
    return stripped, shapes.described(onnx.load(out))


def shapes_hold(case):
    _, types = inferred(case)
    if not case.data:
        raise NotComparable("no test data")
    compared = 0
    for feeds, expected in case.data:
        actual = computed(case.model, feeds, expected)
        sizes = shapes.Sizes()
        for name, value in feeds.items():
            if isinstance(value, numpy.ndarray) and name in types:
                sizes.bind(types[name][2], value.shape)
        for name, value in actual.items():
            if name not in types:
                continue
            compared += agree(name, types[name], value, sizes)
    if not compared:
        raise NotComparable("nothing that was computed has an inferred type")


def computed(model, feeds, expected):
    """Every value of a run by name; the expected outputs alone where there is no run to trust."""
    try:
        values, _ = runs.run(with_intermediates(model), feeds)
    except runs.CannotRun:
        return expected
    # The reference evaluator gives a few outputs another rank than it expects itself.
    for name, value in expected.items():
        if [tensor.shape for tensor in runs.tensors(values[name])] != [tensor.shape for tensor in runs.tensors(value)]:
            return expected
    return values


def agree(name, type_, value, sizes):
    """Compares one inferred type with what was computed; the number of tensors compared."""
    values = runs.tensors(value)
    for tensor in values:
        if type_[0][0] != "tensor_type":
            sizes = shapes.Sizes()  # tensors of a sequence may differ where its type has a name
        if type_[1] and not same_element(type_[1], tensor.dtype):
            raise Failed(f"{name} is {shapes.text(type_)}, but {tensor.dtype} was computed")
        if words := sizes.disagreement(type_[2], tensor.shape):
            raise Failed(f"{name} is {shapes.text(type_)}: {words}")
    return len(values)


def same_element(element, dtype):
    if element == onnx.TensorProto.STRING:
        return dtype.kind in "OUS"
    expected = onnx.helper.tensor_dtype_to_np_dtype(element)
    # Types that numpy lacks come as integers of their width from ONNX Runtime.
    return dtype == expected or (expected.type.__module__ == "ml_dtypes" and dtype.kind in "ui")


def with_intermediates(model):
    """The model with every value that its nodes compute as an output."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    outputs = {output.name for output in model.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name and name not in outputs:
                outputs.add(name)
                wide.graph.output.append(onnx.ValueInfoProto(name=name))
    return wide


def precise(case):
    stripped, types = inferred(case)
    try:
        peer = onnx.shape_inference.infer_shapes(stripped, strict_mode=True, data_prop=True)
    except Exception as error:
        raise NotComparable(f"onnx.shape_inference: {str(error).strip().splitlines()[0][:200]}") from None
    for name, theirs in shapes.described(peer).items():
        kind, words = shapes.compare(types.get(name), theirs)
        if kind:
            raise Failed(f"{kind}: {name} is {words}")


def outputs(case):
    _, report, result = case.full()
    names = [output.name for output in case.model.graph.output]
    if [output.name for output in result.graph.output] != names:
        raise Failed("the outputs have other names or another order")
    if not case.data:
        raise NotComparable("no test data")
    inexact = sorted(entry["pass"] for entry in report["passes"] if entry["pass"] in INEXACT)
    for feeds, _ in case.data:
        try:
            before, runner = runs.run(case.model, feeds)
        except runs.CannotRun as error:
            raise NotComparable(str(error)) from None
        try:
            after = runs.run(result, feeds, runners=(runner,))[0]
        except runs.CannotRun as error:
            raise Failed(f"cannot be run any more: {error}") from None
        for name in names:
            found = runs.mismatch(before[name], after[name], TOLERANCE if inexact else 0)
            if found and is_random(case.model, feeds, runner, name, before[name]):
                continue
            if found:
                raise Failed(f"{name}: {found} (passes: {', '.join(e['pass'] for e in report['passes'])})")


def is_random(model, feeds, runner, name, before):
    """Whether the original differs from itself, run again."""
    return runs.mismatch(before, runs.run(model, feeds, runners=(runner,))[0][name], 0) is not None


def valid(case):
    path, _, result = case.full()
    if not case.is_good:
        raise NotComparable("the original does not pass")
    try:
        onnx.checker.check_model(result, full_check=True)
    except Exception as error:
        raise Failed(str(error).strip().splitlines()[0][:300]) from None


def settled(case):
    path, _, _ = case.full()
    again, report = case.ingot.sanitize(path, "again.onnx")
    if path.read_bytes() != again.read_bytes():
        raise Failed(f"bytes differ; passes: {', '.join(entry['pass'] for entry in report['passes'])}")


def size(case):
    path, _, _ = case.full()
    before, after = case.path.stat().st_size, path.stat().st_size
    if after > before + GROWTH:
        raise Failed(f"{before} bytes became {after}")


FUNCTIONS = {
    "stable": stable, "check": check, "refuses": refuses, "shapes": shapes_hold, "precise": precise, "outputs": outputs,
    "valid": valid, "settled": settled, "size": size,
}  # fmt: skip


def check_model(folder, ingot, wanted):
    """(verdict, words) by claim: `holds`, `fails` or `incomparable`."""
    verdicts = {}
    case = Case(folder, ingot)
    for name in wanted:
        try:
            FUNCTIONS[name](case)
            verdicts[name] = "holds", ""
        except Failed as failure:
            verdicts[name] = "fails", str(failure)
        except NotComparable as reason:
            verdicts[name] = "incomparable", str(reason)
    return verdicts
