#!/usr/bin/env python3
"""Recompute the digests of checkpoints, without Forkpoint.

    python state_digest.py STORE [CHECKPOINT ...]

STORE is a `.forkpoint` folder; without checkpoints all of them are taken. Every digest is
recomputed from the tensors' bytes and the manifest in the packs and compared with the catalog. One
JSON line a checkpoint: {"id", "step", "recorded", "recomputed", "ok", "reasons"}. The exit status
is 0 when all agree, else 1. Needs only the standard library and `safetensors`.
"""

import argparse
import hashlib
import json
import sqlite3
import struct
import sys
from pathlib import Path

import safetensors


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Packs:
    """The pack files of a store, each read once."""

    def __init__(self, store):
        self.folder = Path(store) / "packs"
        self.known = {}
        self.moves = None

    def tensor(self, pack, entry):
        """The bytes of a tensor, also where it was moved to another pack meanwhile."""
        if not (self.folder / f"{pack}.safetensors").is_file():
            pack, entry = self.moved()[f"{pack}/{entry}"]
        stored, _ = self.read(pack)
        return bytes(stored[entry]["data"])

    def moved(self):
        """Where tensors lie that were moved, by where they lay when they were saved."""
        if self.moves is None:
            self.moves = {}
            for path in self.folder.glob("*.safetensors"):
                with path.open("rb") as file:
                    (length,) = struct.unpack("<Q", file.read(8))
                    manifest = json.loads(json.loads(file.read(length))["__metadata__"]["forkpoint"])
                for old, entry in manifest.get("moved", {}).items():
                    self.moves[old] = path.stem, entry
        return self.moves

    def read(self, pack):
        """(tensors by name, manifest) of a pack."""
        if pack not in self.known:
            content = (self.folder / f"{pack}.safetensors").read_bytes()
            tensors = dict(safetensors.deserialize(content))
            (length,) = struct.unpack("<Q", content[:8])
            metadata = json.loads(content[8 : 8 + length])["__metadata__"]
            self.known[pack] = tensors, json.loads(metadata["forkpoint"])
        return self.known[pack]


def recompute(packs, checkpoint):
    """The digest that the packs give for a checkpoint."""
    _, manifest = packs.read(checkpoint)
    state = manifest["state"]
    tensors = []
    for tensor in state["tensors"]:
        place = manifest["places"][tensor["name"]]
        tensors.append(
            {
                "name": tensor["name"],
                "dtype": tensor["dtype"],
                "shape": tensor["shape"],
                "sha256": sha256(packs.tensor(place["pack"], place["entry"])),
            }
        )
    document = {
        "format": "forkpoint-state-1",
        "step": state["step"],
        "tensors": sorted(tensors, key=lambda tensor: tensor["name"]),
        "rng": state["rng"],
        "cursor": state["cursor"],
        "blobs": state["blobs"],
        "configs": {key: sha256(text.encode()) for key, text in manifest["configs"].items()},
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode())


def damaged_blobs(store, checkpoint, packs):
    """The blobs of a checkpoint that are not what their digest says."""
    _, manifest = packs.read(checkpoint)
    for name, digest in sorted(manifest["state"]["blobs"].items()):
        path = Path(store) / "blobs" / digest
        if not path.is_file() or sha256(path.read_bytes()) != digest:
            yield name


def check(store, packs, checkpoint, step, recorded):
    """What is wrong with a checkpoint, and the digest recomputed (None if its packs are unreadable)."""
    try:
        recomputed = recompute(packs, checkpoint)
        reasons = [f"the blob {name} is damaged" for name in damaged_blobs(store, checkpoint, packs)]
        if packs.read(checkpoint)[1]["state"]["step"] != step:
            reasons.append("the pack and the catalog name different steps")
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        return None, [f"unreadable: {error!r}"]
    if recomputed != recorded:
        reasons.append("the digest is another one")
    return recomputed, reasons


def main():
    parser = argparse.ArgumentParser(description="Recompute the digests of checkpoints.")
    parser.add_argument("store", help="a .forkpoint folder")
    parser.add_argument("checkpoints", nargs="*", help="ids; all if none is given")
    options = parser.parse_args()
    catalog = Path(options.store) / "catalog.sqlite"
    db = sqlite3.connect(f"{catalog.resolve().as_uri()}?mode=ro", uri=True)
    rows = db.execute("SELECT id, step, digest FROM checkpoints ORDER BY number").fetchall()
    db.close()
    wanted = set(options.checkpoints)
    missing = wanted - {row[0] for row in rows}
    if missing:
        sys.exit(f"no such checkpoint: {', '.join(sorted(missing))}")
    packs = Packs(options.store)
    all_ok = True
    for checkpoint, step, recorded in rows:
        if wanted and checkpoint not in wanted:
            continue
        recomputed, reasons = check(options.store, packs, checkpoint, step, recorded)
        all_ok = all_ok and not reasons
        result = {"id": checkpoint, "step": step, "recorded": recorded, "recomputed": recomputed}
        print(json.dumps({**result, "ok": not reasons, "reasons": reasons}))
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
