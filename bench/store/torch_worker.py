"""What PyTorch's users save, load and log with, one thing a process."""

import json
import os
import sys
import time
from pathlib import Path

import torch


def tensors(shape, seed):
    torch.manual_seed(seed)
    state, embed = {}, shape["embed"]
    for group in ("model", "m", "v"):
        for layer in range(shape["layers"]):
            for name, size in (("c_attn", (3 * embed, embed)), ("c_proj", (embed, embed)), ("c_fc", (4 * embed, embed)), ("c_out", (embed, 4 * embed))):  # fmt: skip
                state[f"{group}.h.{layer}.{name}"] = torch.randn(size)
    return state


def synced(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def saving(side, folder, shape):
    state = tensors(shape, 1)
    file = folder / "state"
    if side == "orbax":
        import orbax.checkpoint as ocp

        saver = ocp.PyTreeCheckpointer()
        arrays = {name: tensor.numpy() for name, tensor in state.items()}
        return lambda round: saver.save(folder / f"orbax-{round}", arrays, force=True)
    if side.startswith("safetensors"):
        from safetensors.torch import save_file

        return lambda round: (save_file(state, file), synced(file))
    return lambda round: (torch.save(state, file), synced(file))


def loading(folder, shape):
    file = folder / "state"
    torch.save(tensors(shape, 1), file)
    return lambda round: torch.load(file, weights_only=True)


def logging(side, folder):
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(folder)

    def act(round):
        for step in range(200):
            for name in ("train_loss", "validation_loss", "learning_rate", "step_ms"):
                writer.add_scalar(name, 1 / (step + 1), round * 200 + step)
            if not side.endswith("at the end"):
                writer.flush()
        writer.flush()

    return act


def peak():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024


def main():
    folder = Path(sys.argv[1])
    first = json.loads(sys.stdin.readline())
    what, side = first["what"], first["side"]
    times = 1
    try:
        if what.startswith("save"):
            act = saving(side, folder, first)
        elif what.startswith("restore"):
            act = loading(folder, first)
        else:
            act, times = logging(side, folder), 200
    except ImportError as error:
        return print(json.dumps({"missing": str(error)}), flush=True)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        act(json.loads(line)["round"])
        elapsed = (time.perf_counter() - began) * 1e3 / times
        print(json.dumps({"ms": elapsed, "peakMiB": peak()}), flush=True)


main()
