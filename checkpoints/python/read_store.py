#!/usr/bin/env python3
"""Read a Forkpoint store without Forkpoint: only what checkpoints/README.md says of the format.

    python read_store.py STORE SESSION

STORE is a `.forkpoint` folder, SESSION a session's name. Prints as JSON the session's timeline, its
metrics and snapshots along it, inherited steps included, and the tensors of its newest checkpoint.
"""

import json
import math
import sqlite3
import struct
import sys
from array import array
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

LAST = 2**53 - 1


def lineage(db, session):
    """The session and its ancestors, root first: (id, last inherited step, newest run that counts)."""
    line, until, newest = [], LAST, LAST
    while session is not None:
        line.insert(0, (session, until, newest))
        session, fork_step, fork_run = db.execute(
            "SELECT parent_session_id, fork_step, fork_run_number FROM sessions WHERE id = ?", [session]
        ).fetchone()
        until, newest = min(until, fork_step), min(newest, fork_run)
    return line


def cut(parts, step):
    """What a run that began at `step`, or a fork there, leaves of the parts before."""
    parts[:] = [[run, first, min(last, step)] for run, first, last in parts if first <= step]


def timeline(db, session):
    """[run, first step, last step], ascending."""
    parts = []
    for ancestor, until, newest in lineage(db, session):
        runs = db.execute(
            "SELECT id, from_step, last_step, rows FROM runs WHERE session_id = ? AND number <= ? AND trash_id IS NULL ORDER BY number",
            [ancestor, newest],
        )
        for run, from_step, last_step, rows in runs.fetchall():
            cut(parts, from_step)
            first = max(from_step, parts[-1][2] + 1 if parts else 0)
            if first <= min(last_step, until) and (rows > 0 or last_step > from_step):
                parts.append([run, first, min(last_step, until)])
        cut(parts, until)
    return parts


def whole_batches(path):
    """The record batches of a live segment; where its tail is torn, they end."""
    batches = []
    try:
        for batch in pa.ipc.open_stream(path):
            batches.append(batch)
    except (pa.ArrowInvalid, OSError, EOFError):
        pass
    return [batch for batch in batches if batch.num_rows > 0]


def recorded(db, store, run, series):
    """The rows of a run: one Parquet file once it has ended, segments before."""
    folder = Path(store) / ("metrics" if series == "metrics" else "snapshots")
    if db.execute("SELECT 1 FROM sealed WHERE run_id = ? AND series = ?", [run, series]).fetchone():
        return pq.read_table(folder / f"{run}.parquet").to_pylist()
    rows = db.execute("SELECT number FROM segments WHERE run_id = ? AND series = ? ORDER BY number", [run, series])
    return [
        row for (number,) in rows.fetchall()
        for batch in whole_batches(folder / f"{run}-{number}.arrows") for row in batch.to_pylist()
    ]  # fmt: skip


def along(db, store, session, series):
    """The rows of a series along a session's timeline."""
    return [
        row for run, first, last in timeline(db, session)
        for row in recorded(db, store, run, series) if first <= row["step"] <= last
    ]  # fmt: skip


def metrics(db, store, session):
    """Metrics, with the columns logged later; what was recorded counts first, the own before the inherited."""
    rows = {row["step"]: row for row in along(db, store, session, "metrics")}
    for ancestor, until, _ in reversed(lineage(db, session)):
        for step, name, value in db.execute(
            "SELECT step, name, value FROM logged WHERE session_id = ? AND step <= ?", [ancestor, until]
        ):
            if step in rows and rows[step].get(name) is None:
                rows[step][name] = math.nan if value is None else value
    return list(rows.values())


def tensors(db, store, checkpoint):
    """The tensors of a checkpoint by name, as lists of numbers, from the packs that hold them."""
    (state,) = db.execute("SELECT state FROM checkpoints WHERE id = ?", [checkpoint]).fetchone()
    found = {}
    for tensor in json.loads(state)["tensors"]:
        pack, entry = db.execute(
            "SELECT pack_id, entry FROM tensors WHERE digest = ?", [bytes.fromhex(tensor["sha256"])]
        ).fetchone()
        content = (Path(store) / "packs" / f"{pack}.safetensors").read_bytes()
        (length,) = struct.unpack("<Q", content[:8])
        begin, end = json.loads(content[8 : 8 + length])[entry]["data_offsets"]
        numbers = array("f" if tensor["dtype"] == "F32" else "i")
        numbers.frombytes(content[8 + length + begin : 8 + length + end])
        found[tensor["name"]] = numbers.tolist()
    return found


def plain(value):
    return value.hex() if isinstance(value, bytes) else round(value.timestamp() * 1000)


def main(store, name):
    db = sqlite3.connect(f"{(Path(store) / 'catalog.sqlite').resolve().as_uri()}?mode=ro", uri=True)
    (session,) = db.execute("SELECT session_id FROM session_names WHERE name = ?", [name]).fetchone()
    newest = db.execute(
        "SELECT id FROM checkpoints WHERE session_id = ? ORDER BY step DESC, number DESC", [session]
    ).fetchone()
    result = {
        "timeline": timeline(db, session),
        "metrics": metrics(db, store, session),
        "snapshots": along(db, store, session, "snapshots"),
        "tensors": tensors(db, store, newest[0]) if newest else {},
    }
    print(json.dumps(result, default=plain))


if __name__ == "__main__":
    main(*sys.argv[1:])
