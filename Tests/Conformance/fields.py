"""Models field by field, as plain Python values, in which two models that say the same are equal.

What is stated to be no difference: typed data and the same bytes as raw data; an absent optional field and its default;
the order of operator sets, of initializers and of value_info; `ai.onnx` and the empty domain. Types and shapes of values
that nodes compute, and of what goes into the bodies of nodes, are left out here: inference adds to them, and shapes.py
compares them.
"""

import google.protobuf.message
import onnx
from google.protobuf.unknown_fields import UnknownFieldSet
from onnx import numpy_helper

ATTRIBUTE_TYPE_OF_FIELD = {
    "f": 1, "i": 2, "s": 3, "t": 4, "g": 5, "floats": 6, "ints": 7, "strings": 8, "tensors": 9, "graphs": 10,
    "sparse_tensor": 11, "sparse_tensors": 12, "tp": 13, "type_protos": 14,
}  # fmt: skip
DATA_FIELDS = (
    "float_data", "int32_data", "string_data", "int64_data", "raw_data", "double_data", "uint64_data",
)  # fmt: skip


def normal(message, computed=frozenset()):
    """The message as nested tuples and dictionaries."""
    if isinstance(message, onnx.TensorProto):
        return tensor(message)
    fields = {}
    for field, value in message.ListFields():
        if isinstance(value, google.protobuf.message.Message):
            fields[field.name] = normal(value)
        elif field.message_type is not None:
            fields[field.name] = [normal(item) for item in value]
        elif field.is_repeated:
            fields[field.name] = list(value)
        elif value != field.default_value:
            # NaN is not equal to itself.
            fields[field.name] = repr(value) if isinstance(value, float) else value
    for number, value in enumerate(UnknownFieldSet(message)):
        fields[f"unknown {number}"] = (value.field_number, value.wire_type, repr(value.data))
    if isinstance(message, onnx.GraphProto):
        finish_graph(message, fields)
    elif isinstance(message, onnx.ModelProto | onnx.FunctionProto):
        versions = {}
        for opset in message.opset_import:
            domain = "" if opset.domain == "ai.onnx" else opset.domain
            versions[domain] = max(opset.version, versions.get(domain, 0))
        fields["opset_import"] = versions
    elif isinstance(message, onnx.NodeProto | onnx.OperatorSetIdProto) and message.domain == "ai.onnx":
        del fields["domain"]
    elif isinstance(message, onnx.AttributeProto):
        finish_attribute(message, fields)
    return fields


def finish_attribute(attribute, fields):
    present = [name for name in ATTRIBUTE_TYPE_OF_FIELD if fields.get(name)]
    if present and not attribute.type:
        fields["type"] = ATTRIBUTE_TYPE_OF_FIELD[present[0]]
    for body in [fields.get("g", {}), *fields.get("graphs", [])]:
        for value in body.get("input", []):
            value.pop("type", None)


def finish_graph(graph, fields):
    fields["initializer"] = {item.name: tensor(item) for item in graph.initializer}
    fields.pop("value_info", None)
    # The interface keeps its names and order; shapes.py looks at what inference may refine.
    fields["output"] = [item.name for item in graph.output]


def tensor(message):
    fields = {
        "name": message.name,
        "doc": message.doc_string,
        "type": message.data_type,
        "dims": list(message.dims),
        "metadata": sorted((entry.key, entry.value) for entry in message.metadata_props),
    }
    if message.data_location == onnx.TensorProto.EXTERNAL:
        fields["external"] = sorted((entry.key, entry.value) for entry in message.external_data)
    elif message.data_type == onnx.TensorProto.STRING:
        fields["strings"] = list(message.string_data)
    elif message.data_type != onnx.TensorProto.UNDEFINED:
        fields["bytes"] = numpy_helper.to_array(message).tobytes()
    known = {"name", "doc_string", "data_type", "dims", "metadata_props", "data_location", "external_data"}
    for field, value in message.ListFields():
        if field.name not in known and field.name not in DATA_FIELDS:
            fields[field.name] = str(value)
    return fields


def difference(before, after, path=""):
    """The first place in which two normal values differ, in words; None where there is none."""
    if type(before) is not type(after):
        return f"{path}: {shown(before)} became {shown(after)}"
    if isinstance(before, dict):
        for key in sorted(before.keys() | after.keys()):
            if key not in after:
                return f"{path}.{key} is gone: {shown(before[key])}"
            if key not in before:
                return f"{path}.{key} is new: {shown(after[key])}"
            inner = difference(before[key], after[key], f"{path}.{key}")
            if inner:
                return inner
        return None
    if isinstance(before, list):
        if len(before) != len(after):
            return f"{path}: {len(before)} became {len(after)}"
        for i, (a, b) in enumerate(zip(before, after)):
            inner = difference(a, b, f"{path}[{i}]")
            if inner:
                return inner
        return None
    return None if before == after else f"{path}: {shown(before)} became {shown(after)}"


def shown(value):
    text = repr(value)
    return text if len(text) < 80 else f"{text[:77]}..."
