import { describe, expect, test } from "vitest";
import type { Columns } from "../timeline/columns.js";
import { curveData } from "./curve-data.js";

function columnsOf(count: number, loss: (step: number) => number): Columns {
  const step = Float64Array.from({ length: count }, (_, at) => at);
  const values = new Map([["train_loss", step.map(loss)]]);
  return { length: count, selectedUntil: -1, step, values };
}
const facts = { stretches: [], marks: [{ step: 5, kind: "event" as const, label: "spike" }] };
const plain = { log: false, smoothing: 0 };

describe("what a chart draws", () => {
  test("few values as they are, many as a band with a line through it", () => {
    const few = curveData(
      columnsOf(100, () => 2),
      facts,
      { from: 0, to: 99 },
      300,
      plain,
    );
    expect(few.train).toHaveLength(100);
    expect(few.band).toEqual([]);
    const many = curveData(
      columnsOf(9000, () => 2),
      facts,
      { from: 0, to: 8999 },
      300,
      plain,
    );
    expect(many.band).toHaveLength(300);
    expect(many.train).toHaveLength(300);
    expect(many.raw).toEqual([]);
  });

  test("no line over lost steps, also where a pixel ends behind the last one before them", () => {
    const columns = columnsOf(9000, () => 2);
    columns.step = columns.step.map((step) => (step > 4444 ? step + 500 : step));
    const part = { run_id: "r", status: "completed" as const, inherited: false };
    const stretches = [
      { ...part, from: 0, to: 4444 },
      { ...part, from: 4945, to: 9499 },
    ];
    const lost = { ...facts, stretches };
    const data = curveData(columns, lost, { from: 0, to: 9499 }, 300, plain);
    expect(data.train.filter(({ value }) => value === null)).toHaveLength(1);
    expect(data.band.filter(({ low }) => low === null)).toHaveLength(1);
  });

  test("a smoothed line with the values themselves behind it", () => {
    const columns = columnsOf(100, (step) => (step % 2 === 0 ? 1 : 3));
    const data = curveData(columns, facts, { from: 0, to: 99 }, 300, { log: false, smoothing: 20 });
    expect(data.raw).toHaveLength(100);
    expect(data.train.at(-1)!.value).toBeCloseTo(2, 1);
  });

  test("on a log scale nothing that is not above zero, and all that is", () => {
    const columns = columnsOf(10, (step) => step - 1);
    const data = curveData(columns, facts, { from: 0, to: 9 }, 300, { log: true, smoothing: 0 });
    expect(data.train.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(data.low).toBeLessThan(1);
    expect(data.low).toBeGreaterThan(0);
    expect(data.high).toBeGreaterThan(8);
  });

  test("lines that go on to the edges of what is zoomed to", () => {
    const columns = columnsOf(100, (step) => step);
    const data = curveData(columns, facts, { from: 20, to: 30 }, 300, plain);
    expect([data.train.at(0)!.step, data.train.at(-1)!.step]).toEqual([19, 31]);
    expect(data.high).toBeLessThan(31);
  });

  test("no dots where they would be a smear", () => {
    const columns = columnsOf(1000, () => 2);
    columns.values.set("validation_loss", new Float64Array(1000).fill(1));
    expect(curveData(columns, facts, { from: 0, to: 999 }, 400, plain).dots).toEqual([]);
    expect(curveData(columns, facts, { from: 0, to: 20 }, 400, plain).dots).toHaveLength(21);
  });

  test("events only where they are in sight", () => {
    const columns = columnsOf(100, () => 1);
    expect(curveData(columns, facts, { from: 0, to: 9 }, 300, plain).events).toHaveLength(1);
    expect(curveData(columns, facts, { from: 6, to: 9 }, 300, plain).events).toEqual([]);
  });
});
