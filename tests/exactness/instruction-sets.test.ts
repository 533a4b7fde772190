import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspectNative } from "@forkpoint/training";
import { describe, expect, test } from "vitest";
import { emptyFolder, root, succeed } from "../support/child.js";

interface Outcome {
  digest?: string;
  code?: string;
  message?: string;
  isa: string;
  notices: string[];
}

const run = async (folder: string, what: string, cap?: string): Promise<Outcome> => {
  const script = join(root, "tests/exactness/replay-elsewhere.mjs");
  const env = { ONEDNN_MAX_CPU_ISA: cap };
  return JSON.parse(await succeed(process.execPath, [script, folder, what], { env })) as Outcome;
};

const wide =
  inspectNative().status === "ready" && /\bavx2\b/.test(readFileSync("/proc/cpuinfo", "utf8"));

// A narrower instruction set stands in for an older machine: oneDNN takes the same paths on it.
describe.skipIf(!wide)("a store from a machine with another instruction set", () => {
  test("steps made on an older machine come out exactly, with its instruction set", async () => {
    const folder = emptyFolder("older");
    const made = await run(folder, "train", "SSE41");
    expect(made.isa).toBe("sse41");
    const again = await run(folder, "33");
    expect(again.digest).toBe(made.digest);
    expect(again.notices).toEqual([]);
  });

  test("steps made on a newer one: it says that they cannot be exact, and why", async () => {
    const folder = emptyFolder("newer");
    const made = await run(folder, "train");
    expect(made.isa).toMatch(/^avx/);
    const again = await run(folder, "33", "SSE41");
    expect(again.notices[0]).toContain("cannot be exact here");
    expect(again.notices[0]).toContain(`instruction set (${made.isa} then, sse41 now)`);
    expect(again).toMatchObject({ code: "ReplayDiverged" });
    expect(again.message).toContain(`instruction set (${made.isa} then, sse41 now)`);
    expect((await run(folder, "33")).digest).toBe(made.digest);
  });
});
