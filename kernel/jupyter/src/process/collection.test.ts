import { constants, PerformanceObserver } from "node:perf_hooks";
import { expect, test } from "vitest";
import { createCollection } from "./collection.js";

test("a thread at rest is collected once its heap has grown", async () => {
  let whole = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) whole += 1;
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  createCollection({ growth: 1 }).rest();
  await expect.poll(() => whole, { timeout: 10_000 }).toBeGreaterThan(0);
  observer.disconnect();
});
