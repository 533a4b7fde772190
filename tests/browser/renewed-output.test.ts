import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hook, openSections, runAll } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

// The text and picture beside a dashboard are renewed as a run begins and ends. JupyterLab would make the
// view anew each time; whoever works in it is not to notice.
const sources = [
  `import { open, microGPT, corpus, adamW, dashboard } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 8 }), data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, seed: 3, evaluateEvery: 20, sampleTokens: 20,
});
await session.train({ to: 60 }).done;
dashboard(session)`,
  `import { existsSync } from "node:fs";
for (const to of [80, 100]) {
  while (!existsSync("train-to-" + to)) await new Promise((wake) => setTimeout(wake, 20));
  await session.train({ to }).done;
}`,
];

const folder = emptyFolder("lab");
let opened: OpenedNotebook | undefined;
let page: Page;

beforeAll(async () => {
  const notebook = join(folder, "renewed.ipynb");
  writeNotebook(notebook, sources);
  opened = await openNotebook(notebook);
  ({ page } = opened);
});
afterAll(() => opened?.close());

/** Trains on, as the page's run number `run`. */
async function trainTo(step: number, run: number): Promise<void> {
  writeFileSync(join(folder, `train-to-${step}`), "");
  const runs = page.locator(".fp-runs-table tbody tr", { hasText: /completed/i });
  await expect.poll(() => runs.count()).toBe(run);
  // Text and picture come once more after the run's end is shown.
  await page.waitForTimeout(500);
}

const label = (): Promise<string> => hook(page, "fp-step-label").innerText();

test("a drag goes on while a run begins and ends", async () => {
  await runAll(page);
  await hook(page, "fp-scrub-bar").waitFor({ timeout: 90_000 });
  await openSections(page);
  await page
    .locator(".fp-dashboard")
    .first()
    .evaluate((it) => it.setAttribute("data-kept", ""));
  await hook(page, "fp-scrub-bar").scrollIntoViewIfNeeded();
  const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
  const y = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width - 12, y);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * 0.6, y, { steps: 5 });
  const before = await label();
  expect(before).toMatch(/step \d+/);
  await trainTo(80, 2);
  expect(await label()).toBe(before);
  await page.mouse.move(bar.x + bar.width * 0.3, y, { steps: 5 });
  await expect.poll(label).not.toBe(before);
  await page.mouse.up();
  const rest = await label();
  await page.mouse.move(bar.x + bar.width * 0.8, y, { steps: 5 });
  expect(await label()).toBe(rest);
  expect(await page.locator(".fp-dashboard[data-kept]").count()).toBe(1);
});

test("what is open, typed and focused stays", async () => {
  expect(await page.locator('.fp-section-button[aria-expanded="false"]').count()).toBe(0);
  await hook(page, "fp-fork-button").click();
  await hook(page, "fp-fork-name").fill("half a na");
  await trainTo(100, 3);
  await page.keyboard.type("me");
  expect(await hook(page, "fp-fork-name").inputValue()).toBe("half a name");
  expect(await page.locator(".fp-dashboard[data-kept]").count()).toBe(1);
});
