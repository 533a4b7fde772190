import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { exportBundle, importBundle, openStore, sha256, verify } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
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
import { tarHeader, tarPadding, TAR_END } from "./tar.js";

let folder: { path: string; remove(): void };
let store: Store;
let sonnets: SessionRow;
let hot: SessionRow;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  sonnets = await makeHistory(store);
  hot = store.sessions.byName("hot")!;
});
afterAll(async () => {
  await store.close();
  folder.remove();
});
afterEach(() => {
  for (const name of readdirSync(folder.path)) {
    if (name !== ".forkpoint") rmSync(join(folder.path, name), { recursive: true });
  }
});

// A session that trained, a fork of it at work, and another that has nothing to do with both.
async function makeHistory(to: Store): Promise<SessionRow> {
  const { writer } = to;
  const other = await writer.createSession(sessionInput("other"));
  const before = await writer.startRun(runInput(other.id));
  await writer.saveCheckpoint(checkpointInput(other.id, 3, { w: [9], frozen: [1, 2, 3] }));
  await writer.finishRun({ runId: before.id, status: "completed", step: 3 });
  const corpus = await writer.saveBlob(Buffer.from("Shall I compare thee"));
  const dataConfig = JSON.stringify({ corpus });
  const parent = await writer.createSession(sessionInput("sonnets", { dataConfig }));
  const run = await writer.startRun(runInput(parent.id));
  await writer.appendMetrics({ runId: run.id, chunk: metricsStream(lossRows(0, 40, 1)) });
  const samples = [0, 20, 40].map((step) => ({ step, prompt: "Shall I", text: `at ${step}` }));
  await writer.appendSamples({ runId: run.id, rows: samples });
  const state = stateInput({ blobs: { corpus } });
  const save = (sessionId: string, step: number, w: number, more: object = {}) =>
    writer.saveCheckpoint(
      checkpointInput(sessionId, step, { w: [w], frozen: [1, 2, 3] }, { state, ...more }),
    );
  const at20 = await save(parent.id, 20, 20, { runId: run.id, trigger: "auto" });
  const model = { name: "Model 1", trainLoss: 1 };
  await save(parent.id, 40, 40, { runId: run.id, trigger: "final", model });
  await writer.finishRun({ runId: run.id, status: "completed", step: 40 });
  const place = { forkStep: 20, forkCheckpointId: at20.checkpoint.id };
  const child = sessionInput("hot", { parentSessionId: parent.id, ...place, dataConfig });
  const fork = await writer.createSession(child);
  await writer.appendEvent({ sessionId: fork.id, step: 20, kind: "fork", data: { at: 20 } });
  const live = await writer.startRun(runInput(fork.id, { mode: "forked", fromStep: 20 }));
  await writer.appendMetrics({ runId: live.id, chunk: metricsStream(lossRows(21, 30, 2)) });
  await writer.appendSamples({ runId: live.id, rows: [{ step: 30, prompt: "", text: "hot" }] });
  await writer.logValues({ sessionId: fork.id, rows: [{ step: 25, values: { probe: 0.5 } }] });
  await save(fork.id, 30, 31, { runId: live.id, trigger: "auto" });
  await save(fork.id, 30, 32, { trigger: "merge" });
  // What the parent trained after the fork is none of the fork's history.
  const later = await writer.startRun(runInput(parent.id, { mode: "resumed", fromStep: 10 }));
  await writer.appendMetrics({ runId: later.id, chunk: metricsStream(lossRows(11, 15, 3)) });
  await writer.finishRun({ runId: later.id, status: "completed", step: 15 });
  return parent;
}

