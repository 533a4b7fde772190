import { expect, test } from "vitest";
import { progressBundle, type ProgressState } from "./progress-form.js";

const state: ProgressState = {
  label: null,
  done: 45,
  total: 100,
  seconds: 9,
  ending: "running",
  reason: null,
};

test.each<[Partial<ProgressState>, string]>([
  [{}, " 45% [█████████           ] 45/100 · 5/s · 11 s left"],
  [{ done: 0 }, "  0% [                    ] 0/100"],
  [{ label: "Reading", total: null }, "Reading 45 · 5/s"],
  [
    { done: 3, seconds: 600 },
    "  3% [                    ] 3/100 · 3 min 20 s each · 5 h 23 min left",
  ],
  [{ done: 100, ending: "done" }, "100% [████████████████████] 100/100 in 9.0 s · 11.1/s"],
  [{ ending: "stopped" }, " 45% [█████████           ] stopped at 45/100 after 9.0 s"],
  [
    { ending: "failed", reason: "no disk" },
    " 45% [█████████           ] failed at 45/100 after 9.0 s: no disk",
  ],
  [{ done: 0, total: 0, ending: "done", seconds: 0 }, "100% [████████████████████] 0/0 in 0.0 s"],
])("%o reads %s", (change, line) => {
  expect(progressBundle({ ...state, ...change })["text/plain"]).toBe(line);
});

test("the bar speaks to screen readers, and escapes what it is told", () => {
  const html = progressBundle({ ...state, label: '<i>"', ending: "failed", reason: "<script>" })[
    "text/html"
  ];
  expect(html).toContain(
    'role="progressbar" aria-label="&lt;i&gt;&quot;" aria-valuemin="0" aria-valuenow="45" aria-valuemax="100"',
  );
  expect(html).toContain("width: 45.0%");
  expect(html).not.toMatch(/<i>|<script/);
});
