import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createChanges } from "./changes.js";
import { createNews } from "./news.js";

// What telling and painting take, in milliseconds of a clock that stands still otherwise.
let scripts = 0;
let painting = 0;
beforeEach(() => {
  [scripts, painting] = [0, 0];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.stubGlobal("requestAnimationFrame", (act: () => void) =>
    setTimeout(() => {
      act();
      vi.advanceTimersByTime(painting);
    }, 10),
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function listenedTo() {
  const changes = createChanges();
  const heard: number[] = [];
  changes.subscribe(() => {
    heard.push(Math.round(performance.now()));
    vi.advanceTimersByTime(scripts);
  });
  return { changes, heard };
}

/** Time goes on, and what was painted in it is measured. */
async function pass(milliseconds: number): Promise<void> {
  for (let at = 0; at < milliseconds; at += 10) {
    await vi.advanceTimersByTimeAsync(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("what several models have to tell is told together, each once", async () => {
  const news = createNews();
  const [one, other] = [listenedTo(), listenedTo()];
  const began = performance.now();
  news.tell(one.changes);
  news.tell(one.changes);
  await pass(30);
  news.tell(other.changes);
  expect(one.heard).toEqual([]);
  await pass(30);
  expect(one.heard).toEqual([began + 50]);
  expect(other.heard).toEqual(one.heard);
});

test("the longer showing takes the more seldom: 0.4 % of a processor, but each 4 s at least", async () => {
  const news = createNews();
  const { changes, heard } = listenedTo();
  const next = async (within: number): Promise<number> => {
    const before = heard.length;
    news.tell(changes);
    await pass(within);
    expect(heard).toHaveLength(before + 1);
    return heard.at(-1)! - (heard.at(-2) ?? 0);
  };
  [scripts, painting] = [2, 4];
  await next(200);
  [scripts, painting] = [40, 30];
  expect(await next(2000)).toBeCloseTo(1500, -2);
  expect(await next(5000)).toBeCloseTo(4000, -2);
});

test("in a drag news wait until it rests; at its end, or when asked for, they are told at once", async () => {
  const news = createNews();
  const { changes, heard } = listenedTo();
  const drag = {};
  news.hold(drag);
  news.tell(changes);
  for (let move = 0; move < 10; move++) {
    await pass(100);
    news.moved();
  }
  expect(heard).toEqual([]);
  await pass(300);
  expect(heard).toHaveLength(1);
  news.tell(changes);
  news.release(drag);
  expect(heard).toHaveLength(2);
  news.tell(changes);
  news.tellNow();
  expect(heard).toHaveLength(3);
  news.tellNow();
  expect(heard).toHaveLength(3);
});
