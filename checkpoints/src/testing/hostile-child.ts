// Damages files of a store at random, one by one, and reads it: each time a typed error or what is
// right. Prints the case before it runs it, so that whoever waits knows which one ended the process.
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { openForReading } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { listCheckpoints } from "../catalog/checkpoints.js";
import { listEvents } from "../catalog/events.js";
import { keyframes } from "../catalog/keyframes.js";
import { listModels } from "../catalog/models.js";
import { nearestCheckpoint } from "../catalog/nearest.js";
import { listRuns } from "../catalog/runs.js";
import { listSessions } from "../catalog/sessions.js";
import { timeline } from "../catalog/timeline.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import { readMetrics } from "../metrics/read.js";
import { readSnapshots } from "../snapshots/read.js";
import { loadBlob } from "../tensors/blobs.js";
import { sha256 } from "../hashing/digests.js";
import { restoreState } from "../tensors/restore.js";
import { listTrash } from "../trash/entries.js";
import { verify } from "../verify/verify.js";
import { finishContext, openContext } from "../writer/open-context.js";
import { chanceFrom } from "./chance.js";
import type { Chance } from "./chance.js";
import { temporaryFolder } from "./fixtures.js";

const [store, firstSeed, count] = process.argv.slice(2) as [string, string, string];
const SLOW_MS = 20_000;

const kinds: Record<string, (name: string) => boolean> = {
  packs: (name) => name.endsWith(".safetensors"),
  metrics: (name) => name.endsWith(".arrows") || name.endsWith(".parquet"),
  snapshots: () => true,
  blobs: () => true,
  ".": (name) => name === "catalog.sqlite",
};

/** Reads all there is; calls `failed` with each error. */
async function readAll(failed: (error: unknown) => void): Promise<Map<string, unknown>> {
  const seen = new Map<string, unknown>();
  const attempt = async (key: string, act: () => unknown): Promise<void> => {
    try {
      seen.set(key, await act());
    } catch (error) {
      failed(error);
    }
  };
  let db: Catalog | undefined;
  try {
    db = openForReading(store);
  } catch (error) {
    failed(error);
    return seen;
  }
  const open = db;
  try {
    await attempt("models", () => listModels(open));
    await attempt("events", () => listEvents(open));
    await attempt("trash", () => listTrash(open, store));
    let sessions: { id: string }[] = [];
    await attempt("sessions", () => (sessions = listSessions(open)));
    for (const { id } of sessions) {
      await attempt(`runs ${id}`, () => listRuns(open, id));
      await attempt(`timeline ${id}`, () => timeline(open, id));
      await attempt(`keyframes ${id}`, () => keyframes(open, id));
      await attempt(`nearest ${id}`, () => nearestCheckpoint(open, id, 9));
      await attempt(`metrics ${id}`, async () => (await readMetrics(open, store, id)).numRows);
      await attempt(`snapshots ${id}`, async () => (await readSnapshots(open, store, id)).length);
      let checkpoints: { id: string }[] = [];
      await attempt(`checkpoints ${id}`, () => (checkpoints = listCheckpoints(open, id)));
      for (const checkpoint of checkpoints) {
        await attempt(`tensors ${checkpoint.id}`, async () => {
          const { manifest, tensors } = await restoreState(open, store, checkpoint.id);
          const digests = [...tensors].map(([name, bytes]) => [name, sha256(bytes)]);
          return { digest: manifest.digest, digests };
        });
      }
    }
    await attempt("blobs", async () => {
      const digests = open.prepare("SELECT digest FROM blobs").pluck().all() as string[];
      return Promise.all(
        digests.map(async (digest) => sha256(await loadBlob(open, store, digest))),
      );
    });
  } finally {
    db.close();
  }
  return seen;
}

