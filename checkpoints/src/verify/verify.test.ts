import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStore, verify } from "@forkpoint/checkpoints";
import type { Store, VerifyReport } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  columnOf,
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
  stateInput,
  temporaryFolder,
} from "../testing/fixtures.js";

let original: { path: string; remove(): void };
let folder: { path: string; remove(): void };
let store: string;
beforeAll(async () => {
  original = temporaryFolder();
  const open = await openStore({ from: original.path });
  await fill(open);
  await open.close();
});
beforeEach(() => {
  folder = temporaryFolder();
  cpSync(original.path, folder.path, { recursive: true });
  store = join(folder.path, ".forkpoint");
});
afterEach(() => folder.remove());
afterAll(() => original.remove());

// Two sessions, one forked from the other and merged back; models, a blob, rows, events.
async function fill({ writer }: Store): Promise<void> {
  const corpus = await writer.saveBlob(Buffer.from("Shall I compare thee"));
  const state = stateInput({ blobs: { corpus } });
  const attributes = { env_mode: "still", mu: 0.5 };
  const session = await writer.createSession(sessionInput("sonnets", { attributes }));
  const train = async (id: string, from: number, to: number, seed: number) => {
    const run = await writer.startRun(runInput(id, { mode: "resumed", fromStep: from, seed }));
    const chunk = metricsStream(lossRows(from === 0 ? 0 : from + 1, to, seed));
    await writer.appendMetrics({ runId: run.id, chunk });
    await writer.appendSamples({ runId: run.id, rows: [{ step: to, prompt: "a", text: "b" }] });
    for (const step of from === 0 ? [0, to] : [to]) {
      const more = { runId: run.id, state, trigger: "auto" as const };
      const tensors = { w: [seed, step], frozen: [seed, 2, 3] };
      await writer.saveCheckpoint(checkpointInput(id, step, tensors, more));
    }
    await writer.finishRun({ runId: run.id, status: "completed", step: to });
  };
  await train(session.id, 0, 10, 1);
  const fork = { parentSessionId: session.id, forkStep: 10 };
  const hot = await writer.createSession(sessionInput("hot", fork));
  await train(hot.id, 10, 20, 2);
  await train(session.id, 10, 15, 3);
  const model = { name: "Model 1", trainLoss: 1.5 };
  const merge = { state, trigger: "merge" as const, model };
  await writer.saveCheckpoint(checkpointInput(session.id, 15, { w: [9, 9] }, merge));
  await train(session.id, 15, 18, 4);
  await writer.appendEvent({ sessionId: hot.id, step: 12, kind: "spike", data: { loss: 9 } });
  await writer.logValues({ sessionId: hot.id, rows: [{ step: 12, values: { probe: 0.5 } }] });
}

const change = (sql: string): void => {
  const db = new BetterSqlite3(join(store, "catalog.sqlite"));
  db.pragma("foreign_keys = OFF");
  db.exec(sql);
  db.close();
};
const codes = (report: VerifyReport): string[] => report.faults.map((fault) => fault.code);
const packs = (): string[] => readdirSync(join(store, "packs")).sort();
const pack = (index: number): string => join(store, "packs", packs()[index]!);
const flip = (file: string, from: number): void => {
  const bytes = readFileSync(file);
  bytes[from < 0 ? bytes.length + from : from]! ^= 8;
  writeFileSync(file, bytes);
};
// All that can be seen of a store.
async function everything(open: Store) {
  const sessions = open.sessions.list();
  return {
    sessions,
    runs: sessions.map(({ id }) =>
      // How a run ended is in no pack.
      open.runs.list(id).map((run) => ({ ...run, status: null, summary: null, endedAt: null })),
    ),
    timelines: sessions.map(({ id }) => open.timeline(id)),
    checkpoints: sessions.map(({ id }) => open.checkpoints.list(id)),
    nearest: sessions.map(({ id }) =>
      [5, 10, 12, 15, 16, 20].map((at) => open.checkpoints.nearest(id, at)),
    ),
    models: open.models.list(),
    losses: await Promise.all(
      sessions.map(async ({ id }) => columnOf(await open.readMetrics(id), "train_loss")),
    ),
    samples: await Promise.all(sessions.map(({ id }) => open.readSamples(id))),
    tensors: await Promise.all(
      sessions.flatMap(({ id }) =>
        open.checkpoints.list(id).map(async (row) => [...(await open.readTensors(row.id)).tensors]),
      ),
    ),
  };
}
const ends = ({ sessions, runs }: Store): string[] =>
  sessions.list().flatMap(({ id }) => runs.list(id).map((run) => `${run.id} ${run.status}`));
async function look<T>(act: (open: Store) => Promise<T>): Promise<T> {
  const open = await openStore({ path: store });
  try {
    return await act(open);
  } finally {
    await open.close();
  }
}

