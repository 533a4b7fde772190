import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, root, succeed } from "../support/child.js";

const long = Boolean(process.env["FORKPOINT_LONG"]);

// The first two thousand steps fill caches: the allocator's, V8's, SQLite's. In the second thousand 17 to 48 MB were
// seen to come, behind it 1 at most.
test.runIf(long)(
  "memory is flat over 5,000 steps of 0.8 M parameters, metrics and keyframes included",
  async () => {
    const script = join(root, "tests/exactness/train-and-weigh.mjs");
    const steps = [2000, 3000, 4000, 5000, 6000, 7000];
    const output = await succeed(process.execPath, [
      ...[script, emptyFolder("memory")],
      ...steps.map(String),
    ]);
    const weights = output
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { bytes: number }).bytes / 2 ** 20);
    expect(weights).toHaveLength(steps.length);
    const [first, ...later] = weights as [number, ...number[]];
    expect(Math.max(...later) - first).toBeLessThan(32);
  },
  1_200_000,
);
