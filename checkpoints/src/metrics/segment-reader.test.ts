import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnOf, lossRows, metricsStream } from "../testing/fixtures.js";
import { metricsChunk } from "./chunk.js";
import { readSegment } from "./segment-reader.js";

const BATCHES = 12;
const chunks = Array.from({ length: BATCHES }, (_, index) =>
  metricsChunk(metricsStream(lossRows(index * 5, index * 5 + 4, 1))),
);
const segment = Buffer.concat([chunks[0]!.schema, ...chunks.map((chunk) => chunk.batches)]);
const whole = lossRows(0, BATCHES * 5 - 1, 1).map((row) => [row.step, row["train_loss"]]);
// Where each whole batch ends.
const ends = chunks.reduce(
  (list, chunk) => [...list, list.at(-1)! + chunk.batches.byteLength],
  [chunks[0]!.schema.byteLength],
);

describe("readSegment", () => {
  test("gives exactly the whole batches before a tear, wherever it is", () => {
    fc.assert(
      fc.property(fc.nat(segment.byteLength), (cut) => {
        const batches = ends.filter((end) => end <= cut).length - 1;
        const table = readSegment(segment.subarray(0, cut));
        const rows = table ? columnOf(table, "train_loss") : [];
        expect(rows).toEqual(whole.slice(0, Math.max(0, batches) * 5));
      }),
      { numRuns: 400 },
    );
  });

  test("stops where a file that grew got no bytes", () => {
    const cut = ends[7]!;
    const zeros = Buffer.concat([segment.subarray(0, cut), Buffer.alloc(20_000)]);
    expect(columnOf(readSegment(zeros)!, "train_loss")).toEqual(whole.slice(0, 35));
  });
});
