"""Types and shapes that a model says of its values: compared with those of onnx and with tensors that a run computed."""

import re

import onnx

GENERATED = "unk__"  # what onnx's inference calls a size that it knows nothing of


def bodies(graph, path=""):
    """Every graph of a model with its path: the first output of the node it belongs to, and the attribute."""
    yield path, graph
    for node in graph.node:
        for attribute in node.attribute:
            inner = [attribute.g] if attribute.HasField("g") else attribute.graphs
            for number, body in enumerate(inner):
                name = next((output for output in node.output if output), node.name)
                yield from bodies(body, f"{path}{name}.{attribute.name}{number or ''}/")


def strip(model):
    """A copy of the model that says nothing of what its nodes compute but the outputs' element types."""
    stripped = onnx.ModelProto()
    stripped.CopyFrom(model)
    for path, graph in bodies(stripped.graph):
        del graph.value_info[:]
        inputs = {value.name for value in graph.input} | {value.name for value in graph.initializer}
        for output in graph.output:
            if output.name not in inputs:
                drop_shape(output.type)
    return stripped


def drop_shape(type_):
    kind = type_.WhichOneof("value")
    if kind in ("tensor_type", "sparse_tensor_type"):
        getattr(type_, kind).ClearField("shape")
    elif kind in ("sequence_type", "optional_type"):
        drop_shape(getattr(type_, kind).elem_type)
    elif kind == "map_type":
        drop_shape(type_.map_type.value_type)


def described(model):
    """Every type in the model, as `flat`, by the value's path."""
    types = {}
    for path, graph in bodies(model.graph):
        for value in (*graph.input, *graph.value_info, *graph.output):
            if value.type.WhichOneof("value"):
                types[path + value.name] = flat(value.type)
    return types


def flat(type_):
    """The kinds around a tensor, its element type (0: unknown), and its sizes: numbers, names, or None; None: no rank."""
    kinds = []
    while True:
        kind = type_.WhichOneof("value")
        kinds.append(kind)
        if kind in ("sequence_type", "optional_type"):
            type_ = getattr(type_, kind).elem_type
        elif kind == "map_type":
            kinds.append(type_.map_type.key_type)
            type_ = type_.map_type.value_type
        else:
            break
    if kind not in ("tensor_type", "sparse_tensor_type"):
        return tuple(kinds), 0, None
    tensor = getattr(type_, kind)
    if not tensor.HasField("shape"):
        return tuple(kinds), tensor.elem_type, None
    sizes = []
    for size in tensor.shape.dim:
        sizes.append(size.dim_value if size.HasField("dim_value") else size.dim_param or None)
    return tuple(kinds), tensor.elem_type, sizes


def compare(ours, theirs):
    """How our type falls short of another's: `contradiction`, `less` precise, or None; and in words."""
    if ours is None:
        return "less", f"nothing, not {text(theirs)}"
    words = f"{text(ours)}, not {text(theirs)}"
    if ours[0] != theirs[0] or (ours[1] and theirs[1] and ours[1] != theirs[1]):
        return "contradiction", words
    if ours[2] is not None and theirs[2] is not None:
        if len(ours[2]) != len(theirs[2]):
            return "contradiction", words
        if any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(ours[2], theirs[2])):
            return "contradiction", words
    if theirs[1] and not ours[1] or theirs[2] is not None and ours[2] is None:
        return "less", words
    for a, b in zip(ours[2] or [], theirs[2] or []):
        if isinstance(b, int) and not isinstance(a, int):
            return "less", words
        if isinstance(b, str) and not b.startswith(GENERATED) and a is None:
            return "less", words
    return None, ""


def text(flat_type):
    kinds, element, sizes = flat_type
    around = "".join(f"{str(kind).removesuffix('_type')} of " for kind in kinds[:-1])
    name = onnx.TensorProto.DataType.Name(element).lower() if element else "?"
    return f"{around}{name}" + ("" if sizes is None else f"[{','.join('?' if s is None else str(s) for s in sizes)}]")


class Sizes:
    """What names of sizes stand for in one run: equal names must be equal numbers."""

    def __init__(self):
        self.numbers = {}

    def bind(self, sizes, actual):
        for size, number in zip(sizes or [], actual):
            if isinstance(size, str) and size.isidentifier():
                self.numbers.setdefault(size, number)

    def disagreement(self, sizes, actual):
        if sizes is None:
            return None
        if len(sizes) != len(actual):
            return f"rank {len(sizes)}, but {len(actual)} computed"
        for size, number in zip(sizes, actual):
            expected = size if isinstance(size, int) else self.value(size, number)
            if expected is not None and expected != number:
                return f"{size} ({expected}) where {number} was computed"
        return None

    def value(self, name, number):
        """The number that a name or an expression of names stands for; a new name stands for `number` from here on."""
        if name is None:
            return None
        if name in self.numbers or not re.search(r"[-+*/%(]", name):
            return self.numbers.setdefault(name, number)
        words = re.findall(r"[A-Za-z_]\w*", name)
        functions = {"max": max, "min": min, "floor": int, "ceil": lambda x: -int(-x // 1)}
        if any(word not in self.numbers and word not in functions for word in words):
            return self.numbers.setdefault(name, number)
        try:
            return int(eval(name, {"__builtins__": {}}, {**functions, **self.numbers}))  # names and arithmetic only
        except (SyntaxError, TypeError, ZeroDivisionError, NameError):
            return None
