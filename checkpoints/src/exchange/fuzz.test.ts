import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  exportArtifacts,
  exportBundle,
  exportModel,
  importArtifacts,
  importBundle,
  importModel,
  openStore,
  StoreError,
} from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import {
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
  stateInput,
  temporaryFolder,
} from "../testing/fixtures.js";
import { sha256 } from "../hashing/digests.js";
import { TAR_END, tarHeader, tarPadding } from "./tar.js";

const ROUNDS = process.env["FORKPOINT_LONG"] ? 10_000 : 24;
// Another slice every day; a failure names its round's seed.
const SEED = Number(process.env["FORKPOINT_SEED"] ?? Math.floor(Date.now() / 86_400_000));
const PATIENCE = 30_000;
const MEMORY = 2 * 2 ** 30;

let folder: { path: string; remove(): void };
let store: Store;
let session: SessionRow;
let bundle: Buffer;
let model: string;
let artifacts: string;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  const { writer } = store;
  const corpus = await writer.saveBlob(Buffer.from("Shall I compare thee"));
  session = await writer.createSession(
    sessionInput("sonnets", { dataConfig: JSON.stringify({ corpus }) }),
  );
  const run = await writer.startRun(runInput(session.id));
  await writer.appendMetrics({ runId: run.id, chunk: metricsStream(lossRows(0, 9, 1)) });
  await writer.appendSamples({ runId: run.id, rows: [{ step: 3, prompt: "a", text: "b" }] });
  const names = ["model/", "optimizer/m/", "optimizer/v/"].map(
    (prefix) => `${prefix}transformer.w`,
  );
  const tensors = names.map((name, at) => ({
    ...{ name, dtype: "F32" as const, shape: [4], offset: 16 * at, length: 16 },
  }));
  const saved = await writer.saveCheckpoint({
    ...{ sessionId: session.id, runId: run.id, step: 9, trigger: "final", tensors },
    state: stateInput({ blobs: { corpus } }),
    buffer: Float32Array.from({ length: 12 }, (_, at) => at).buffer,
    model: { name: "Model 1", trainLoss: 1 },
  });
  await writer.finishRun({ runId: run.id, status: "completed", step: 9 });
  const file = join(folder.path, "whole.tar");
  await exportBundle(store, file);
  bundle = readFileSync(file);
  model = await exportModel(store, saved.checkpoint.id, join(folder.path, "model"));
  artifacts = await exportArtifacts(store, join(folder.path, "artifacts"));
});
afterAll(async () => {
  await leave();
  await store.close();
  folder.remove();
});

type Random = () => number;
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function harmed(whole: Uint8Array, random: Random): Buffer {
  const bytes = Buffer.from(whole);
  const at = () => Math.floor(random() * bytes.byteLength);
  switch (Math.floor(random() * 6)) {
    case 0:
      return bytes.subarray(0, at());
    case 1:
      for (let flips = 1 + Math.floor(random() * 8); flips > 0; flips--) {
        bytes[at()]! ^= 1 << Math.floor(random() * 8);
      }
      return bytes;
    case 2: {
      const from = at();
      for (let byte = from; byte < Math.min(from + 64, bytes.byteLength); byte++) {
        bytes[byte] = Math.floor(random() * 256);
      }
      return bytes;
    }
    case 3: {
      const [from, to] = [at(), at()];
      bytes.copyWithin(to, from, from + Math.floor(random() * 600));
      return bytes;
    }
    case 4:
      bytes[at()] = random() < 0.5 ? 0xff : 0;
      return bytes;
    default:
      return Buffer.concat([bytes, bytes.subarray(0, Math.min(2000, at()))]);
  }
}

