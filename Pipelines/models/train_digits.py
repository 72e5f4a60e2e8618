#!/usr/bin/env python3
"""Trains the two example networks and writes the data that calibrates and judges them.

The data set is scikit-learn's bundled handwritten digits: 1797 gray images of 8x8 pixels, values 0..16, scaled here
to 0..1. A fixed stratified split keeps 360 of them out of training. Nothing is chosen by looking at those 360: the
networks are the ones of the last epoch.

    pip install torch==2.13.0                          # the CPU build is enough
    pip install scikit-learn==1.9.1 onnx==1.23.2 onnxruntime==1.31.1

    python Pipelines/models/train_digits.py            # from anywhere, about two minutes

It writes, relative to the root of the repository (or to --root DIR):

    Pipelines/models/digits.onnx          a plain CNN: Conv, BatchNormalization, Relu, MaxPool, Gemm
    Pipelines/models/digits-hard.onnx     a mobile network: depthwise convolutions, SiLU, squeeze-excite, residuals
    Calibration/digits/                   500 training images, for calibration
    Calibration/digits-eval/              the 360 held-out images with their labels, for verification

The second one is hard by its structure, the kinds of layers that need care when they are quantized; on a task this
small its accuracy survives eight bits anyway.

Both models are exported raw on purpose: batch normalization is not folded into the convolutions, constants are not
folded and shape arithmetic is left in the graph. Simplifying is the work of whoever compiles them.

The script is deterministic: fixed seeds, one thread, deterministic algorithms, no time and no path in any file. Two
runs on one machine with the versions above give the same bytes. Another kind of CPU may round differently in training
and so give other weights (the data files stay the same).
"""

import argparse
import math
import warnings
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = 20
HELD_OUT = 360
CALIBRATION_SAMPLES = 500
REQUIRED_TOP1 = 0.985
MAX_BYTES = 1_000_000


# ---- data


def load_data():
    """The fixed split: train images and labels, held-out images and labels."""
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32).reshape(-1, 1, 8, 8)
    labels = digits.target.astype(np.int64)
    train, held_out = train_test_split(
        np.arange(len(labels)), test_size=HELD_OUT, stratify=labels, random_state=SEED
    )
    return images[train], labels[train], images[held_out], labels[held_out]


def write_set(directory, description, arrays):
    """Writes a calibration set: one .npz and the set.yaml that names its arrays."""
    directory.mkdir(parents=True, exist_ok=True)
    # NumPy stamps the members of the archive with 1980-01-01, so equal arrays give equal bytes.
    np.savez_compressed(directory / "digits.npz", **arrays)
    lines = [
        "set: 1                    # format version",
        f"description: {description}",
        "source: sklearn.datasets.load_digits (UCI Optical Recognition of Handwritten Digits), "
        "written by Pipelines/models/train_digits.py",
        "arrays:                   # one per model input, first axis = samples; what is no input is labels",
    ]
    lines += [f"  {key}: {{ file: digits.npz, key: {key} }}" for key in arrays]
    (directory / "set.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


# ---- networks


def conv_bn(inputs, outputs, kernel, activation=None, stride=1, groups=1):
    """Convolution, batch normalization and, if given, an activation, under the names that they get in the graph."""
    layers = OrderedDict(
        conv=nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        bn=nn.BatchNorm2d(outputs),
    )
    if activation is not None:
        layers["act"] = activation()
    return nn.Sequential(layers)


class Digits(nn.Module):
    """A small plain CNN."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            conv_bn(1, 16, 3, nn.ReLU),
            conv_bn(16, 32, 3, nn.ReLU),
            nn.MaxPool2d(2),
            conv_bn(32, 64, 3, nn.ReLU),
            nn.MaxPool2d(2),
        )
        self.fc1 = nn.Linear(64 * 2 * 2, 128)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.3)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, image):
        x = self.features(image)
        x = x.view(x.size(0), -1)  # exports as Shape, Gather, Unsqueeze, Concat, Reshape
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


class SqueezeExcite(nn.Module):
    """Scales every channel by a gate that looks at the mean of all channels."""

    def __init__(self, channels, squeezed):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.act = nn.SiLU()
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.gate = nn.Hardsigmoid()

    def forward(self, x):
        return x * self.gate(self.fc2(self.act(self.fc1(self.avgpool(x)))))


class InvertedResidual(nn.Module):
    """Expand, depthwise, squeeze-excite, project; with a residual where the shapes allow one."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        hidden = inputs * 4
        self.expand = conv_bn(inputs, hidden, 1, nn.SiLU)
        self.dw = conv_bn(hidden, hidden, 3, nn.SiLU, stride, groups=hidden)
        self.se = SqueezeExcite(hidden, inputs // 2)
        self.project = conv_bn(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.se(self.dw(self.expand(x))))
        return x + y if self.residual else y


class DigitsHard(nn.Module):
    """A small mobile network, in the manner of MobileNetV3 and EfficientNet."""

    def __init__(self):
        super().__init__()
        self.stem = conv_bn(1, 24, 3, nn.SiLU)
        self.blocks = nn.Sequential(
            InvertedResidual(24, 24, 1),
            InvertedResidual(24, 24, 1),
            InvertedResidual(24, 40, 2),
            InvertedResidual(40, 40, 1),
            InvertedResidual(40, 40, 1),
        )
        self.head = conv_bn(40, 128, 1, nn.SiLU)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(128, 10)

    def forward(self, image):
        x = self.avgpool(self.head(self.blocks(self.stem(image))))
        return self.classifier(self.dropout(torch.flatten(x, 1)))


# ---- training


def augment(images):
    """A little rotation, scale and shift, another one for every image."""
    n = len(images)

    def uniform(limit):
        return (torch.rand(n) * 2 - 1) * limit

    angle, scale = uniform(math.radians(10)), 1 + uniform(0.1)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack([cos, -sin, uniform(0.12), sin, cos, uniform(0.12)], 1).view(n, 2, 3)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def train(net, images, labels, epochs, batch=64):
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    steps = epochs * (len(images) // batch)
    optimizer = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    net.train()
    for _ in range(epochs):
        order = torch.randperm(len(images))
        for start in range(0, len(images) - batch + 1, batch):
            chosen = order[start : start + batch]
            loss = F.cross_entropy(net(augment(images[chosen])), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    net.eval()


# ---- export


def export(net, path):
    # PRESERVE on a network in eval mode is what keeps BatchNormalization: the default mode, EVAL, folds it into the
    # convolutions. The exporter that traces (dynamo=False) is used because its graphs look like those of most
    # models in the wild: shape arithmetic, Constant nodes, names after modules.
    assert not net.training
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            net,
            (torch.zeros(2, 1, 8, 8),),
            path,
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
        )

    # Whatever says where the network was exported goes: source lines, stack traces.
    model = onnx.load(path)
    strip(model)
    del model.metadata_props[:]
    strip(model.graph)
    del model.graph.metadata_props[:]
    for node in model.graph.node:
        strip(node)
        del node.metadata_props[:]
        for attribute in node.attribute:
            strip(attribute)
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer]:
        strip(value)
        del value.metadata_props[:]

    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version <= 10, model.ir_version
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)], model.opset_import
    assert any(node.op_type == "BatchNormalization" for node in model.graph.node)
    data = model.SerializeToString(deterministic=True)
    assert len(data) < MAX_BYTES, len(data)
    path.write_bytes(data)
    return model


