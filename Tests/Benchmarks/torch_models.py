"""The models as PyTorch has them, for gpu.py --torch: what make_reference_models.py and train_digits.py would export. The digits nets are
as they begin, not trained: their speed is asked, and it does not depend on what their weights say."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Pipelines/models"))
import make_reference_models as reference

SEQUENCE = 128


def model(name):
    if name.startswith("digits"):
        import train_digits

        return {"digits": train_digits.Digits, "digits-hard": train_digits.DigitsHard}[name]()
    made = []
    reference.torchscript_export = lambda model, *rest, **more: made.append(model)
    getattr(reference, name)(None)
    if name == "bert_base": made[0].model.register_forward_pre_hook(mask_in_own_type, with_kwargs=True)
    return made[0]


def mask_in_own_type(encoder, args, kwargs):
    """The wrapper makes its mask in float32; a model in float16 takes it in float16."""
    return args, {**kwargs, "attention_mask": kwargs["attention_mask"].to(next(encoder.parameters()).dtype)}


def inputs(name, batch):
    import torch

    if name.startswith("digits"): return [torch.rand(batch, 1, 8, 8)]
    if name == "resnet50": return [torch.randn(batch, 3, 224, 224)]
    if name == "deep_recommend": return [torch.randn(batch, 64), torch.randint(0, 1000, (batch, 32))]
    ids = torch.randint(0, 1000, (batch, SEQUENCE))
    return [ids, torch.ones_like(ids), torch.zeros_like(ids)]
