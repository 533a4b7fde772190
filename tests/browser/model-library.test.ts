import { existsSync } from "node:fs";
import { join } from "node:path";
import { open } from "forkpoint";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { focused, hook, menu, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

// A library of a thousand from the start: all of this is to work beside them.
const source = `import { open, microGPT, corpus, dashboard } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 16 }), data: corpus.sonnets(),
  batchSize: 4, seed: 3, evaluateEvery: 1000, sampleTokens: 8,
});
await session.train({ to: 20 }).done;
for (let at = store.models.list().length; at < 1000; at++) await session.save("early " + at);
session.train({ to: 1_000_000 });
dashboard(session)`;

const folder = emptyFolder("lab");
let opened: OpenedNotebook | undefined;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const notebook = join(folder, "library.ipynb");
  writeNotebook(notebook, [source]);
  opened = await openNotebook(notebook);
  ({ browser, page } = opened);
});
afterAll(() => opened?.close());

const patient = { timeout: 30_000 };
const button = (): Locator => hook(page, "fp-library-button");
const input = (): Locator => hook(page, "fp-library-save-input");
const row = (name: string): Locator =>
  page.locator('[data-testid="fp-library-row"]', { hasText: name }).first();
const message = (of: "save" | "list"): Promise<string> =>
  hook(page, `fp-library-${of}-message`).innerText();
const rename = async (name: string): Promise<Locator> => {
  await row(name).hover();
  await row(name).getByRole("button", { name: "Rename" }).click();
  return hook(page, "fp-library-rename-input");
};

test("while it trains: the save input is there, off when blank; Enter saves, the newest is first", async () => {
  await runAll(page);
  await button().waitFor({ timeout: 120_000 });
  await expect
    .poll(() => hook(page, "fp-progress").innerText(), { timeout: 60_000 })
    .toMatch(/[2-9]\d\d of|,\d{3} of/);
  expect(await hook(page, "fp-status").innerText()).toMatch(/running/i);
  expect(await button().innerText()).toContain("Models (1,000)");
  await button().click();
  expect(await input().getAttribute("placeholder")).toBe("Model 1");
  const save = page.getByRole("button", { name: "Save", exact: true });
  expect(await save.isDisabled()).toBe(true);
  await input().fill("   ");
  expect(await save.isDisabled()).toBe(true);
  await input().fill("Mine");
  await page.keyboard.press("Enter");
  await row("Mine").waitFor();
  const first = page.locator('[data-testid="fp-library-row"]').first();
  expect(await first.innerText()).toMatch(/^Mine\s+step [\d,]+ · loss \d\.\d{3}/);
  await expect.poll(() => message("save"), patient).toMatch(/Saved "Mine" at step/);
  expect(await button().innerText()).toContain("Models (1,001)");
  // What follows is about the list; two busy cores would only make it slow.
  await hook(page, "fp-pause").click();
  await expect.poll(() => hook(page, "fp-status").innerText(), patient).toMatch(/paused/i);
  await button().click();
  await input().waitFor();
});

test("of a thousand rows only those in sight are drawn, and the last can be scrolled to", async () => {
  const rows = page.locator('[data-testid="fp-library-row"]');
  expect(await rows.count()).toBeLessThan(40);
  const list = page.locator(".fp-models").first();
  await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await row("early 0").waitFor();
  const last = rows.last();
  expect(await last.innerText()).toMatch(/^early 0\s/);
  expect(await last.getAttribute("aria-posinset")).toBe("1001");
  const [box, end] = [(await list.boundingBox())!, (await last.boundingBox())!];
  expect(Math.abs(box.y + box.height - (end.y + end.height))).toBeLessThan(3);
  await list.evaluate((at) => at.scrollTo(0, 0));
});

test("hover shows load, rename and delete; Enter and leaving rename, Esc does not", async () => {
  const actions = row("Mine").locator(".fp-model-actions");
  await hook(page, "fp-library-save-input").hover();
  await expect
    .poll(() => actions.evaluate((it) => getComputedStyle(it).opacity), patient)
    .toBe("0");
  await row("Mine").hover();
  await expect
    .poll(() => actions.evaluate((it) => getComputedStyle(it).opacity), patient)
    .toBe("1");
  let field = await rename("Mine");
  await field.fill("Not this");
  await page.keyboard.press("Escape");
  expect(await hook(page, "fp-library-panel").isVisible()).toBe(true);
  await row("Mine").waitFor();
  field = await rename("Mine");
  await field.fill(" ");
  await input().focus();
  await page.getByText("A model needs a name.").waitFor();
  await field.fill("Mine now");
  const place = await row("").boundingBox();
  await page.keyboard.press("Enter");
  await row("Mine now").waitFor();
  // What is said of it pushes no row from under the pointer.
  await expect.poll(() => message("list"), patient).toContain("Mine now");
  expect(await row("Mine now").boundingBox()).toEqual(place);
  field = await rename("Mine now");
  await field.fill("Mine again");
  await input().focus();
  await row("Mine again").waitFor();
  expect(await page.getByText("Not this").count()).toBe(0);
});

