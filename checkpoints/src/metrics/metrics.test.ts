import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableToIPC, tableFromArrays, tableFromIPC } from "apache-arrow";
import { beforeEach, describe, expect, test } from "vitest";
import type { RunRow, SessionRow, Store } from "@forkpoint/checkpoints";
import {
  columnOf,
  lossRows,
  metricsStream,
  runInput,
  runPython,
  sessionInput,
  wallOf,
} from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";
import type { MetricsRow } from "../testing/fixtures.js";

const given = storeForTests("file");
let store: Store;
let session: SessionRow;
let run: RunRow;
beforeEach(async () => {
  ({ store, session } = given);
  run = await store.writer.startRun(runInput(session.id));
});

const append = (chunk: Uint8Array, runId = run.id): Promise<void> =>
  store.writer.appendMetrics({ runId, chunk });
const finish = (step: number, runId = run.id): Promise<void> =>
  store.writer.finishRun({ runId, status: "completed", step });
const files = (): string[] =>
  readdirSync(join(store.path, "metrics"))
    .filter((name) => name.startsWith(run.id))
    .map((name) => name.slice(run.id.length))
    .sort();

describe("metrics", () => {
  test("read the same live and sealed, with the first row before the first step", async () => {
    await append(metricsStream([{ step: 0, train_loss: null, validation_loss: 4.2 }]));
    await append(
      metricsStream([
        { step: 1, train_loss: 4.1, validation_loss: null },
        { step: 2, train_loss: NaN, validation_loss: 4 },
      ]),
    );
    const expected = {
      train: [
        [0, null],
        [1, 4.1],
        [2, NaN],
      ],
      validation: [
        [0, 4.2],
        [1, null],
        [2, 4],
      ],
    };
    const read = async () => {
      const table = await store.readMetrics(session.id);
      expect(table.schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual([
        "step Int64",
        "wall Timestamp<MILLISECOND, UTC>",
        "train_loss Float64",
        "validation_loss Float64",
      ]);
      expect(tableFromIPC(tableToIPC(table)).getChild("wall")!.get(2)).toBe(wallOf(2));
      return {
        train: columnOf(table, "train_loss"),
        validation: columnOf(table, "validation_loss"),
      };
    };
    expect(await read()).toEqual(expected);
    expect(store.runs.get(run.id)).toMatchObject({ rows: 3, lastStep: 2, status: "running" });
    expect(files()).toEqual(["-1.arrows"]);
    await finish(2);
    expect(await read()).toEqual(expected);
    expect(store.runs.get(run.id)).toMatchObject({ rows: 3, lastStep: 2, status: "completed" });
    expect(files()).toEqual([".parquet"]);
  });

  test("take another segment when the columns change; what lacks a column is null there", async () => {
    await append(metricsStream([{ step: 1, train_loss: 3 }]));
    await append(metricsStream([{ step: 2, train_loss: 2, probe: 0.3 }]));
    await append(metricsStream([{ step: 3, probe: 0.4 }]));
    expect(files()).toEqual(["-1.arrows", "-2.arrows", "-3.arrows"]);
    for (const seal of [false, true]) {
      if (seal) await finish(3);
      const table = await store.readMetrics(session.id);
      expect(columnOf(table, "train_loss")).toEqual([
        [1, 3],
        [2, 2],
        [3, null],
      ]);
      expect(columnOf(table, "probe")).toEqual([
        [1, null],
        [2, 0.3],
        [3, 0.4],
      ]);
    }
  });

  test("take texts; where numbers bear the name of a text, they become texts", async () => {
    const texts = tableFromArrays({ step: BigInt64Array.of(1n, 2n), phase: ["warm", "é"] });
    await append(tableToIPC(texts, "stream"));
    await append(metricsStream([{ step: 3, phase: 0.5, train_loss: 1 }]));
    for (const seal of [false, true]) {
      if (seal) await finish(3);
      const table = await store.readMetrics(session.id);
      const phase = columnOf(table, "phase");
      expect(phase).toEqual([
        [1, "warm"],
        [2, "é"],
        [3, "0.5"],
      ]);
      expect(String(table.getChild("phase")!.type)).toBe("Dictionary<Int32, Utf8>");
    }
  });

  test("follow the timeline through forks and resumed runs, by range and by column", async () => {
    await append(metricsStream(lossRows(0, 50, 1)));
    await finish(50);
    const resumed = await store.writer.startRun(
      runInput(session.id, { mode: "resumed", fromStep: 40 }),
    );
    await append(metricsStream(lossRows(41, 60, 2)), resumed.id);
    const fork = await store.writer.createSession(
      sessionInput(`hot ${given.number}`, { parentSessionId: session.id, forkStep: 45 }),
    );
    const forked = await store.writer.startRun(runInput(fork.id, { mode: "forked", fromStep: 45 }));
    await append(metricsStream(lossRows(46, 48, 3)), forked.id);
    const expected = [...lossRows(0, 40, 1), ...lossRows(41, 45, 2), ...lossRows(46, 48, 3)].map(
      (row) => [row.step, row["train_loss"]],
    );
    const all = await store.readMetrics(fork.id);
    expect(columnOf(all, "train_loss")).toEqual(expected);
    const part = await store.readMetrics(fork.id, {
      from: 39,
      to: 46,
      columns: ["train_loss", "x"],
    });
    expect(part.schema.fields.map((field) => field.name)).toEqual(["step", "train_loss", "x"]);
    expect(columnOf(part, "train_loss")).toEqual(expected.slice(39, 47));
    expect(part.getChild("x")!.nullCount).toBe(8);
    expect((await store.readMetrics(fork.id, { from: 49 })).numRows).toBe(0);
    await finish(60, resumed.id);
    await finish(48, forked.id);
    expect(columnOf(await store.readMetrics(fork.id), "train_loss")).toEqual(expected);
  });

  test("of a session without rows are an empty table with its columns", async () => {
    await finish(0);
    const table = await store.readMetrics(session.id, { columns: ["train_loss"] });
    expect(table.numRows).toBe(0);
    expect(table.schema.fields.map((field) => field.name)).toEqual(["step", "train_loss"]);
  });

  const floats = (
    columns: Record<string, BigInt64Array | Float64Array | Float32Array | string[]>,
  ) => tableToIPC(tableFromArrays(columns), "stream");
  test.each<[string, () => Uint8Array]>([
    ["bytes that are no Arrow stream", () => Buffer.from("step,train_loss\n1,2\n")],
    ["nothing", () => new Uint8Array(0)],
    ["no step", () => floats({ train_loss: Float64Array.of(1) })],
    ["a step that is no int64", () => floats({ step: Float64Array.of(1) })],
    ["booleans", () => floats({ step: BigInt64Array.of(1n), note: [true] as never })],
    ["float32", () => floats({ step: BigInt64Array.of(1n), loss: Float32Array.of(1) })],
    ["a step below 0", () => metricsStream([{ step: -1 }])],
    ["steps that do not ascend", () => metricsStream([{ step: 12 }, { step: 12 }])],
    ["a step recorded before", () => metricsStream(lossRows(10, 11, 1))],
  ])("refuse %s, and keep what they had", async (_, chunk) => {
    await append(metricsStream(lossRows(5, 10, 1)));
    await expect(append(chunk())).rejects.toMatchObject({ code: "MetricsInvalid" });
    await append(metricsStream(lossRows(11, 12, 1)));
    expect((await store.readMetrics(session.id)).numRows).toBe(8);
    await finish(12);
  });

  test("of an ended run are closed", async () => {
    await finish(0);
    const ended = { code: "RunEnded", data: { status: "completed" } };
    await expect(append(metricsStream([{ step: 1 }]))).rejects.toMatchObject(ended);
    await expect(finish(1)).rejects.toMatchObject(ended);
    await expect(store.writer.setRunStatus(run.id, "paused")).rejects.toMatchObject(ended);
  });

  test("that are gone or damaged say which file", async () => {
    await append(metricsStream(lossRows(1, 9, 1)));
    await finish(9);
    const file = join(store.path, "metrics", `${run.id}.parquet`);
    const damaged = { code: "MetricsDamaged", data: { file } };
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    await expect(store.readMetrics(session.id)).rejects.toMatchObject(damaged);
    rmSync(file);
    await expect(store.readMetrics(session.id)).rejects.toMatchObject(damaged);
  });
});

describe("sealed files", () => {
  test("open in pyarrow and DuckDB with the right types, rows and values", async () => {
    const rows = lossRows(0, 5000, 1).map((row): MetricsRow => ({
      ...row,
      validation_loss: row.step % 100 === 0 ? row["train_loss"]! : null,
    }));
    for (let row = 0; row < rows.length; row += 250)
      await append(metricsStream(rows.slice(row, row + 250)));
    await finish(5000);
    const program = `
import json, sys, duckdb, pyarrow.parquet as pq
path, run = sys.argv[1:]
file = pq.ParquetFile(f"{path}/metrics/{run}.parquet")
table = file.read()
duck = duckdb.connect()
duck.execute("set timezone='UTC'")
name = f"'{path}/metrics/{run}.parquet'"
columns = file.metadata.row_group(0)
print(json.dumps({
  "types": {field.name: str(field.type) for field in table.schema},
  "compression": sorted({columns.column(i).compression for i in range(columns.num_columns)}),
  "rows": table.num_rows,
  "loss": table["train_loss"].to_pylist(),
  "nulls": table["validation_loss"].null_count,
  "wall": table["wall"][7].as_py().isoformat(),
  "duck types": dict(duck.execute(f"select column_name, column_type from (describe select * from {name})").fetchall()),
  "duck": duck.execute(f"select count(*), max(step), count(validation_loss), sum(train_loss) from {name}").fetchone(),
  "duck wall": duck.execute(f"select (epoch(wall) * 1000)::bigint from {name} where step = 7").fetchone(),
}))`;
    const seen = JSON.parse(runPython(program, "", store.path, run.id));
    const loss = rows.map((row) => row["train_loss"]);
    expect(seen).toMatchObject({
      types: {
        step: "int64",
        wall: "timestamp[ms, tz=UTC]",
        train_loss: "double",
        validation_loss: "double",
      },
      compression: ["ZSTD"],
      rows: 5001,
      loss,
      nulls: 4950,
      wall: new Date(wallOf(7)).toISOString().replace("000Z", "+00:00").replace("Z", "000+00:00"),
      "duck types": {
        step: "BIGINT",
        wall: "TIMESTAMP WITH TIME ZONE",
        train_loss: "DOUBLE",
        validation_loss: "DOUBLE",
      },
      "duck wall": [wallOf(7)],
    });
    expect(seen.duck.slice(0, 3)).toEqual([5001, 5000, 51]);
    expect(seen.duck[3]).toBeCloseTo(
      loss.reduce<number>((sum, value) => sum + value!, 0),
      6,
    );
  });
});
