import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { catalogFile } from "../folder/layout.js";
import { temporaryFolder } from "../testing/fixtures.js";
import { openForReading, openForWriting, snapshot, storeId, write } from "./connection.js";

let folder: { path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const change = (sql: string): void => {
  const db = new BetterSqlite3(catalogFile(folder.path));
  db.exec(sql);
  db.close();
};
const openings = [openForWriting, openForReading];
const code = (name: string) => expect.objectContaining({ code: name });

test("a catalog is made once and is safe against power cuts and its own schema", () => {
  const first = openForWriting(folder.path);
  const id = storeId(first, folder.path);
  first.close();
  const db = openForWriting(folder.path);
  expect(storeId(db, folder.path)).toBe(id);
  const pragma = (name: string): unknown => db.pragma(name, { simple: true });
  expect(pragma("journal_mode")).toBe("wal");
  expect(pragma("synchronous")).toBe(2);
  expect(pragma("foreign_keys")).toBe(1);
  expect(pragma("trusted_schema")).toBe(0);
  expect(pragma("user_version")).toBe(5);
  expect(() => db.exec("DELETE FROM sqlite_schema")).toThrow(/may not be modified/);
  db.close();
});

test("a reader sees what is committed, writes nothing, and nothing of a failed transaction", () => {
  const db = openForWriting(folder.path);
  const reader = openForReading(folder.path);
  const insert = db.prepare("INSERT INTO blobs (digest, bytes, created_at) VALUES (?, 1, '')");
  const count = () => reader.prepare("SELECT count(*) AS n FROM blobs").get();
  write(db, () => insert.run("a"));
  const failing = () =>
    write(db, () => {
      insert.run("b");
      throw new RangeError("no");
    });
  expect(failing).toThrow(RangeError);
  expect(count()).toEqual({ n: 1 });
  expect(() => reader.exec("DELETE FROM blobs")).toThrow(/readonly/);
  reader.close();
  db.close();
});

test("what is read in one snapshot is of one state, whatever is written meanwhile", () => {
  const db = openForWriting(folder.path);
  const reader = openForReading(folder.path);
  const count = (): unknown => reader.prepare("SELECT count(*) FROM configs").pluck().get();
  const add = (digest: string): unknown =>
    write(db, () => db.prepare("INSERT INTO configs (digest, text) VALUES (?, '{}')").run(digest));
  try {
    const seen = snapshot(reader, () => {
      const first = count();
      add("meanwhile");
      return [first, snapshot(reader, count)];
    });
    expect(seen[1]).toBe(seen[0]);
    expect(count()).toBe((seen[0] as number) + 1);
  } finally {
    reader.close();
    db.close();
  }
});

test("a catalog of a newer Forkpoint is left alone", () => {
  openForWriting(folder.path).close();
  change("PRAGMA user_version = 99; CREATE TABLE future (a)");
  for (const open of openings) {
    expect(() => open(folder.path)).toThrow(code("StoreNewer"));
    expect(() => open(folder.path)).toThrow(/schema 99/);
  }
});

test("what is no Forkpoint catalog is left alone", () => {
  change("CREATE TABLE theirs (a)");
  expect(() => openForWriting(folder.path)).toThrow(code("StoreDamaged"));
  change("PRAGMA user_version = 1");
  for (const open of openings) expect(() => open(folder.path)).toThrow(code("StoreDamaged"));
});

test("a catalog whose tables are not ours is damage; what others add beside them is not", () => {
  openForWriting(folder.path).close();
  change("CREATE VIEW theirs AS SELECT id FROM runs; ANALYZE");
  openForWriting(folder.path).close();
  change("CREATE TRIGGER sly AFTER INSERT ON runs BEGIN DELETE FROM models; END");
  for (const open of openings) expect(() => open(folder.path)).toThrow(code("StoreDamaged"));
  change("DROP TRIGGER sly; ALTER TABLE models DROP COLUMN train_loss");
  for (const open of openings) expect(() => open(folder.path)).toThrow(code("StoreDamaged"));
});

test("a file that is no database is damage", () => {
  writeFileSync(catalogFile(folder.path), "This is no database.".repeat(1000));
  for (const open of openings) expect(() => open(folder.path)).toThrow(code("StoreDamaged"));
});

test("full folders without a catalog are not taken for a new store", () => {
  mkdirSync(join(folder.path, "packs"));
  writeFileSync(join(folder.path, "packs", "0m8h.safetensors"), "");
  expect(() => openForWriting(folder.path)).toThrow(/verify --repair/);
  expect(existsSync(catalogFile(folder.path))).toBe(false);
});

test("a store without a catalog is not found by a reader", () => {
  expect(() => openForReading(folder.path)).toThrow(code("StoreNotFound"));
});
