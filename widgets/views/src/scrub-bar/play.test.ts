import { describe, expect, test } from "vitest";
import { playedTo } from "./play.js";

describe("playing", () => {
  test("goes through a long axis in half a minute at 1x, and four times as fast at 4x", () => {
    const axis = { from: 1_000, to: 1_001_000 };
    expect(playedTo(axis, axis.from, 1, 30)).toBeCloseTo(axis.to);
    expect(playedTo(axis, axis.from, 4, 7.5)).toBeCloseTo(axis.to);
  });

  test("shows each step of a short axis for a tenth of a second or longer", () => {
    const moved = playedTo({ from: 0, to: 120 }, 0, 1, 0.1);
    expect(moved).toBeLessThanOrEqual(1);
    expect(moved).toBeGreaterThan(0);
    expect(playedTo({ from: 5, to: 5 }, 5, 1, 1)).toBeGreaterThanOrEqual(5);
  });
});
