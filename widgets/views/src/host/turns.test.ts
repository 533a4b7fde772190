import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { leaveTurns, takeTurn } from "./turns.js";

const FRAME = 16;
/** Moves until a drag goes as it will: that of its press among them. */
const BEGINNING = 3;

let drawn: string[];
let clock = 0;
beforeEach(() => {
  // The module remembers when it drew last: time goes on from test to test.
  vi.useFakeTimers({ now: (clock += 100_000) });
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("requestAnimationFrame", (act: () => void) => setTimeout(act, FRAME));
  vi.spyOn(performance, "now").mockImplementation(() => Date.now());
  vi.advanceTimersByTime(1000);
  drawn = [];
});
afterEach(() => {
  vi.runAllTimers();
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A view that takes so many milliseconds to draw. */
function view(name: string, { takes = 0, inSight = true } = {}) {
  const draw = (): void => {
    drawn.push(name);
    vi.setSystemTime(Date.now() + takes);
  };
  return { draw, inSight: () => inSight };
}

/** Asks for all of them as a drag does: the step before was a moment ago. */
async function drag(views: readonly ReturnType<typeof view>[], moves: number): Promise<void> {
  for (let move = 0; move < moves; move++) {
    for (const each of views) takeTurn(each);
    await vi.advanceTimersByTimeAsync(FRAME);
  }
}

test("a click: what is in sight follows within a few frames, the rest soon after", async () => {
  const names = ["a", "b", "c", "d", "e"];
  for (const name of names) takeTurn(view(name, { takes: 2 }));
  takeTurn(view("unseen", { inSight: false }));
  // The frame of the click is the bar's own.
  await vi.advanceTimersByTimeAsync(FRAME);
  expect(drawn).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(drawn).toEqual(["a", "b"]);
  await vi.advanceTimersByTimeAsync(2 * FRAME);
  expect(drawn).toEqual(names);
  await vi.advanceTimersByTimeAsync(200);
  expect(drawn).toEqual([...names, "unseen"]);
});

test("in a drag, slow views take turns: each frame draws one, none is passed over", async () => {
  const views = ["a", "b", "c"].map((name) => view(name, { takes: 5 }));
  await drag(views, BEGINNING);
  drawn = [];
  await drag(views, 12);
  for (const name of ["a", "b", "c"]) {
    const times = drawn.filter((each) => each === name).length;
    expect(times).toBeGreaterThanOrEqual(3);
    expect(times).toBeLessThanOrEqual(5);
  }
});

test("in a drag, what nobody sees waits until the step rests; quick views are drawn each time", async () => {
  const [seen, unseen] = [view("seen"), view("unseen", { inSight: false })];
  await drag([seen, unseen], BEGINNING);
  drawn = [];
  await drag([seen, unseen], 10);
  expect(drawn.filter((each) => each === "seen")).toHaveLength(10);
  expect(drawn).not.toContain("unseen");
  await vi.advanceTimersByTimeAsync(200);
  expect(drawn.filter((each) => each === "unseen")).toHaveLength(1);
});

test("one frame draws once: what is asked for behind its views waits for the next", async () => {
  const [slow, quick] = [view("slow", { takes: 5 }), view("quick")];
  await drag([slow], BEGINNING);
  drawn = [];
  takeTurn(slow);
  takeTurn(quick);
  await vi.advanceTimersByTimeAsync(FRAME - 5);
  expect(drawn).toEqual(["slow"]);
  // The frame that draws what was left over; then the pointer's own work, in the same one.
  setTimeout(() => takeTurn(slow), 6);
  await vi.advanceTimersByTimeAsync(10);
  expect(drawn).toEqual(["slow", "quick"]);
  await vi.advanceTimersByTimeAsync(FRAME);
  expect(drawn).toEqual(["slow", "quick", "slow"]);
});

test("a view that is gone is not drawn", async () => {
  const [one, gone] = [view("one", { takes: 5 }), view("gone", { takes: 5 })];
  await drag([one, gone], BEGINNING);
  drawn = [];
  takeTurn(one);
  takeTurn(gone);
  leaveTurns(gone);
  await vi.advanceTimersByTimeAsync(10 * FRAME);
  expect(drawn).toEqual(["one"]);
});
