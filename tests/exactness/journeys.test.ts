import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { journeys, travel } from "./journey.js";
import { options, runStraight } from "./straight-run.js";
import type { Straight } from "./straight-run.js";

const long = Boolean(process.env["FORKPOINT_LONG"]);
// Another slice each day; the long form is the same for everyone.
const seed = long ? 1 : Math.floor(Date.now() / 86_400_000);

// Eager and wasm take turns from day to day.
const others = [
  { name: "eager", engine: "eager" as const, backend: undefined, runs: long ? 20 : 1 },
  { name: "wasm", engine: "compiled" as const, backend: "wasm", runs: long ? 20 : 1 },
];

describe.each([
  { name: "compiled", engine: "compiled" as const, backend: undefined, runs: long ? 200 : 2 },
  ...(long ? others : [others[seed % 2]!]),
])("random journeys end where the straight run does: $name", ({ engine, backend, runs }) => {
  const { FORKPOINT_BACKEND: before } = process.env;
  let straight: Straight;

  beforeAll(async () => {
    if (backend) process.env["FORKPOINT_BACKEND"] = backend;
    straight = await runStraight(engine);
  });
  afterAll(() => {
    if (before === undefined) delete process.env["FORKPOINT_BACKEND"];
    else process.env["FORKPOINT_BACKEND"] = before;
  });

  test(`${runs} journeys`, { timeout: 7_200_000 }, async () => {
    expect(new Set(straight.digests).size).toBe(straight.digests.length);
    const property = fc.asyncProperty(journeys, (schedule) =>
      travel(schedule, straight, { ...options, engine }),
    );
    // A journey takes seconds: the schedule that failed is printed as it is, with its seed.
    await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
  });
});
