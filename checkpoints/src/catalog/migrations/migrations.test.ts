import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import { columnOf, checkpointInput, lossRows, temporaryFolder } from "../../testing/fixtures.js";
import { openForWriting } from "../connection.js";

let folder: { path: string; remove(): void };
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, ".forkpoint");
});
afterEach(() => folder.remove());

const unpack = (name: string): void => {
  const packed = fileURLToPath(new URL(`../../testing/${name}`, import.meta.url));
  execFileSync("tar", ["-C", folder.path, "-xzf", packed]);
};
function raw<T>(act: (db: BetterSqlite3.Database) => T): T {
  const db = new BetterSqlite3(join(path, "catalog.sqlite"));
  try {
    return act(db);
  } finally {
    db.close();
  }
}
const rows = (db: BetterSqlite3.Database, sql: string): unknown[] => db.prepare(sql).all();
const OLD = `id, session_id, run_id, after_run, step, kind, trigger, digest, bytes, state, engine,
  created_at`;
const checkpoints = (db: BetterSqlite3.Database): unknown[] =>
  rows(db, `SELECT number, ${OLD} FROM checkpoints ORDER BY number`);

describe("a store of schema 2", () => {
  beforeEach(() => unpack("schema-2-store.tar.gz"));

  test("keeps all it holds; what lay in its trash comes back to its place", async () => {
    const before = raw(checkpoints);
    const store = await openStore({ path });
    try {
      const hot = store.sessions.byName("hot")!;
      expect(hot).toMatchObject({ attributes: {}, forkStep: 10 });
      expect(store.trash.retention()).toEqual({ kind: "manual" });
      const [thrown] = store.trash.list();
      expect(thrown).toMatchObject({ kind: "model", name: "thrown away" });
      expect(store.models.list().map((model) => model.name)).toEqual(["Model 1"]);
      const back = await store.writer.restoreModel(thrown!.id);
      expect(back).toMatchObject({ id: thrown!.itemId, step: 15, trainLoss: 2 });
      expect(store.trash.list()).toEqual([]);
      expect(columnOf(await store.readMetrics(hot.id), "probe").at(-1)).toEqual([10, 1.5]);
    } finally {
      await store.close();
    }
    raw((db) => {
      expect(checkpoints(db)).toEqual(before);
      expect(db.pragma("foreign_key_check")).toEqual([]);
      expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    });
  });
});

describe("a store of schema 4", () => {
  beforeEach(() => unpack("schema-4-store.tar.gz"));
  const kept = (db: BetterSqlite3.Database, digest: string, pairs: string): unknown[] =>
    rows(
      db,
      `SELECT c.id, ${digest} AS digest, t.pack_id, t.entry, t.offset, t.length FROM ${pairs}
       ORDER BY c.id, t.digest`,
    );
  const PAIRS_4 = `checkpoint_tensors ct JOIN checkpoints c ON c.id = ct.checkpoint_id
    JOIN tensors t ON t.digest = ct.digest`;
  const PAIRS_5 = `checkpoint_tensors ct JOIN checkpoints c ON c.number = ct.checkpoint
    JOIN tensors t ON t.number = ct.tensor`;

  test("keeps which tensors a checkpoint keeps, and where they lie", () => {
    const before = raw((db) => kept(db, "t.digest", PAIRS_4));
    expect(before).toHaveLength(9);
    openForWriting(path).close();
    raw((db) => {
      expect(kept(db, "lower(hex(t.digest))", PAIRS_5)).toEqual(before);
      expect(db.pragma("foreign_key_check")).toEqual([]);
      expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
      const lastOne =
        "DELETE FROM tensors WHERE number = (SELECT max(tensor) FROM checkpoint_tensors)";
      expect(() => db.exec(lastOne)).toThrow(/FOREIGN KEY/);
    });
  });

  test.each([
    [
      "a tensor with a digest that is none",
      "UPDATE tensors SET digest = 'x' WHERE digest IN (SELECT max(digest) FROM tensors)",
    ],
    ["a checkpoint that keeps one that is not there", "DELETE FROM tensors"],
    ["tensors of a checkpoint that is not there", "DELETE FROM checkpoints WHERE step = 20"],
  ])("with %s is left as it was", (_, change) => {
    raw((db) => {
      db.pragma("foreign_keys = OFF");
      db.exec(change);
    });
    expect(() => openForWriting(path)).toThrow(expect.objectContaining({ code: "StoreDamaged" }));
    expect(raw((db) => db.pragma("user_version", { simple: true }))).toBe(4);
  });
});