test("a whole store has no faults, whichever of its folders is named, while it is written too", async () => {
  const progress: string[] = [];
  const report = await verify(store, { onProgress: ({ part }) => progress.push(part) });
  expect(report).toMatchObject({ ok: true, faults: [], repaired: [] });
  expect(report.counts).toMatchObject({ sessions: 2, runs: 4, checkpoints: 6, packs: 6, blobs: 1 });
  expect(report.bytes).toBeGreaterThan(0);
  expect(new Set(progress)).toContain("packs");
  await look(async ({ writer, sessions }) => {
    const { id } = sessions.byName("hot")!;
    const run = await writer.startRun(runInput(id, { mode: "resumed", fromStep: 20 }));
    const chunk = metricsStream(lossRows(21, 22, 2));
    await writer.appendMetrics({ runId: run.id, chunk });
    await writer.throwAway([{ kind: "model", id: (await writer.renameModel(modelId(), "x")).id }]);
    expect(await verify(folder.path)).toMatchObject({ ok: true, store });
  });
});
const modelId = (): string => {
  const db = new BetterSqlite3(join(store, "catalog.sqlite"), { readonly: true });
  const id = db.prepare("SELECT id FROM models").pluck().get() as string;
  db.close();
  return id;
};

test.each([2, 4])("a store of schema %i is checked without being changed", async (schema) => {
  const name = `../testing/schema-${schema}-store.tar.gz`;
  const packed = fileURLToPath(new URL(name, import.meta.url));
  rmSync(store, { recursive: true });
  execFileSync("tar", ["-C", folder.path, "-xzf", packed]);
  expect(await verify(store)).toMatchObject({ ok: true, counts: { sessions: 2, checkpoints: 5 } });
  const db = new BetterSqlite3(join(store, "catalog.sqlite"));
  expect(db.pragma("user_version", { simple: true })).toBe(schema);
  db.close();
});

describe("verify names", () => {
  test.each<[string, string, () => void, RegExp]>([
    [
      "a flipped bit of a tensor",
      "tensor_damaged",
      () => flip(pack(1), -1),
      /^these states cannot be restored: "sonnets" at step 10; /,
    ],
    ["a missing pack", "pack_damaged", () => rmSync(pack(1)), /replays from earlier ones/],
    [
      "a pack that is cut short",
      "pack_damaged",
      () => writeFileSync(pack(1), readFileSync(pack(1)).subarray(0, -3)),
      /"sonnets" at step 10/,
    ],
    ["a pack's header", "pack_damaged", () => flip(pack(1), 9), /"sonnets" at step 10/],
    [
      "a missing blob",
      "blob_damaged",
      () => rmSync(join(store, "blobs", readdirSync(join(store, "blobs"))[0]!)),
      /corpus of "sonnets"/,
    ],
    [
      "damaged metrics",
      "rows_damaged",
      () => {
        const name = readdirSync(join(store, "metrics"))[0]!;
        flip(join(store, "metrics", name), -2);
      },
      /curves and tables of "sonnets"/,
    ],
    [
      "a count of rows",
      "rows_damaged",
      () => change("UPDATE sealed SET rows = 99 WHERE series = 'metrics' AND rows = 11"),
      /its states are not concerned/,
    ],
    [
      "a gap in a timeline",
      "timeline_gap",
      () => change("UPDATE runs SET from_step = 17 WHERE from_step = 15"),
      /cannot be revisited/,
    ],
    [
      "a circle of ancestors",
      "ancestry_broken",
      () =>
        change(
          "UPDATE sessions SET parent_session_id = (SELECT max(id) FROM sessions) WHERE parent_session_id IS NULL",
        ),
      /inherits cannot be read/,
    ],
    [
      "a reference that leads nowhere",
      "reference_broken",
      () => change("UPDATE events SET run_id = 'none'"),
      /incomplete/,
    ],
    [
      "steps that nothing leads to",
      "steps_unreachable",
      () => [0, 1].forEach((index) => flip(pack(index), -1)),
      /not gone back to/,
    ],
    [
      "a state that does not give its digest",
      "checkpoint_damaged",
      () => change(`UPDATE checkpoints SET state = replace(state, '"step":15', '"step":16')`),
      /cannot go back to this state/,
    ],
  ])("%s", async (_, code, damage, consequence) => {
    damage();
    const report = await verify(store);
    expect(report.ok).toBe(false);
    expect(codes(report)).toContain(code);
    const fault = report.faults.find((one) => one.code === code)!;
    expect(fault.consequence).toMatch(consequence);
    for (const text of [fault.what, fault.remedy]) expect(text).not.toContain("undefined");
    expect(fault.subjects.length).toBeGreaterThan(0);
  });

  test("nothing in a folder that is no store, and not a newer store's", async () => {
    await expect(verify(join(folder.path, "none"))).rejects.toMatchObject({
      code: "StoreNotFound",
    });
    await expect(verify(join(store, "blobs"))).rejects.toMatchObject({ code: "StoreNotFound" });
    change("PRAGMA user_version = 99");
    await expect(verify(store, { repair: true })).rejects.toMatchObject({ code: "StoreNewer" });
  });
});

