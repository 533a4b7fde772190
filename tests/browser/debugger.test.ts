import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const cell = `let total: number = 0;
for (const part of [{ size: 4 }, { size: 5 }]) {
  total += part.size;
}
total`;

describe("JupyterLab's debugger", () => {
  let opened: OpenedNotebook | undefined;
  let page: Page;

  beforeAll(async () => {
    const notebook = join(emptyFolder("debugger"), "parts.ipynb");
    writeNotebook(notebook, [cell]);
    opened = await openNotebook(notebook);
    page = opened.page;
  });
  afterAll(() => opened?.close());

  test("a breakpoint set beside a line stops there, with stack and variables, and goes on", async () => {
    // Begun before the notebook has its kernel, JupyterLab's debugger does not know the cells.
    await page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first().waitFor();
    const bug = page.locator(".jp-DebuggerBugButton").first();
    await expect.poll(() => bug.getAttribute("aria-disabled")).not.toBe("true");
    await bug.click();
    await expect.poll(() => bug.getAttribute("aria-pressed")).toBe("true");
    // The first of its elements is hidden and gives the gutter its width.
    const line = page.locator(".jp-CodeCell .cm-breakpoint-gutter .cm-gutterElement").nth(3);
    await line.click();
    await line.locator(".cm-breakpoint-icon").waitFor();
    await page.locator(".jp-CodeCell .cm-content").click();
    await page.keyboard.press("Shift+Enter");

    const panel = page.locator(".jp-DebuggerSidebar");
    const top = panel.locator(".jp-DebuggerCallstack-body li").first();
    await expect.poll(() => top.innerText()).toMatch(/^cell-1\s+\S+:3$/);
    const part = panel.locator(".jp-DebuggerVariables-body", { hasText: "part" });
    await part.waitFor();
    const press = (name: string): Promise<void> =>
      panel.locator(`[data-command="debugger:${name}"]`).click();
    await press("next");
    await expect.poll(() => top.innerText()).toMatch(/:2$/);
    await press("continue");
    await expect.poll(() => top.innerText()).toMatch(/:3$/);
    await press("continue");
    const result = page.locator(".jp-OutputArea-executeResult .jp-RenderedText").first();
    await expect.poll(() => result.innerText()).toBe("9");
  });
});
