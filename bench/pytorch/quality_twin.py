"""Trains the twin of a Forkpoint session in PyTorch: quality_twin.py FOLDER

FOLDER holds what bench/quality.mjs wrote: twin.json, and the initial weights and every batch as raw
little-endian values. Prints one JSON line: the loss of each step, and the validation loss at the end.
"""

import json
import math
import sys
from pathlib import Path

import torch
from micro_gpt import MicroGPT, adam_w

folder = Path(sys.argv[1])
twin = json.loads((folder / "twin.json").read_text())
shape, training = twin["shape"], twin["training"]
torch.set_num_threads(2)


def raw(name, dtype):
    return torch.frombuffer(bytearray((folder / name).read_bytes()), dtype=dtype)


def batches(name):
    """Rows of inputs and targets: [batches, 2, rows, block]."""
    values = raw(name, torch.int32).long()
    return values.view(-1, 2, shape["batch"], shape["block"])


def learning_rate(step):
    """nanoGPT's: a straight line up, then half a cosine down. The first step is 1."""
    highest, lowest = training["learningRate"], training["minLearningRate"]
    warm, last = training["warmupSteps"], training["decaySteps"]
    if step < warm:
        return highest * step / warm
    return lowest + 0.5 * (1 + math.cos(math.pi * (step - warm) / (last - warm))) * (highest - lowest)


model = MicroGPT(shape)
places = {
    "transformer.wte": model.wte,
    "transformer.wpe": model.wpe,
    "transformer.ln_f": model.ln_f,
}
for number, block in enumerate(model.blocks):
    at = f"transformer.h.{number}"
    places |= {
        f"{at}.ln_1": block.ln_1,
        f"{at}.attn.c_attn": block.attn,
        f"{at}.attn.c_proj": block.proj,
        f"{at}.ln_2": block.ln_2,
        f"{at}.mlp.c_fc": block.fc,
        f"{at}.mlp.c_proj": block.out,
    }
stored = raw("weights.f32", torch.float32)
with torch.no_grad():
    for entry in twin["weights"]:
        layer = places.pop(entry["name"].removesuffix(".weight"))
        values = stored[entry["from"] : entry["to"]].view(entry["shape"])
        # Forkpoint's matrices are [in, out].
        layer.weight.copy_(values.T if isinstance(layer, torch.nn.Linear) else values)
assert not places, f"no initial weights for {list(places)}"

optimizer = adam_w(
    model, training["learningRate"], training["weightDecay"], (training["beta1"], training["beta2"])
)
losses = []
for step, (x, y) in enumerate(batches("train.i32"), 1):
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step)
    loss = model(x, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
with torch.no_grad():
    validation = [model(x, y).item() for x, y in batches("validation.i32")]
print(
    json.dumps(
        {"torch": torch.__version__, "losses": losses, "validation": sum(validation) / len(validation)}
    )
)
