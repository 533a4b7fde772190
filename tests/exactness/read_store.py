"""Reads a store with nothing of Forkpoint's and prints what was found, as JSON."""

import json
import sqlite3
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet
from safetensors import safe_open

store = Path(sys.argv[1])
catalog = sqlite3.connect(f"file:{store / 'catalog.sqlite'}?mode=ro", uri=True)
integrity = catalog.execute("PRAGMA integrity_check").fetchone()[0]

tensors = []
for pack in sorted((store / "packs").glob("*.safetensors")):
    with safe_open(pack, framework="numpy") as file:
        for name in file.keys():
            file.get_tensor(name)
            tensors.append(name)

[sealed] = (store / "metrics").glob("*.parquet")
table = parquet.read_table(sealed)
steps = table["step"].to_pylist()
evaluated = [
    step
    for step, loss in zip(steps, table["validation_loss"].to_pylist())
    if loss is not None
]
[(count, last)] = duckdb.sql(
    f"select count(*), max_by(train_loss, step) from read_parquet('{sealed}')"
).fetchall()

print(
    json.dumps(
        {
            "integrity": integrity,
            "tensors": sorted(set(tensors)),
            "types": {field.name: str(field.type) for field in table.schema},
            "steps": [steps[0], steps[-1], len(steps)],
            "duckdb": [count, last],
            "evaluated": evaluated,
        }
    )
)
