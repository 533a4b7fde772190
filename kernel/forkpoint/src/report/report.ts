import { accessSync, closeSync, constants, fsyncSync, openSync } from "node:fs";
import { renameSync, rmSync, statSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { findPython } from "../command/python.js";
import { renderCells } from "./cells.js";
import { withFormulas } from "./math.js";
import { STATE_TYPE, showsViews } from "./notebook.js";
import type { Notebook } from "./notebook.js";
import { pageHtml } from "./page.js";
import { pageParts } from "./page-parts.js";
import { privateValue } from "./private-text.js";
import { reduceTo } from "./reduce.js";
import { ReportError } from "./report-error.js";
import { checkedWidgets } from "./saved-widgets.js";
import type { SavedWidgets } from "./saved-widgets.js";
import { shownModels } from "./shown-models.js";

/** What a report is made with. */
export interface ReportOptions {
  /** the notebook's file name, for title and messages */
  name: string;
  /** the folder whose name is not to be in the report */
  folder: string;
  /** most bytes of the views' data */
  budget: number;
  /** views as pictures and text only, for a notebook whose state was not saved */
  still?: boolean;
  onProgress?: (sentence: string) => void;
}

/** A finished report. */
export interface Report {
  html: string;
  /** what was left out of the data, a sentence each */
  notes: string[];
}

/**
 * A notebook as one HTML file that asks for nothing: cells as nbconvert renders them, views that work as they
 * do live without a kernel.
 *
 * @throws ReportError "WidgetStateMissing", "NotebookInvalid", "NbconvertMissing", "CellsNotRendered", "ReportNotBuilt"
 * @example const { html } = await makeReport(notebook, { name: "train.ipynb", folder, budget: 5_000_000 });
 */
export async function makeReport(notebook: Notebook, options: ReportOptions): Promise<Report> {
  const { name, folder, budget, still = false, onProgress = () => {} } = options;
  const parts = pageParts();
  const saved = still ? undefined : notebook.metadata.widgets?.[STATE_TYPE];
  if (showsViews(notebook) && !saved && !still) {
    throw new ReportError(
      "WidgetStateMissing",
      `${name} shows views but holds no saved state of them. Run "forkpoint run ${name}" first, or press Report above the notebook in JupyterLab; with --still the views become pictures and text.`,
      { name },
    );
  }
  const notes: string[] = [];
  const about = { folder, source: false };
  let widgets: SavedWidgets | null = null;
  if (saved) {
    onProgress("reading the views' data");
    widgets = shownModels(notebook, checkedWidgets(saved));
    for (const model of Object.values(widgets.state)) {
      model.state = privateValue(model.state, about);
    }
    notes.push(...reduceTo(widgets, budget));
  }
  onProgress(`rendering ${notebook.cells.length} cells`);
  const rendered = withFormulas(await renderCells(withoutSecrets(notebook, folder), findPython()));
  const title = basename(name, ".ipynb");
  const today = new Date().toLocaleDateString("en-GB", { dateStyle: "long" });
  const origin = `${name} · Forkpoint ${version()} · ${today}`;
  return { html: pageHtml({ title, origin, notes, rendered, widgets, parts }), notes };
}

/**
 * Writes a report beside its place and moves it there, so that whoever looks finds the old one or the new one.
 *
 * @throws ReportError "ReportNotWritten"
 * @example writeReport("train.html", html);
 */
export function writeReport(path: string, html: string): void {
  const part = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    const file = openSync(part, "w");
    try {
      const bytes = Buffer.from(html, "utf8");
      // On a full disk a write may be short without an error.
      for (let at = 0; at < bytes.length;) {
        const count = writeSync(file, bytes, at);
        if (count === 0) throw new Error("the disk is full");
        at += count;
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw notWritten(path, (error as Error).message);
  }
}

/**
 * Refuses a place where no report can be written, before one is made for it.
 *
 * @throws ReportError "ReportNotWritten"
 * @example checkPlace("/n/train.html");
 */
export function checkPlace(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw notWritten(path, "it is a folder");
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw notWritten(path, (error as Error).message);
  }
}

function notWritten(path: string, reason: string): ReportError {
  return new ReportError(
    "ReportNotWritten",
    `${path} cannot be written (${reason}). Name another place with -o.`,
    { path },
  );
}

/** The notebook's cells without what is private, and without what the page does not need. */
function withoutSecrets({ nbformat, cells, metadata }: Notebook, folder: string): Notebook {
  const { language_info, kernelspec } = metadata;
  return {
    nbformat,
    nbformat_minor: 4,
    cells: cells.map(({ source, outputs, ...cell }) => ({
      ...cell,
      source: privateValue(source, { folder, source: true }),
      ...(outputs ? { outputs: privateValue(outputs, { folder, source: false }) } : {}),
    })),
    metadata: {
      ...(language_info ? { language_info } : {}),
      ...(kernelspec ? { kernelspec } : {}),
    },
  } as Notebook;
}

function version(): string {
  const require = createRequire(import.meta.url);
  return (require("../../package.json") as { version: string }).version;
}
