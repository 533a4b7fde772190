import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { menu, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const controls = { module: "@jupyter-widgets/controls", moduleVersion: "2.0.0" };
const base = { module: "@jupyter-widgets/base", moduleVersion: "2.0.0" };

const cells = [
  `import { Widget } from "forkpoint";
const controls = ${JSON.stringify(controls)}, base = ${JSON.stringify(base)};
const layout = new Widget({ ...base, model: "LayoutModel", view: "LayoutView", state: {} });
const style = new Widget({ ...controls, model: "SliderStyleModel", view: "StyleView", state: {} });
const slider = new Widget({ ...controls, model: "IntSliderModel", view: "IntSliderView",
  state: { value: 5, min: 0, max: 100, layout, style } });
slider`,
  `const seen: number[] = [];
slider.onChange(({ value }) => seen.push(value as number));
for (let turn = 0; turn < 200 && seen.at(-1) !== 8; turn++) await new Promise((r) => setTimeout(r, 50));
slider.set({ value: 42 });
console.log("seen while the cell ran:", seen.join());`,
];

let opened: OpenedNotebook | undefined;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const notebook = join(emptyFolder("lab"), "slider.ipynb");
  writeNotebook(notebook, cells);
  opened = await openNotebook(notebook);
  ({ browser, page } = opened);
});
afterAll(() => opened?.close());

const readout = (): Promise<string> => page.locator(".widget-readout").first().innerText();

test("a slider of ipywidgets works both ways while a cell awaits", async () => {
  await runAll(page);
  const handle = page.locator(".noUi-handle").first();
  await handle.waitFor({ timeout: 60_000 });
  await expect.poll(() => page.locator(".jp-InputPrompt").nth(1).innerText()).toContain("*");
  await handle.focus();
  for (let presses = 0; presses < 3; presses++) await page.keyboard.press("ArrowRight");
  const printed = page.locator(".jp-OutputArea-output", { hasText: "seen while the cell ran" });
  await printed.waitFor({ timeout: 30_000 });
  expect(await printed.innerText()).toMatch(/\b8\s*$/);
  await expect.poll(readout).toBe("42");
});

test("it is there, and alive, after the page is loaded again", async () => {
  await menu(page, "File", "Save Notebook");
  await page.waitForTimeout(1000);
  await page.reload();
  await page.locator(".noUi-handle").first().waitFor({ timeout: 120_000 });
  await expect.poll(readout).toBe("42");
  await page.locator(".noUi-handle").first().focus();
  const messages = browser.sent.get("comm_msg") ?? 0;
  await page.keyboard.press("ArrowLeft");
  await expect.poll(readout).toBe("41");
  await expect.poll(() => browser.sent.get("comm_msg") ?? 0).toBeGreaterThan(messages);
});