test("delete takes it from the list, Undo brings it back; purged and collected it leaves the disk", async () => {
  const remove = async (): Promise<void> => {
    await row("Mine again").hover();
    await row("Mine again").getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => message("list"), patient).toContain('Moved "Mine again" to the trash.');
    await expect.poll(() => row("Mine again").count(), patient).toBe(0);
  };
  await remove();
  await page.getByRole("button", { name: "Undo" }).click();
  await row("Mine again").waitFor();
  const store = await open({ from: folder });
  const { checkpointId } = store.models.list().find(({ name }) => name === "Mine again")!;
  await remove();
  // Another process than the one that trains.
  // A keyframe of the same step may share its tensors; what was written for the model alone goes.
  const file = join(store.path, "packs", `${checkpointId}.safetensors`);
  expect(existsSync(file)).toBe(true);
  await store.trash.empty();
  await store.store.writer.collect({ graceMs: 0 });
  expect(existsSync(file)).toBe(false);
  expect(() => store.store.checkpoints.get(checkpointId)).toThrow(/checkpoint/);
  await store.close();
});

test("by keyboard alone: what an action takes away or holds hands the focus on", async () => {
  const press = async (name: string, model: string): Promise<void> => {
    await row(model).getByRole("button", { name }).focus();
    await page.keyboard.press("Enter");
  };
  await press("Rename", "early 999");
  await page.keyboard.press("Escape");
  await expect.poll(() => focused(page)).toBe("Rename");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Latest");
  await page.keyboard.press("Enter");
  await row("Latest").waitFor();
  await expect.poll(() => focused(page)).toBe("Rename");
  await press("Delete", "Latest");
  await expect.poll(() => row("Latest").count(), patient).toBe(0);
  // The next row has come to its place.
  await expect.poll(() => focused(page)).toBe("Rename");
  const next = row("early 998").getByRole("button", { name: "Rename" });
  expect(await next.evaluate((it) => it === document.activeElement)).toBe(true);
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await row("Latest").waitFor();
  await expect.poll(() => focused(page)).not.toBe("BODY");
  expect(await page.locator('[data-testid="fp-library-panel"] :focus').count()).toBe(1);
  await press("Rename", "Latest");
  await page.keyboard.type("early 999");
  await page.keyboard.press("Enter");
  await row("early 999").waitFor();
});

test("Esc and a click outside close the panel", async () => {
  const panel = hook(page, "fp-library-panel");
  await input().focus();
  await page.keyboard.press("Escape");
  await expect.poll(() => panel.count(), patient).toBe(0);
  await button().click();
  await panel.waitFor();
  await page.mouse.click(20, 400);
  await expect.poll(() => panel.count(), patient).toBe(0);
});

test("the kernel restarted, the page loaded again, run: the library is still there", async () => {
  await menu(page, "File", "Save Notebook");
  await menu(page, "Kernel", "Restart Kernel…");
  await page.getByRole("button", { name: "Confirm Kernel Restart" }).click();
  await hook(page, "fp-offline").waitFor({ timeout: 60_000 });
  await page.reload();
  await page.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 120_000 });
  await runAll(page);
  await expect
    .poll(
      () =>
        button()
          .innerText()
          .catch(() => ""),
      { timeout: 120_000 },
    )
    .toContain("Models (1,000)");
  await expect.poll(() => hook(page, "fp-status").innerText(), patient).toMatch(/running/i);
  await button().click();
  await row("early 999").waitFor();
});

test("Load by keyboard: the dashboard shows the new session, and the library stays open", async () => {
  const title = page.locator(".fp-title").first();
  const before = await title.innerText();
  await row("early 999").getByRole("button", { name: "Load" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => title.innerText(), patient).not.toBe(before);
  await expect.poll(() => focused(page), patient).toBe("Load");
  expect(await message("list")).toContain("early 999");
  expect(browser.errors.filter((error) => /forkpoint|fp-|react/i.test(error))).toEqual([]);
});
