import { randomUUID } from "node:crypto";
import { realpathSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Page } from "playwright-core";
import { openBrowser } from "./browser.js";
import type { Browser } from "./browser.js";
import { servedFolder, startLab } from "./lab.js";
import type { Lab } from "./lab.js";
import { shared } from "./shared.js";

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

/**
 * Opens a notebook and waits for its cells to be there. In the run's JupyterLab, unless it is to be
 * one of its own, as `forkpoint lab` starts it. Closing ends the notebook's kernel too.
 */
export async function openNotebook(
  path: string,
  { ownLab = false }: { ownLab?: boolean } = {},
): Promise<OpenedNotebook> {
  const lab = ownLab ? await startLab(path) : await sharedLab(path);
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

async function sharedLab(notebook: string): Promise<Lab> {
  const { origin, searchParams } = new URL(await shared("lab"));
  const headers = { Authorization: `token ${searchParams.get("token")!}` };
  const path = relative(servedFolder, realpathSync(notebook));
  // A workspace of its own: no test is to find what another had open.
  const address = `${origin}/lab/workspaces/${randomUUID()}/tree/${path}?${searchParams.toString()}`;
  return {
    address,
    async stop() {
      const response = await fetch(`${origin}/api/sessions`, { headers });
      const sessions = (await response.json()) as { id: string; path: string }[];
      for (const { id } of sessions.filter((session) => session.path === path))
        await fetch(`${origin}/api/sessions/${id}`, { method: "DELETE", headers });
    },
  };
}
