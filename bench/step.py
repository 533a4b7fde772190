"""The training step against eager PyTorch, two threads each, in rounds that alternate.

Every side draws its batch, runs forward, backward and AdamW and reads the loss, at every step.
PyTorch is taken from FORKPOINT_TORCH_PYTHON (a Python that has it), else from this Python; without it
only Forkpoint's own rows are measured. Arguments: small, large; a number of rounds.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SHAPES = {
    "small": dict(layers=4, heads=4, embed=128, block=64, batch=12, vocabulary=65, threads=2),
    "large": dict(layers=6, heads=6, embed=384, block=128, batch=8, vocabulary=65, threads=2),
}
ROUNDS = {"small": (60, 5), "large": (20, 2)}


class Worker:
    """A process that trains on request."""

    def __init__(self, name, command, env):
        self.name = name
        # Our own compiled extension modules of earlier runs must not count as a first step.
        self.process = subprocess.Popen(
            command,
            env=os.environ | env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.rounds = []
        self.answer()

    def answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError(f"{self.name} ended")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def torch_python():
    python = os.environ.get("FORKPOINT_TORCH_PYTHON", sys.executable)
    found = subprocess.run([python, "-c", "import torch"], capture_output=True)
    return python if found.returncode == 0 else None


def start(shape):
    text = json.dumps(shape)
    ours = ["node", str(HERE / "step/forkpoint_worker.mjs")]
    commands = {}
    if python := torch_python():
        theirs = [python, str(HERE / "pytorch/step_worker.py")]
        commands["torch eager"] = [*theirs, "eager", text]
        commands["torch fused AdamW"] = [*theirs, "fused", text]
        commands["torch.compile"] = [*theirs, "compile", text]
    else:
        print("  PyTorch is not importable: no ratios. Set FORKPOINT_TORCH_PYTHON to a Python that has it.")
    for name in ("session compiled", "bare compiled", "bare eager"):
        commands[name] = [*ours, *name.split(), text]
    if shape["embed"] <= 128:
        # Where the native backend cannot be had; larger shapes would take minutes.
        commands["bare wasm"] = [*ours, "bare", "eager", text]
    workers = []
    for name, command in commands.items():
        env = {"FORKPOINT_BACKEND": "wasm"} if name == "bare wasm" else {}
        try:
            workers.append(Worker(name, command, env))
        except RuntimeError as error:
            print(f"  left out: {error}")
    return workers


def flops(shape):
    """Multiplications and additions of a step's matrix products: three for each weight's forward two."""
    tokens = shape["batch"] * shape["block"]
    weights = shape["layers"] * 12 * shape["embed"] ** 2 + shape["vocabulary"] * shape["embed"]
    attention = shape["layers"] * 4 * shape["block"] * shape["embed"]
    return 3 * tokens * (2 * weights + attention)


def measure(name, rounds):
    shape = SHAPES[name]
    count, steps = ROUNDS[name]
    count = rounds or count
    workers = start(shape)
    for worker in workers:
        worker.ask(f"run {steps}")
    peaks = {}
    for worker in workers:
        if worker.name in ("torch eager", "bare compiled"):
            peaks[worker.name] = worker.ask("peak")["gflops"]
    for _ in range(count):
        for worker in workers:
            worker.rounds.append(worker.ask(f"run {steps}")["ms"])
    print(f"  {name}: {shape}")
    for title, figure in peaks.items():
        print(f"  matmul peak (1024, best of 20) of {title}: {figure:.0f} GFLOP/s")
    base = next((worker for worker in workers if worker.name == "torch eager"), None)
    for worker in workers:
        values = sorted(worker.rounds)
        median = statistics.median(values)
        line = f"  {worker.name:18} median {median:7.2f} ms  best {values[0]:7.2f}"
        line += f"  {flops(shape) / median / 1e6:5.0f} GFLOP/s"
        if base:
            pairs = sorted(ours / theirs for ours, theirs in zip(worker.rounds, base.rounds))
            low, high = pairs[len(pairs) // 4], pairs[3 * len(pairs) // 4]
            line += f"  ratio {statistics.median(pairs):.2f} (middle half {low:.2f} to {high:.2f})"
            line += f"  of bests {values[0] / min(base.rounds):.2f}"
        print(f"{line}  n={len(values)} rounds of {steps}", flush=True)
    for worker in workers:
        worker.close()


def main():
    asked = sys.argv[1:]
    rounds = next((int(word) for word in asked if word.isdigit()), None)
    for name in [word for word in asked if word in SHAPES] or SHAPES:
        measure(name, rounds)


main()
