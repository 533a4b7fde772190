import { constants, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { asWriteError } from "../errors/system-error.js";
import { readMetrics } from "../metrics/read.js";
import { metricsChunk } from "../metrics/chunk.js";
import { appendRows } from "../metrics/segment-writer.js";
import { storeBlob } from "../tensors/blobs.js";
import { collect, thinKeyframes } from "../tensors/collection.js";
import { restoreState } from "../tensors/restore.js";
import { saveCheckpoint } from "../tensors/save.js";
import {
  checkpointInput,
  columnOf,
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
} from "../testing/fixtures.js";
import { localContext } from "../testing/local-context.js";
import { verify } from "../verify/verify.js";
import type { WriterContext } from "../writer/context.js";
import { finishRun, startRun } from "../writer/runs-at-work.js";
import { createSession } from "../writer/sessions-at-work.js";
import { fileSystem } from "./file-system.js";

const original = { ...fileSystem };
let context: WriterContext;
let remove: () => void;
let sessionId: string;
let runId: string;
let step: number;
beforeEach(async () => {
  ({ context, remove } = localContext());
  sessionId = createSession(context, sessionInput("sonnets")).id;
  runId = startRun(context, runInput(sessionId)).id;
  step = 0;
  await save({ w: [0] });
  append();
});
afterEach(() => {
  Object.assign(fileSystem, original);
  remove();
});

async function save(tensors: Record<string, number[]>): Promise<string> {
  const input = checkpointInput(sessionId, step, tensors, { runId, trigger: "auto" });
  return (await saveCheckpoint(context, input)).checkpoint.id;
}
function append(extra: Record<string, number> = {}): void {
  const rows = lossRows(step, step, 1).map((row) => ({ ...row, ...extra }));
  appendRows(context, "metrics", runId, metricsChunk(metricsStream(rows)));
  step += 1;
}

const many = Array.from({ length: 300_000 }, (_, index) => index);
const manyBytes = Buffer.from(Float32Array.from(many).buffer);

type Fault = (call: () => unknown) => unknown;
const refuse =
  (code: string): Fault =>
  () => {
    throw Object.assign(new Error(code), { code });
  };

// Counts the calls that `act` makes, or lets the call of a number meet the fault.
async function during(
  act: () => unknown,
  at: number,
  fault: Fault,
  calls: string[],
): Promise<void> {
  for (const [name, call] of Object.entries(original)) {
    const known = call as (...words: unknown[]) => unknown;
    const meet = (...words: unknown[]): unknown => {
      calls.push(name);
      return calls.length - 1 === at ? fault(() => known(...words)) : known(...words);
    };
    Object.assign(fileSystem, { [name]: meet });
  }
  try {
    await act();
  } finally {
    Object.assign(fileSystem, original);
  }
}

// All that changes files: what comes before, and what is refused and then done again.
const acts: Record<string, () => Promise<{ act: () => unknown }> | { act: () => unknown }> = {
  "a save": () => ({ act: () => save({ w: [1, 2, 3], v: [step] }) }),
  "a save in many pieces": () => ({ act: () => save({ big: many, v: [step] }) }),
  "a blob": () => ({ act: () => storeBlob(context, Buffer.from("Shall I compare thee")) }),
  "rows in an open segment": () => ({ act: () => append() }),
  "rows with a new column": () => ({ act: () => append({ probe: 1 }) }),
  "the end of a run": () => ({
    act: () => {
      const ended = context.db.prepare("SELECT ended_at FROM runs WHERE id = ?").pluck().get(runId);
      if (ended === null) finishRun(context, { runId, status: "completed", step });
    },
  }),
  "a collection that packs anew": async () => {
    const big = Array.from({ length: 40_000 }, (_, index) => index);
    step += 1;
    await save({ frozen: [7, 8, 9], big });
    step += 1;
    await save({ frozen: [7, 8, 9], w: [step] });
    thinKeyframes(context, sessionId, { budgetBytes: 0, keepNewest: 1 });
    return { act: () => collect(context, { graceMs: 0, repackFrom: 1000 }) };
  },
  "a thinning": async () => {
    step += 1;
    await save({ w: [step] });
    step += 1;
    await save({ w: [step] });
    return {
      act: () => thinKeyframes(context, sessionId, { budgetBytes: 0, keepNewest: 1 }),
    };
  },
};

describe("at each call in its turn, a disk that fails or is full leaves the store whole", () => {
  test.each(Object.entries(acts))("for %s", async (_, prepare) => {
    const counted: string[] = [];
    const { act } = await prepare();
    // Once on a store that is thrown away, to learn the calls.
    await during(act, -1, refuse("EIO"), counted);
    expect(counted.length).toBeGreaterThan(0);
    for (const [at, name] of counted.entries()) {
      const code = at % 2 === 0 ? "EIO" : "ENOSPC";
      remove();
      ({ context, remove } = localContext());
      sessionId = createSession(context, sessionInput("sonnets")).id;
      runId = startRun(context, runInput(sessionId)).id;
      step = 0;
      await save({ w: [0] });
      append();
      const { act: again } = await prepare();
      const expectedStep = step;
      let error: unknown;
      try {
        await during(again, at, refuse(code), []);
      } catch (refusal) {
        error = asWriteError(refusal, context.path);
        expect(error, `${name} ${at}`).toMatchObject({
          code: "StoreWriteFailed",
          data: { reason: code },
        });
      }
      // Training goes on: the same again, and more.
      if (error) {
        step = expectedStep;
        await again();
      }
      const id = context.db
        .prepare("SELECT id FROM runs WHERE status = 'running'")
        .pluck()
        .get() as string | undefined;
      if (id !== undefined) {
        if (step === 1) append();
        const steps = columnOf(await readMetrics(context.db, context.path, sessionId), "step");
        expect(steps.map(([at]) => at)).toEqual(
          lossRows(0, steps.length - 1, 1).map((r) => r.step),
        );
      }
      for (const row of context.db.prepare("SELECT id FROM checkpoints").pluck().all()) {
        await restoreState(context.db, context.path, row as string);
      }
      collect(context, { graceMs: 0 });
      const report = await verify(context.path);
      expect(report.faults, `${name} ${at}`).toEqual([]);
    }
  });
});

test("a write that comes back short is gone on with", async () => {
  const { write, writeSync } = original;
  fileSystem.writeSync = (fd, bytes, offset, length) =>
    writeSync(fd, bytes, offset, Math.ceil(length / 2));
  // The second ends within a block of the disk: the rest cannot go past the page cache.
  let turn = 0;
  fileSystem.write = async (fd, bytes, offset, length, position) => {
    const half = Math.min(length, 4096 * Math.ceil(length / 8192));
    const count = await write(fd, bytes, offset, half, position);
    return turn++ === 1 ? count - 100 : count;
  };
  step += 1;
  const id = await save({ w: [4, 5, 6, 7, 8], big: many });
  append();
  Object.assign(fileSystem, original);
  const { tensors } = await restoreState(context.db, context.path, id);
  expect([...new Float32Array(tensors.get("w")!.buffer)]).toEqual([4, 5, 6, 7, 8]);
  expect(Buffer.compare(tensors.get("big")!, manyBytes)).toBe(0);
  fileSystem.write = () => Promise.resolve(0);
  await expect(save({ w: [9] })).rejects.toThrow(/took no more bytes/);
  Object.assign(fileSystem, original);
  expect(readdirSync(join(context.path, "packs"))).toHaveLength(2);
});

describe("where the page cache cannot be passed by", () => {
  const refusals: Record<string, () => void> = {
    "the file system takes no such file": () => {
      fileSystem.openSync = (path, flags, mode) => {
        const fd = original.openSync(path, flags, mode);
        if (typeof flags !== "number" || !(flags & constants.O_DIRECT)) return fd;
        // Linux has made the file by then.
        original.closeSync(fd);
        throw Object.assign(new Error("EINVAL"), { code: "EINVAL" });
      };
    },
    "the disk has larger blocks": () => {
      let plain = -1;
      fileSystem.openSync = (path, flags, mode) => {
        const fd = original.openSync(path, flags, mode);
        if (flags === "r+") plain = fd;
        return fd;
      };
      fileSystem.write = (fd, ...what) =>
        fd === plain
          ? original.write(fd, ...what)
          : Promise.reject(Object.assign(new Error("EINVAL"), { code: "EINVAL" }));
    },
  };
  test.each(Object.entries(refusals))("a save goes through it: %s", async (_, refusal) => {
    refusal();
    step += 1;
    const id = await save({ big: many, w: [1, 2] });
    Object.assign(fileSystem, original);
    const { tensors } = await restoreState(context.db, context.path, id);
    expect(Buffer.compare(tensors.get("big")!, manyBytes)).toBe(0);
    expect((await verify(context.path)).faults).toEqual([]);
  });
});
