import { expect, test } from "vitest";
import type { WireMark } from "@forkpoint/wire";
import { thinned } from "./marks.js";

test("very many marks are thinned to one a place, and none is silently gone", () => {
  const marks = Array.from({ length: 20_000 }, (_, index): WireMark => {
    return { step: index * 50, kind: "checkpoint", label: "keyframe" };
  });
  const kept = thinned(marks, 400);
  expect(kept).toHaveLength(400);
  const named = kept.map(({ label }) => Number(/and (\d+) more/.exec(label)?.[1] ?? 0) + 1);
  expect(named.reduce((a, b) => a + b)).toBe(20_000);
  expect(thinned(marks.slice(0, 400), 400)).toEqual(marks.slice(0, 400));
});
