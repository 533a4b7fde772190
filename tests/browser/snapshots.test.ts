import { join } from "node:path";
import { open } from "forkpoint";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hook, menu, openSections, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const LAST = 160;
const sources = [
  `import { open, microGPT, corpus, adamW, dashboard, probabilityTower, attentionCinema, embeddingMap } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 2, heads: 2, embed: 32, block: 16 }), data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, seed: 3, evaluateEvery: 40,
  sampleTokens: 20, prompt: "Shall I", snapshots: { share: 1 },
});
const run = session.train({ to: ${LAST} });
dashboard(session)`,
  `await run.done;
probabilityTower(session)`,
];

const folder = emptyFolder("lab");
let opened: OpenedNotebook | undefined;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const notebook = join(folder, "snapshots.ipynb");
  writeNotebook(notebook, sources);
  opened = await openNotebook(notebook);
  ({ browser, page } = opened);
});
afterAll(() => opened?.close());

const text = (name: string): Promise<string> => hook(page, name).innerText();
/** What a canvas shows, as a number that another picture has not. */
const drawn = (selector: string): Promise<string> =>
  page
    .locator(selector)
    .first()
    .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
const head = '[data-testid="fp-attention-cinema"] canvas';
const map = '[data-testid="fp-embedding-canvas"]';

interface Shown {
  sample: string;
  bars: string;
  attention: string;
  embeddings: string;
  steps: (number | null)[];
}

async function shownNow(): Promise<Shown> {
  const names = ["fp-sample-step", "fp-tower-step", "fp-attention-step", "fp-embedding-step"];
  const steps = await Promise.all(names.map(text));
  return {
    sample: await text("fp-sample-text"),
    bars: await text("fp-tower-bars"),
    attention: await drawn(head),
    embeddings: await drawn(map),
    steps: steps.map((it) => Number(/step ([\d,]+)/.exec(it)?.[1]?.replaceAll(",", "") ?? NaN)),
  };
}

test("drag left: text, tower, attention and embeddings follow, and no message is sent", async () => {
  await runAll(page);
  const status = (): Promise<string> => text("fp-status").catch(() => "");
  await expect.poll(status, { timeout: 90_000 }).toMatch(/completed/i);
  await openSections(page);
  await expect.poll(() => text("fp-embedding-step").catch(() => "")).toContain(`step ${LAST}`);
  const live = await shownNow();
  expect(live.steps).toEqual([LAST, LAST, LAST, LAST]);

  await hook(page, "fp-scrub-bar").scrollIntoViewIfNeeded();
  const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
  const y = bar.y + bar.height / 2;
  const comms = browser.sent.get("comm_msg") ?? 0;
  await page.mouse.move(bar.x + bar.width - 12, y);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * 0.35, y, { steps: 12 });
  await page.mouse.up();
  await expect.poll(async () => (await shownNow()).steps).toEqual([40, 40, 40, 40]);
  expect(await text("fp-step-label")).toMatch(/step [\d,]+/);
  const earlier = await shownNow();
  for (const part of ["sample", "bars", "attention", "embeddings"] as const)
    expect(earlier[part], part).not.toBe(live[part]);
  expect(browser.sent.get("comm_msg") ?? 0).toBe(comms);

  // The tower alone, in another cell, is of the same timeline.
  const towers = page.locator('[data-testid="fp-tower-step"]');
  await expect.poll(() => towers.last().innerText()).toContain("step 40");

  await hook(page, "fp-live-button").click();
  await expect.poll(shownNow).toEqual(live);
});

test("what is shown is what the store recorded", async () => {
  const store = await open({ from: folder });
  const session = await store.session("sonnets");
  const [recorded] = await session.snapshots({ from: LAST, kinds: ["probabilities"] });
  if (recorded?.kind !== "probabilities") throw new Error("nothing was recorded");
  const [first] = recorded.tokens[0]!.candidates;
  const glyph = first!.token === " " ? "␣" : first!.token === "\n" ? "⏎" : first!.token;
  const line = await page.locator('[data-testid="fp-tower-bars"] li').first().innerText();
  expect(line.replace(/\s+/g, " ")).toBe(`${glyph} ${(100 * first!.probability).toFixed(1)} %`);
  await store.close();
});

test("arrow keys in the list of samples go from one to the next", async () => {
  await page.locator(".fp-samples").first().focus();
  await page.keyboard.press("ArrowUp");
  // The bar moves first; the text follows in the next frame.
  await expect.poll(() => text("fp-sample-step")).toBe("sample from step 120");
  expect(await text("fp-step-label")).toContain("step 120");
  await hook(page, "fp-live-button").click();
});

test("a head is enlarged and read by the keyboard; layers change what is seen", async () => {
  const before = await drawn(head);
  await hook(page, "fp-layer-1").click();
  expect(await drawn(head)).not.toBe(before);
  await hook(page, "fp-head-2").click();
  await hook(page, "fp-one-head").focus();
  await page.keyboard.press("ArrowLeft");
  expect(await text("fp-attention-readout")).toMatch(/I looks at ␣ \(1 back\): \d+ %/);
  await hook(page, "fp-all-heads").click();
  await hook(page, "fp-head-2").waitFor();
});

test("tokens of the map are read by the keyboard, with those most like them", async () => {
  await hook(page, "fp-embedding-canvas").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  expect(await text("fp-embedding-readout")).toMatch(/^. is most like( \S){5}$/);
});

test("a prompt is set: the kernel is asked, answers at once, and keeps it", async () => {
  await hook(page, "fp-prompt-input").fill("When");
  await page.keyboard.press("Enter");
  await hook(page, "fp-prompt-trial").waitFor({ timeout: 30_000 });
  expect(await text("fp-prompt-trial")).toMatch(new RegExp(`step ${LAST}[^]*When`));
  const store = await open({ from: folder });
  expect((await store.session("sonnets")).prompt).toBe("When");
  await store.close();
});

test("after a reload of the page everything is there again", async () => {
  await menu(page, "File", "Save Notebook");
  await page.waitForTimeout(1000);
  await page.reload();
  await openSections(page);
  await hook(page, "fp-embedding-step").waitFor({ timeout: 120_000 });
  await expect.poll(() => text("fp-attention-step")).toContain(`step ${LAST}`);
  expect(browser.errors.filter((error) => /forkpoint|fp-|React/i.test(error))).toEqual([]);
});
