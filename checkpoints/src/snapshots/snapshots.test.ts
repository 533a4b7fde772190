import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { attentionWeights, openStore, quantiseAttention, verify } from "@forkpoint/checkpoints";
import type { NewSnapshot, RunRow, SessionRow, Store } from "@forkpoint/checkpoints";
import { openForReading } from "../catalog/connection.js";
import { findSealed, insertSegment } from "../catalog/recorded-rows.js";
import { fileSystem } from "../files/file-system.js";
import { segmentFile } from "../folder/layout.js";
import {
  metricsStream,
  runInput,
  runPython,
  sessionInput,
  temporaryFolder,
} from "../testing/fixtures.js";
import { metricsChunk } from "../metrics/chunk.js";
import { appendRows } from "../metrics/segment-writer.js";
import { localContext } from "../testing/local-context.js";
import { finishRun, startRun } from "../writer/runs-at-work.js";
import { createSession } from "../writer/sessions-at-work.js";
import { fillSnapshots } from "./fill.js";
import { readSamples } from "./read.js";
import { snapshotsChunk } from "./rows.js";

const sample = (step: number, text: string) =>
  ({ step, wall: 1_700_000_000_000 + step, kind: "sample", prompt: "Shall I", text }) as const;
const every = (step: number): NewSnapshot[] => {
  const wall = 1_700_000_000_000 + step;
  const tokens = ["S", "é\u{1f3b2}", "\0"];
  const weights = Float32Array.from({ length: 2 * 3 * 9 }, (_, index) => (index % 7) / 7);
  return [
    sample(step, "é\u{1f3b2}\n\0"),
    {
      ...{ step, wall, kind: "probabilities", prompt: "" },
      tokens: [
        { token: "S", candidates: [{ token: "S", probability: 0.75 }] },
        { token: "h", candidates: [] },
      ],
    },
    { step, wall, ...quantiseAttention(weights, { tokens, layers: 2, heads: 3 }) },
    {
      ...{ step, wall, kind: "embeddings" },
      points: [
        { label: "S", vector: Float32Array.of(1.5, -2) },
        { label: "", vector: new Float32Array(0) },
      ],
    },
  ];
};

let folder: { path: string; remove(): void };
let store: Store;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

let session: SessionRow;
let run: RunRow;
let sessions = 0;
beforeEach(async () => {
  session = await store.writer.createSession(sessionInput(`sonnets ${++sessions}`));
  run = await store.writer.startRun(runInput(session.id));
  // Reading goes along the timeline, whose steps are those of the metrics.
  const chunk = metricsStream([{ step: 30 }]);
  await store.writer.appendMetrics({ runId: run.id, chunk });
});
afterEach(async () => {
  if (store.runs.get(run.id).endedAt === null) await finish();
});
const finish = () => store.writer.finishRun({ runId: run.id, status: "completed", step: 30 });
const append = (snapshots: NewSnapshot[]) =>
  store.writer.appendSnapshots({ runId: run.id, snapshots });
const files = () =>
  readdirSync(join(store.path, "snapshots")).filter((name) => name.startsWith(run.id));
const sealed = async () => {
  await finish();
  await expect.poll(files, { timeout: 20_000 }).toEqual([`${run.id}.parquet`]);
};

