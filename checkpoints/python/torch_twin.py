#!/usr/bin/env python3
"""A MicroGPT that Forkpoint exported, as a PyTorch module.

    python torch_twin.py FOLDER TOKEN ...     print the logits after each token, as JSON
    python torch_twin.py --golden FOLDER OUT  what Forkpoint's tests compare themselves with

FOLDER is what `forkpoint export --model NAME` wrote. `load(FOLDER)` gives the module, and
`save(model, FILE)` writes its weights so that `forkpoint import --model` takes them in again.

Names are nanoGPT's. Matrices are PyTorch's [out, in]; inside Forkpoint they are [in, out]. There are
no biases; GELU is the exact one; the output is the token table again.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, embed, heads):
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(embed, 3 * embed, bias=False)
        self.c_proj = nn.Linear(embed, embed, bias=False)

    def forward(self, x):
        batch, time, embed = x.shape
        q, k, v = (
            part.view(batch, time, self.heads, embed // self.heads).transpose(1, 2)
            for part in self.c_attn(x).split(embed, dim=2)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(y.transpose(1, 2).reshape(batch, time, embed))


class Mlp(nn.Module):
    def __init__(self, embed):
        super().__init__()
        self.c_fc = nn.Linear(embed, 4 * embed, bias=False)
        self.c_proj = nn.Linear(4 * embed, embed, bias=False)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, embed, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(embed, bias=False)
        self.attn = Attention(embed, heads)
        self.ln_2 = nn.LayerNorm(embed, bias=False)
        self.mlp = Mlp(embed)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class MicroGPT(nn.Module):
    def __init__(self, layers, heads, embed, block, vocabulary, dropout=0):
        super().__init__()
        self.transformer = nn.ModuleDict(
            dict(
                wte=nn.Embedding(vocabulary, embed),
                wpe=nn.Embedding(block, embed),
                h=nn.ModuleList(Block(embed, heads) for _ in range(layers)),
                ln_f=nn.LayerNorm(embed, bias=False),
            )
        )

    def forward(self, tokens):
        t = self.transformer
        x = t.wte(tokens) + t.wpe(torch.arange(tokens.shape[1]))
        for block in t.h:
            x = block(x)
        return F.linear(t.ln_f(x), t.wte.weight)


def load(folder):
    """The module with the weights of an exported folder."""
    about = json.loads((Path(folder) / "model.json").read_text())
    if about["format"] != "forkpoint-model-1" or about["model_kind"] != "micro-gpt":
        sys.exit(f"{folder} holds no MicroGPT that Forkpoint exported")
    config = about["model_config"]
    model = MicroGPT(**config["config"], vocabulary=config["vocabulary"])
    model.load_state_dict(load_file(Path(folder) / "model.safetensors"), strict=True)
    return model.eval()


def save(model, file):
    """Writes the weights for Forkpoint."""
    save_file(model.state_dict(), file, metadata={"format": "pt"})


def logits(model, tokens):
    with torch.no_grad():
        return model(torch.tensor([tokens]))[0].tolist()


def golden(folder, out):
    """Logits of the given weights, and other weights made here with their logits."""
    model = load(folder)
    tokens = [0, 1, 2, 3, 4, 0]
    given = logits(model, tokens)
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    Path(out).mkdir(exist_ok=True)
    save(model, Path(out) / "made-by-torch.safetensors")
    values = {"torch": torch.__version__, "tokens": tokens, "given": given, "made": logits(model, tokens)}
    (Path(out) / "torch-twin.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        golden(*sys.argv[2:])
    else:
        print(json.dumps(logits(load(sys.argv[1]), [int(word) for word in sys.argv[2:]])))