// A bundle whose one file is harmed, by someone who sums up anew.
function harmedInside(random: Random): Buffer {
  const files: { name: string; bytes: Buffer }[] = [];
  for (let at = 0; bundle[at] !== 0;) {
    const name = bundle.toString("latin1", at, bundle.indexOf(0, at));
    const size = Number.parseInt(bundle.toString("latin1", at + 124, at + 135), 8);
    files.push({ name, bytes: bundle.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  const inner = files.slice(0, -1);
  const chosen = inner[Math.floor(random() * inner.length)]!;
  chosen.bytes = harmed(chosen.bytes, random);
  const sums = inner.map(({ name, bytes }) => `${sha256(bytes)}  ${name.slice(11)}\n`);
  const list = { name: files.at(-1)!.name, bytes: Buffer.from(sums.join("")) };
  const parts = [...inner, list].flatMap(({ name, bytes }) => [
    ...[tarHeader(name, bytes.byteLength), bytes, tarPadding(bytes.byteLength)],
  ]);
  return Buffer.concat([...parts, TAR_END]);
}

function harmFolder(from: string, to: string, random: Random): void {
  cpSync(from, to, { recursive: true });
  const files = (readdirSync(to, { recursive: true }) as string[])
    .map((name) => join(to, name))
    .filter((file) => statSync(file).isFile())
    .sort();
  const file = files[Math.floor(random() * files.length)]!;
  writeFileSync(file, harmed(readFileSync(file), random));
}

// One store for many refusals; after something was taken, another.
let other: Store | null = null;
let place = "";
async function emptyStore(seed: number): Promise<Store> {
  if (other) return other;
  place = join(folder.path, `round-${seed}`);
  mkdirSync(place);
  other = await openStore({ path: join(place, ".forkpoint") });
  return other;
}
async function leave(): Promise<void> {
  await other?.close();
  if (other) expect(readdirSync(place).sort()).toEqual([".forkpoint", "input"]);
  other = null;
}

async function round(seed: number): Promise<"taken" | "refused"> {
  const random = randomOf(seed);
  const other = await emptyStore(seed);
  rmSync(join(place, "input"), { recursive: true, force: true });
  const kind = Math.floor(random() * 8);
  const input = join(place, "input");
  let act: () => Promise<unknown>;
  if (kind < 4) {
    const outside = kind < 2;
    writeFileSync(input, outside ? harmed(bundle, random) : harmedInside(random));
    act = async () => {
      await importBundle(other, input);
      // What was damaged on its way is noticed: what came is what was sent.
      const { digest } = store.checkpoints.list(session.id)[0]!;
      if (outside) expect(other.checkpoints.list(session.id)).toMatchObject([{ digest }]);
    };
  } else if (kind < 6) {
    harmFolder(model, input, random);
    act = () => importModel(other, input, { name: "in" });
  } else {
    harmFolder(artifacts, input, random);
    act = () => importArtifacts(other, input);
  }
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(other.sessions.list()).toEqual([]);
    return "refused";
  }
  // All that came can be read, to its end.
  for (const { id } of other.sessions.list()) {
    await other.readMetrics(id);
    await other.readSnapshots(id);
    other.events.list(id);
    for (const checkpoint of other.checkpoints.list(id)) await other.readTensors(checkpoint.id);
  }
  await leave();
  return "taken";
}

test(
  `harmed imports are refused or read, seed ${SEED}`,
  { timeout: PATIENCE * ROUNDS },
  async () => {
    // Of its own: what another process unpacks at the same time is no leftover.
    const unpacked = join(folder.path, "unpacked");
    mkdirSync(unpacked);
    vi.stubEnv("TMPDIR", unpacked);
    expect(tmpdir()).toBe(unpacked);
    const began = process.memoryUsage().rss;
    const outcomes = { taken: 0, refused: 0 };
    for (let index = 0; index < ROUNDS; index++) {
      const seed = SEED * 100_000 + index;
      let alarm: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        alarm = setTimeout(() => reject(new Error("it hangs")), PATIENCE);
      });
      try {
        outcomes[await Promise.race([round(seed), late])] += 1;
      } catch (error) {
        throw new Error(`round ${seed}: ${(error as Error).message}`, { cause: error });
      } finally {
        clearTimeout(alarm);
      }
    }
    // Both ends of the road are travelled.
    expect(outcomes.refused).toBeGreaterThan(ROUNDS / 4);
    expect(outcomes.taken).toBeGreaterThan(0);
    expect(process.memoryUsage().rss - began).toBeLessThan(MEMORY);
    expect(readdirSync(unpacked)).toEqual([]);
    vi.unstubAllEnvs();
  },
);
