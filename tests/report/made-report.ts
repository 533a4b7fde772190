import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as forkpoint from "forkpoint";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { emptyFolder, root, runProgram, succeed } from "../support/child.js";
import type { Ended } from "../support/child.js";

/** The forkpoint command. */
export const command = join(root, "kernel/forkpoint/bin/forkpoint.mjs");
export const STATE = "application/vnd.jupyter.widget-state+json";
export const VIEW = "application/vnd.jupyter.widget-view+json";

/** Views that show something else at another step. */
export const scrubbed = [
  ...["dashboard", "scrubBar", "lossCurve", "textProgress"],
  ...["probabilityTower", "attentionCinema", "embeddingMap"],
].filter((name) => name in forkpoint);

const cells = [
  `import { open, microGPT, corpus, adamW, Widget } from "forkpoint";
import { ${scrubbed.join(", ")}, modelLibrary } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 16 }), data: corpus.sonnets(), seed: 3,
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, evaluateEvery: 20, sampleTokens: 20,
});
await session.train({ to: 120 }).done;
await session.save("First words");`,
  ...scrubbed.map((view) => `${view}(session)`),
  "modelLibrary(store)",
  `const base = { module: "@jupyter-widgets/base", moduleVersion: "2.0.0" };
const controls = { module: "@jupyter-widgets/controls", moduleVersion: "2.0.0" };
const layout = new Widget({ ...base, model: "LayoutModel", view: "LayoutView", state: {} });
const style = new Widget({ ...controls, model: "SliderStyleModel", view: "StyleView", state: {} });
new Widget({ ...controls, model: "IntSliderModel", view: "IntSliderView", state: { value: 42, min: 0, max: 100, layout, style } })`,
];

/** How many views the notebook shows: those, the library and a slider. */
export const viewCount = scrubbed.length + 2;

export interface Notebook {
  cells: Record<string, unknown>[];
  metadata: { widgets: Record<string, { state: Record<string, SavedModel> }> };
}
interface SavedModel {
  model_name: string;
  state: Record<string, unknown>;
}

/** A notebook that was run, its report, and the means to make and open others. */
export interface Made {
  folder: string;
  /** The report of the notebook. */
  report: string;
  notebook: Notebook;
  /** Another notebook's report. */
  reportOf(
    name: string,
    content: object,
    parameters?: string[],
  ): Promise<Ended & { output: string }>;
  /** Opens a file with the network off. */
  openReport(path: string, options?: BrowserContextOptions): Promise<Opened>;
  close(): Promise<void>;
}

export interface Opened {
  page: Page;
  /** Every address that was asked for, beside the file itself. */
  asked: string[];
  /** Those of them that the page's policy stopped before anything left. */
  stopped: string[];
  errors: string[];
}

/** Runs the notebook by `forkpoint run`, and makes its report by `forkpoint report`. */
export async function makeReport(): Promise<Made> {
  const folder = emptyFolder("report");
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null };
  const kernelspec = { name: "forkpoint", display_name: "TypeScript", language: "typescript" };
  const content = {
    cells: cells.map((source, at) => ({ ...cell, id: `cell-${at}`, source })),
    ...{ metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 },
  };
  const path = join(folder, "seen.ipynb");
  writeFileSync(path, JSON.stringify(content));
  await succeed(process.execPath, [command, "run", path], { cwd: folder });
  await succeed(process.execPath, [command, "report", path], { cwd: folder });
  const browser = await chromium.launch({
    executablePath: process.env["FORKPOINT_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  return {
    folder,
    report: join(folder, "seen.html"),
    notebook: JSON.parse(readFileSync(path, "utf8")) as Notebook,
    async reportOf(name, content, parameters = []) {
      const [input, output] = [join(folder, `${name}.ipynb`), join(folder, `${name}.html`)];
      writeFileSync(input, JSON.stringify(content));
      const ended = await runProgram(
        process.execPath,
        [command, "report", input, "-o", output, ...parameters],
        { cwd: folder },
      );
      return { ...ended, output };
    },
    openReport: (path, options) => openReport(browser, path, options),
    close: () => browser.close(),
  };
}

async function openReport(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const viewport = { width: 1280, height: 1100 };
  const context = await browser.newContext({ offline: true, viewport, ...options });
  const page = await context.newPage();
  const [asked, stopped, errors]: string[][] = [[], [], []];
  const own = pathToFileURL(path).href;
  page.on("request", (request) => request.url() !== own && asked!.push(request.url()));
  page.on("requestfailed", (request) => {
    // Playwright tells of what the policy has stopped too.
    if (request.failure()?.errorText === "csp") stopped!.push(request.url());
  });
  page.on("pageerror", (error) => errors!.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors!.push(message.text()));
  await page.goto(own);
  if (options.javaScriptEnabled !== false) {
    await page.waitForSelector('html[data-report="ready"]', { timeout: 30_000 });
  }
  return { page, asked: asked!, stopped: stopped!, errors: errors! };
}
