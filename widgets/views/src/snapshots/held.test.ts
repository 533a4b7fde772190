import { encodeShown, SNAPSHOT_BYTES, type Shown, type WireSnapshot } from "@forkpoint/wire";
import { expect, test } from "vitest";
import { hold, holdNothing, packed, shownOf } from "./held.js";

function attention(step: number, size = 4): { entry: WireSnapshot; bytes: Uint8Array } {
  const tokens = Array.from({ length: size }, (_, at) => String(at));
  const values = new Uint8Array(size * size).fill(step % 256);
  const shown: Shown = {
    ...{ kind: "attention", tokens, layers: 1, heads: 1, scales: Float32Array.of(1), values },
  };
  const { head, bytes } = encodeShown(shown);
  return { entry: { ...head, step, size: bytes.byteLength }, bytes };
}

test("what is packed is held again as it was, however it was cut into packs", () => {
  const held = holdNothing();
  const made = [1, 2, 3].map((step) => attention(step));
  hold(
    held,
    made.map(({ entry }) => entry),
    made.map(({ bytes }) => bytes),
  );
  const again = holdNothing();
  const { entries, packs } = packed(held);
  expect(packs).toHaveLength(1);
  hold(again, entries, packs);
  expect(again).toEqual(held);
  expect(shownOf(again.attention[1]!)).toMatchObject({ values: new Uint8Array(16).fill(2) });
});

test("a run that resumed earlier replaces what came after it", () => {
  const held = holdNothing();
  for (const step of [10, 20, 30, 20]) {
    const { entry, bytes } = attention(step);
    hold(held, [entry], [bytes]);
  }
  expect(held.attention.map(({ step }) => step)).toEqual([10, 20]);
});

test("20,000 big ones: the page keeps to its bytes, and to even steps", () => {
  const held = holdNothing();
  for (let step = 0; step < 20_000; step++) {
    const { entry, bytes } = attention(step * 50, 40);
    hold(held, [entry], [bytes]);
  }
  const bytes = held.attention.reduce((sum, { size }) => sum + size, 0);
  expect(bytes).toBeLessThanOrEqual(SNAPSHOT_BYTES.attention);
  const steps = held.attention.map(({ step }) => step);
  expect([steps[0], steps.at(-1)]).toEqual([0, 999_950]);
  const gaps = steps.slice(1).map((step, at) => step - steps[at]!);
  expect(Math.max(...gaps)).toBeLessThan((5 * 999_950) / steps.length);
});

test("bytes that are not there are refused", () => {
  const { entry, bytes } = attention(1);
  const invalid = expect.objectContaining({ code: "WireInvalid" });
  expect(() => hold(holdNothing(), [entry], [bytes.subarray(1)])).toThrow(invalid);
  expect(() => hold(holdNothing(), [entry, entry], [bytes])).toThrow(invalid);
});
