"""MicroGPT in PyTorch, one line in, one line out: "run 10", "peak", "quit". Argument: a mode and a shape."""

import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

MODE = sys.argv[1]
SHAPE = json.loads(sys.argv[2])
L, H, C, T, B, V = (SHAPE[k] for k in ("layers", "heads", "embed", "block", "batch", "vocabulary"))
torch.set_num_threads(SHAPE["threads"])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(C, bias=False)
        self.attn = nn.Linear(C, 3 * C, bias=False)
        self.proj = nn.Linear(C, C, bias=False)
        self.ln_2 = nn.LayerNorm(C, bias=False)
        self.fc = nn.Linear(C, 4 * C, bias=False)
        self.out = nn.Linear(4 * C, C, bias=False)

    def forward(self, x):
        b, t, c = x.shape
        parts = self.attn(self.ln_1(x)).split(C, dim=2)
        q, k, v = (part.view(b, t, H, C // H).transpose(1, 2) for part in parts)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).contiguous().view(b, t, c))
        return x + self.out(F.gelu(self.fc(self.ln_2(x))))


class MicroGPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(V, C)
        self.wpe = nn.Embedding(T, C)
        self.blocks = nn.ModuleList(Block() for _ in range(L))
        self.ln_f = nn.LayerNorm(C, bias=False)
        self.head = nn.Linear(C, V, bias=False)
        self.head.weight = self.wte.weight
        for name, p in self.named_parameters():
            if p.dim() == 2:
                residual = name.endswith(("proj.weight", "out.weight"))
                nn.init.normal_(p, 0, 0.02 / math.sqrt(2 * L) if residual else 0.02)

    def forward(self, x, y):
        h = self.wte(x) + self.wpe(torch.arange(T))
        for block in self.blocks:
            h = block(h)
        return F.cross_entropy(self.head(self.ln_f(h)).view(-1, V), y.view(-1))


torch.manual_seed(1)
model = MicroGPT()
groups = [
    {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
    {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=MODE == "fused")
step_model = torch.compile(model) if MODE == "compile" else model
tokens = torch.randint(V, (100_000,))


def step():
    starts = torch.randint(len(tokens) - T - 1, (B,))
    x = torch.stack([tokens[i : i + T] for i in starts])
    y = torch.stack([tokens[i + 1 : i + 1 + T] for i in starts])
    loss = step_model(x, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


def peak(size=1024, rounds=20):
    a, b = torch.randn(size, size), torch.randn(size, size)
    best = math.inf
    for _ in range(rounds):
        began = time.perf_counter()
        torch.mm(a, b)
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best / 1e9


step()
print(json.dumps({"ready": f"torch {torch.__version__}"}), flush=True)
for line in sys.stdin:
    command, *rest = line.split()
    if command == "quit":
        break
    if command == "peak":
        print(json.dumps({"gflops": peak()}), flush=True)
        continue
    count = int(rest[0])
    began = time.perf_counter()
    for _ in range(count):
        loss = step()
    print(json.dumps({"ms": (time.perf_counter() - began) * 1e3 / count, "loss": loss}), flush=True)