function damaged(bytes: Buffer, chance: Chance): Buffer {
  const out = Buffer.from(bytes);
  const at = (): number => chance.below(Math.max(1, out.length));
  const kind = chance.below(9);
  if (kind < 3) {
    for (let flips = 1 + chance.below(8); flips > 0 && out.length > 0; flips--) {
      out[at()]! ^= 1 << chance.below(8);
    }
    return out;
  }
  const begin = at();
  const end = Math.min(out.length, begin + 1 + chance.below(200));
  const noise = Buffer.from(Array.from({ length: end - begin }, () => chance.below(256)));
  switch (kind) {
    case 3:
      return out.subarray(0, begin);
    case 4:
      return Buffer.concat([out.subarray(0, begin), noise, out.subarray(begin)]);
    case 5:
      out.fill(chance.pick([0, 0xff]), begin, end);
      return out;
    case 6:
      return Buffer.concat([out.subarray(0, begin), out.subarray(end)]);
    case 7: {
      // Lengths and offsets of all sizes, near the beginning or the end, where they stand.
      const size = chance.pick([4, 8]);
      const place = chance.pick([0, 4, 8, out.length - 8, out.length - 12, begin]);
      const huge = chance.pick([0xffffffffn, 0x7fffffffn, 2n ** 53n, 2n ** 63n - 1n, 1n << 40n]);
      for (let byte = 0; byte < size; byte++) {
        if (out[place + byte] !== undefined) {
          out[place + byte] = Number((huge >> BigInt(8 * byte)) & 0xffn);
        }
      }
      return out;
    }
    default:
      noise.copy(out, begin);
      return out;
  }
}

const right = await readAll((error) => {
  throw error;
});
const fault = (what: string): never => {
  throw new Error(what);
};
const outside = (): string[] => readdirSync(dirname(store)).sort();
const around = outside();
let refused = 0;
for (let index = 0; index < Number(count); index++) {
  const seed = Number(firstSeed) + index;
  const chance = chanceFrom(seed);
  const folder = chance.pick([...Object.keys(kinds), "."]);
  const names = readdirSync(join(store, folder)).filter(kinds[folder]!).sort();
  const file = join(store, folder, chance.pick(names));
  const bytes = readFileSync(file);
  writeFileSync(file, damaged(bytes, chance));
  writeSync(1, `${seed} ${file}\n`);
  const began = Date.now();
  const typed = (error: unknown): void => {
    refused += 1;
    if (!(asWriteError(error, store) instanceof StoreError)) throw error;
  };
  const seen = await readAll(typed);
  for (const [key, value] of seen) {
    if (!key.startsWith("tensors")) continue;
    const { digest } = value as { digest: string };
    const known = [...right.values()].find(
      (one) => (one as { digest?: string })?.digest === digest,
    );
    if (!isDeepStrictEqual(value, known)) fault(`${key}: a wrong tensor`);
  }
  try {
    await verify(store);
  } catch (error) {
    typed(error);
  }
  // To mend what is left must not be thrown off by it either.
  if (chance.below(10) === 0) {
    const copy = temporaryFolder();
    try {
      const there = join(copy.path, ".forkpoint");
      cpSync(store, there, { recursive: true });
      if (folder === "packs") rmSync(join(there, "catalog.sqlite"));
      await verify(there, { repair: true });
    } catch (error) {
      typed(error);
    } finally {
      copy.remove();
    }
  }
  // Opening to write mends and clears up: now and then, and what it did is undone.
  if (folder === "." && chance.below(8) === 0) {
    try {
      await finishContext(openContext(store));
    } catch (error) {
      typed(error);
    }
    for (const name of readdirSync(join(store, "metrics"))) {
      if (!names.includes(name) && name.startsWith(".tmp")) rmSync(join(store, "metrics", name));
    }
  }
  if (Date.now() - began > SLOW_MS) fault(`it took ${Date.now() - began} ms`);
  writeFileSync(file, bytes);
  for (const ending of ["-wal", "-shm"]) {
    const log = join(store, `catalog.sqlite${ending}`);
    if (existsSync(log)) rmSync(log);
  }
  if (!isDeepStrictEqual(outside(), around)) fault("something was written outside the store");
}
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
writeSync(1, `${JSON.stringify({ done: Number(count), refused, megabytes })}\n`);
