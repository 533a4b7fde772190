import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import pixelmatch from "pixelmatch";
import { chromium } from "playwright-core";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { PNG } from "pngjs";
import { expect } from "vitest";
import { emptyFolder, root } from "./child.js";

const flags = [
  ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

export interface Browser {
  page: Page;
  /** Messages of each type that the page has sent to kernels. */
  sent: Map<string, number>;
  /** Errors that the page has printed or thrown. */
  errors: string[];
  close(): Promise<void>;
}

/** Opens Chromium with a fresh profile. */
export async function openBrowser(): Promise<Browser> {
  const profile = emptyFolder("profile");
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["FORKPOINT_CHROMIUM"] ?? "/usr/bin/chromium",
    headless: false,
    args: flags,
    viewport: { width: 1280, height: 1100 },
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const sent = new Map<string, number>();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const type = /"msg_type":\s*"(\w+)"/.exec(payload.toString())?.[1];
      if (type) sent.set(type, (sent.get(type) ?? 0) + 1);
    });
  });
  return {
    page,
    sent,
    errors,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** An element by the hook that views carry for tests. */
export const hook = (page: Page, name: string): Locator =>
  page.locator(`[data-testid="${name}"]`).first();

/** What the keyboard stands on, by its words; of the page itself its tag. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement as HTMLElement;
    return at.ariaLabel ?? (at.closest(".fp-view") ? at.innerText.trim() : at.tagName);
  });

/** Chooses an entry of JupyterLab's menu bar. */
export async function menu(page: Page, name: string, entry: string): Promise<void> {
  await page.click(`.lm-MenuBar-item:has-text("${name}")`);
  await page.click(`.lm-Menu-item:has-text("${entry}")`);
}

const prompts = (page: Page): Promise<string> =>
  page.$$eval(".jp-InputPrompt", (all) => all.map(({ textContent }) => textContent).join());

/**
 * Runs all cells. Asked before the notebook has its kernel, JupyterLab drops that without a word, or
 * asks which kernel to take; soon after it, it may still drop it.
 */
export async function runAll(page: Page): Promise<void> {
  await page.locator(".jp-Toolbar-kernelName", { hasText: "Forkpoint" }).waitFor();
  await page
    .locator(".jp-Notebook-ExecutionIndicator:is([data-status=idle], [data-status=busy])")
    .first()
    .waitFor({ timeout: 60_000 });
  const before = await prompts(page);
  const begun = async (): Promise<boolean> => (await prompts(page)) !== before;
  const ask = async (): Promise<boolean> => {
    if (await begun()) return true;
    await menu(page, "Run", "Run All Cells");
    for (let look = 0; look < 15 && !(await begun()); look++) await page.waitForTimeout(100);
    return begun();
  };
  await expect.poll(ask, { timeout: 120_000, interval: 500 }).toBe(true);
}

/**
 * Compares a picture of an element with the one kept in docs/pictures, which
 * FORKPOINT_UPDATE_PICTURES draws anew. Returns the share of pixels that differ; what differs is
 * left in test-results/. `ignored` parts are left out: what a model writes depends on the machine's
 * instruction set.
 */
export async function pictureDifference(
  element: Locator,
  name: string,
  ignored: Locator[] = [],
): Promise<number> {
  const kept = join(root, "docs", "pictures", `${name}.png`);
  const taken = PNG.sync.read(await element.screenshot({ animations: "disabled" }));
  if (process.env["FORKPOINT_UPDATE_PICTURES"] || !existsSync(kept)) write(kept, taken);
  const expected = PNG.sync.read(readFileSync(kept));
  if (expected.width !== taken.width || Math.abs(expected.height - taken.height) > 8) {
    write(join(root, "test-results", `${name}.png`), taken);
    const size = (picture: PNG): string => `${picture.width} x ${picture.height}`;
    throw new Error(`${name} is ${size(taken)} pixels; the kept one is ${size(expected)}.`);
  }
  const height = Math.min(expected.height, taken.height);
  const [one, other] = [cropped(expected, height), cropped(taken, height)];
  const origin = (await element.boundingBox())!;
  for (const part of ignored) {
    const box = (await part.boundingBox())!;
    for (const picture of [one, other]) blank(picture, box.x - origin.x, box.y - origin.y, box);
  }
  const difference = new PNG({ width: taken.width, height });
  const count = pixelmatch(one.data, other.data, difference.data, taken.width, height, {
    threshold: 0.2,
  });
  const share = count / (taken.width * height);
  if (share > 0.03) {
    write(join(root, "test-results", `${name}.png`), taken);
    write(join(root, "test-results", `${name}-difference.png`), difference);
  }
  return share;
}

function cropped(picture: PNG, height: number): PNG {
  const part = new PNG({ width: picture.width, height });
  PNG.bitblt(picture, part, 0, 0, picture.width, height, 0, 0);
  return part;
}

function blank(picture: PNG, x: number, y: number, size: { width: number; height: number }): void {
  const [left, top] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
  const right = Math.min(picture.width, Math.ceil(x + size.width));
  const bottom = Math.min(picture.height, Math.ceil(y + size.height));
  for (let row = top; row < bottom; row++) {
    picture.data.fill(0, 4 * (row * picture.width + left), 4 * (row * picture.width + right));
  }
}

function write(path: string, picture: PNG): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, PNG.sync.write(picture));
}

/** Opens every closed section of the page's dashboards, as a reader would one after the other. */
export async function openSections(page: Page): Promise<void> {
  const closed = page.locator('.fp-section-button[aria-expanded="false"]');
  await page.locator(".fp-section-button").first().waitFor({ timeout: 120_000 });
  while ((await closed.count()) > 0) await closed.first().click();
}