const bundle = () => join(folder.path, "hot.forkpoint.tar");
async function elsewhere<T>(act: (other: Store) => Promise<T>): Promise<T> {
  const place = temporaryFolder();
  const other = await openStore({ from: place.path });
  try {
    return await act(other);
  } finally {
    await other.close();
    place.remove();
  }
}
const told = async (from: Store, id: string) => ({
  losses: columnOf(await from.readMetrics(id), "train_loss"),
  columns: (await from.readMetrics(id)).schema.fields.map(String),
  samples: await from.readSamples(id),
  keyframes: from.keyframes(id),
  timeline: from.timeline(id),
  checkpoints: from.checkpoints
    .list(id)
    .map(({ digest, step, trigger }) => [digest, step, trigger]),
  nearest: [5, 20, 25, 30, 90].map((step) => from.checkpoints.nearest(id, step)?.checkpoint.digest),
  events: from.events.list(id).map(({ kind, data }) => [kind, data]),
});

describe("a session as one file", () => {
  test("arrives with its history, state and corpus, and nothing of other sessions", async () => {
    const made = await exportBundle(store, bundle(), { session: hot.id });
    expect(made).toMatchObject({ path: bundle(), bytes: statSync(bundle()).size, sessions: 2 });
    await elsewhere(async (other) => {
      // Numbers there are others already.
      await makeHistory(other);
      const taken = await importBundle(other, bundle());
      expect(taken.sessions).toEqual([
        { id: sonnets.id, name: "sonnets-2", known: false },
        { id: hot.id, name: "hot-2", known: false },
      ]);
      const there = await told(other, hot.id);
      expect(there).toEqual(await told(store, hot.id));
      expect(there.losses).toHaveLength(31);
      const saved = other.checkpoints.nearest(hot.id, 30)!.checkpoint;
      const { tensors, manifest } = await other.readTensors(saved.id);
      expect([...new Float32Array(tensors.get("w")!.buffer)]).toEqual([32]);
      expect(Buffer.from(await other.readBlob(manifest.blobs["corpus"]!)).toString()).toMatch(
        /Shall/,
      );
      expect(other.runs.list(hot.id)).toMatchObject([{ status: "interrupted", rows: 10 }]);
      // It goes on there as any other.
      const next = runInput(hot.id, { mode: "resumed", fromStep: 30 });
      const run = await other.writer.startRun(next);
      const chunk = metricsStream(lossRows(31, 33, 4));
      await other.writer.appendMetrics({ runId: run.id, chunk });
      await other.writer.finishRun({ runId: run.id, status: "completed", step: 33 });
      expect((await other.readMetrics(hot.id)).numRows).toBe(34);
      // Once more changes nothing.
      const again = await importBundle(other, bundle());
      expect(again.sessions.map(({ known }) => known)).toEqual([true, true]);
      expect([again.runs, again.checkpoints, again.models]).toEqual([0, 0, []]);
    });
  });

  test("of a pack that it shares with another session it takes its own tensors only", () =>
    elsewhere(async (from) => {
      const { writer } = from;
      const [secret, own] = [
        await writer.createSession(sessionInput("secret", { dataConfig: "{}" })),
        await writer.createSession(sessionInput("own", { dataConfig: "{}" })),
      ];
      const shared = [5, 6, 7];
      await writer.saveCheckpoint(checkpointInput(secret.id, 1, { w: [77, 78], shared }));
      const { checkpoint } = await writer.saveCheckpoint(
        checkpointInput(own.id, 1, { w: [8, 9], shared }),
      );
      await exportBundle(from, bundle(), { session: own.id });
      const bytes = readFileSync(bundle());
      const numbers = (values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
      expect([shared, [8, 9], [77, 78]].map((them) => bytes.includes(numbers(them)))).toEqual([
        ...[true, true, false],
      ]);
      await elsewhere(async (other) => {
        await importBundle(other, bundle());
        const { tensors } = await other.readTensors(checkpoint.id);
        expect([...new Float32Array(tensors.get("shared")!.buffer)]).toEqual(shared);
        expect((await verify(other.path)).faults).toEqual([]);
        // What is sent again finds its tensors there, wherever they lie.
        rmSync(bundle());
        await exportBundle(from, bundle(), { session: own.id });
        expect(await importBundle(other, bundle())).toMatchObject({ checkpoints: 0 });
        expect((await verify(other.path)).faults).toEqual([]);
      });
    }));

  test("is a tar that becomes a store by itself", async () => {
    await exportBundle(store, bundle());
    const place = join(folder.path, "unpacked");
    mkdirSync(place);
    execFileSync("tar", ["-C", place, "-xf", bundle()]);
    execFileSync("sha256sum", ["--check", "--quiet", "SHA256SUMS"], {
      cwd: join(place, ".forkpoint"),
    });
    const other = await openStore({ path: join(place, ".forkpoint") });
    try {
      expect(other.sessions.list().map(({ name }) => name)).toEqual(["other", "sonnets", "hot"]);
      expect(other.models.list().map(({ name }) => name)).toEqual(["Model 1"]);
      for (const session of other.sessions.list()) {
        expect(await told(other, session.id)).toEqual(await told(store, session.id));
        for (const { id } of other.checkpoints.list(session.id)) await other.readTensors(id);
      }
    } finally {
      await other.close();
    }
  });

  test("is not written over what is there, and leaves nothing half-written", async () => {
    writeFileSync(bundle(), "mine");
    await expect(exportBundle(store, bundle())).rejects.toMatchObject({ code: "ExportTaken" });
    const nobody = exportBundle(store, join(folder.path, "x.tar"), { session: "nobody" });
    await expect(nobody).rejects.toMatchObject({ code: "SessionNotFound" });
    expect(readFileSync(bundle(), "utf8")).toBe("mine");
    expect(readdirSync(folder.path).sort()).toEqual([".forkpoint", "hot.forkpoint.tar"]);
  });

  test("that is older than what is here is refused whole", async () => {
    await exportBundle(store, bundle(), { session: sonnets.id });
    await elsewhere(async (other) => {
      await importBundle(other, bundle());
      const run = await store.writer.startRun(
        runInput(sonnets.id, { mode: "resumed", fromStep: 15 }),
      );
      await store.writer.finishRun({ runId: run.id, status: "completed", step: 15 });
      const newer = join(folder.path, "newer.tar");
      await exportBundle(store, newer, { session: hot.id });
      await importBundle(other, newer);
      const all = join(folder.path, "all.tar");
      await exportBundle(store, all);
      await expect(importBundle(other, all)).rejects.toMatchObject({
        code: "ImportConflict",
        data: { name: "sonnets" },
      });
      expect(other.sessions.byName("other")).toBeNull();
      const files = readdirSync(join(other.path, "packs"));
      expect(files.filter((name) => name.startsWith(".tmp"))).toEqual([]);
    });
  });
});

describe("a file from elsewhere", () => {
  const tar = (files: Record<string, Uint8Array | string>, kind?: string): string => {
    const parts = Object.entries(files).flatMap(([name, content]) => {
      const bytes = Buffer.from(content as string);
      const header = tarHeader(name.slice(0, 100), bytes.byteLength);
      if (kind) {
        header.write(kind, 156);
        header.write("        ", 148);
        const sum = header.reduce((all, byte) => all + byte, 0);
        header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      }
      return [header, bytes, tarPadding(bytes.byteLength)];
    });
    const file = join(folder.path, "hostile.tar");
    writeFileSync(file, Buffer.concat([...parts, TAR_END]));
    return file;
  };
  test.each<[string, () => string]>([
    ["is not there", () => join(folder.path, "nothing.tar")],
    ["is a folder", () => folder.path],
    ["is empty", () => tar({})],
    ["is a text", () => (writeFileSync(bundle(), "Shall I ".repeat(200)), bundle())],
    ["climbs out", () => tar({ ".forkpoint/../../evil": "x" })],
    ["is absolute", () => tar({ "/tmp/forkpoint-evil": "x" })],
    ["names an unknown file", () => tar({ ".forkpoint/leases/x.lock": "x" })],
    ["links", () => tar({ ".forkpoint/packs/a.safetensors": "" }, "2")],
    ["has no sums", () => tar({ ".forkpoint/catalog.sqlite": "x".repeat(2000) })],
    [
      "has a catalog that is none",
      () => {
        const content = "x".repeat(2000);
        const sums = `${sha256(content)}  catalog.sqlite\n`;
        return tar({ ".forkpoint/catalog.sqlite": content, ".forkpoint/SHA256SUMS": sums });
      },
    ],
  ])("that %s is refused, and nothing is written", async (_, make) => {
    const file = make();
    const before = readdirSync(folder.path).sort();
    const rows = store.sessions.list().length;
    await expect(importBundle(store, file)).rejects.toMatchObject({ code: "ImportInvalid" });
    expect(readdirSync(folder.path).sort()).toEqual(before);
    expect(existsSync("/tmp/forkpoint-evil")).toBe(false);
    expect(store.sessions.list()).toHaveLength(rows);
  });

  // One bundle and one empty store for all that is refused.
  let sent: { path: string; remove(): void };
  let other: Store;
  beforeAll(async () => {
    sent = temporaryFolder();
    await exportBundle(store, join(sent.path, "whole.tar"));
    other = await openStore({ from: sent.path });
  });
  afterAll(async () => {
    await other.close();
    sent.remove();
  });
  const changed = (sql: string): string => {
    const place = join(folder.path, "changed");
    mkdirSync(place);
    execFileSync("tar", ["-C", place, "-xf", join(sent.path, "whole.tar")]);
    const db = new BetterSqlite3(join(place, ".forkpoint", "catalog.sqlite"));
    // Whoever means harm is not held back by keys.
    db.pragma("foreign_keys = OFF");
    db.exec(sql);
    db.close();
    // Whoever means harm sums up anew.
    const sum =
      "sed 's/.*  //' SHA256SUMS > names && xargs sha256sum < names > SHA256SUMS && rm names";
    execFileSync("sh", ["-c", sum], { cwd: join(place, ".forkpoint") });
    const file = join(folder.path, "changed.tar");
    execFileSync("tar", ["--format=ustar", "-C", place, "-cf", file, ".forkpoint"]);
    return file;
  };
  test.each<[string, string, RegExp]>([
    ["a view in the place of a table", "CREATE VIEW more AS SELECT 1", /another schema/],
    [
      "a trigger",
      "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM sessions; END",
      /another schema/,
    ],
    [
      "a name that climbs",
      "UPDATE session_names SET name = char(27) || name",
      /control characters/,
    ],
    [
      "an id that is a path",
      "UPDATE packs SET id = '../evil' WHERE id = (SELECT min(id) FROM packs)",
      /refer to others/,
    ],
    [
      "another state",
      `UPDATE checkpoints SET state = replace(state, '"step":40', '"step":41')`,
      /does not give its digest/,
    ],
    ["a tensor elsewhere", "UPDATE tensors SET offset = offset + 4", /lies elsewhere/],
    ["another digest", "UPDATE blobs SET bytes = bytes - 1", /does not give its digest/],
    ["rows that are not there", "UPDATE sealed SET rows = rows + 1", /are missing/],
    ["data that is no JSON", "UPDATE events SET data = '{'", /JSON/],
    [
      "a step beyond all bounds",
      "UPDATE sessions SET fork_step = 9223372036854775807",
      /beyond all bounds/,
    ],
    ["a newer schema", "PRAGMA user_version = 999", /newer/],
  ])("with %s is refused", async (_, sql, why) => {
    await expect(importBundle(other, changed(sql))).rejects.toMatchObject({
      code: expect.stringMatching(/^(ImportInvalid|StoreNewer)$/),
      message: expect.stringMatching(why),
    });
    expect(other.sessions.list()).toEqual([]);
    for (const part of ["packs", "blobs", "metrics", "snapshots"]) {
      expect(readdirSync(join(other.path, part))).toEqual([]);
    }
  });
});
