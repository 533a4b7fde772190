import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { hook, menu, openSections, pictureDifference, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder, root } from "../support/child.js";
import { openNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const target = 260;

/** The newest step, as the progress line says it. */
async function newestStep(page: Page): Promise<number> {
  const text = await hook(page, "fp-progress").innerText();
  return Number(/([\d,]+)/.exec(text)![1]!.replaceAll(",", ""));
}

async function waitForStep(page: Page, step: number): Promise<void> {
  await expect
    .poll(() => newestStep(page).catch(() => -1), { timeout: 180_000, interval: 300 })
    .toBeGreaterThanOrEqual(step);
}

async function waitForStatus(page: Page, status: RegExp): Promise<void> {
  const shown = (): Promise<string> => hook(page, "fp-status").innerText();
  await expect.poll(() => shown().catch(() => ""), { timeout: 60_000 }).toMatch(status);
}

async function changeTheme(page: Page, theme: string): Promise<void> {
  await menu(page, "Settings", "Theme").catch(() => {});
  await page.click(`.lm-Menu-item:has-text("JupyterLab ${theme === "light" ? "Light" : "Dark"}")`);
  await page
    .locator(`body[data-jp-theme-light="${theme === "light"}"]`)
    .waitFor({ state: "attached" });
  await page.mouse.move(5, 5);
  await page.waitForTimeout(500);
}

const stepLabel = (page: Page): Promise<string> => hook(page, "fp-step-label").innerText();

describe("a new user's first quarter of an hour, in JupyterLab", () => {
  let opened: OpenedNotebook | undefined;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const folder = emptyFolder("lab");
    const notebook = join(folder, "01-train-and-rewind.ipynb");
    const notebookText = readFileSync(join(root, "notebooks/01-train-and-rewind.ipynb"), "utf8");
    const example = JSON.parse(notebookText) as { cells: { id: string }[] };
    // Up to the saved model: what follows trains a second session, which tests/notebooks runs.
    const until = example.cells.findIndex(({ id }) => id === "cell-9");
    const source = JSON.stringify({ ...example, cells: example.cells.slice(0, until + 1) });
    writeFileSync(
      notebook,
      source.replace("to: 300", `to: ${target}`).replace("until(100)", "until(60)"),
    );
    // By the command that a new user types, and with settings that it may change.
    opened = await openNotebook(notebook, { ownLab: true });
    ({ browser, page } = opened);
  });
  afterAll(() => opened?.close());

  test("Run All: the training cell returns at once and the dashboard shows the run live", async () => {
    await runAll(page);
    await hook(page, "fp-scrub-bar").waitFor({ timeout: 120_000 });
    await hook(page, "fp-sample").waitFor();
    await waitForStep(page, 55);
    expect(await stepLabel(page)).toContain("Live");
    expect(await hook(page, "fp-loss-curve").locator("canvas, svg").count()).toBeGreaterThan(0);
    expect(await hook(page, "fp-status").innerText()).toMatch(/running/i);
    const badge = hook(page, "fp-training");
    expect(await badge.innerText()).toBe("1 training");
    expect(await badge.getAttribute("title")).toMatch(/^\S{8} \(running\)$/);
  });

  test("dragging back: crosshair and text follow, training goes on, no comm message is sent", async () => {
    const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
    const y = bar.y + bar.height / 2;
    const [comms, before] = [browser.sent.get("comm_msg") ?? 0, await newestStep(page)];
    await page.mouse.move(bar.x + bar.width * 0.9, y);
    await page.mouse.down();
    for (let part = 0.9; part >= 0.3; part -= 0.02) {
      await page.mouse.move(bar.x + bar.width * part, y);
      await page.waitForTimeout(60);
    }
    expect(await stepLabel(page)).toMatch(/step [\d,]+/);
    await hook(page, "fp-crosshair").waitFor();
    const sample = await hook(page, "fp-sample-step").innerText();
    // The pointer rests, and is still down: what training did meanwhile is shown.
    await expect.poll(() => newestStep(page)).toBeGreaterThan(before);
    await page.mouse.up();
    expect(sample).toBe("sample from step 0");
    expect(browser.sent.get("comm_msg") ?? 0).toBe(comms);
  });

  test("the keyboard moves by a step; Live and dragging to the newest step return to Live", async () => {
    await hook(page, "fp-scrub-bar").focus();
    const at = await stepLabel(page);
    await page.keyboard.press("ArrowLeft");
    expect(await stepLabel(page)).not.toBe(at);
    await hook(page, "fp-live-button").click();
    expect(await stepLabel(page)).toContain("Live");
    await page.keyboard.press("Home");
    await hook(page, "fp-scrub-bar").focus();
    await page.keyboard.press("Home");
    expect(await stepLabel(page)).toMatch(/step 0/);
    const bar = (await hook(page, "fp-scrub-bar").boundingBox())!;
    await page.mouse.move(bar.x + 4, bar.y + bar.height / 2);
    await page.mouse.down();
    await page.mouse.move(bar.x + bar.width + 20, bar.y + bar.height / 2, { steps: 10 });
    await page.mouse.up();
    expect(await stepLabel(page)).toContain("Live");
  });

  test("save by name in the dropdown while training; a taken name says so", async () => {
    await hook(page, "fp-library-button").click();
    const comms = browser.sent.get("comm_msg") ?? 0;
    await hook(page, "fp-library-save-input").fill("Half way");
    await page.keyboard.press("Enter");
    await page.locator('[data-testid="fp-library-row"]', { hasText: "Half way" }).waitFor();
    // The row may come before the answer, with which the field is empty again.
    await expect.poll(() => hook(page, "fp-library-save-input").inputValue()).toBe("");
    // The count that must not rise during a drag does rise when something is asked.
    expect(browser.sent.get("comm_msg") ?? 0).toBeGreaterThan(comms);
    await hook(page, "fp-library-save-input").fill("Half way");
    await page.keyboard.press("Enter");
    await page.getByText('A model named "Half way" exists').first().waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
  });

  test("reloading the page while it trains: the views reconnect with curve and texts", async () => {
    const before = await newestStep(page);
    await menu(page, "File", "Save Notebook");
    await page.waitForTimeout(1000);
    await page.reload();
    await hook(page, "fp-scrub-bar").waitFor({ timeout: 120_000 });
    await waitForStep(page, before);
    expect(await page.locator('[data-testid="fp-offline"]').count()).toBe(0);
  });

  test("restarting the kernel: Offline with the last state; running again goes on", async () => {
    await waitForStep(page, 130);
    const before = await newestStep(page);
    await menu(page, "Kernel", "Restart Kernel…");
    await page.click(".jp-Dialog .jp-mod-accept");
    await hook(page, "fp-offline").waitFor({ timeout: 60_000 });
    expect(await newestStep(page)).toBeGreaterThanOrEqual(before);
    await runAll(page);
    await expect
      .poll(() => page.locator('[data-testid="fp-offline"]').count(), { timeout: 60_000 })
      .toBe(0);
    await waitForStep(page, before);
    expect(await hook(page, "fp-library-button").innerText()).toMatch(/\(2\)/);
    await waitForStep(page, target);
    await waitForStatus(page, /completed/i);
    await hook(page, "fp-training").waitFor({ state: "detached" });
  });

  test("Run All twice is harmless", async () => {
    await runAll(page);
    const waiting = page.locator(".jp-InputPrompt", { hasText: "*" });
    await expect.poll(() => waiting.count(), { timeout: 60_000 }).toBe(0);
    await waitForStatus(page, /completed/i);
    expect(await newestStep(page)).toBe(target);
    expect(
      await page
        .locator(
          ".jp-OutputArea-output .jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']",
        )
        .count(),
    ).toBe(0);
  });

  test.each(["light", "dark"])("the finished dashboard looks as kept, %s", async (theme) => {
    await changeTheme(page, theme);
    const dashboard = hook(page, "fp-dashboard");
    // JupyterLab's cells are not equally wide on each machine.
    await dashboard.evaluate((element) => (element.style.width = "780px"));
    await dashboard.scrollIntoViewIfNeeded();
    // What a model writes and holds likely depends on the machine; sections may be closed.
    const written = [".fp-samples", ".fp-reader", ".fp-bars", ".fp-heads", ".fp-map-area"];
    const ignored = [hook(page, "fp-scrub-bar")];
    for (const part of written.map((selector) => page.locator(selector).first()))
      if (await part.isVisible()) ignored.push(part);
    expect(await pictureDifference(dashboard, `dashboard-${theme}`, ignored)).toBeLessThan(0.03);
  });

  test.each(["dark", "light"])("axe finds nothing serious in it, all open, %s", async (theme) => {
    await changeTheme(page, theme);
    await openSections(page);
    expect(await seriousFindings(page, '[data-testid="fp-dashboard"]')).toEqual([]);
  });

  test("no output scrolls sideways, all open, in a narrow window either", async () => {
    const dashboard = hook(page, "fp-dashboard");
    await dashboard.evaluate((element) => (element.style.width = ""));
    const { width: usual, height } = page.viewportSize()!;
    for (const width of [usual, 1024, 760]) {
      await page.setViewportSize({ width, height });
      const beyond = () =>
        dashboard.evaluate((element) => {
          const output = element.closest(".jp-OutputArea-output")!;
          return output.scrollWidth - output.clientWidth;
        });
      await expect.poll(beyond).toBe(0);
    }
    await page.setViewportSize({ width: usual, height });
  });

  test("loading a model: a new session goes on from its step to the same end", async () => {
    await hook(page, "fp-library-button").click();
    const row = page.locator('[data-testid="fp-library-row"]', { hasText: "Half way" });
    const from = Number(/step ([\d,]+)/.exec(await row.innerText())![1]!.replaceAll(",", ""));
    await row.hover();
    await row.getByRole("button", { name: /load/i }).click();
    await waitForStatus(page, /running/i);
    expect(await newestStep(page)).toBeLessThan(target);
    await waitForStep(page, from + 5);
    expect(await hook(page, "fp-dashboard").innerText()).toContain("Half way");
  });

  test("the page has shown no error of ours", () => {
    expect(browser.errors.filter((error) => /forkpoint|fp-|react/i.test(error))).toEqual([]);
  });
});
