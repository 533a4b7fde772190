import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { menu, runAll } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const source = `import { open, microGPT, corpus, adamW, dashboard } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 16 }), data: corpus.sonnets(), seed: 3,
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, evaluateEvery: 20, sampleTokens: 20,
});
await session.train({ to: 60 }).done;
dashboard(session)`;

const folder = emptyFolder("lab");
let opened: OpenedNotebook | undefined;
let page: Page;

beforeAll(async () => {
  const notebook = join(folder, "told.ipynb");
  writeNotebook(notebook, [source]);
  opened = await openNotebook(notebook);
  ({ page } = opened);
});
afterAll(() => opened?.close());

const button = () => page.locator(".fp-report-button").first();
const told = async (): Promise<string> =>
  (await page.locator(".Toastify__toast").allTextContents()).join("\n");

test("Report saves the notebook and downloads a file whose views work", async () => {
  await runAll(page);
  await page.locator('[data-testid="fp-dashboard"]').waitFor({ timeout: 60_000 });
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 60_000 }),
    button().click(),
  ]);
  expect(download.suggestedFilename()).toBe("told.html");
  const path = join(folder, "downloaded.html");
  await download.saveAs(path);
  await expect.poll(told).toMatch(/told\.html \([\d.]+ MB\) is downloaded/);
  // Saved first: what the report was made of lies in the folder.
  expect(readFileSync(join(folder, "told.ipynb"), "utf8")).toContain("widget-view+json");
  const report = await page.context().newPage();
  await report.goto(`file://${path}`);
  await report.waitForSelector('html[data-report="ready"]');
  await report.locator('[data-testid="fp-scrub-bar"]').first().focus();
  await report.keyboard.press("Home");
  expect(await report.locator('[data-testid="fp-step-label"]').first().innerText()).toMatch(
    /step 0/,
  );
  // Views draw in turn.
  const sample = report.locator('[data-testid="fp-sample-step"]').first();
  await expect.poll(() => sample.innerText()).toMatch(/step 0/);
  await report.close();
});

test("without a kernel it says so, and what to do", async () => {
  await menu(page, "Kernel", "Shut Down Kernel");
  await page.locator(".jp-Toolbar-kernelName", { hasText: "No Kernel" }).waitFor();
  await button().click();
  await expect
    .poll(told, { timeout: 20_000 })
    .toMatch(/No report: it is made by the notebook's kernel, and none is running/);
});
