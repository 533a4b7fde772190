import { join } from "node:path";
import { metricChunk } from "@forkpoint/training";
import { corpus, microGPT, open } from "forkpoint";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hook, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

// So many rows that a page gets a selection of them; 500 of them were lost in a crash.
const [FIRST_END, SECOND_BEGIN, LAST] = [59_999, 60_500, 70_000];
const lossOf = (step: number): number => 2 + (step % 1000) / 1000;

let opened: OpenedNotebook | undefined;
let browser: Browser;
let page: Page;

async function record(folder: string): Promise<void> {
  const store = await open({ from: folder });
  const model = microGPT({ layers: 1, heads: 1, embed: 8, block: 8 });
  const session = await store.session("long", { model, data: corpus.sonnets() });
  const stretch = async (from: number, to: number, status: "interrupted" | "completed") => {
    const { writer } = store.store;
    const run = await writer.startRun({
      ...{ sessionId: session.id, mode: "fresh", fromStep: from, targetStep: LAST },
      ...{ seed: 1, engine: "{}" },
    });
    const rows = Array.from({ length: to - from + 1 }, (_, index) => {
      const step = from + index;
      const validation_loss = step % 1000 === 0 ? 2.5 : null;
      const rest = { wall: new Date(step), learning_rate: 1e-3, step_ms: 1 };
      return { step, train_loss: lossOf(step), validation_loss, ...rest };
    });
    await writer.appendMetrics({ runId: run.id, chunk: metricChunk(rows as never) });
    const texts = Array.from({ length: 100 }, (_, at) => from + at * 90);
    await writer.appendSamples({
      runId: run.id,
      rows: texts.map((step) => ({ step, prompt: "A", text: `A text of step ${step}` })),
    });
    await writer.finishRun({ runId: run.id, status, step: to });
  };
  await stretch(0, FIRST_END, "interrupted");
  await stretch(SECOND_BEGIN, LAST, "completed");
  await store.close();
}

beforeAll(async () => {
  const folder = emptyFolder("lab");
  await record(folder);
  const source = `import { open, dashboard } from "forkpoint";
const store = await open();
dashboard(await store.session("long"))`;
  const notebook = join(folder, "long.ipynb");
  writeNotebook(notebook, [source]);
  opened = await openNotebook(notebook);
  ({ browser, page } = opened);
});
afterAll(() => opened?.close());

// What is asked of the kernel, or drawn, takes its time on a busy machine.
const drawn = { timeout: 15_000 };
const label = (): Promise<string> => hook(page, "fp-step-label").innerText();
const asked = (): number => browser.sent.get("comm_msg") ?? 0;
const trainLoss = async (): Promise<number> =>
  Number(await page.locator('.fp-legend-entry[data-series="train"] b').first().innerText());
/** The line of the training loss. */
const lines = (): Promise<string | null> =>
  page.locator('.fp-lines [data-line="train"]').getAttribute("d");

test("every step of a long timeline can be chosen, though the page holds a selection", async () => {
  await runAll(page);
  await hook(page, "fp-scrub-bar").waitFor({ timeout: 120_000 });
  const before = asked();
  await hook(page, "fp-scrub-bar").focus();
  await page.keyboard.press("ArrowLeft");
  expect(await label()).toContain("step 69,999");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  expect(await label()).toContain("step 1");
  await page.keyboard.press("End");
  expect(await label()).toContain("Live");
  expect(asked()).toBe(before);
});

test("hovering the curve shows a step in every view while Live, and leaving brings Live back", async () => {
  const plot = (await hook(page, "fp-plot").boundingBox())!;
  await page.mouse.move(plot.x + plot.width / 2, plot.y + plot.height / 2);
  await expect.poll(label).toMatch(/step 3\d,\d{3}/);
  await hook(page, "fp-crosshair").waitFor();
  await page.mouse.move(plot.x + plot.width / 2, plot.y - 60);
  await expect.poll(label).toContain("Live");
});

