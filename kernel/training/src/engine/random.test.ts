import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream, streamFrom } from "./random.js";

describe("randomStream", () => {
  test("a stream goes on from its stored state as if it had never stopped", () => {
    const property = fc.property(fc.nat(), fc.string(), fc.nat(200), (seed, name, before) => {
      const straight = randomStream(seed, name);
      for (let index = 0; index < before; index++) straight.integer();
      const resumed = streamFrom(straight.state());
      const draws = (): number[] => [resumed.uniform(), resumed.normal(), resumed.integer()];
      expect(draws()).toEqual([straight.uniform(), straight.normal(), straight.integer()]);
    });
    fc.assert(property);
  });

  test("streams differ by seed and by name", () => {
    const firsts = [randomStream(1, "a"), randomStream(1, "b"), randomStream(2, "a")];
    expect(new Set(firsts.map((stream) => stream.integer())).size).toBe(3);
  });

  test("uniform numbers fill [0, 1) evenly and normal ones have mean 0 and deviation 1", () => {
    const stream = randomStream(7, "moments");
    const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
    const uniform = Array.from({ length: 20_000 }, stream.uniform);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    const normal = Array.from({ length: 20_000 }, () => stream.normal());
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
  });

  test("anything but a stored state is refused", () => {
    expect(() => streamFrom("deadbeef")).toThrow(RangeError);
  });
});
