import { placesOn } from "@forkpoint/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fittedAxes, nearestTokens, reachOf, rotationOnto } from "./alignment.js";

/** Points that move by little from step to step in five dimensions, far most in two of them. */
function drifting(step: number): { vectors: Float32Array; width: number } {
  const width = 5;
  const vectors = Float32Array.from({ length: 12 * width }, (_, at) => {
    const [token, part] = [Math.floor(at / width), at % width];
    const size = [6, 3, 0.3, 0.2, 0.1][part]! * (1 + step / 20);
    return size * Math.sin(1.7 * token + 2.3 * part + step / 30);
  });
  return { vectors, width };
}

const furthest = (one: Float32Array, other: Float32Array): number =>
  Math.max(...one.map((value, at) => Math.abs(value - other[at]!)));

test("on axes fitted once, points drift from step to step and don't jump", () => {
  const axes = fittedAxes([0, 10, 20].map(drifting), null)!;
  for (let step = 1; step <= 20; step++) {
    const [now, before] = [step, step - 1].map((at) => {
      const { vectors, width } = drifting(at);
      return placesOn(vectors, width, axes);
    });
    expect(furthest(now!, before!)).toBeLessThan(1);
    expect(furthest(now!, new Float32Array(now!.length))).toBeGreaterThan(3);
  }
});

test("axes fitted anew as steps are added leave the points where they were", () => {
  const before = fittedAxes([0, 5].map(drifting), null)!;
  const mirrored: typeof before = [before[0].map((value) => -value), before[1]];
  const after = fittedAxes([0, 5, 6].map(drifting), mirrored)!;
  const { vectors, width } = drifting(6);
  const [then, now] = [mirrored, after].map((axes) => placesOn(vectors, width, axes));
  expect(furthest(then!, now!)).toBeLessThan(0.5);
});

test("a turned or mirrored copy is turned back exactly", () => {
  const plane = fc.array(fc.float({ min: -10, max: 10, noNaN: true }), {
    minLength: 6,
    maxLength: 20,
  });
  fc.assert(
    fc.property(
      plane,
      fc.double({ min: 0, max: 6.28, noNaN: true }),
      fc.boolean(),
      (list, angle, mirror) => {
        const from = Float32Array.from(list.slice(0, list.length - (list.length % 2)));
        const [cos, sin, sign] = [Math.cos(angle), Math.sin(angle), mirror ? -1 : 1];
        const onto = from.map((value, at) =>
          at % 2 === 0
            ? cos * value - sign * sin * from[at + 1]!
            : sin * from[at - 1]! + sign * cos * value,
        );
        const [a, b, c, d] = rotationOnto(from, onto);
        const back = from.map((value, at) =>
          at % 2 === 0 ? a * value + b * from[at + 1]! : c * from[at - 1]! + d * value,
        );
        expect(furthest(back, onto)).toBeLessThan(1e-3);
      },
    ),
  );
});

test("neighbours are those whose vectors point the same way", () => {
  const vectors = Float32Array.of(1, 0, 10, 1, 0, 5, -1, 0);
  expect(nearestTokens({ vectors, width: 2 }, 0, 2)).toEqual([1, 2]);
});

test("one token far out does not make all others small", () => {
  const places = Float32Array.from({ length: 400 }, (_, at) => Math.sin(at));
  places[10] = 100;
  expect(reachOf([places], 0)).toBeLessThanOrEqual(1);
  expect(reachOf([Float32Array.of(1, 0, -2, 0)], 0)).toBe(2);
  expect(reachOf([], 1)).toBeGreaterThan(0);
});
