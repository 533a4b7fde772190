"""MicroGPT in PyTorch, one line in, one line out: "run 10", "peak", "quit". Argument: a mode and a shape."""

import json
import math
import sys
import time

import torch
from micro_gpt import MicroGPT, adam_w

MODE = sys.argv[1]
SHAPE = json.loads(sys.argv[2])
T, B, V = (SHAPE[key] for key in ("block", "batch", "vocabulary"))
torch.set_num_threads(SHAPE["threads"])
torch.manual_seed(1)
model = MicroGPT(SHAPE)
optimizer = adam_w(model, 1e-3, fused=MODE == "fused")
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
