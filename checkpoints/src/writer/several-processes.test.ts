import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import {
  columnOf,
  lossRows,
  runInput,
  sessionInput,
  temporaryFolder,
} from "../testing/fixtures.js";

const SEVERAL = fileURLToPath(new URL("../../dist/testing/several-child.js", import.meta.url));
const CRASHING = fileURLToPath(new URL("../../dist/testing/crash-child.js", import.meta.url));

let folder: { path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("several processes make, fill and thin one store at once", async () => {
  const names = ["a", "b", "c"];
  const exits = await Promise.all(
    names.map(async (name) => {
      const stdio = ["ignore", "inherit", "inherit"] as const;
      const child = spawn(process.execPath, [SEVERAL, folder.path, name], { stdio: [...stdio] });
      return (await once(child, "close"))[0] as number;
    }),
  );
  expect(exits).toEqual([0, 0, 0]);
  const store = await openStore({ from: folder.path, create: false });
  try {
    expect(
      store.sessions
        .list()
        .map((row) => row.name)
        .sort(),
    ).toEqual(names);
    for (const { id } of store.sessions.list()) {
      const kept = store.checkpoints.list(id);
      expect(kept.map((row) => row.step)).toEqual([1, 9, 10]);
      for (const row of kept) await store.readTensors(row.id);
      expect(store.runs.list(id)).toMatchObject([{ status: "completed", rows: 10 }]);
      const rows = columnOf(await store.readMetrics(id), "train_loss");
      expect(rows).toEqual(lossRows(1, 10, 1).map((row) => [row.step, row["train_loss"]]));
    }
  } finally {
    await store.close();
  }
  const db = new BetterSqlite3(join(folder.path, ".forkpoint", "catalog.sqlite"));
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
});

test("a session trained by another process is busy until that process dies", async () => {
  const child = spawn(process.execPath, [CRASHING, folder.path, "sonnets"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data");
    const store = await openStore({ from: folder.path });
    try {
      const session = store.sessions.byName("sonnets")!;
      const start = () => store.writer.startRun(runInput(session.id));
      await expect(start()).rejects.toMatchObject({
        code: "SessionBusy",
        data: { holder: { pid: child.pid } },
      });
      expect(store.sessions.holder(session.id)).toMatchObject({ pid: child.pid });
      // Others may read it and fork it meanwhile.
      await store.readMetrics(session.id);
      const fork = { parentSessionId: session.id, forkStep: 0 };
      await store.writer.createSession(sessionInput("fork", fork));
      child.kill("SIGKILL");
      await once(child, "close");
      expect(store.sessions.holder(session.id)).toBeNull();
      const run = await start();
      expect(run.status).toBe("running");
      expect(store.runs.list(session.id)[0]).toMatchObject({ status: "interrupted" });
      expect(store.events.list(session.id)).toMatchObject([
        { kind: "interrupted", data: { pid: child.pid } },
      ]);
    } finally {
      await store.close();
    }
  } finally {
    child.kill("SIGKILL");
  }
});