describe("snapshots", () => {
  test("of every kind read the same live and sealed, by range and by kind", async () => {
    const all = [...every(0), ...every(10), ...every(30)];
    await append(all.slice(0, 5));
    await append(all.slice(5));
    for (const seal of [false, true]) {
      if (seal) await sealed();
      expect(await store.readSnapshots(session.id)).toEqual(all);
      const kind = "attention" as const;
      const range = { from: 5, to: 29, kind };
      expect(await store.readSnapshots(session.id, range)).toEqual([all[6]]);
      expect(await store.nearestSnapshot(session.id, 29, kind)).toEqual(all[6]);
      expect(await store.nearestSnapshot(session.id, 30, "sample")).toEqual(all[8]);
      expect(await store.readSnapshots(session.id, { from: 11, to: 29 })).toEqual([]);
      expect(await store.readSamples(session.id, { from: 10, to: 10 })).toEqual([
        { step: 10, prompt: "Shall I", text: "é\u{1f3b2}\n\0" },
      ]);
    }
  });

  test("follow the timeline: a fork has those up to its step", async () => {
    await append([sample(0, "a"), sample(10, "b"), sample(10, "c"), sample(20, "d")]);
    const fork = await store.writer.createSession(
      sessionInput(`hot ${sessions}`, { parentSessionId: session.id, forkStep: 15 }),
    );
    const forked = await store.writer.startRun(runInput(fork.id, { mode: "forked", fromStep: 15 }));
    for (const seal of [false, true]) {
      if (seal) await sealed();
      const texts = (await store.readSamples(fork.id)).map(({ text }) => text);
      expect(texts).toEqual(["a", "b", "c"]);
      expect(await store.nearestSnapshot(fork.id, 500, "sample")).toMatchObject({ text: "c" });
      expect(await store.nearestSnapshot(fork.id, 9, "sample")).toMatchObject({ text: "a" });
      expect(await store.nearestSnapshot(fork.id, 500, "embeddings")).toBeNull();
    }
    await store.writer.finishRun({ runId: forked.id, status: "completed", step: 15 });
  });

  const attention = quantiseAttention(Float32Array.of(1), { tokens: ["a"], layers: 1, heads: 1 });
  test.each<[string, object]>([
    ["a step before the last", sample(4, "")],
    ["a step that is none", sample(0.5, "")],
    ["an unknown kind", { step: 6, kind: "smell" }],
    ["a sample without a text", { step: 6, kind: "sample", prompt: "" }],
    ["a candidate that is none", { step: 6, kind: "probabilities", prompt: "", tokens: [null] }],
    ["too few bytes of attention", { step: 6, ...attention, heads: 2 }],
    ["attention of other tokens", { step: 6, ...attention, tokens: ["a", "b"] }],
    ["a vector of doubles", { step: 6, kind: "embeddings", points: [{ label: "", vector: [1] }] }],
  ])("refuse %s, and keep what they had", async (_, row) => {
    await append([sample(5, "kept")]);
    await expect(append([row as never])).rejects.toMatchObject({ code: "MetricsInvalid" });
    expect(await store.readSamples(session.id)).toHaveLength(1);
  });

  test("that are damaged say which file", async () => {
    await append(every(0));
    await sealed();
    const file = join(store.path, "snapshots", `${run.id}.parquet`);
    writeFileSync(file, readFileSync(file).subarray(0, 200));
    const damaged = { code: "MetricsDamaged", data: { file } };
    await expect(store.readSnapshots(session.id)).rejects.toMatchObject(damaged);
  });

  test("open in pyarrow, DuckDB and polars, live and sealed", async () => {
    await append([...every(0), ...every(10)]);
    const cells = every(10)[2] as { scales: Float32Array; values: Uint8Array };
    for (const state of ["live", "sealed"]) {
      if (state === "sealed") await sealed();
      const seen = JSON.parse(runPython(READERS, "", join(store.path, "snapshots"), run.id, state));
      expect(seen.wall).toBe("timestamp[ms, tz=UTC]");
      expect(seen.pyarrow).toHaveLength(8);
      expect(seen.pyarrow[4]).toMatchObject({ step: 10, kind: "sample", text: "é\u{1f3b2}\n\0" });
      expect(seen.pyarrow[4].wall).toBe(1_700_000_000_010);
      expect(seen.pyarrow[6].attention).toEqual({
        ...{ layers: 2, heads: 3, size: 3 },
        scales: [...cells.scales],
        values: [...cells.values],
      });
      expect(seen.polars[5].tokens[0].candidates).toEqual([{ token: "S", probability: 0.75 }]);
      expect(seen.polars[7].points[0]).toEqual({ label: "S", vector: [1.5, -2] });
      expect(seen.duck.slice(0, 4)).toEqual([
        [0, "sample", null, null, null],
        [0, "probabilities", 0.75, null, null],
        [0, "attention", null, cells.scales[1], null],
        [0, "embeddings", null, null, -2],
      ]);
    }
  });
});

const READERS = `
import json, sys, duckdb, polars as pl, pyarrow as pa, pyarrow.parquet as pq
path, run, state = sys.argv[1:]
if state == "live":
    batches = []
    reader = pa.ipc.open_stream(f"{path}/{run}-1.arrows")
    try:
        for batch in reader: batches.append(batch)
    except (pa.ArrowInvalid, OSError): pass
    rows = pa.Table.from_batches(batches)
    frame = pl.read_ipc_stream(f"{path}/{run}-1.arrows")
else:
    rows = pq.read_table(f"{path}/{run}.parquet")
    frame = pl.read_parquet(f"{path}/{run}.parquet")
def odd(value):
    return list(value) if isinstance(value, bytes) else round(value.timestamp() * 1000)
duck = duckdb.sql("""select step, kind, tokens[1].candidates[1].probability,
  attention.scales[2], points[1].vector[2] from rows""")
print(json.dumps({
  "pyarrow": rows.to_pylist(), "polars": frame.to_dicts(), "duck": duck.fetchall(),
  "wall": str(rows.schema.field("wall").type),
}, default=odd))
`;

