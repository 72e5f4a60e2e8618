#!/usr/bin/env python3
"""Writes the operator lines of Sources/IngotGraph/Operators from the onnx and onnxruntime packages.

    operators.py           write the files
    operators.py --check   say which files differ, exit 1 if any do

The form of a line is specified in OperatorLines.swift. Operators that ONNX Runtime alone knows in the standard domain
have the flag `onnxruntime`.
"""

import os
import sys

import numpy
import onnx
import onnxruntime.capi.onnxruntime_pybind11_state as runtime
from onnx import defs

FOLDER = os.path.join(os.path.dirname(__file__), "../../Sources/IngotGraph/Operators")
WIDTH = 112

# Names for types that go together; a set is written with as few words as it can be.
GROUPS = {
    "floats": ["float16", "float", "double"],
    "ints": ["int8", "int16", "int32", "int64"],
    "uints": ["uint8", "uint16", "uint32", "uint64"],
    "complexes": ["complex64", "complex128"],
    "float8s": ["float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz"],
    "float6s": ["float6e2m3", "float6e3m2"],
    "int4s": ["int4", "uint4"],
    "int2s": ["int2", "uint2"],
}
# Ingot's names of element types, where ONNX's are other words.
WORDS = {"float": "float32", "double": "float64"}
LETTERS = {"FLOAT": "f", "INT": "i", "STRING": "s", "TENSOR": "t", "GRAPH": "g", "TYPE_PROTO": "p", "SPARSE_TENSOR": "z"}

# Files: name of the constant, words for its comment, domain, first letters.
FILES = [
    ("standardAToC", "the standard domain, A to C", "", "ABC"),
    ("standardDToG", "the standard domain, D to G", "", "DEFG"),
    ("standardHToM", "the standard domain, H to M", "", "HIJKLM"),
    ("standardNToR", "the standard domain, N to R", "", "NOPQR"),
    ("standardSToZ", "the standard domain, S to Z", "", "STUVWXYZ"),
    ("machineLearning", "ai.onnx.ml", "ai.onnx.ml", None),
    ("preview", "ai.onnx.preview", "ai.onnx.preview", None),
    ("previewTraining", "ai.onnx.preview.training", "ai.onnx.preview.training", None),
    ("microsoft", "com.microsoft, of ONNX Runtime", "com.microsoft", None),
    ("microsoftBlocked", "com.microsoft.nchwc, of ONNX Runtime", "com.microsoft.nchwc", None),
]


def type_words(types):
    """`floats,bfloat16,seq(ints)` for ["tensor(float16)", …]."""
    kinds = {}
    for text in types:
        kind, element = "", text
        for prefix in ["optional(seq(tensor(", "optional(tensor(", "seq(tensor(", "tensor(", "sparse_tensor("]:
            if text.startswith(prefix):
                kind = prefix.replace("tensor(", "") if prefix != "sparse_tensor(" else "sparse("
                element = text[len(prefix) :].rstrip(")")
                break
        else:
            kind = "other"
        kinds.setdefault(kind, set()).add(element)
    words = []
    for kind in sorted(kinds):
        names = kinds[kind]
        if kind == "other":
            words += sorted(name.replace(" ", "").replace("float", "float32").replace("double", "float64") for name in names)
            continue
        inner = []
        for group, members in GROUPS.items():
            if names.issuperset(members):
                inner.append(group)
                names = names - set(members)
        inner += sorted(WORDS.get(name, name) for name in names)
        text = ",".join(inner)
        words.append(text if kind == "" else kind.replace("optional", "opt") + text + ")" * kind.count("("))
    return ",".join(words)


def parameter_words(parameters, minimum, constraints):
    words = []
    for index, parameter in enumerate(parameters):
        option = str(parameter.option).split(".")[-1]
        type_text = getattr(parameter, "type_str", None) or parameter.typeStr
        homogeneous = getattr(parameter, "is_homogeneous", None)
        if homogeneous is None:
            homogeneous = parameter.isHomogeneous
        suffix = {"Single": "", "Optional": "?", "Variadic": "*"}[option]
        if option == "Variadic":
            least = max(minimum - index, 0)
            suffix = "*" + (str(least) if least != 1 else "") + ("" if homogeneous else "~")
        if type_text not in constraints:
            type_text = type_words([type_text])
        words.append(f"{parameter.name.replace('...', '')}{suffix}:{type_text}")
    return " ".join(words)


def default_text(value):
    """`=1`, `=[0,2]`; empty where there is none."""
    if value is None or value.type == 0:
        return ""
    def number(x):
        text = str(numpy.float32(x))
        return text[:-2] if text.endswith(".0") else text
    kinds = onnx.AttributeProto
    if value.type == kinds.FLOAT:
        return "=" + number(value.f)
    if value.type == kinds.INT:
        return f"={value.i}"
    if value.type == kinds.STRING:
        return "=" + value.s.decode()
    lists = {kinds.INTS: map(str, value.ints), kinds.FLOATS: map(number, value.floats),
             kinds.STRINGS: (s.decode() for s in value.strings)}
    if value.type not in lists:
        return ""
    return "=[" + ",".join(lists[value.type]) + "]"


