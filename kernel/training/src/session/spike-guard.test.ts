import { expect, test } from "vitest";
import { createSpikeGuard } from "./spike-guard.js";

const falling = Array.from({ length: 100 }, (_, step) => 4 * 0.98 ** step + 0.05 * Math.sin(step));

test("a falling, noisy loss is no spike; one that stands out is, and does not become usual", () => {
  const guard = createSpikeGuard(6);
  expect(falling.every((loss) => guard.watch(loss) === null)).toBe(true);
  expect(guard.watch(9)).toMatchObject({ mean: expect.closeTo(1.5, 0) });
  expect(guard.watch(9)).not.toBeNull();
  expect(guard.watch(falling.at(-1)!)).toBeNull();
});

test("the first losses and a guard that is off never are", () => {
  expect(createSpikeGuard(1).watch(1e9)).toBeNull();
  const off = createSpikeGuard(null);
  expect([...falling, 1e9].every((loss) => off.watch(loss) === null)).toBe(true);
});
