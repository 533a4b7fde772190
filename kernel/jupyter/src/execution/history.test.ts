import { expect, test } from "vitest";
import { createHistory } from "./history.js";

function filled(): ReturnType<typeof createHistory> {
  const history = createHistory();
  ["a = 1", "b", "a = 1", "c(1)"].forEach((input, index) => history.add(index + 1, input));
  history.setOutput(2, "out");
  return history;
}

test("the tail, with outputs when asked", () => {
  const { history } = filled().answer({ hist_access_type: "tail", n: 2 });
  expect(history).toEqual([
    [1, 3, "a = 1"],
    [1, 4, "c(1)"],
  ]);
  const withOutput = filled().answer({ hist_access_type: "tail", n: 3, output: true });
  expect(withOutput.history[0]).toEqual([1, 2, ["b", "out"]]);
});

test("a range of this session; earlier ones are not known", () => {
  const range = { hist_access_type: "range", start: 2, stop: 4 } as const;
  expect(
    filled()
      .answer({ ...range, session: 0 })
      .history.map(([, count]) => count),
  ).toEqual([2, 3]);
  expect(filled().answer({ ...range, session: -1 }).history).toEqual([]);
});

test("a search by pattern; of equal ones the newest if they are to be unique", () => {
  const counts = (request: { pattern: string; unique?: boolean }): number[] =>
    filled()
      .answer({ hist_access_type: "search", ...request })
      .history.map(([, count]) => count);
  expect(counts({ pattern: "a*" })).toEqual([1, 3]);
  expect(counts({ pattern: "a*", unique: true })).toEqual([3]);
  expect(counts({ pattern: "c(?)" })).toEqual([4]);
  expect(counts({ pattern: "c" })).toEqual([]);
});
