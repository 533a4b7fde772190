import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { ReportError } from "./report-error.js";
import type { SavedWidgets } from "./saved-widgets.js";

/** A text longer than this cannot be held as one. */
const MOST_BYTES = 500_000_000;

export const VIEW_TYPE = "application/vnd.jupyter.widget-view+json";
export const STATE_TYPE = "application/vnd.jupyter.widget-state+json";

/** What of a notebook's JSON a report looks at. */
export interface Notebook {
  nbformat: number;
  cells: Cell[];
  metadata: {
    language_info?: object;
    kernelspec?: object;
    widgets?: Record<string, SavedWidgets | undefined>;
  };
}

interface Cell {
  cell_type: string;
  source: string | string[];
  outputs?: Output[];
}

interface Output {
  output_type: string;
  data?: Record<string, unknown>;
}

/**
 * Reads a notebook file.
 *
 * @throws ReportError "NotebookNotFound", "NotebookUnreadable", "NotebookTooLarge", "NotebookInvalid"
 * @example const notebook = readNotebook("train.ipynb");
 */
export function readNotebook(path: string): Notebook {
  return parseNotebook(readText(path), basename(path));
}

/**
 * Checks a notebook's text. `name` is what the error calls it.
 *
 * @throws ReportError "NotebookInvalid"
 * @example parseNotebook(text, "train.ipynb").cells.length
 */
export function parseNotebook(text: string, name: string): Notebook {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    const [place] = /at position \d+/.exec((cause as Error).message) ?? [];
    throw invalid(name, `it is no JSON${place ? ` (see ${place})` : ""}`);
  }
  const { nbformat, cells, metadata } = (content ?? {}) as Partial<Notebook>;
  if (nbformat !== 4) throw invalid(name, "it is no notebook of format 4");
  if (!Array.isArray(cells) || !cells.every(isCell)) throw invalid(name, "its cells are damaged");
  if (typeof metadata !== "object" || metadata === null) {
    throw invalid(name, "it has no metadata");
  }
  return content as Notebook;
}

/** Whether any output is a widget's view. */
export function showsViews({ cells }: Notebook): boolean {
  return cells.some(({ outputs }) => outputs?.some(({ data }) => data?.[VIEW_TYPE] !== undefined));
}

function readText(path: string): string {
  try {
    const size = statSync(path).size;
    if (size > MOST_BYTES) {
      throw new ReportError(
        "NotebookTooLarge",
        `${basename(path)} has ${Math.round(size / 1e6)} MB; a report reads at most ${MOST_BYTES / 1e6} MB. Clear the largest outputs and save it again.`,
        { path, size },
      );
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof ReportError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ReportError("NotebookNotFound", `There is no notebook ${path}.`, { path });
    }
    throw new ReportError("NotebookUnreadable", `${path} cannot be read: ${message}.`, { path });
  }
}

function isCell(cell: unknown): cell is Cell {
  const { cell_type, source, outputs } = (cell ?? {}) as Partial<Cell>;
  const isText = typeof source === "string" || Array.isArray(source);
  return typeof cell_type === "string" && isText && (outputs === undefined || outputsAre(outputs));
}

function outputsAre(outputs: unknown): boolean {
  return (
    Array.isArray(outputs) &&
    outputs.every((output) => typeof output === "object" && output !== null)
  );
}

function invalid(name: string, what: string): ReportError {
  return new ReportError(
    "NotebookInvalid",
    `${name} cannot be read as a notebook: ${what}. Open it in JupyterLab and save it, or take an older copy.`,
    { name },
  );
}