test("a brush zooms: one question to the kernel, and then each step has its very loss", async () => {
  const plot = (await hook(page, "fp-plot").boundingBox())!;
  const at = (part: number): [number, number] => [
    plot.x + plot.width * part,
    plot.y + plot.height / 2,
  ];
  const before = asked();
  await page.mouse.move(...at(0.4));
  await page.mouse.down();
  await page.mouse.move(...at(0.44), { steps: 6 });
  expect(asked()).toBe(before);
  await page.mouse.up();
  const note = hook(page, "fp-zoom-note");
  await expect.poll(() => note.innerText(), drawn).toMatch(/^steps [\d,]+ to [\d,]+$/);
  expect(asked()).toBe(before + 1);
  for (const part of [0.3, 0.5, 0.8]) {
    await page.mouse.click(...at(part));
    const step = Number(/[\d,]+/.exec(await label())![0].replaceAll(",", ""));
    expect(await trainLoss()).toBeCloseTo(lossOf(step), 3);
  }
  await page.keyboard.press("Escape");
  await note.waitFor({ state: "detached" });
  await hook(page, "fp-live-button").click();
});

test("a range too wide for every step says so; zoomed into further, every step is fetched", async () => {
  const plot = (await hook(page, "fp-plot").boundingBox())!;
  const brush = async (from: number, to: number): Promise<void> => {
    const y = plot.y + plot.height / 2;
    await page.mouse.move(plot.x + plot.width * from, y);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * to, y, { steps: 6 });
    await page.mouse.up();
  };
  const note = (): Promise<string> => hook(page, "fp-zoom-note").innerText();
  const before = asked();
  await brush(0.1, 0.95);
  await expect.poll(note, drawn).toMatch(/too many to draw each/);
  expect(asked()).toBe(before + 1);
  await brush(0.4, 0.7);
  await expect.poll(note, drawn).toMatch(/^steps [\d,]+ to [\d,]+$/);
  expect(asked()).toBe(before + 2);
  await hook(page, "fp-zoom-reset").click();
});

test("the keyboard zooms; log and smoothing draw another line; no line bridges the lost steps", async () => {
  const plain = await lines();
  await hook(page, "fp-log").click();
  await expect.poll(lines, drawn).not.toBe(plain);
  const logarithmic = await lines();
  await hook(page, "fp-smoothing").focus();
  for (let press = 0; press < 5; press++) await page.keyboard.press("ArrowRight");
  expect(await hook(page, "fp-smoothing").inputValue()).toBe("5");
  await expect.poll(lines, drawn).not.toBe(logarithmic);
  await hook(page, "fp-plot").focus();
  for (let press = 0; press < 5; press++) await page.keyboard.press("+");
  await expect.poll(() => hook(page, "fp-zoom-note").innerText()).toMatch(/to 70,000/);
  await hook(page, "fp-zoom-reset").click();
  // A line that breaks goes on with another "move to".
  await expect.poll(async () => (await lines())?.match(/M/g)?.length, drawn).toBe(2);
});

test("the list of texts follows a drag, before its scroll bar does and after", async () => {
  /** How far the current row stands from the middle of the list, in rows; its scroll bar. */
  const list = () =>
    page.locator(".fp-samples").evaluate((box) => {
      const [outer, row] = [box, box.querySelector('[data-current="true"]')!].map((each) =>
        each.getBoundingClientRect(),
      );
      const middle = (of: DOMRect): number => of.top + of.height / 2;
      return { off: Math.abs(middle(row!) - middle(outer!)) / row!.height, bar: box.scrollTop };
    });
  const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
  const at = (part: number): [number, number] => [bar.x + bar.width * part, bar.y + bar.height / 2];
  await page.mouse.move(...at(0.99));
  await page.mouse.down();
  await page.waitForTimeout(400);
  const before = await list();
  await page.mouse.move(...at(0.06), { steps: 12 });
  await expect.poll(async () => (await list()).off).toBeLessThan(1);
  await expect.poll(async () => (await list()).bar, drawn).toBeLessThan(before.bar / 2);
  expect((await list()).off).toBeLessThan(1);
  await page.mouse.up();
});
