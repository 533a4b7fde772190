import { tableFromArrays, tableFromIPC, tableToIPC } from "apache-arrow";
import type { Table } from "apache-arrow";
import { expect, test } from "vitest";
import { arrowOf, curveRows, joinedRows, reducedRows } from "./rows.js";
import type { CurveRows } from "./rows.js";

const COUNT = 1_000_000;

/** A random walk of a million steps with twenty spikes of one step each. */
function walk(): { rows: CurveRows; spikes: number[] } {
  let [seed, value] = [7, 4];
  const train = new Float64Array(COUNT);
  for (let row = 0; row < COUNT; row++) {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    value += (seed / 4294967296 - 0.5) * 0.01;
    train[row] = value;
  }
  const spikes = Array.from({ length: 20 }, (_, index) => 31_337 + index * 47_911);
  for (const [index, row] of spikes.entries()) train[row]! += index % 2 ? 50 : -50;
  const validation = Float64Array.from(train, (loss, row) => (row % 1000 === 0 ? loss : NaN));
  const step = Float64Array.from({ length: COUNT }, (_, row) => row);
  const columns = new Map([
    ["train_loss", train],
    ["validation_loss", validation],
  ]);
  return { rows: { step, columns }, spikes };
}

test("a million steps become at most what was asked, with every spike and both ends", () => {
  const { rows, spikes } = walk();
  const kept = reducedRows(rows, 20_000);
  expect(kept.step.length).toBeLessThanOrEqual(20_000);
  expect(kept.step.length).toBeGreaterThan(10_000);
  const steps = new Set(kept.step);
  expect(spikes.filter((step) => !steps.has(step))).toEqual([]);
  expect([kept.step[0], kept.step.at(-1)]).toEqual([0, COUNT - 1]);
  const bytes = arrowOf(kept);
  const again = curveRows(tableFromIPC(bytes))!;
  expect(again.step).toEqual(kept.step);
  expect(again.columns.get("validation_loss")).toEqual(kept.columns.get("validation_loss"));
  expect(again.columns.get("train_loss")).toEqual(kept.columns.get("train_loss"));
});

test("few rows stay all of them", () => {
  const step = Float64Array.of(0, 1, 2);
  const rows = { step, columns: new Map([["train_loss", Float64Array.of(3, 2, 1)]]) };
  expect(reducedRows(rows, 3)).toBe(rows);
});

test("a stream that goes back hides what it overlaps, and columns that one lacks are empty there", () => {
  const rows = (step: number[], name: string): CurveRows => ({
    step: Float64Array.from(step),
    columns: new Map([[name, Float64Array.from(step, (at) => at / 2)]]),
  });
  const joined = joinedRows([rows([0, 1, 2, 3], "a"), rows([2, 3], "b")]);
  expect([...joined.step]).toEqual([0, 1, 2, 3]);
  expect([...joined.columns.get("a")!]).toEqual([0, 0.5, NaN, NaN]);
  expect([...joined.columns.get("b")!]).toEqual([NaN, NaN, 1, 1.5]);
});

test("a table whose steps do not rise, or that holds more than numbers, is no curve", () => {
  const loss = Float64Array.of(1, 2, 3);
  const read = (columns: Record<string, Int32Array | Float64Array | string[]>): CurveRows | null =>
    curveRows(tableFromIPC(tableToIPC(tableFromArrays(columns) as Table, "stream")));
  expect(read({ step: Int32Array.of(0, 1, 2), loss })).not.toBeNull();
  expect(read({ step: Int32Array.of(0, 0, 1), loss })).toBeNull();
  expect(read({ step: Int32Array.of(0, 1, 2), loss, text: ["a", "b", "c"] })).toBeNull();
});
