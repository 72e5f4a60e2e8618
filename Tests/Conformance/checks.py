#!/usr/bin/env python3
"""Compares the verdicts of `ingot check` and onnx.checker (full_check) on a corpus, and on broken copies of its models.

    checks.py CORPUS [--ingot BINARY] [--sample N] [--mutate N] [--seed S]

CORPUS is a folder that corpus.py made. A good model (onnx.checker accepts it) must have no errors; each way of breaking a
model must be found by both. Exits 1 where they differ.
"""

import argparse
import collections
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

import onnx
from onnx import TensorProto, checker


def accepts(path):
    """onnx.checker's verdict: '' or the reason."""
    try:
        checker.check_model(path, full_check=True)
        return ""
    except Exception as error:
        return str(error).strip().split("\n")[0][:200] or type(error).__name__


def ingot_verdicts(binary, paths, chunk=100):
    found = {}
    for start in range(0, len(paths), chunk):
        result = subprocess.run([binary, "check", "--json", *paths[start : start + chunk]], capture_output=True, text=True)
        if result.returncode not in (0, 2):
            sys.exit(f"ingot check ended with {result.returncode}: {result.stderr}")
        for model in json.loads(result.stdout)["models"]:
            found[model["path"]] = model
    return found


def remove_initializer(model, rng):
    used = [t for t in model.graph.initializer if any(t.name in n.input for n in model.graph.node)]
    lost = rng.choice(used)
    model.graph.initializer.remove(lost)
    for item in [i for i in model.graph.input if i.name == lost.name]:
        model.graph.input.remove(item)


def rename_input(model, rng):
    nodes = [n for n in model.graph.node if any(n.input)]
    node = rng.choice(nodes)
    index = rng.choice([i for i, name in enumerate(node.input) if name])
    node.input[index] = "no_such_value"


def change_attribute_type(model, rng):
    pairs = [(n, a) for n in model.graph.node for a in n.attribute
             if a.type in (onnx.AttributeProto.INT, onnx.AttributeProto.FLOAT, onnx.AttributeProto.INTS) and known(n, model)]
    node, attribute = rng.choice(pairs)
    name = attribute.name
    attribute.Clear()
    attribute.CopyFrom(onnx.helper.make_attribute(name, "text"))


def add_attribute(model, rng):
    node = rng.choice([n for n in model.graph.node if known(n, model)])
    node.attribute.append(onnx.helper.make_attribute("no_such_attribute", 1))


def remove_attribute(model, rng):
    pairs = []
    for node in model.graph.node:
        schema = known(node, model)
        for index, attribute in enumerate(node.attribute):
            if schema and schema.attributes[attribute.name].required:
                pairs.append((node, index))
    node, index = rng.choice(pairs)
    del node.attribute[index]


def unknown_operator(model, rng):
    rng.choice([n for n in model.graph.node if known(n, model)]).op_type = "NoSuchOperator"


def old_opset(model, rng):
    newest = max(known(n, model).since_version for n in model.graph.node if n.domain == "" and known(n, model))
    names = [n for n in model.graph.node if n.domain == "" and known(n, model)]
    first = {n.op_type: min(s.since_version for s in HISTORY if s.name == n.op_type and s.domain == "") for n in names}
    needed = max(first.values())
    assert needed > 1, "every operator is as old as operator set 1"
    next(o for o in model.opset_import if o.domain == "").version = needed - 1


def no_opset(model, rng):
    del model.opset_import[:]


def extra_input(model, rng):
    node = rng.choice([n for n in model.graph.node if n.input and known(n, model) and known(n, model).max_input < 100])
    while len(node.input) <= known(node, model).max_input:
        node.input.append(node.input[0])


def lost_input(model, rng):
    node = rng.choice([n for n in model.graph.node if n.input and known(n, model) and known(n, model).min_input > 0])
    del node.input[known(node, model).min_input - 1 :]


def twice_produced(model, rng):
    node = rng.choice(model.graph.node)
    model.graph.node.append(node)


def cycle(model, rng):
    producers = {name: n for n in model.graph.node for name in n.output}
    pairs = [(producers[name], n) for n in model.graph.node for name in n.input if name in producers]
    first, second = rng.choice([(a, b) for a, b in pairs if a.input])
    first.input[0] = second.output[0]


def unsorted(model, rng):
    producers = {name: i for i, n in enumerate(model.graph.node) for name in n.output}
    index = rng.choice([i for i, n in enumerate(model.graph.node) if any(name in producers for name in n.input)])
    node = onnx.NodeProto()
    node.CopyFrom(model.graph.node[index])
    del model.graph.node[index]
    model.graph.node.insert(0, node)


def declared_type(model, rng):
    tensors = [o for o in model.graph.output if o.type.HasField("tensor_type")
               and producer(model, o.name) is not None and known(producer(model, o.name), model)]
    output = rng.choice(tensors)
    old = output.type.tensor_type.elem_type
    output.type.tensor_type.elem_type = TensorProto.INT16 if old != TensorProto.INT16 else TensorProto.DOUBLE


