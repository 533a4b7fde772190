import { expect, test } from "vitest";
import { servePage } from "../../bench/scrub/serve.mjs";
import { openBrowser } from "../support/browser.js";

interface Bench {
  load(name: string): Promise<Uint8Array>;
  show(steps: number, stream: Uint8Array, samples: number, all: boolean): Promise<object>;
  mounts(count: number, shown: object): Promise<void>;
}
declare const window: { bench: Bench; shown: object };

const MOUNTS = process.env["FORKPOINT_LONG"] ? 1000 : 150;

test("views that are shown and removed again and again leave nothing in the page", async () => {
  const { tableFromArrays, tableToIPC } = await import("apache-arrow");
  const step = BigInt64Array.from({ length: 2000 }, (_, row) => BigInt(row));
  const train_loss = Float64Array.from(step, (at) => 3 - Number(at) / 2000);
  const rows = tableToIPC(tableFromArrays({ step, train_loss }), "stream");
  const server = await servePage({ rows });
  const browser = await openBrowser();
  try {
    const { page } = browser;
    await page.goto(server.address);
    await page.waitForFunction(() => "bench" in window);
    await page.evaluate(async () => {
      const { bench } = window;
      window.shown = await bench.show(2000, await bench.load("rows"), 40, true);
      await bench.mounts(30, window.shown);
    });
    const cdp = await page.context().newCDPSession(page);
    const held = async (): Promise<{ heap: number; nodes: number; listeners: number }> => {
      await page.waitForTimeout(1000);
      await cdp.send("HeapProfiler.collectGarbage");
      const { usedSize } = await cdp.send("Runtime.getHeapUsage");
      const { nodes, jsEventListeners: listeners } = await cdp.send("Memory.getDOMCounters");
      return { heap: usedSize / 2 ** 20, nodes, listeners };
    };
    const before = await held();
    await page.evaluate((count) => window.bench.mounts(count, window.shown), MOUNTS);
    const after = await held();
    expect(after.nodes).toBeLessThanOrEqual(before.nodes + 50);
    expect(after.listeners).toBeLessThanOrEqual(before.listeners + 20);
    // Less than 10 KB a mount: a chart, a view or its models would be more.
    expect(after.heap - before.heap).toBeLessThan(Math.max(1.5, MOUNTS / 100));
    expect(browser.errors.filter((error) => !/404/.test(error))).toEqual([]);
  } finally {
    await browser.close();
    server.close();
  }
});
