import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { emptyFolder, runProgram } from "../support/child.js";
import type { Ended } from "../support/child.js";
import { shared } from "../support/shared.js";
import { command, EXAMPLE } from "./example-report.js";

export const STATE = "application/vnd.jupyter.widget-state+json";
export const VIEW = "application/vnd.jupyter.widget-view+json";

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
  /** Where notebook and report lie, for every test file of the run. */
  source: string;
  /** Where what this file makes lies. */
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

/** The run's example report, in a browser and a folder of this file's own. */
export async function openMade(): Promise<Made> {
  const [source, folder] = [await shared("report"), emptyFolder("reports")];
  const browser = await chromium.launch({
    executablePath: process.env["FORKPOINT_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  return {
    ...{ source, folder },
    report: join(source, `${EXAMPLE}.html`),
    notebook: JSON.parse(readFileSync(join(source, `${EXAMPLE}.ipynb`), "utf8")) as Notebook,
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
