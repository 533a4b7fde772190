import { expect, test } from "vitest";
import { parseHistoryState, WireInvalid } from "../index.js";

const run = {
  ...{ id: "r", mode: "fresh", status: "completed", from: 0, to: 40, seconds: 1.5 },
  ...{ started_at: "2026-01-01T00:00:00.000Z", final_loss: 2.5, best_loss: null },
};

test("a history is taken as it is; a damaged one is refused", () => {
  expect(parseHistoryState({ runs: [run], text: "" })).toEqual({ runs: [run] });
  for (const change of [{ mode: "odd" }, { status: 1 }, { from: -1 }, { final_loss: Infinity }])
    expect(() => parseHistoryState({ runs: [{ ...run, ...change }] })).toThrow(WireInvalid);
});
