import { Float64, makeVector, Table, tableFromIPC, vectorFromArray } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { joinedRows, sentRows } from "./rows.js";

function walk(rows: number, spikes: number[]): Table {
  const loss = Float64Array.from({ length: rows }, (_, row) => 2 + Math.sin(row / 500));
  for (const spike of spikes) loss[spike] = 90 + spike / rows;
  const validation = Array.from({ length: rows }, (_, row) =>
    row % 1000 === 0 ? 3 - row / rows : null,
  );
  return new Table({
    step: makeVector(BigInt64Array.from({ length: rows }, (_, row) => BigInt(row))),
    train_loss: makeVector(loss),
    validation_loss: vectorFromArray(validation, new Float64()),
  });
}

describe("rows for a page", () => {
  test("few go as they are", () => {
    const sent = sentRows(walk(100, []), 100);
    expect(sent.reduced).toBe(false);
    expect(tableFromIPC(sent.stream).numRows).toBe(100);
  });

  test("of many, each spike of one step, each end and each evaluation's extremes are kept", () => {
    const spikes = [1, 777, 50_001, 99_998];
    const sent = sentRows(walk(100_000, spikes), 1000, 200);
    const table = tableFromIPC(sent.stream);
    expect(sent.reduced).toBe(true);
    expect(table.numRows).toBeLessThan(200 * 8);
    const steps = Array.from(table.getChild("step")!, Number);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(steps.at(0)).toBe(0);
    expect(steps.at(-1)).toBe(99_999);
    const losses = Array.from(table.getChild("train_loss")!) as number[];
    expect(steps.filter((_, row) => losses[row]! > 50)).toEqual(spikes);
    const evaluated = Array.from(table.getChild("validation_loss")!).filter(
      (value) => value !== null,
    );
    expect(evaluated).toHaveLength(100);
  });
});

test("rows with a logged column and rows without one are joined", () => {
  const step = (...steps: number[]): BigInt64Array => BigInt64Array.from(steps, BigInt);
  const logged = new Table({
    step: makeVector(step(1, 2)),
    train_loss: makeVector(Float64Array.of(3, 2)),
    probe: makeVector(Float64Array.of(0.5, 0.25)),
  });
  const live = new Table({
    step: makeVector(step(3)),
    train_loss: makeVector(Float64Array.of(1)),
  });
  const all = joinedRows([logged, live]);
  expect(all.toArray().map((row) => ({ ...row.toJSON(), step: Number(row["step"]) }))).toEqual([
    { step: 1, train_loss: 3, probe: 0.5 },
    { step: 2, train_loss: 2, probe: 0.25 },
    { step: 3, train_loss: 1, probe: null },
  ]);
});
