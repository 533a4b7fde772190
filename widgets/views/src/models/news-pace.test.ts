import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createNewsPace } from "./news-pace.js";

let now = 0;
let frames: (() => void)[] = [];
beforeEach(() => {
  now = 1000;
  frames = [];
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.stubGlobal("requestAnimationFrame", (act: () => void) => frames.push(act));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Shows news that take so long in scripts, and then in the frame that paints them. */
async function show(pace: ReturnType<typeof createNewsPace>, scripts: number, painting: number) {
  pace.show(() => (now += scripts));
  await Promise.resolve();
  now += 10; // until the frame: nobody works
  for (const frame of frames.splice(0)) frame();
  now += painting;
  await new Promise((resolve) => setTimeout(resolve, 20));
}

test("the first news are shown at once, quick ones as they come", async () => {
  const pace = createNewsPace();
  expect(pace.wait()).toBe(0);
  await show(pace, 0.5, 1);
  now += 250;
  expect(pace.wait()).toBe(0);
});

test("what takes long is shown more seldom, in a hundred times what it took; each second at least", async () => {
  const pace = createNewsPace();
  await show(pace, 2, 4);
  expect(pace.wait()).toBe(600 - 16);
  now += 600;
  expect(pace.wait()).toBe(0);
  await show(pace, 40, 30);
  expect(pace.wait()).toBe(1000 - 80);
});