def strip(message):
    message.ClearField("doc_string")


# ---- the two together


def top1(logits, labels):
    return float((logits.argmax(1) == labels).mean())


def make(name, net, epochs, data, path):
    """Trains and exports one network, and checks that the file computes what the network computes."""
    train_images, train_labels, eval_images, eval_labels = data
    train(net, train_images, train_labels, epochs)
    with torch.no_grad():
        expected = net(torch.from_numpy(eval_images)).numpy()
    ours = top1(expected, eval_labels)
    assert ours >= REQUIRED_TOP1, f"{name}: top-1 is {ours:.2%}, below {REQUIRED_TOP1:.1%}"
    model = export(net, path)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (actual,) = session.run(["logits"], {"image": eval_images})

    theirs = top1(actual, eval_labels)
    print(f"{name}: {path.stat().st_size} bytes, {sum(p.numel() for p in net.parameters())} parameters")
    print(f"  top-1 on {len(eval_labels)} held out: torch {ours:.4%}, onnxruntime {theirs:.4%}")
    print(f"  largest difference of a logit: {np.abs(actual - expected).max():.2e}")
    print(f"  ops: {dict(sorted(Counter(node.op_type for node in model.graph.node).items()))}")
    assert ours == theirs, "the exported model does not classify as the network does"


def main():
    parser = argparse.ArgumentParser(description="Trains the two example networks and writes their data.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="where to write")
    root = parser.parse_args().root

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    data = train_images, train_labels, eval_images, eval_labels = load_data()
    # The split leaves the samples shuffled, so a part of a set is as representative as the whole.
    calibration, _ = train_test_split(
        np.arange(len(train_labels)), train_size=CALIBRATION_SAMPLES, stratify=train_labels, random_state=SEED
    )
    write_set(
        root / "Calibration/digits",
        f"{CALIBRATION_SAMPLES} training samples of scikit-learn's handwritten digits",
        {"image": train_images[calibration]},
    )
    write_set(
        root / "Calibration/digits-eval",
        f"{len(eval_labels)} held-out samples of scikit-learn's handwritten digits",
        {"image": eval_images, "labels": eval_labels},
    )

    models = root / "Pipelines/models"
    models.mkdir(parents=True, exist_ok=True)
    for name, network, epochs in [("digits", Digits, 60), ("digits-hard", DigitsHard, 80)]:
        torch.manual_seed(SEED)
        make(name, network(), epochs, data, models / f"{name}.onnx")


if __name__ == "__main__":
    main()
