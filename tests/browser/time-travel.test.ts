import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "forkpoint";
import type { Session } from "forkpoint";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hook, openBrowser, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { startLab } from "../support/lab.js";
import type { Lab } from "../support/lab.js";

const LAST = 120;
const source = `import { open, microGPT, corpus, adamW, dashboard } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 2, heads: 2, embed: 32, block: 16 }), data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, seed: 3, evaluateEvery: 40, sampleTokens: 20,
});
const run = session.train({ to: ${LAST} });
dashboard(session)`;

const folder = emptyFolder("lab");
let lab: Lab;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const notebook = join(folder, "travel.ipynb");
  const cell = { cell_type: "code", id: "only", source, metadata: {}, outputs: [] };
  const kernelspec = { name: "forkpoint", display_name: "TypeScript", language: "typescript" };
  const cells = [{ ...cell, execution_count: null }];
  const content = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(notebook, JSON.stringify(content));
  lab = await startLab(notebook);
  browser = await openBrowser();
  page = browser.page;
  await page.goto(lab.address);
  await page.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 120_000 });
});
afterAll(async () => {
  await browser?.close();
  await lab?.stop();
});

const status = (): Promise<string> =>
  hook(page, "fp-status")
    .innerText()
    .catch(() => "");

async function losses(session: Session): Promise<(number | null)[]> {
  const table = await session.metrics({ columns: ["train_loss"] });
  return Array.from(table.getChild("train_loss")!, (loss) => loss as number | null);
}

test("drag to a step that was not saved, Resume from here: the same losses, bit for bit", async () => {
  await runAll(page);
  await expect.poll(status, { timeout: 60_000 }).toMatch(/completed/i);
  expect(await hook(page, "fp-resume-button").count()).toBe(0);
  const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
  const y = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width - 12, y);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * 0.61, y, { steps: 8 });
  await page.mouse.up();
  const label = await hook(page, "fp-step-label").innerText();
  const step = Number(/\d+/.exec(label)![0]);
  expect(step % 50).not.toBe(0);
  await hook(page, "fp-resume-button").click();
  // The dashboard shows the new session, Live, to the same end.
  await page.getByText(`sonnets from ${step}`).first().waitFor({ timeout: 60_000 });
  await expect.poll(status, { timeout: 60_000 }).toMatch(/completed/i);
  expect(await hook(page, "fp-step-label").innerText()).toContain("Live");

  const store = await open({ from: folder });
  const [parent, branch] = [
    await store.session("sonnets"),
    await store.session(`sonnets from ${step}`),
  ];
  expect(branch.resumedFromStep).toBe(step);
  expect(await losses(branch)).toEqual(await losses(parent));
  expect(await branch.digest()).toBe(await parent.digest());
  await store.close();
});