describe("quantised attention", () => {
  test("gives back each weight to half a 255th of the greatest of its head", () => {
    const weight = fc.oneof(fc.constant(0), fc.float({ min: 2 ** -100, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(weight, { minLength: 8, maxLength: 8 }), (weights) => {
        const given = Float32Array.from(weights);
        const payload = quantiseAttention(given, { tokens: ["a", "b"], layers: 1, heads: 2 });
        for (const head of [0, 1]) {
          const part = given.subarray(4 * head, 4 * head + 4);
          const back = attentionWeights(payload, 0, head);
          const allowed = (Math.max(...part) / 255) * 0.501;
          for (const [at, value] of back.entries()) {
            expect(Math.abs(value - part[at]!)).toBeLessThanOrEqual(allowed);
          }
        }
      }),
    );
  });

  test("refuses weights that are none, and a number that does not fit", () => {
    const shape = { tokens: ["a"], layers: 1, heads: 1 };
    for (const weights of [[-1], [Number.NaN], [Infinity], [0, 0]]) {
      expect(() => quantiseAttention(Float32Array.from(weights), shape)).toThrow(
        expect.objectContaining({ code: "MetricsInvalid" }),
      );
    }
  });
});

describe("samples of before schema 4", () => {
  test("are read, sealed, and inherited as they were", async () => {
    const { context, remove } = localContext();
    try {
      const { id } = createSession(context, sessionInput("sonnets"));
      const runId = startRun(context, runInput(id)).id;
      const rows = { step: BigInt64Array.of(0n, 10n), prompt: ["Shall", "I"], text: ["a", "é"] };
      const stream = tableToIPC(tableFromArrays(rows), "stream");
      writeFileSync(segmentFile(context.path, "samples", runId, 1), stream);
      insertSegment(context.db, runId, "samples", 1);
      const read = () => readSamples(context.db, context.path, id, { from: 5 });
      context.db.exec("UPDATE runs SET last_step = 10");
      const expected = [{ step: 10, prompt: "I", text: "é" }];
      expect(await read()).toEqual(expected);
      finishRun(context, { runId, status: "completed", step: 10 });
      // As the next opening does.
      context.db.exec("UPDATE segments SET rows = 2, last_step = 10");
      expect(await read()).toEqual(expected);
    } finally {
      remove();
    }
  });
});

describe("filled in for steps behind", () => {
  test("they stand where they belong, and take the place of what was there of a kind", async () => {
    await append([...every(0), sample(10, "first"), sample(30, "last")]);
    const fresh = [...every(20), sample(10, "again")];
    const fill = store.writer.fillSnapshots({ sessionId: session.id, snapshots: fresh });
    await expect(fill).rejects.toMatchObject({ code: "SessionBusy" });
    await finish();
    // Asked for at once: the run's own sealing goes first.
    await store.writer.fillSnapshots({ sessionId: session.id, snapshots: fresh });
    expect(files()).toEqual([`${run.id}.parquet`]);
    const expected = [...every(0), sample(10, "again"), ...every(20), sample(30, "last")];
    expect(await store.readSnapshots(session.id)).toEqual(expected);
    // Another test has damaged a file of the same store.
    const { faults } = await verify(store.path);
    expect(faults.filter(({ subjects }) => subjects.join().includes(run.id))).toEqual([]);
  });

  test("a writer that dies between the new file's name and its row leaves a store without faults", async () => {
    const { context, remove } = localContext();
    const killed = temporaryFolder();
    const folder = join(killed.path, ".forkpoint");
    const rename = fileSystem.renameSync;
    try {
      const { id } = createSession(context, sessionInput("sonnets"));
      const runId = startRun(context, runInput(id)).id;
      appendRows(context, "metrics", runId, metricsChunk(metricsStream([{ step: 30 }])));
      appendRows(context, "snapshots", runId, snapshotsChunk(every(0)));
      finishRun(context, { runId, status: "completed", step: 30 });
      await context.sealing;
      // What the disk holds at that moment: the new file, and not yet its row.
      fileSystem.renameSync = (from, to) => {
        rename(from, to);
        cpSync(context.path, folder, { recursive: true });
      };
      await fillSnapshots(context, id, [sample(10, "filled")]);
      fileSystem.renameSync = rename;
      expect((await verify(folder)).faults).toEqual([]);
      const rows = () => {
        const db = openForReading(folder);
        const found = findSealed(db, runId, "snapshots")?.rows;
        db.close();
        return found;
      };
      expect(rows()).toBe(every(0).length);
      const reopened = await openStore({ path: folder });
      const read = await reopened.readSnapshots(id);
      await reopened.close();
      expect(read).toEqual([...every(0), sample(10, "filled")]);
      expect(rows()).toBe(every(0).length + 1);
      expect((await verify(folder)).faults).toEqual([]);
    } finally {
      fileSystem.renameSync = rename;
      killed.remove();
      remove();
    }
  });

  test("a run that recorded none gets its file; steps that nobody made are refused", async () => {
    await finish();
    await store.writer.fillSnapshots({ sessionId: session.id, snapshots: every(30) });
    expect(await store.readSnapshots(session.id)).toEqual(every(30));
    const beyond = { sessionId: session.id, snapshots: [sample(31, "none")] };
    await expect(store.writer.fillSnapshots(beyond)).rejects.toMatchObject({
      code: "MetricsInvalid",
    });
  });
});
