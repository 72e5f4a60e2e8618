"""The reference models as PyTorch has them, for gpu.py --torch: what make_reference_models.py would export."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Pipelines/models"))
import make_reference_models as reference

SEQUENCE = 128


def model(name):
    made = []
    reference.torchscript_export = lambda model, *rest, **more: made.append(model)
    getattr(reference, name)(None)
    return made[0]


def inputs(name, batch):
    import torch

    if name == "resnet50": return [torch.randn(batch, 3, 224, 224)]
    if name == "deep_recommend": return [torch.randn(batch, 64), torch.randint(0, 1000, (batch, 32))]
    ids = torch.randint(0, 1000, (batch, SEQUENCE))
    return [ids, torch.ones_like(ids), torch.zeros_like(ids)]
