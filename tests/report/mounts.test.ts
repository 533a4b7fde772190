import { afterAll, beforeAll, expect, test } from "vitest";
import { viewCount } from "./example-report.js";
import { openMade } from "./made-report.js";
import type { Made } from "./made-report.js";

const LONG = Boolean(process.env["FORKPOINT_LONG"]);
/**
 * How often each view comes and goes before it is weighed, and after. Over its first hundreds of times the
 * engine compiles and keeps code, and then no more: what grows after that is a leak.
 */
const [FIRST, AGAIN] = LONG ? [600, 400] : [10, 20];
/** Bytes that the engine may keep for itself meanwhile; a view that stays has far more. */
const SPARE = LONG ? 500_000 : 1_500_000;

let made: Made;
beforeAll(async () => {
  made = await openMade();
});
afterAll(() => made?.close());

test(`views that come and go ${FIRST + AGAIN} times leave no node, no listener and no memory behind`, async () => {
  const { page } = await made.openReport(made.report);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  async function held(): Promise<{ nodes: number; listeners: number; bytes: number }> {
    await page.waitForTimeout(500);
    for (let turn = 0; turn < 2; turn++) await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    const of = (name: string): number => metrics.find((metric) => metric.name === name)!.value;
    return {
      ...{ nodes: of("Nodes"), listeners: of("JSEventListeners") },
      bytes: of("JSHeapUsedSize"),
    };
  }
  const mount = (id: string, times: number): Promise<void> =>
    page.evaluate(
      async ({ id, times }) => {
        const { manager } = (window as never as { forkpointReport: { manager: Shower } })
          .forkpointReport;
        const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);
        for (let turn = 0; turn < times; turn++) {
          const place = document.body.appendChild(document.createElement("div"));
          const view = await manager.show(id, place);
          await frame();
          await frame();
          view.remove();
          place.remove();
        }
      },
      { id, times },
    );
  const ids = await page.$$eval(".report-view", (all) =>
    all.map((element) => (element as HTMLElement).dataset["model"]!),
  );
  // The last is ipywidgets' slider, whose own views stay in memory.
  expect(ids).toHaveLength(viewCount);
  const views = ids.slice(0, -1);
  // Another few each day.
  const day = Math.floor(Date.now() / 86_400_000);
  const today = views.filter((_, at) => at % 3 === day % 3);
  for (const id of LONG ? views : today) {
    await mount(id, FIRST);
    const before = await held();
    await mount(id, AGAIN);
    const after = await held();
    if (LONG) console.log(id, before, after);
    // One view may still be on its way out.
    expect(after.nodes - before.nodes).toBeLessThan(300);
    expect(after.listeners - before.listeners).toBeLessThan(300);
    expect(after.bytes - before.bytes).toBeLessThan(SPARE);
  }
  await page.context().close();
}, 1_800_000);

interface Shower {
  show(id: string, place: HTMLElement): Promise<{ remove(): void }>;
}
