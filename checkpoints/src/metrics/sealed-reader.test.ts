import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Dictionary,
  Int32,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import {
  columnOf,
  lossRows,
  metricsStream,
  runInput,
  runPython,
  sessionInput,
  temporaryFolder,
} from "../testing/fixtures.js";
import { readGroups } from "./sealed-reader.js";

const ROWS = 100_000;
const CHUNK = 20_000;
const phases = ["warm up", "é\u{1f3b2}", null];
let folder: { path: string; remove(): void };
let store: Store;
let session: SessionRow;
let bytes: Buffer;
let file: string;
let run: string;
let live: string;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  session = await store.writer.createSession(sessionInput("sonnets"));
  const append = async (runId: string, from: number, to: number) => {
    const numbers = metricsStream(
      lossRows(from, to, 1).map((row) => ({ ...row, noise: Math.sin(row.step * 12.9898) })),
    );
    const texts = Array.from({ length: to - from + 1 }, (_, row) => phases[(from + row) % 3]!);
    const phase = vectorFromArray(texts, new Dictionary(new Utf8(), new Int32()));
    const chunk = tableToIPC(tableFromIPC(numbers).assign(new Table({ phase })), "stream");
    await store.writer.appendMetrics({ runId, chunk });
  };
  run = (await store.writer.startRun(runInput(session.id))).id;
  for (let row = 0; row < ROWS; row += CHUNK) await append(run, row, row + CHUNK - 1);
  await store.writer.finishRun({ runId: run, status: "completed", step: ROWS - 1 });
  const more = runInput(session.id, { mode: "resumed", fromStep: ROWS - 1 });
  live = (await store.writer.startRun(more)).id;
  await append(live, ROWS, ROWS + 9);
  await append(live, ROWS + 10, ROWS + 19);
  file = join(store.path, "metrics", `${run}.parquet`);
  bytes = readFileSync(file);
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

const counted = () => {
  const source = {
    read: 0,
    byteLength: bytes.byteLength,
    slice(start: number, end = bytes.byteLength): ArrayBuffer {
      source.read += end - start;
      return new Uint8Array(bytes.subarray(start, end)).buffer;
    },
  };
  return source;
};

describe("sealed rows", () => {
  test("of a range and a column cost the bytes of that range and column", async () => {
    const source = counted();
    const wanted = { from: 50_000, to: 50_999, columns: ["train_loss"] };
    const table = (await readGroups(source, wanted))!;
    expect(source.read).toBeLessThan(bytes.byteLength / 5);
    expect(columnOf(table, "train_loss")).toEqual(
      expect.arrayContaining([[50_500, lossRows(50_500, 50_500, 1)[0]!["train_loss"]]]),
    );
    const all = counted();
    await readGroups(all, { from: 0, to: ROWS, columns: ["train_loss", "noise", "phase", "wall"] });
    expect(source.read).toBeLessThan(all.read / 5);
  });

  test("and live ones after them read alike by range, by column and whole", async () => {
    const whole = await store.readMetrics(session.id);
    expect(whole.numRows).toBe(ROWS + 20);
    const part = await store.readMetrics(session.id, { from: 99_990, to: 100_014 });
    expect(part.schema.fields.map(String)).toEqual(whole.schema.fields.map(String));
    for (const name of ["wall", "train_loss", "noise", "phase"]) {
      const expected = columnOf(whole, name).slice(99_990, 100_015);
      expect(columnOf(part, name)).toEqual(expected);
      const alone = await store.readMetrics(session.id, {
        ...{ from: 99_990, to: 100_014, columns: [name] },
      });
      expect(columnOf(alone, name)).toEqual(expected);
    }
    expect(columnOf(part, "phase").slice(0, 3)).toEqual(
      [99_990, 99_991, 99_992].map((step) => [step, phases[step % 3]]),
    );
  });

  test("are thinned to a curve across runs", async () => {
    const curve = await store.readCurve(session.id, "noise", { pixels: 100 });
    expect(curve.steps.length).toBeLessThanOrEqual(500);
    expect([curve.steps[0], curve.steps.at(-1)]).toEqual([0, ROWS + 19]);
  });

  test("and live ones open in pyarrow, DuckDB and polars, texts as texts", () => {
    const program = `
import json, sys, duckdb, polars as pl, pyarrow as pa, pyarrow.parquet as pq
path, run, live = sys.argv[1:]
sealed = pq.ParquetFile(f"{path}/{run}.parquet")
steps = [sealed.metadata.row_group(i).column(0).statistics for i in range(sealed.num_row_groups)]
batches = []
reader = pa.ipc.open_stream(f"{path}/{live}-1.arrows")
try:
    for batch in reader: batches.append(batch)
except (pa.ArrowInvalid, OSError): pass
tail = pa.Table.from_batches(batches)
duck = duckdb.sql(f"select phase, count(*) n from '{path}/{run}.parquet' group by 1 order by 2 desc, 1 nulls last")
print(json.dumps({
  "groups": [[s.min, s.max] for s in steps][:2],
  "pyarrow": pl.from_arrow(sealed.read(columns=["phase"]))["phase"].cast(pl.String).to_list()[:3],
  "polars": pl.scan_parquet(f"{path}/{run}.parquet").filter(pl.col("step") == 99_999).select("train_loss", pl.col("phase").cast(pl.String)).collect().rows(),
  "duck": [[a, n] for a, n in duck.fetchall()],
  "live types": [str(tail.schema.field(i).type) for i in range(len(tail.schema))],
  "live": tail["phase"].to_pylist(),
  "live polars": pl.read_ipc_stream(f"{path}/{live}-1.arrows")["phase"].cast(pl.String).to_list(),
  "live duck": duckdb.sql("select sum(train_loss), count(phase) from tail").fetchall()[0],
}))`;
    const seen = JSON.parse(runPython(program, "", join(store.path, "metrics"), run, live));
    const tail = Array.from({ length: 20 }, (_, row) => phases[(ROWS + row) % 3]);
    expect(seen).toMatchObject({
      groups: [
        [0, 16_383],
        [16_384, 32_767],
      ],
      pyarrow: phases,
      polars: [[lossRows(99_999, 99_999, 1)[0]!["train_loss"], phases[0]]],
      duck: [
        [phases[0], 33_334],
        [phases[1], 33_333],
        [null, 33_333],
      ],
      "live types": [
        "int64",
        "timestamp[ms, tz=UTC]",
        "double",
        "double",
        "dictionary<values=string, indices=int32, ordered=0>",
      ],
      live: tail,
      "live polars": tail,
    });
    expect(seen["live duck"][1]).toBe(tail.filter((text) => text !== null).length);
  });
});
