import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Float64, makeVector, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openStore, type Store } from "@forkpoint/checkpoints";
import type { TrainingStore } from "@forkpoint/training";
import { createBestLosses } from "./best-loss.js";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "forkpoint-best-"));
  store = await openStore({ from: folder });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Steps of which only some were evaluated. */
function rows(from: number, validation: (number | null)[]): Table {
  const steps = BigInt64Array.from(validation, (_, row) => BigInt(from + row));
  return new Table({
    step: makeVector(steps),
    train_loss: makeVector(Float64Array.from(validation, () => 3)),
    validation_loss: vectorFromArray(validation, new Float64()),
  });
}

async function runOf(name: string): Promise<{ sessionId: string; runId: string }> {
  const configs = { modelKind: "test", modelConfig: "{}", trainingConfig: "{}", dataConfig: "{}" };
  const { id: sessionId } = await store.writer.createSession({ ...configs, name });
  const { id: runId } = await store.writer.startRun({
    ...{ sessionId, mode: "fresh", fromStep: 0, targetStep: 9, seed: 1, engine: "{}" },
  });
  return { sessionId, runId };
}

test("of a run at work it is the least that was measured: a step without evaluation is none", async () => {
  const { sessionId } = await runOf("live");
  const best = createBestLosses({ store } as TrainingStore, () => {});
  best.hear(sessionId, rows(1, [null, 2.5, null, NaN]));
  expect(best.of(sessionId, store.runs.list(sessionId))).toBe(2.5);
  best.hear(sessionId, rows(5, [null, null]));
  best.hear(sessionId, rows(7, [2.75, null]));
  expect(best.of(sessionId, store.runs.list(sessionId))).toBe(2.5);
});

test("of another process's run it is read, likewise", async () => {
  const { sessionId, runId } = await runOf("elsewhere");
  const chunk = tableToIPC(rows(1, [null, 1.5, null, 1.75]), "stream");
  await store.writer.appendMetrics({ runId, chunk });
  const found = vi.fn();
  const best = createBestLosses({ store } as TrainingStore, found);
  expect(best.of(sessionId, store.runs.list(sessionId))).toBeNull();
  await vi.waitFor(() => expect(found).toHaveBeenCalledWith(sessionId));
  expect(best.of(sessionId, store.runs.list(sessionId))).toBe(1.5);
});
