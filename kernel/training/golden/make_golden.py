"""Writes pytorch.json: what PyTorch makes of the ops and of the model that Forkpoint ships.

python kernel/training/golden/make_golden.py    needs torch; run it again when an op is added.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_num_threads(1)
LAYERS, HEADS, EMBED, BLOCK, BATCH, VOCABULARY = 2, 2, 16, 8, 3, 11
STEPS, LEARNING_RATE, WEIGHT_DECAY, BETAS = 50, 1e-3, 0.1, (0.9, 0.99)


def plain(tensor):
    """Shape and values, each value as short as float32 allows."""
    values = tensor.detach().reshape(-1).tolist()
    return {
        "shape": list(tensor.shape),
        "values": [float(f"{value:.8g}") if isinstance(value, float) else value for value in values],
    }


def mask(time):
    return torch.triu(torch.full((time, time), -1e9), 1)


OPS = {
    "matMul": ([(6, 8), (8, 5)], lambda a, b: a @ b),
    "matMul transposed": ([(6, 8), (5, 8)], lambda a, b: a @ b.T),
    "batched matMul transposed": ([(2, 2, 8, 4), (2, 2, 8, 4)], lambda a, b: a @ b.transpose(-1, -2)),
    "add with broadcasting": ([(3, 8, 16), (8, 16)], lambda a, b: a + b),
    "mul with broadcasting": ([(24, 16), (16,)], lambda a, b: a * b),
    "mul by a number": ([(24, 16)], lambda a: a * 0.25),
    "mean and square": ([(24, 16)], lambda a: (a - a.mean(-1, keepdim=True)).square().mean(-1, keepdim=True)),
    "rsqrt": ([(24, 1)], lambda a: torch.rsqrt(a.square() + 1e-5)),
    "layer norm": ([(24, 16), (16,)], lambda a, w: F.layer_norm(a, (16,), w, eps=1e-5)),
    "gelu": ([(24, 64)], F.gelu),
    "masked softmax": ([(2, 2, 8, 8)], lambda a: F.softmax(a + mask(8), -1)),
    "gather": ([(11, 16)], lambda a: a[torch.tensor([3, 1, 3, 0, 10, 3])]),
    "slice": ([(8, 16)], lambda a: a[:5]),
    "split and transpose": (
        [(24, 48)],
        lambda a: torch.cat([p.view(3, 8, 2, 8).transpose(1, 2) for p in a.split(16, 1)], -1),
    ),
    "cross-entropy": ([(24, 11)], lambda a: F.cross_entropy(a, torch.arange(24) % 11).reshape(1)),
}


def op_case(name, shapes, function):
    inputs = [torch.randn(shape, requires_grad=True) for shape in shapes]
    output = function(*inputs)
    upstream = torch.randn(output.shape)
    gradients = torch.autograd.grad((output * upstream).sum(), inputs)
    return {
        "name": name,
        "inputs": [plain(x) for x in inputs],
        "upstream": plain(upstream),
        "output": plain(output),
        "gradients": [plain(g) for g in gradients],
    }


def parameters():
    """In Forkpoint's order; matrices are [in, out]."""
    residual = 0.1 / math.sqrt(2 * LAYERS)
    found = [torch.randn(VOCABULARY, EMBED) * 0.1, torch.randn(BLOCK, EMBED) * 0.1]
    for _ in range(LAYERS):
        found += [
            1 + 0.1 * torch.randn(EMBED),
            torch.randn(EMBED, 3 * EMBED) * 0.1,
            torch.randn(EMBED, EMBED) * residual,
            1 + 0.1 * torch.randn(EMBED),
            torch.randn(EMBED, 4 * EMBED) * 0.1,
            torch.randn(4 * EMBED, EMBED) * residual,
        ]
    return [p.requires_grad_() for p in [*found, 1 + 0.1 * torch.randn(EMBED)]]


def loss_of(weights, x, y):
    weights = iter(weights)
    table, positions = next(weights), next(weights)
    h = table[x] + positions
    for _ in range(LAYERS):
        ln_1, attn, proj, ln_2, fc, out = (next(weights) for _ in range(6))
        parts = (F.layer_norm(h, (EMBED,), ln_1) @ attn).split(EMBED, 2)
        q, k, v = (p.view(BATCH, BLOCK, HEADS, EMBED // HEADS).transpose(1, 2) for p in parts)
        y_ = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + y_.transpose(1, 2).reshape(BATCH, BLOCK, EMBED) @ proj
        h = h + F.gelu(F.layer_norm(h, (EMBED,), ln_2) @ fc) @ out
    logits = F.layer_norm(h, (EMBED,), next(weights)) @ table.T
    return F.cross_entropy(logits.view(-1, VOCABULARY), y.reshape(-1))


def model_case():
    weights = parameters()
    start = [plain(p) for p in weights]
    text = torch.arange(400) ** 2 % VOCABULARY
    batches, losses, gradients = [], [], None
    groups = [
        {"params": [p for p in weights if p.dim() > 1], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in weights if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=BETAS, eps=1e-8)
    for step in range(STEPS):
        starts = [(step * 37 + row * 101) % (len(text) - BLOCK - 1) for row in range(BATCH)]
        x = torch.stack([text[i : i + BLOCK] for i in starts])
        y = torch.stack([text[i + 1 : i + 1 + BLOCK] for i in starts])
        batches.append({"inputs": x.reshape(-1).tolist(), "targets": y.reshape(-1).tolist()})
        loss = loss_of(weights, x, y)
        optimizer.zero_grad()
        loss.backward()
        if gradients is None:
            gradients = [plain(p.grad) for p in weights]
        optimizer.step()
        losses.append(loss.item())
    return {
        "config": {"layers": LAYERS, "heads": HEADS, "embed": EMBED, "block": BLOCK, "dropout": 0},
        "vocabulary": VOCABULARY,
        "batchSize": BATCH,
        "optimizer": {
            "learningRate": LEARNING_RATE,
            "weightDecay": WEIGHT_DECAY,
            "beta1": BETAS[0],
            "beta2": BETAS[1],
        },
        "weights": start,
        "batches": batches,
        "gradients": gradients,
        "losses": losses,
    }


golden = {
    "torch": torch.__version__,
    "ops": [op_case(name, shapes, function) for name, (shapes, function) in OPS.items()],
    "model": model_case(),
}
path = Path(__file__).parent / "pytorch.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes by torch {torch.__version__}")
