import { describe, expect, test } from "vitest";
import { decodeShown, encodeShown, evenly, parseSnapshotsState, thinned } from "../index.js";
import type { Shown } from "../index.js";

describe("a snapshot as bytes", () => {
  const attention: Shown = {
    ...({ kind: "attention", tokens: ["a", "b"], layers: 1, heads: 2 } as const),
    ...{ scales: Float32Array.of(0.5, 0.25), values: Uint8Array.of(1, 0, 3, 4, 5, 0, 7, 255) },
  };
  const probabilities: Shown = {
    ...({ kind: "probabilities", tokens: ["e", " "] } as const),
    shares: Float32Array.of(0.75, 0.125),
  };

  test.each([[attention], [probabilities]])("$kind comes back as it was", (shown) => {
    const { head, bytes } = encodeShown(shown);
    expect(decodeShown(head, bytes)).toEqual(shown);
  });

  test("vectors come back to within 1 % of each token's greatest value", () => {
    const vectors = Float32Array.from({ length: 12 }, (_, at) => Math.sin(at) * 10 ** (at % 3));
    const { head, bytes } = encodeShown({
      kind: "embeddings",
      tokens: ["a", "b", "c"],
      width: 4,
      vectors,
    });
    const back = decodeShown(head, bytes) as Shown & { kind: "embeddings" };
    for (let token = 0; token < 3; token++) {
      const own = vectors.subarray(token * 4, token * 4 + 4);
      const most = Math.max(...own.map(Math.abs));
      own.forEach((value, at) =>
        expect(Math.abs(value - back.vectors[token * 4 + at]!)).toBeLessThan(0.01 * most),
      );
    }
  });

  test("bytes that do not fit the head are refused", () => {
    const { head, bytes } = encodeShown(attention);
    const invalid = expect.objectContaining({ code: "WireInvalid" });
    expect(() => decodeShown(head, bytes.subarray(1))).toThrow(invalid);
    expect(() => decodeShown({ ...head, heads: 3 }, bytes)).toThrow(invalid);
  });
});

describe("what a page holds", () => {
  const at = (steps: number[]) => steps.map((step) => ({ step, size: 100 }));

  test("all that fit; of more, the first, the last, and the most even between them", () => {
    const few = at([0, 1, 2, 3]);
    expect(thinned(few, 400)).toBe(few);
    const many = at(Array.from({ length: 20_000 }, (_, index) => index * 10));
    const kept = thinned(many, 100_000);
    expect(kept.length * 100).toBeLessThanOrEqual(100_000);
    expect(kept.length).toBeGreaterThan(700);
    expect([kept[0]!.step, kept.at(-1)!.step]).toEqual([0, 199_990]);
    const gaps = kept.slice(1).map(({ step }, index) => step - kept[index]!.step);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * Math.min(...gaps));
  });

  test("coming one by one, they stay evenly spaced over all of training", () => {
    let held: { step: number; size: number }[] = [];
    for (let step = 0; step < 5000; step++) held = thinned([...held, { step, size: 100 }], 10_000);
    const gaps = held.slice(1).map(({ step }, index) => step - held[index]!.step);
    expect(held.length).toBeGreaterThanOrEqual(75);
    expect(Math.max(...gaps)).toBeLessThan(5 * (5000 / held.length));
  });

  test("uneven steps: each is taken once", () => {
    const kept = evenly(at([0, 1, 2, 3, 4, 5, 1000]), 5).map(({ step }) => step);
    expect(new Set(kept).size).toBe(5);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
  });
});

test("a state with a kind that there is not is refused", () => {
  const state = {
    ...{ session_id: "s", prompt: "", writes: true, reason: null, status: "ready", packs: [] },
    ...{ entries: [], trial: null, sequence: 0, text: "" },
  };
  expect(parseSnapshotsState(state)).toMatchObject({ entries: [], status: "ready" });
  const entries = [{ step: 1, kind: "smell", tokens: [], size: 0 }];
  expect(() => parseSnapshotsState({ ...state, entries })).toThrow(
    expect.objectContaining({ code: "WireInvalid" }),
  );
});
