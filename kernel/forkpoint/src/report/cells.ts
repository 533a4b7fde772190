import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { JupyterPython } from "../command/python.js";
import { pythonEnvironment } from "../command/python.js";
import type { Notebook } from "./notebook.js";
import { ReportError } from "./report-error.js";

/** A notebook's cells as HTML, and the style sheets they are made for. */
export interface RenderedCells {
  cells: string;
  style: string;
  light: string;
  dark: string;
}

/**
 * Renders the cells as nbconvert does, cleaned of all that runs or loads.
 *
 * @throws ReportError "NbconvertMissing", "CellsNotRendered"
 * @example const { cells } = await renderCells(notebook, findPython());
 */
export async function renderCells(
  notebook: Notebook,
  python: JupyterPython,
): Promise<RenderedCells> {
  if (!python.versions["nbconvert"]) {
    throw new ReportError(
      "NbconvertMissing",
      `${python.python} has no nbconvert. Run "${python.python} -m pip install nbconvert".`,
    );
  }
  const script = fileURLToPath(new URL("../../python/render_cells.py", import.meta.url));
  const child = spawn(python.python, [script], {
    env: { ...pythonEnvironment(python), PYTHONWARNINGS: "ignore" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const [written, complaints]: [Buffer[], string[]] = [[], []];
  child.stdout.on("data", (data: Buffer) => written.push(data));
  child.stderr.on("data", (data: Buffer) => complaints.push(data.toString()));
  // A Python that ends early says why on standard error; the pipe it broke is no news.
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify(notebook));
  const code = await new Promise<number>((ended, failed) => {
    child.on("error", failed);
    child.on("close", (status) => ended(status ?? 1));
  });
  if (code !== 0) {
    const reason = complaints.join("").trim().split("\n").at(-1) ?? "";
    throw new ReportError(
      "CellsNotRendered",
      `nbconvert could not render the cells: ${reason} Open the notebook in JupyterLab and save it, then try again.`,
      { output: complaints.join("") },
    );
  }
  return JSON.parse(Buffer.concat(written).toString("utf8")) as RenderedCells;
}
