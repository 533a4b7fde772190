import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBrowser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { startNotebook } from "../support/lab.js";

const code = `import { Widget } from "forkpoint";
const base = { module: "@jupyter-widgets/base", moduleVersion: "2.0.0" };
const controls = { module: "@jupyter-widgets/controls", moduleVersion: "2.0.0" };
const layout = new Widget({ ...base, model: "LayoutModel", view: "LayoutView", state: {} });
const answer: number = 6 * 7;
console.log(\`the answer is \${answer}\`);
new Widget({ ...controls, model: "LabelModel", view: "LabelView", state: { value: "by a widget", layout } })`;

test("Notebook 7 runs a cell and shows what it printed, and its widget", async () => {
  const notebook = join(emptyFolder("notebook-7"), "answer.ipynb");
  const cell = { cell_type: "code", id: "a", source: code, metadata: {}, outputs: [] };
  const kernelspec = { name: "forkpoint", display_name: "TypeScript", language: "typescript" };
  const content = { cells: [{ ...cell, execution_count: null }], metadata: { kernelspec } };
  writeFileSync(notebook, JSON.stringify({ ...content, nbformat: 4, nbformat_minor: 5 }));
  const server = await startNotebook(notebook);
  const browser = await openBrowser();
  try {
    const { page } = browser;
    await page.goto(server.address);
    const prompt = page.locator(".jp-InputPrompt").first();
    await prompt.waitFor({ timeout: 120_000 });
    // Asked before the notebook has its kernel, it runs nothing and says nothing.
    const asked = (): number => browser.sent.get("kernel_info_request") ?? 0;
    await expect.poll(asked, { timeout: 60_000 }).toBeGreaterThan(0);
    await page.locator(".jp-CodeCell .cm-content").first().click();
    const run = async (): Promise<string> => {
      if (/\[\s*\]/.test(await prompt.innerText())) await page.keyboard.press("Control+Enter");
      return prompt.innerText();
    };
    await expect.poll(run, { timeout: 60_000, interval: 1000 }).toContain("[1]");
    const output = page.locator(".jp-OutputArea-output");
    await output.filter({ hasText: "the answer is 42" }).waitFor({ timeout: 60_000 });
    await page.locator(".widget-label", { hasText: "by a widget" }).waitFor({ timeout: 60_000 });
  } finally {
    await browser.close();
    await server.stop();
  }
});
