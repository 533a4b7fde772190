import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { openBrowser } from "./browser.js";
import type { Browser } from "./browser.js";
import { startLab } from "./lab.js";

/** A notebook in JupyterLab, in a browser. */
export interface OpenedNotebook {
  browser: Browser;
  page: Page;
  close(): Promise<void>;
}

/** Writes a notebook for our kernel, nothing of it run. */
export function writeNotebook(path: string, sources: readonly string[]): void {
  const cells = sources.map((source, at) => ({
    ...{ cell_type: "code", id: `cell-${at}`, source, metadata: {}, outputs: [] },
    execution_count: null,
  }));
  const kernelspec = { name: "forkpoint", display_name: "TypeScript", language: "typescript" };
  const content = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(path, JSON.stringify(content));
}

/** Opens a notebook and waits for its cells to be there. */
export async function openNotebook(path: string): Promise<OpenedNotebook> {
  const lab = await startLab(path);
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await lab.stop();
  };
  try {
    browser = await openBrowser();
    const { page } = browser;
    await page.goto(lab.address);
    await page.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 120_000 });
    return { browser, page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