describe("a store of schema 1", () => {
  beforeEach(() => unpack("schema-1-store.tar.gz"));

  test("keeps all it holds, and takes what schema 2 knows", async () => {
    const before = raw((db) => {
      // As if newer checkpoints had been thinned.
      db.exec("UPDATE sqlite_sequence SET seq = 70 WHERE name = 'checkpoints'");
      return checkpoints(db);
    });
    const store = await openStore({ path });
    try {
      const session = store.sessions.byName("sonnets")!;
      const hot = store.sessions.byName("hot")!;
      const kept = store.checkpoints.list(session.id);
      expect(kept.map((row) => [row.step, row.trigger])).toEqual([
        [0, "initial"],
        [10, "auto"],
        [15, "auto"],
        [20, "final"],
      ]);
      for (const { id, step } of kept) {
        const { tensors } = await store.readTensors(id);
        expect([...new Float32Array(tensors.get("w")!.buffer)]).toEqual([step, 1]);
      }
      expect(store.models.list()).toMatchObject([{ name: "Model 1", checkpointId: kept[3]!.id }]);
      expect(store.trash.list()).toMatchObject([{ name: "thrown away" }]);
      expect(store.events.list(session.id)).toMatchObject([{ kind: "fork", step: 10 }]);
      expect(columnOf(await store.readMetrics(hot.id), "train_loss")).toEqual(
        lossRows(0, 10, 1).map((row) => [row.step, row["train_loss"]]),
      );
      expect(store.checkpoints.nearest(hot.id, 30)).toMatchObject({
        checkpoint: { id: hot.forkCheckpointId, parentCheckpointId: null },
        owner: { id: hot.id },
      });
      const next = checkpointInput(session.id, 20, { w: [20, 2] }, { trigger: "merge" });
      await store.writer.saveCheckpoint(next);
    } finally {
      await store.close();
    }
    raw((db) => {
      expect(checkpoints(db).slice(0, -1)).toEqual(before);
      expect(rows(db, "SELECT number FROM checkpoints WHERE trigger = 'merge'")).toEqual([
        { number: 71 },
      ]);
      expect(db.pragma("foreign_key_check")).toEqual([]);
      expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    });
  });

  test("becomes what a new store is: tables, indexes, references", () => {
    openForWriting(path).close();
    const fresh = temporaryFolder();
    try {
      openForWriting(fresh.path).close();
      const schema = (db: BetterSqlite3.Database): unknown[] =>
        rows(db, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
      const made = new BetterSqlite3(join(fresh.path, "catalog.sqlite"));
      expect(raw(schema)).toEqual(schema(made));
      made.close();
      const indexes = raw((db) => rows(db, "SELECT name FROM pragma_index_list('checkpoints')"));
      expect(indexes).toContainEqual({ name: "checkpoints_by_session" });
    } finally {
      fresh.remove();
    }
    // What refers to checkpoints still holds them fast.
    const removal = () => raw((db) => db.exec("DELETE FROM checkpoints"));
    expect(removal).toThrow(/FOREIGN KEY/);
  });

  test("that a row's other half is missing from is left as it was", () => {
    raw((db) => {
      db.pragma("foreign_keys = OFF");
      db.exec("DELETE FROM runs");
    });
    expect(() => openForWriting(path)).toThrow(expect.objectContaining({ code: "StoreDamaged" }));
    expect(raw((db) => db.pragma("user_version", { simple: true }))).toBe(1);
    expect(raw(checkpoints)).toHaveLength(4);
  });
});