describe("repair", () => {
  test("rebuilds a lost catalog from the packs: what is seen is the same", async () => {
    const before = await look(everything);
    for (const ending of ["", "-wal", "-shm"]) {
      rmSync(join(store, `catalog.sqlite${ending}`), { force: true });
    }
    await expect(openStore({ path: store })).rejects.toMatchObject({ code: "StoreDamaged" });
    expect(codes(await verify(store))).toEqual(["catalog_missing"]);
    const report = await verify(store, { repair: true });
    expect(report.faults).toEqual([]);
    expect(report.repaired.join()).toMatch(/2 sessions, 6 checkpoints, 1 model, 1 blob/);
    expect(await look(everything)).toEqual(before);
  });

  test("rebuilds a damaged catalog, and saves what it can of the rest", async () => {
    const before = await look(async (open) => {
      await open.writer.renameSession(open.sessions.byName("hot")!.id, "cold");
      return { ...(await everything(open)), events: open.events.list(), ends: ends(open) };
    });
    // A page of an index and one of checkpoints are overwritten: the rest can be read.
    const db = new BetterSqlite3(join(store, "catalog.sqlite"));
    const pages = db
      .prepare(
        "SELECT rootpage FROM sqlite_schema WHERE name IN ('checkpoints', 'runs_by_session')",
      )
      .pluck()
      .all() as number[];
    const size = db.pragma("page_size", { simple: true }) as number;
    db.close();
    const file = join(store, "catalog.sqlite");
    const bytes = readFileSync(file);
    for (const page of pages) bytes.fill(0xff, (page - 1) * size, page * size);
    writeFileSync(file, bytes);
    expect(codes(await verify(store))).toEqual(["catalog_damaged"]);
    const report = await verify(store, { repair: true });
    expect(report).toMatchObject({ ok: true });
    expect(readdirSync(store).filter((name) => name.includes("damaged"))).not.toEqual([]);
    await look(async (open) => {
      const after = { ...(await everything(open)), events: open.events.list(), ends: ends(open) };
      expect(after).toEqual(before);
      const { id } = open.sessions.byName("cold")!;
      expect(columnOf(await open.readMetrics(id), "probe")).toContainEqual([12, 0.5]);
    });
  });

  test("a catalog whose keys are not what they were is damaged", async () => {
    const db = new BetterSqlite3(join(store, "catalog.sqlite"));
    db.unsafeMode();
    // As flipped bits have it: names and columns are as they were.
    db.pragma("writable_schema = ON");
    db.exec(
      `UPDATE sqlite_schema SET sql = replace(sql, '"tensors"(number)', '"tensors"(numbes)')
       WHERE name = 'checkpoint_tensors'`,
    );
    db.close();
    expect(codes(await verify(store))).toEqual(["catalog_damaged"]);
  });

  test("takes back what came after an older copy of the catalog", async () => {
    const file = join(store, "catalog.sqlite");
    const old = readFileSync(file);
    await look(async ({ writer, sessions }) => {
      const { id } = sessions.byName("hot")!;
      await writer.saveCheckpoint(checkpointInput(id, 20, { w: [7, 7] }));
      await writer.saveBlob(Buffer.from("late"));
    });
    writeFileSync(file, old);
    expect(codes(await verify(store))).toEqual(["files_loose"]);
    const report = await verify(store, { repair: true });
    expect(report).toMatchObject({ ok: true, counts: { checkpoints: 7, blobs: 2 } });
    await look(async (open) => {
      const { id } = open.checkpoints.latest(open.sessions.byName("hot")!.id)!;
      const { tensors } = await open.readTensors(id);
      expect([...new Float32Array(tensors.get("w")!.buffer)]).toEqual([7, 7]);
    });
  });

  test("takes the record of a checkpoint from its pack, and lets it hold its tensors", async () => {
    const before = await look(everything);
    change(
      `UPDATE checkpoints SET state = 'x' WHERE step = 20; DELETE FROM configs;
       DELETE FROM checkpoint_tensors WHERE checkpoint IN (SELECT number FROM checkpoints WHERE step = 0)`,
    );
    const found = codes(await verify(store));
    expect(new Set(found)).toEqual(new Set(["checkpoint_damaged", "steps_unreachable"]));
    expect(await verify(store, { repair: true })).toMatchObject({ ok: true });
    expect(await look(everything)).toEqual(before);
    change("DELETE FROM checkpoint_tensors");
    expect(new Set(codes(await verify(store)))).toEqual(new Set(["tensors_loose"]));
    expect(await verify(store, { repair: true })).toMatchObject({ ok: true });
  });

  test("leaves what it cannot mend, and says so", async () => {
    flip(pack(3), -1);
    const bytes = readFileSync(pack(3));
    const report = await verify(store, { repair: true });
    expect(report).toMatchObject({ ok: false, repaired: [] });
    expect(readFileSync(pack(3)).equals(bytes)).toBe(true);
  });

  test("does not replace the catalog of a store that another process writes", async () => {
    const open = await openStore({ path: store });
    try {
      const file = join(store, "catalog.sqlite");
      renameSync(file, `${file}.away`);
      const repairing = verify(store, { repair: true });
      await expect(repairing).rejects.toMatchObject({ code: "StoreInUse" });
      expect(existsSync(file)).toBe(false);
      renameSync(`${file}.away`, file);
    } finally {
      await open.close();
    }
  });
});
