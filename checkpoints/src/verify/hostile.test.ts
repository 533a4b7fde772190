import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LONG, sliceSeed } from "../testing/chance.js";
import {
  checkpointInput,
  lossRows,
  metricsStream,
  runInput,
  stateInput,
  temporaryFolder,
} from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const CHILD = fileURLToPath(new URL("../../dist/testing/hostile-child.js", import.meta.url));
const CASES = LONG ? 10_000 : 90;
const MOST_MEGABYTES = 900;
const given = storeForTests("file");

test(`${CASES} damaged files give typed errors or right reads, never a wrong tensor`, async () => {
  const { store, session } = given;
  const corpus = await store.writer.saveBlob(Buffer.from("Shall I compare thee to a summer's day"));
  const state = stateInput({ blobs: { corpus } });
  const sealed = await store.writer.startRun(runInput(session.id));
  const rows = (runId: string, from: number, to: number) =>
    store.writer.appendMetrics({ runId, chunk: metricsStream(lossRows(from, to, 1)) });
  const save = (runId: string, step: number, name?: string) => {
    const tensors = { w: [step, 2, 3], frozen: [1, 2, 3, 4, 5, 6, 7, 8] };
    const model = name === undefined ? {} : { model: { name, trainLoss: 1 } };
    return store.writer.saveCheckpoint(
      checkpointInput(session.id, step, tensors, { runId, state, ...model }),
    );
  };
  await rows(sealed.id, 0, 9);
  await store.writer.appendSamples({
    runId: sealed.id,
    rows: [{ step: 9, prompt: "a", text: "b" }],
  });
  for (const step of [0, 4, 9]) await save(sealed.id, step, `Model ${step}`);
  await store.writer.finishRun({ runId: sealed.id, status: "completed", step: 9 });
  await store.writer.deleteModel(store.models.byName("Model 4")!.id);
  await store.writer.appendEvent({ sessionId: session.id, kind: "commit", data: { a: [1] } });
  const live = await store.writer.startRun(runInput(session.id, { mode: "resumed", fromStep: 9 }));
  for (const step of [10, 12, 14]) await rows(live.id, step, step + 1);
  await store.writer.flush();
  await store.close();
  await given.reopen();
  // As if killed in the middle of a run, with the log of the catalog written back.
  const copy = temporaryFolder();
  try {
    cpSync(given.store.path, join(copy.path, ".forkpoint"), { recursive: true });
    const words = [CHILD, join(copy.path, ".forkpoint"), String(sliceSeed()), String(CASES)];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, words, {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    const lines = stdout.trim().split("\n");
    expect({ status, signal, last: lines.at(-1), stderr }).toMatchObject({ status: 0, stderr: "" });
    const { done, refused, megabytes } = JSON.parse(lines.at(-1)!);
    expect(done).toBe(CASES);
    expect(refused).toBeGreaterThan(CASES / 4);
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  } finally {
    copy.remove();
  }
}, 3_600_000);
