import { Float64, Int64, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appendRows, createColumns } from "./columns.js";
import type { Columns } from "./columns.js";
import { downsample } from "./downsample.js";
import { decodeRows } from "./rows.js";
import { nearestStep } from "./places.js";
import { valueAt } from "./search.js";

function chunk(steps: number[], losses: (number | null)[]): Uint8Array {
  const table = new Table({
    step: vectorFromArray(steps.map(BigInt), new Int64()),
    train_loss: vectorFromArray(losses, new Float64()),
  });
  return tableToIPC(table, "stream");
}

function columnsOf(...chunks: Uint8Array[]): Columns {
  const columns = createColumns();
  for (const bytes of chunks) appendRows(columns, decodeRows(bytes));
  return columns;
}

const steps = (columns: Columns): number[] => [...columns.step.subarray(0, columns.length)];

describe("columns", () => {
  test("chunks join in order; a null is a gap", () => {
    const columns = columnsOf(chunk([0, 1], [null, 3]), chunk([2], [2]));
    expect(steps(columns)).toEqual([0, 1, 2]);
    expect(valueAt(columns, "train_loss", 0)).toBeNull();
    expect(valueAt(columns, "train_loss", 5)).toEqual({ step: 2, value: 2 });
  });

  test("a run that resumed earlier hides what came after its first step", () => {
    const columns = columnsOf(chunk([1, 2, 3, 4], [4, 3, 2, 1]), chunk([3, 4], [9, 8]));
    expect(steps(columns)).toEqual([1, 2, 3, 4]);
    expect(valueAt(columns, "train_loss", 4)).toEqual({ step: 4, value: 8 });
  });

  test("more rows than there was room for", () => {
    const many = Array.from({ length: 5000 }, (_, step) => step);
    const columns = columnsOf(chunk(many, many), chunk([5000], [1]));
    expect(columns.length).toBe(5001);
    expect(valueAt(columns, "train_loss", 4999)).toEqual({ step: 4999, value: 4999 });
  });

  test("what is no Arrow stream, or goes back in steps, is refused", () => {
    const refused = expect.objectContaining({ code: "WireInvalid" });
    expect(() => decodeRows(new Uint8Array([1, 2, 3]))).toThrow(refused);
    expect(() => decodeRows(chunk([2, 1], [1, 1]))).toThrow(refused);
  });
});

describe("downsample", () => {
  test("keeps the least and greatest value of every pixel column, in order, and little more", () => {
    const property = fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
        minLength: 1,
        maxLength: 2000,
      }),
      fc.integer({ min: 1, max: 50 }),
      (losses, width) => {
        const all = losses.map((_, step) => step);
        const columns = columnsOf(chunk(all, losses));
        const last = losses.length - 1;
        const points = downsample(columns, "train_loss", 0, last, width);
        expect(points.length).toBeLessThanOrEqual(4 * width);
        expect(points.map(({ step }) => step)).toEqual(
          points.map(({ step }) => step).sort((a, b) => a - b),
        );
        const pixel = (step: number): number =>
          last === 0 ? 0 : Math.min(width - 1, Math.floor((step * width) / last));
        const kept = new Map<number, number[]>();
        for (const { step, value } of points) {
          kept.set(pixel(step), [...(kept.get(pixel(step)) ?? []), value]);
        }
        const full = new Map<number, number[]>();
        losses.forEach((value, step) =>
          full.set(pixel(step), [...(full.get(pixel(step)) ?? []), value]),
        );
        for (const [column, values] of full) {
          expect(Math.max(...kept.get(column)!)).toBe(Math.max(...values));
          expect(Math.min(...kept.get(column)!)).toBe(Math.min(...values));
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});

describe("nearestStep", () => {
  test("the recorded step nearest to a place on the axis", () => {
    const columns = columnsOf(chunk([0, 10, 20], [1, 1, 1]));
    expect([-5, 4, 6, 15, 99].map((step) => nearestStep(columns, step))).toEqual([
      0, 0, 10, 10, 20,
    ]);
  });
});