def attribute_words(attributes):
    words = []
    for name in sorted(attributes):
        attribute = attributes[name]
        kind = str(attribute.type).split(".")[-1]
        letter = LETTERS[kind[:-1]] + "[]" if kind[:-1] in LETTERS else LETTERS[kind]
        if hasattr(attribute, "default_value"):
            value = attribute.default_value
        else:
            value = onnx.AttributeProto.FromString(attribute._default_value)
        default = default_text(value)
        assert not set(default) & set(" |\\\""), (name, default)
        words.append(f"{name}:{letter}{'!' if attribute.required else ''}{default}")
    return " ".join(words)


def operator_fields(schema):
    constraints = {c.type_param_str: c for c in schema.type_constraints}
    used = {getattr(p, "type_str", None) or p.typeStr for p in list(schema.inputs) + list(schema.outputs)}
    return [
        parameter_words(schema.inputs, schema.min_input, constraints),
        parameter_words(schema.outputs, schema.min_output, constraints),
        " ".join(f"{name}={type_words(constraints[name].allowed_type_strs)}" for name in sorted(used & set(constraints))),
        attribute_words(schema.attributes),
    ]


def check_counts(schema):
    """The counts that the parameters imply, which the lines do not repeat, are those of the schema."""
    for parameters, least, most in [(schema.inputs, schema.min_input, schema.max_input),
                                    (schema.outputs, schema.min_output, schema.max_output)]:
        low, high = 0, len(parameters)
        for index, word in enumerate(parameter_words(parameters, least, {}).split(" ") if parameters else []):
            mark = word.split(":")[0]
            if "*" in mark:
                count = mark.split("*")[1].rstrip("~")
                low, high = index + int(count or 1), 2**31 - 1
            elif not mark.endswith("?"):
                low = index + 1
        assert (low, high) == (least, most), (schema.name, schema.since_version, low, high, least, most)


def flags(schema, is_foreign):
    words = []
    if schema.deprecated:
        words.append("deprecated")
    if getattr(schema, "has_function", False) or getattr(schema, "has_context_dependent_function", False):
        words.append("function")
    return words + (["onnxruntime"] if is_foreign else [])


def all_schemas():
    """(domain, name) to its versions, each (since, flags, fields)."""
    found = {}
    for schema in defs.get_all_schemas_with_history():
        found[schema.domain, schema.name, schema.since_version] = (schema, False)
    for schema in runtime.get_all_operator_schema():
        if schema.domain in ("", "com.microsoft", "com.microsoft.nchwc"):
            found.setdefault((schema.domain, schema.name, schema.since_version), (schema, schema.domain == ""))
    operators = {}
    for (domain, name, since), (schema, is_foreign) in sorted(found.items()):
        check_counts(schema)
        versions = operators.setdefault((domain, name), [])
        versions.append((since, flags(schema, is_foreign), operator_fields(schema)))
    return operators


def wrapped(line):
    """Lines of at most WIDTH characters; those after the first are indented."""
    lines, current = [], ""
    for word in line.split(" "):
        if current and len(current) + 1 + len(word) > WIDTH:
            lines.append(current)
            current = "  " + word
        else:
            current = f"{current} {word}" if current else word
    # One word may be longer than a line: a set of types. It is cut after a comma.
    result = []
    for text in lines + [current]:
        while len(text) > WIDTH:
            cut = text.rfind(",", 0, WIDTH) + 1
            result.append(text[:cut])
            text = "  " + text[cut:]
        result.append(text)
    return result


def operator_lines(name, versions):
    lines, previous = [], None
    for since, words, fields in versions:
        shown = [("^" if previous and old == new and new else new) for old, new in zip(previous or fields, fields)] \
            if previous else fields
        text = " ".join([name, str(since)] + words) + " | " + " | ".join(shown)
        while text.endswith(" | "):
            text = text[:-3]
        lines += wrapped(" ".join(text.split()))
        previous = fields
    return lines


def file_text(constant, words, domain, letters, operators):
    lines = []
    for (found, name), versions in sorted(operators.items()):
        if found == domain and (letters is None or name[0] in letters):
            lines += operator_lines(name, versions)
    body = "\n".join("    " + line for line in lines)
    return f'''// Operators of {words}. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {{
  static let {constant} = """
{body}
    """
}}
'''


def main():
    operators, different = all_schemas(), []
    covered = sum(len(file_lines) for file_lines in operators.values())
    for constant, words, domain, letters in FILES:
        name = "Operators" + constant[0].upper() + constant[1:] + ".swift"
        path = os.path.join(FOLDER, name)
        text = file_text(constant, words, domain, letters, operators)
        old = open(path).read() if os.path.exists(path) else ""
        if old != text:
            different.append(name)
            if "--check" not in sys.argv:
                with open(path, "w") as file:
                    file.write(text)
    verb = "differ from" if "--check" in sys.argv else "written from"
    print(f"{covered} operator versions; {len(different)} files {verb} onnx {onnx.__version__}: {' '.join(different)}")
    sys.exit(1 if different and "--check" in sys.argv else 0)


main()
