import { appendFileSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listEvents } from "../catalog/events.js";
import { getRun } from "../catalog/runs.js";
import { segmentFile } from "../folder/layout.js";
import { columnOf, lossRows, metricsStream, runInput, sessionInput } from "../testing/fixtures.js";
import { failing, localContext } from "../testing/local-context.js";
import type { WriterContext } from "../writer/context.js";
import { finishRun, startRun } from "../writer/runs-at-work.js";
import { createSession } from "../writer/sessions-at-work.js";
import { metricsChunk } from "./chunk.js";
import { readMetrics } from "./read.js";
import { appendRows } from "./segment-writer.js";

let context: WriterContext;
let remove: () => void;
let runId: string;
let sessionId: string;
beforeEach(() => {
  ({ context, remove } = localContext());
  sessionId = createSession(context, sessionInput("sonnets")).id;
  runId = startRun(context, runInput(sessionId)).id;
});
afterEach(() => remove());

const append = (from: number, to: number): void =>
  appendRows(context, "metrics", runId, metricsChunk(metricsStream(lossRows(from, to, 1))));
const files = (): string[] => readdirSync(join(context.path, "metrics"));
const segment = (): string => segmentFile(context.path, "metrics", runId, 1);
const finish = (): void => finishRun(context, { runId, status: "completed", step: 9 });
const steps = async () =>
  columnOf(await readMetrics(context.db, context.path, sessionId), "train_loss").map(
    ([step]) => step,
  );

describe("appendRows", () => {
  test("that fails in the middle leaves the segment as it was, and can be tried again", async () => {
    append(1, 3);
    const before = readFileSync(segment());
    await failing(context, "UPDATE ON runs", () => expect(() => append(4, 6)).toThrow("no room"));
    expect(readFileSync(segment())).toEqual(before);
    expect(getRun(context.db, runId)).toMatchObject({ rows: 3, lastStep: 3 });
    append(4, 6);
    expect(await steps()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("that fails at the first rows leaves no segment", async () => {
    await failing(context, "UPDATE ON runs", () => expect(() => append(1, 3)).toThrow("no room"));
    expect(files()).toEqual([]);
    append(1, 3);
    expect(await steps()).toEqual([1, 2, 3]);
  });
});

describe("finishRun", () => {
  test("lets go of the segments", () => {
    append(1, 3);
    finish();
    expect(context.segments.size).toBe(0);
    expect(files()).toEqual([`${runId}.parquet`]);
  });

  test("that cannot seal leaves the rows readable", async () => {
    append(1, 3);
    await failing(context, "INSERT ON sealed", () => expect(finish).toThrow("no room"));
    expect(files()).toContain(`${runId}-1.arrows`);
    expect(getRun(context.db, runId).status).toBe("completed");
    expect(await steps()).toEqual([1, 2, 3]);
  });

  test("records how many rows a power cut took", async () => {
    append(1, 3);
    const whole = readFileSync(segment()).byteLength;
    append(4, 6);
    truncateSync(segment(), whole + 40);
    finish();
    expect(getRun(context.db, runId).rows).toBe(3);
    expect(await steps()).toEqual([1, 2, 3]);
    expect(listEvents(context.db, sessionId)).toMatchObject([
      { kind: "rows_lost", runId, step: 3, data: { series: "metrics", rows: 3, bytes: 40 } },
    ]);
  });

  test("cuts off a tail that nobody was promised, and says so", async () => {
    append(1, 3);
    const torn = metricsChunk(metricsStream(lossRows(4, 6, 1))).batches.subarray(0, 100);
    appendFileSync(segment(), torn);
    finish();
    expect(await steps()).toEqual([1, 2, 3]);
    expect(listEvents(context.db, sessionId)).toMatchObject([
      { kind: "tail_cut", step: 3, data: { series: "metrics", rows: 0, bytes: 100 } },
    ]);
  });
});
