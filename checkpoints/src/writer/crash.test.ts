import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { verify } from "@forkpoint/checkpoints";
import { listEvents } from "../catalog/events.js";
import { listRuns } from "../catalog/runs.js";
import { listSessions } from "../catalog/sessions.js";
import { readMetrics } from "../metrics/read.js";
import { restoreState } from "../tensors/restore.js";
import { chanceFrom, LONG, sliceSeed } from "../testing/chance.js";
import type { Chance } from "../testing/chance.js";
import { columnOf, lossRows, temporaryFolder } from "../testing/fixtures.js";
import type { WriterContext } from "./context.js";
import { finishContext, openContext } from "./open-context.js";

const CHILD = fileURLToPath(new URL("../../dist/testing/crash-writer.js", import.meta.url));
const KILLS = LONG ? 2000 : 12;
// A store is given up after so many, lest each check take longer than the one before.
const KILLS_OF_A_STORE = LONG ? 12 : 6;

interface Journal {
  checkpoints: Map<string, number>;
  /** Purged, or perhaps purged. */
  gone: Set<string>;
  rows: Map<string, number>;
  events: Set<string>;
  blobs: Set<string>;
}
interface Line {
  begun?: string;
  acknowledged?: string;
  checkpoint?: string;
  step?: number;
  run?: string;
  rows?: number;
  event?: string;
  blob?: string;
  going?: string;
}

// Lets a writer work and kills it: at a call that it makes itself, or from outside at any time.
async function writeAndKill(folder: string, seed: number, chance: Chance): Promise<Line[]> {
  const inside = chance.below(5) > 0;
  const dieAt = inside ? 1 + chance.below(40) : 0;
  const child = spawn(process.execPath, [CHILD, folder, String(seed), String(dieAt)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const working = new Promise<void>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (output.includes("acknowledged")) resolve();
    });
  });
  const closed = once(child, "close");
  if (!inside) {
    await Promise.race([working, closed]);
    await new Promise((resolve) => setTimeout(resolve, chance.below(60)));
    child.kill("SIGKILL");
  }
  const [, signal] = (await closed) as [number | null, string | null];
  expect(signal, output.slice(-500)).toBe("SIGKILL");
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function note(journal: Journal, lines: readonly Line[]): void {
  for (const line of lines) {
    if (line.checkpoint !== undefined) journal.checkpoints.set(line.checkpoint, line.step!);
    if (line.going === "blobs") journal.blobs.clear();
    else if (line.going !== undefined) journal.gone.add(line.going);
    if (line.rows !== undefined) journal.rows.set(line.run!, line.rows);
    if (line.event !== undefined) journal.events.add(line.event);
    if (line.blob !== undefined) journal.blobs.add(line.blob);
  }
}

// Whether the last operation had begun to write and its transaction was not committed.
function cutInTwo(context: WriterContext, journal: Journal, lines: readonly Line[]): boolean {
  const last = lines.at(-1)?.begun;
  const count = (sql: string): number => context.db.prepare(sql).pluck().get() as number;
  if (last === "blob") return count("SELECT count(*) FROM blobs") <= journal.blobs.size;
  if (last?.startsWith("save")) {
    const ids = context.db.prepare("SELECT id FROM checkpoints").pluck().all() as string[];
    return ids.every((id) => journal.checkpoints.has(id));
  }
  if (!last?.startsWith("rows")) return false;
  const run = context.db.prepare("SELECT id, last_step FROM runs ORDER BY number DESC").get() as {
    id: string;
    last_step: number;
  };
  return journal.rows.get(run.id) === run.last_step;
}

async function check(context: WriterContext, journal: Journal): Promise<void> {
  const { db, path } = context;
  for (const [id, step] of journal.checkpoints) {
    if (journal.gone.has(id)) continue;
    const { tensors, manifest } = await restoreState(db, path, id);
    expect(manifest.step).toBe(step);
    const weights = new Float32Array(tensors.get("weights")!.buffer);
    expect([weights[7], weights[59_999]]).toEqual([step + 7, step + 59_999]);
  }
  const session = listSessions(db)[0]!;
  const runs = listRuns(db, session.id);
  expect(runs.filter((run) => run.status === "running")).toEqual([]);
  for (const [id, step] of journal.rows) {
    expect(runs.find((run) => run.id === id)!.lastStep).toBeGreaterThanOrEqual(step);
  }
  const read = columnOf(await readMetrics(db, path, session.id), "train_loss");
  const all = lossRows(1, runs.at(-1)!.lastStep, 1);
  expect(read).toEqual(all.map((row) => [row.step, row["train_loss"]]));
  const events = new Set(listEvents(db, session.id).map((event) => event.id));
  expect([...journal.events].filter((id) => !events.has(id))).toEqual([]);
  expect(listEvents(db).filter(({ kind }) => kind === "rows_lost")).toEqual([]);
  const blobs = new Set(db.prepare("SELECT digest FROM blobs").pluck().all());
  expect([...journal.blobs].filter((digest) => !blobs.has(digest))).toEqual([]);
  expect((await verify(path)).faults).toEqual([]);
  expect(readdirSync(join(path, "leases"))).toEqual([`${context.lease.id}.lock`]);
}

test(`what was acknowledged before kill -9 is there afterwards, ${KILLS} times over`, async () => {
  let cut = 0;
  for (let kill = 0; kill < KILLS;) {
    const folder = temporaryFolder();
    const journal: Journal = {
      ...{ checkpoints: new Map(), gone: new Set(), rows: new Map() },
      ...{ events: new Set(), blobs: new Set() },
    };
    try {
      for (let of = 0; of < KILLS_OF_A_STORE && kill < KILLS; of++, kill++) {
        const seed = sliceSeed() + kill;
        const lines = await writeAndKill(folder.path, seed, chanceFrom(seed));
        note(journal, lines);
        const context = openContext(join(folder.path, ".forkpoint"));
        try {
          if (cutInTwo(context, journal, lines)) cut += 1;
          await check(context, journal);
        } catch (error) {
          throw new Error(`FORKPOINT_SEED=${sliceSeed()}, kill ${kill}`, { cause: error });
        } finally {
          await finishContext(context);
        }
      }
    } finally {
      folder.remove();
    }
  }
  console.log(`${cut} of ${KILLS} kills between the first write and the commit`);
  // A slice is too short for the share to be sure.
  expect(cut).toBeGreaterThanOrEqual(LONG ? KILLS / 3 : KILLS / 6);
}, 3_600_000);
