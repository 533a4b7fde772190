// Going back in time: what keyframes cost while training, what they take on disk, and how long it
// takes to stand at a random step of the past. Interleaved; ratios of one process. An argument,
// "overhead" or "rewinds", chooses one of the two parts.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adamW, corpus, microGPT, open } from "@forkpoint/training";

const ROUNDS = 24;
const STEPS = 100;
const LAST = 2000;
const REWINDS = 21;
const options = {
  model: microGPT({ layers: 4, heads: 4, embed: 128, block: 64 }),
  data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-3 }),
  batchSize: 12,
  evaluateEvery: 1_000_000,
  sampleTokens: 0,
};
const folders = [];
const fresh = () => {
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-bench-"));
  folders.push(folder);
  return folder;
};
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function timed(fn) {
  const began = performance.now();
  await fn();
  return performance.now() - began;
}

/** Pairs of equally long stretches, with keyframes and without, each first every other time. */
async function overhead() {
  const never = { minimumSteps: 1e9, share: 1e-9, seconds: 1e9 };
  const sessions = [];
  for (const keyframes of [undefined, never]) {
    const store = await open({ from: fresh(), keyframes });
    sessions.push(await store.session("bench", options));
  }
  const [on, off] = sessions;
  for (const session of sessions) await session.train({ steps: 20 }).done;
  const runs = sessions.map((session) => session.train({ steps: (ROUNDS + 1) * STEPS }));
  await Promise.all(runs.map((run) => run.pause()));
  const ratios = [];
  const stretch = async (at) => {
    const [session, run] = [sessions[at], runs[at]];
    const target = session.step + STEPS;
    return timed(async () => {
      await run.continue();
      await run.until(target);
      await run.pause();
    });
  };
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const times = [];
    for (const at of order) times[at] = await stretch(at);
    ratios.push(times[0] / times[1] - 1);
  }
  for (const run of runs) await run.stop();
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (ROUNDS - 1);
  const upper = mean + 1.96 * Math.sqrt(variance / ROUNDS);
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  console.log(
    `  keyframes cost     median ${percent(median(ratios))}, mean ${percent(mean)}, ` +
      `upper 95 % bound ${percent(upper)} of training time, n=${ROUNDS} pairs of ${STEPS} steps ` +
      `(${on.keyframes.count} keyframes; without: ${off.keyframes.count})`,
  );
}

async function rewinds() {
  const folder = fresh();
  const store = await open({ from: folder });
  const session = await store.session("bench", options);
  await session.train({ to: LAST }).done;
  const { count, bytes, longestGap } = session.keyframes;
  const state = Math.max(...packSizes(store.path));
  const whole = (LAST + 1) * state;
  console.log(
    `  on disk            ${count} keyframes, ${(bytes / 2 ** 20).toFixed(0)} MiB; ` +
      `every step would take ${(whole / bytes).toFixed(0)}x that; longest gap ${longestGap} steps`,
  );
  const random = mulberry(7);
  const times = [];
  for (let turn = 0; turn < REWINDS; turn++) {
    const name = `at ${turn}`;
    const branch = await session.fork(name, { at: LAST });
    // Its engine is up and has trained, as that of a session one works with.
    await branch.train({ steps: 1 }).done;
    const step = Math.floor(random() * LAST);
    times.push(await timed(() => branch.rewind(step)));
    await branch.close();
  }
  const sorted = [...times].sort((a, b) => a - b);
  console.log(
    `  rewind             median ${median(times).toFixed(0)} ms, p95 ` +
      `${sorted[Math.floor(0.95 * times.length)].toFixed(0)} ms, to a random step of ${LAST}, n=${REWINDS}`,
  );
  const forks = [];
  for (let turn = 0; turn < 20; turn++) {
    forks.push(await timed(() => session.fork(`fork ${turn}`, { at: LAST })));
  }
  console.log(`  fork at a keyframe median ${median(forks).toFixed(1)} ms, n=20`);
  await store.close();
}

function packSizes(path) {
  const packs = join(path, "packs");
  return readdirSync(packs).map((name) => statSync(join(packs, name)).size);
}

function mulberry(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

try {
  const asked = process.argv[2];
  if (asked !== "rewinds") await overhead();
  if (asked !== "overhead") await rewinds();
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
