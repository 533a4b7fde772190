import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hook, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const sources = [
  `import { open, microGPT, corpus, adamW, compare } from "forkpoint";
const store = await open({ keyframes: { minimumSteps: 40, share: 1 } });
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 16 }), data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, seed: 3, evaluateEvery: 20, sampleTokens: 8,
});
await session.train({ to: 60 }).done;
const hot = await session.fork("hot", { at: 30, optimizer: adamW({ learningRate: 3e-2 }) });
await hot.train({ to: 80 }).done;
compare(session, hot)`,
  `const wide = await store.session("wide", {
  model: microGPT({ layers: 1, heads: 2, embed: 32, block: 16 }), data: corpus.sonnets(),
});
compare(session, wide)`,
];

let opened: OpenedNotebook | undefined;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const notebook = join(emptyFolder("lab"), "compare.ipynb");
  writeNotebook(notebook, sources);
  opened = await openNotebook(notebook);
  ({ browser, page } = opened);
});
afterAll(() => opened?.close());

const textOf = (side: string): Promise<string> => hook(page, `fp-compare-text-${side}`).innerText();

test("the curves part at the fork, the settings that differ are named", async () => {
  await runAll(page);
  await hook(page, "fp-compare-plot").waitFor({ timeout: 120_000 });
  expect(await hook(page, "fp-compare-parted").innerHTML()).toContain("parted at 30");
  const settings = await hook(page, "fp-compare-settings").innerText();
  expect(settings).toMatch(/optimizer\.learningRate\s+0\.01\s+0\.03/);
  expect(await textOf("one")).toContain("sample from step 60");
  expect(await textOf("other")).toContain("sample from step 80");
});

test("a click on the curves shows that step's samples of both; Live returns", async () => {
  const comms = browser.sent.get("comm_msg") ?? 0;
  const plot = (await hook(page, "fp-compare-plot").boundingBox())!;
  await page.mouse.click(plot.x + 46 + (plot.width - 56) * 0.53, plot.y + 100);
  await page.mouse.move(plot.x, plot.y - 40);
  await expect.poll(() => hook(page, "fp-compare-step").innerText()).toMatch(/step 4[0-5]/);
  expect(await textOf("one")).toContain("sample from step 40");
  expect(await textOf("other")).toContain("sample from step 40");
  expect(browser.sent.get("comm_msg") ?? 0).toBe(comms);
});

test("weights are compared when asked, at the step shown, the most diverged tensor first", async () => {
  await hook(page, "fp-compare-ask").click();
  await hook(page, "fp-tensor").waitFor({ timeout: 60_000 });
  const part = await hook(page, "fp-compare-weights").innerText();
  expect(part).toMatch(/sonnets at step 4\d, hot at step 4\d/);
  const shares = [...part.matchAll(/([\d.]+) % apart/g)].map(([, share]) => Number(share));
  expect(shares.length).toBeGreaterThan(4);
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  const inked = await hook(page, "fp-heatmap").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, at) => at % 4 === 3 && value > 200);
  });
  expect(inked).toBe(true);
  await page.getByRole("button", { name: "Live" }).first().click();
  expect(await textOf("other")).toContain("sample from step 80");
});

test("strangers: nothing is shared, other shapes are said in a sentence, one without steps is empty", async () => {
  const view = page.locator('[data-testid="fp-compare"]').nth(1);
  await view.scrollIntoViewIfNeeded();
  expect(await view.locator('[data-testid="fp-compare-parted"]').count()).toBe(0);
  expect(await view.locator('[data-testid="fp-compare-text-other"]').innerText()).toContain(
    "no samples yet",
  );
  await view.locator('[data-testid="fp-compare-ask"]').click();
  const failure = view.getByRole("alert");
  await failure.waitFor({ timeout: 60_000 });
  expect(await failure.innerText()).toMatch(/DiffIncompatible.*has the shapes/s);
  expect(await view.getByRole("button", { name: "Retry" }).count()).toBe(1);
});

test("a merge says what it did to the validation loss", async () => {
  await page.getByRole("button", { name: "adopt" }).first().click();
  const said = hook(page, "fp-compare-message");
  await said.waitFor({ timeout: 60_000 });
  expect(await said.innerText()).toMatch(/validation loss \d\.\d{3} before, \d\.\d{3} after/);
  expect(browser.errors.filter((error) => /forkpoint|fp-|react/i.test(error))).toEqual([]);
});
