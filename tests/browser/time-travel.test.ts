import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { open } from "forkpoint";
import type { Session } from "forkpoint";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { focused, hook, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const LAST = 120;
// No keyframe between the first and the last state: every step between is made again from the first.
const source = `import { open, microGPT, corpus, adamW, dashboard } from "forkpoint";
const store = await open({ keyframes: { minimumSteps: 1000, seconds: 600 } });
const session = await store.session("sonnets", {
  model: microGPT({ layers: 2, heads: 2, embed: 32, block: 16 }), data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, seed: 3, evaluateEvery: 40, sampleTokens: 20,
});
const run = session.train({ to: ${LAST} });
dashboard(session)`;

const folder = emptyFolder("lab");
let opened: OpenedNotebook | undefined;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const notebook = join(folder, "travel.ipynb");
  writeNotebook(notebook, [source]);
  opened = await openNotebook(notebook);
  ({ browser, page } = opened);
});
afterAll(() => opened?.close());

const status = (): Promise<string> =>
  hook(page, "fp-status")
    .innerText()
    .catch(() => "");

/** Drags the bar's thumb; the step that is shown then. */
async function dragTo(part: number): Promise<number> {
  const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
  const y = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width - 12, y);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * part, y, { steps: 8 });
  await page.mouse.up();
  const label = await hook(page, "fp-step-label").innerText();
  return Number(/\d+/.exec(label)![0]);
}

const title = (): Promise<string> => page.locator(".fp-title").first().innerText();
const asked = (): number => browser.sent.get("comm_msg") ?? 0;

async function losses(session: Session): Promise<(number | null)[]> {
  const table = await session.metrics({ columns: ["train_loss"] });
  return Array.from(table.getChild("train_loss")!, (loss) => loss as number | null);
}

test("drag to a step that was not saved, Resume from here: the same losses, bit for bit", async () => {
  await runAll(page);
  await expect.poll(status, { timeout: 60_000 }).toMatch(/completed/i);
  expect(await hook(page, "fp-resume-button").isVisible()).toBe(false);
  const places = () =>
    Promise.all(["fp-fork-button", "fp-play"].map((id) => hook(page, id).boundingBox()));
  let step = NaN;
  // What a step of the past adds moves nothing: it would be laid out in a drag's first frame. What comes to rest
  // after the end of the run may.
  await expect
    .poll(async () => {
      await hook(page, "fp-scrub-bar").press("End");
      const live = await places();
      step = await dragTo(0.61);
      return { past: await places(), live };
    })
    .toSatisfy(({ past, live }) => isDeepStrictEqual(past, live));
  expect(step % 50).not.toBe(0);
  await hook(page, "fp-resume-button").click();
  // The dashboard shows the new session, Live, to the same end.
  await page.getByText(`sonnets from ${step}`).first().waitFor({ timeout: 60_000 });
  await expect.poll(status, { timeout: 60_000 }).toMatch(/completed/i);
  expect(await hook(page, "fp-step-label").innerText()).toContain("Live");
  // The button went with the session it stood for.
  expect(await focused(page)).toBe("Step shown");

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

test("hovering the bar says what is there, playing moves every view, and neither asks the kernel", async () => {
  const before = asked();
  const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
  await page.mouse.move(bar.x + bar.width * 0.3, bar.y + bar.height / 2);
  await page.getByText(/step \d+ · loss \d/).waitFor();
  // However much there is to say, and wherever: nothing of it hangs over the end of the bar.
  for (const part of [0.01, 0.99]) {
    await page.mouse.move(bar.x + bar.width * part, bar.y + bar.height / 2);
    const tip = hook(page, "fp-scrub-tip");
    const placed = (): Promise<boolean> =>
      tip.evaluate((element) => parseFloat((element as HTMLElement).style.left) < 50);
    await expect.poll(placed).toBe(part < 0.5);
    await tip.evaluate((element) => {
      element.querySelector("i")?.remove();
      element.append(Object.assign(document.createElement("i"), { textContent: "a".repeat(25) }));
    });
    const { x, width } = (await tip.boundingBox())!;
    expect(width).toBeGreaterThan(150);
    expect(x).toBeGreaterThanOrEqual(bar.x - 1);
    expect(x + width).toBeLessThanOrEqual(bar.x + bar.width + 1);
  }
  await hook(page, "fp-speed").selectOption("8");
  await hook(page, "fp-play").click();
  const shown = new Set<string>();
  const label = async (): Promise<string> => {
    const text = await hook(page, "fp-step-label").innerText();
    shown.add(text);
    return text;
  };
  await expect.poll(label, { timeout: 60_000, interval: 50 }).toContain("Live");
  expect(shown.size).toBeGreaterThan(5);
  expect(asked()).toBe(before);
});

test("Fork from here: what cannot be is said in the form; then the dashboard shows the fork", async () => {
  const step = await dragTo(0.4);
  await hook(page, "fp-fork-button").click();
  const form = hook(page, "fp-fork-form");
  await hook(page, "fp-fork-learning-rate").fill("fast");
  await page.keyboard.press("Enter");
  await form.getByText("A number above 0.").waitFor();
  await hook(page, "fp-fork-learning-rate").fill("3e-3");
  await hook(page, "fp-fork-name").fill("sonnets");
  await page.keyboard.press("Enter");
  expect(await hook(page, "fp-fork-refusal").innerText()).toContain("Use another name");
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  await hook(page, "fp-fork-button").click();
  await hook(page, "fp-fork-name").fill("hot");
  await hook(page, "fp-fork-learning-rate").fill("3e-3");
  await hook(page, "fp-fork-to").fill(String(step + 30));
  await page.keyboard.press("Enter");
  await expect.poll(title, { timeout: 60_000 }).toBe("hot");
  await expect.poll(status, { timeout: 60_000 }).toMatch(/completed/i);
  expect(await focused(page)).toBe("Step shown");

  const store = await open({ from: folder });
  const hot = await store.session("hot");
  expect(hot.resumedFromStep).toBe(step);
  expect(hot.step).toBe(step + 30);
  expect(hot.trainingConfig.optimizer).toMatchObject({ learningRate: 3e-3, weightDecay: 0.1 });
  await store.close();
});

test("a replay on the way to a step is shown, and ends when it is cancelled; nothing is left of it", async () => {
  const step = await dragTo(0.55);
  await hook(page, "fp-resume-button").click();
  await hook(page, "fp-reaching").waitFor();
  await hook(page, "fp-reaching-cancel").click();
  const word = hook(page, "fp-branch-word");
  await expect.poll(() => word.innerText(), { timeout: 60_000 }).toContain("cancelled");
  await hook(page, "fp-reaching").waitFor({ state: "detached" });
  await expect.poll(() => focused(page)).toMatch(/^(Step shown|(Resume|Fork) from here…?)$/);
  expect(await title()).toBe("hot");
  expect(await hook(page, "fp-resume-button").isEnabled()).toBe(true);

  const store = await open({ from: folder });
  expect(store.sessions.list().map(({ name }) => name)).not.toContain(`hot from ${step}`);
  await store.close();
});
