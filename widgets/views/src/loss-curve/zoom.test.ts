import { describe, expect, test } from "vitest";
import { zoomBy, zoomTo } from "./zoom.js";

const all = { from: 0, to: 1000 };

describe("zooming", () => {
  test("to what was brushed, in either direction and not beyond the plot", () => {
    expect(zoomTo(all, 0.5, 0.25)).toEqual({ from: 250, to: 500 });
    expect(zoomTo({ from: 200, to: 400 }, -1, 0.5)).toEqual({ from: 200, to: 300 });
    expect(zoomTo(all, 0.5, 0.501)).toBeNull();
  });

  test("around a step keeps that step in its place, and ends at the axis", () => {
    expect(zoomBy(all, all, 250, 0.5)).toEqual({ from: 125, to: 625 });
    expect(zoomBy(all, { from: 0, to: 100 }, 0, 2)).toEqual({ from: 0, to: 200 });
    expect(zoomBy(all, { from: 100, to: 900 }, 500, 2)).toBeNull();
    const near = zoomBy(all, { from: 900, to: 1000 }, 2000, 0.5)!;
    expect(near.to).toBe(1000);
  });
});
