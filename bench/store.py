"""The store against what others save with, in rounds that alternate.

PyTorch (with safetensors, tensorboard and orbax, as far as they are there) is taken from
FORKPOINT_TORCH_PYTHON, else from this Python; what it lacks is left out, by name. Arguments: names of
measurements; a number of rounds.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SHAPES = {"0.8 M": {"layers": 4, "embed": 128}, "25 M": {"layers": 4, "embed": 720}}
ROUNDS = {"0.8 M": 21, "25 M": 7}
SIDES = {
    "save": ("forkpoint", "torch.save + fsync", "safetensors + fsync", "orbax"),
    "save one layer of four": ("forkpoint", "torch.save + fsync"),
    "restore, verified": ("forkpoint", "forkpoint, to new memory", "torch.load"),
}
OURS = {
    "a metrics row to the system": ("forkpoint", "SummaryWriter, flushed"),
    "a metrics row to the system, in a run": ("forkpoint", "SummaryWriter, flushed", "SummaryWriter, at the end"),
    "1,000 rows out of 1 M": ("forkpoint", "forkpoint, whole file"),
    "1 M rows to 2,000 pixels": ("forkpoint",),
    "open, 10,000 checkpoints, 1,000 sessions": ("forkpoint",),
}
GOALS = {
    ("save", "0.8 M"): "0.80 of torch.save", ("save", "25 M"): "0.80 of torch.save",
    ("restore, verified", "0.8 M"): "0.80 of torch.load",
    ("restore, verified", "25 M"): "1.00 of torch.load",
    ("a metrics row to the system", ""): "0.25 of SummaryWriter",
    ("a metrics row to the system, in a run", ""): "0.25 of SummaryWriter",
    ("1 M rows to 2,000 pixels", ""): "20 ms",
    ("open, 10,000 checkpoints, 1,000 sessions", ""): "100 ms",
}  # fmt: skip


class Worker:
    """A process that does one thing on request and says how long it took."""

    def __init__(self, command, folder):
        self.process = subprocess.Popen(
            [*command, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError(self.process.stderr.read()[-2000:])

    def close(self):
        self.process.stdin.close()
        self.process.wait(120)


def torch_python():
    python = os.environ.get("FORKPOINT_TORCH_PYTHON", sys.executable)
    found = subprocess.run([python, "-c", "import torch"], capture_output=True)
    if found.returncode == 0:
        return python
    print("  PyTorch is not importable: no ratios. Set FORKPOINT_TORCH_PYTHON to a Python that has it.")
    return None


def compare(what, size, sides, rounds, python, folder):
    """Each side in a process of its own, one after the other in every round."""
    workers, times, peaks = {}, {}, {}
    shape = SHAPES.get(size, {})
    for side in sides:
        ours = side.startswith("forkpoint")
        if not ours and python is None:
            continue
        command = ["node", str(HERE / "store/forkpoint_worker.mjs")] if ours else [python, str(HERE / "store/torch_worker.py")]
        place = Path(folder) / f"{len(os.listdir(folder))}"
        place.mkdir()
        worker = Worker(command, str(place))
        ready = worker.ask(what=what, side=side, **shape)
        if "missing" in ready:
            print(f"  left out: {side}: {ready['missing']}")
            worker.close()
            continue
        workers[side], times[side] = worker, []
    for round in range(rounds + 1):
        for side, worker in workers.items():
            answer = worker.ask(round=round)
            if round > 0:
                times[side].append(answer["ms"])
                peaks[side] = answer["peakMiB"]
    base = next((side for side in times if not side.startswith("forkpoint")), None) or list(times)[-1]
    goal = GOALS.get((what, size))
    print(f"  {what} {size} {'(goal ' + goal + ')' if goal else ''}")
    for side, values in times.items():
        pairs = sorted(a / b for a, b in zip(values, times[base]))
        low, high = pairs[len(pairs) // 4], pairs[3 * len(pairs) // 4]
        ratio = f"ratio {statistics.median(pairs):.2f} (middle half {low:.2f} to {high:.2f})"
        line = f"    {side:24} median {statistics.median(values):9.2f} ms  best {min(values):9.2f}"
        print(f"{line}  {ratio if side != base else '':42} peak {peaks[side]:6.0f} MiB  n={len(values)}", flush=True)
    for worker in workers.values():
        worker.close()


def main():
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    asked = [word for word in sys.argv[1:] if not word.isdigit()]
    python = torch_python()
    folder = tempfile.mkdtemp(prefix="forkpoint-bench-")
    chosen = lambda what: not asked or any(word in what for word in asked)  # noqa: E731
    try:
        for what, sides in SIDES.items():
            for size in SHAPES:
                if chosen(what):
                    compare(what, size, sides, numbers[0] if numbers else ROUNDS[size], python, folder)
        for what, sides in OURS.items():
            if chosen(what):
                compare(what, "", sides, numbers[0] if numbers else 15, python, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
