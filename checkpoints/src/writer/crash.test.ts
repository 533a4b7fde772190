import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import { columnOf, lossRows, temporaryFolder } from "../testing/fixtures.js";

const CHILD = fileURLToPath(new URL("../../dist/testing/crash-child.js", import.meta.url));
const KILLS = process.env["FORKPOINT_LONG"] ? 200 : 8;

let folder: { path: string; remove(): void };
let children: ChildProcess[];
beforeEach(() => {
  folder = temporaryFolder();
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  folder.remove();
});

interface Acknowledged {
  checkpoints: Map<string, number>;
  rows: Map<string, number>;
}

// Starts a trainer, lets it work for a moment after its first save, kills it.
async function trainAndKill(acknowledged: Acknowledged): Promise<void> {
  const child = spawn(process.execPath, [CHILD, folder.path, "sonnets"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let output = "";
  const working = new Promise<void>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (output.includes('"checkpoint"')) resolve();
    });
  });
  const closed = once(child, "close");
  await Promise.race([working, closed]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
  child.kill("SIGKILL");
  await closed;
  for (const line of output.split("\n").slice(0, -1)) {
    const word = JSON.parse(line) as {
      run: string;
      row?: number;
      checkpoint?: string;
      step?: number;
    };
    if (word.checkpoint !== undefined) acknowledged.checkpoints.set(word.checkpoint, word.step!);
    if (word.row !== undefined) acknowledged.rows.set(word.run, word.row);
  }
}

test(`what was acknowledged before kill -9 is there afterwards, ${KILLS} times over`, async () => {
  const acknowledged: Acknowledged = { checkpoints: new Map(), rows: new Map() };
  for (let kill = 0; kill < KILLS; kill++) await trainAndKill(acknowledged);
  expect(acknowledged.checkpoints.size).toBeGreaterThanOrEqual(KILLS);

  const store = await openStore({ from: folder.path, create: false });
  try {
    const session = store.sessions.byName("sonnets")!;
    for (const [id, step] of acknowledged.checkpoints) {
      const { tensors, manifest } = await store.readTensors(id);
      expect(manifest.step).toBe(step);
      expect(new Float32Array(tensors.get("weights")!.buffer)[7]).toBe(step + 7);
    }
    const runs = store.runs.list(session.id);
    expect(runs.map((run) => run.status)).toEqual(runs.map(() => "interrupted"));
    for (const [id, row] of acknowledged.rows) {
      expect(store.runs.get(id).lastStep).toBeGreaterThanOrEqual(row);
    }
    const read = columnOf(await store.readMetrics(session.id), "train_loss");
    const all = lossRows(1, runs.at(-1)!.lastStep, 1);
    expect(read).toEqual(all.map((row) => [row.step, row["train_loss"]]));
    expect(store.events.list(session.id).filter(({ kind }) => kind === "rows_lost")).toEqual([]);
  } finally {
    await store.close();
  }
  const db = new BetterSqlite3(join(folder.path, ".forkpoint", "catalog.sqlite"));
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(db.pragma("foreign_key_check")).toEqual([]);
  db.close();
}, 900_000);