def declared_shape(model, rng):
    outputs = [o for o in model.graph.output if any(d.HasField("dim_value") for d in o.type.tensor_type.shape.dim)]
    output = rng.choice(outputs)
    dim = rng.choice([d for d in output.type.tensor_type.shape.dim if d.HasField("dim_value")])
    dim.dim_value += 7


def declared_rank(model, rng):
    output = rng.choice([o for o in model.graph.output if o.type.tensor_type.HasField("shape")])
    output.type.tensor_type.shape.dim.add().dim_value = 3


def input_type(model, rng):
    item = rng.choice([i for i in model.graph.input if i.type.HasField("tensor_type")
                       and any(i.name in n.input and known(n, model) for n in model.graph.node)])
    old = item.type.tensor_type.elem_type
    item.type.tensor_type.elem_type = TensorProto.STRING if old != TensorProto.STRING else TensorProto.FLOAT


def lost_output(model, rng):
    rng.choice([n for n in model.graph.node if n.output]).output[0] = "renamed"


def no_ir_version(model, rng):
    model.ir_version = 0


def duplicate_initializer(model, rng):
    model.graph.initializer.append(rng.choice(model.graph.initializer))


def untyped_input(model, rng):
    rng.choice([i for i in model.graph.input if i.name not in {t.name for t in model.graph.initializer}]).ClearField("type")


HISTORY = onnx.defs.get_all_schemas_with_history()


def producer(model, name):
    return next((n for n in model.graph.node if name in n.output), None)


def known(node, model):
    version = {o.domain: o.version for o in model.opset_import}.get(node.domain)
    if version is None or any(f.name == node.op_type and f.domain == node.domain for f in model.functions):
        return None
    try:
        return onnx.defs.get_schema(node.op_type, version, node.domain)
    except Exception:
        return None


WAYS = [remove_initializer, rename_input, change_attribute_type, add_attribute, remove_attribute, unknown_operator, old_opset,
        no_opset, extra_input, lost_input, twice_produced, cycle, unsorted, declared_type, declared_shape, declared_rank,
        input_type, lost_output, no_ir_version, duplicate_initializer, untyped_input]


def check_good(paths, binary):
    verdicts = ingot_verdicts(binary, paths)
    table, differences, good = collections.Counter(), [], []
    for path in paths:
        reason, found = accepts(path), verdicts[path]
        table[not reason, found["errors"] == 0] += 1
        if not reason:
            good.append(path)
        if bool(reason) != bool(found["errors"]):
            errors = [p for p in found["problems"] if p["severity"] == "error"]
            said = errors[0]["code"] + ": " + str(errors[0]["node"]) + " " + errors[0]["message"] if errors else "no error"
            differences.append((path, reason or "accepts", said))
    print(f"{len(paths)} models: both accept {table[True, True]}, both refuse {table[False, False]}, "
          f"only ingot refuses {table[True, False]}, only onnx.checker refuses {table[False, True]}")
    for path, reason, said in differences:
        print(f"  {path}\n    onnx.checker: {reason}\n    ingot check:  {said}")
    return good, len(differences)


def check_broken(good, binary, count, seed):
    rng = random.Random(seed)
    small = [path for path in good if os.path.getsize(path) < 4 << 20]
    table, differences = {}, []
    with tempfile.TemporaryDirectory() as folder:
        made = {}
        for way in WAYS:
            for _ in range(count * 20):
                if sum(1 for name, *_ in made.values() if name == way.__name__) == count:
                    break
                path = rng.choice(small)
                model = onnx.load(path)
                try:
                    way(model, rng)
                except (IndexError, AssertionError, ValueError, StopIteration, KeyError):
                    continue  # nothing in this model to break in this way
                out = os.path.join(folder, f"{len(made)}.onnx")
                with open(out, "wb") as file:
                    file.write(model.SerializeToString())
                made[out] = (way.__name__, path)
        verdicts = ingot_verdicts(binary, list(made))
        for out, (way, path) in made.items():
            reason, errors = accepts(out), verdicts[out]["errors"]
            table.setdefault(way, collections.Counter())[bool(reason), bool(errors)] += 1
            if reason and not errors:
                differences.append((way, path, reason))
    print(f"\n{'broken by':24}{'both':>6}{'ingot':>7}{'onnx':>6}{'neither':>9}")
    for way, counts in table.items():
        print(f"{way:24}{counts[True, True]:6}{counts[False, True]:7}{counts[True, False]:6}{counts[False, False]:9}")
    for way, path, reason in differences:
        print(f"  {way} of {path}\n    onnx.checker: {reason}\n    ingot check:  no error")
    return len(differences)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--ingot", default=".build/release/ingot")
    parser.add_argument("--sample", type=int, help="look at so many models only")
    parser.add_argument("--mutate", type=int, default=20, help="broken models of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    paths = sorted(glob.glob(os.path.join(options.corpus, "**", "*.onnx"), recursive=True))
    if options.sample:
        paths = sorted(random.Random(options.seed).sample(paths, min(options.sample, len(paths))))
    good, wrong = check_good(paths, options.ingot)
    wrong += check_broken(good, options.ingot, options.mutate, options.seed)
    sys.exit(1 if wrong else 0)


main()
