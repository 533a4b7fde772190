import { expect, test } from "vitest";
import type { WireRun, WireRunRow } from "@forkpoint/wire";
import { runAt, runsNow, stepToShow } from "./shown.js";

const run = (id: string, from: number, to: number): WireRunRow => ({
  ...{ id, from, to, mode: "resumed", status: "completed", started_at: "", seconds: 1 },
  ...{ final_loss: null, best_loss: null },
});
// Newest first: the second run began again before the end of the first.
const runs = [run("c", 80, 120), run("b", 50, 80), run("a", 0, 60)];

test.each([
  [null, "c"],
  [120, "c"],
  [81, "c"],
  [80, "b"],
  [55, "b"],
  [50, "a"],
  [0, undefined],
])("step %s belongs to run %s", (step, id) => expect(runAt(runs, step)?.id).toBe(id));

test("a click shows a run's last step, the newest run is Live, none is beyond the newest step", () => {
  expect(stepToShow(runs[0]!, runs, 120)).toBeNull();
  expect(stepToShow(runs[2]!, runs, 120)).toBe(60);
  expect(stepToShow(runs[1]!, runs, 70)).toBe(70);
});

test("a run that goes on has come to the newest step: its steps are its own, and a click is Live", () => {
  const started: WireRunRow = { ...run("d", 120, 120), status: "running" };
  const now = runsNow([started, ...runs], 170, null);
  expect(now.map(({ to }) => to)).toEqual([170, 120, 80, 60]);
  expect(runAt(now, 150)?.id).toBe("d");
  expect(stepToShow(now[0]!, now, 170)).toBeNull();
});

test("a run that goes on takes as long as the timeline says by now", () => {
  const started: WireRunRow = { ...run("d", 120, 120), status: "running", seconds: 2 };
  const known: WireRun = {
    ...{ id: "d", status: "running", from: 120, target: 300, error: null },
    ...{ steps_per_second: 9, seconds_left: 5, seconds: 31 },
  };
  const seconds = (newest: WireRun | null) =>
    runsNow([started, ...runs], 170, newest).map(({ seconds }) => seconds);
  expect(seconds(known)).toEqual([31, 1, 1, 1]);
  // Of another session's timeline, or of a kernel that says nothing of it.
  expect(seconds({ ...known, id: "x" })).toEqual([2, 1, 1, 1]);
  expect(seconds({ ...known, seconds: null })).toEqual([2, 1, 1, 1]);
});
