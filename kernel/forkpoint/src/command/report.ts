import { statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { readNotebook } from "../report/notebook.js";
import { ReportError } from "../report/report-error.js";
import { checkPlace, makeReport, writeReport } from "../report/report.js";

const UNITS: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/**
 * Writes a notebook as one HTML file that works without a kernel and without a network.
 *
 * @throws ReportError
 */
export async function reportNotebook(
  notebook: string,
  options: { output?: string; budget: string; still?: boolean },
): Promise<void> {
  const budget = bytesFrom(options.budget);
  const path = resolve(notebook);
  const beside = join(dirname(path), `${basename(path, extname(path))}.html`);
  const output = resolve(options.output ?? beside);
  if (output === path) {
    throw new ReportError(
      "ReportNotWritten",
      `${output} is the notebook itself. Name another file.`,
    );
  }
  const content = readNotebook(path);
  checkPlace(output);
  const { html, notes } = await makeReport(content, {
    name: basename(path),
    folder: dirname(path),
    budget,
    still: options.still === true,
    onProgress: (sentence) => process.stdout.write(`${sentence}\n`),
  });
  writeReport(output, html);
  for (const note of notes) process.stdout.write(`${note}\n`);
  process.stdout.write(`wrote ${output} (${(statSync(output).size / 1e6).toFixed(1)} MB)\n`);
}

/**
 * A size in words as bytes: `5MB`, `800 kB`, `2000000`.
 *
 * @throws ReportError "BudgetInvalid"
 * @example bytesFrom("5MB") === 5_000_000
 */
export function bytesFrom(text: string): number {
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)b?\s*$/i.exec(text) ?? [];
  const bytes = Math.round(Number(digits) * (UNITS[(unit ?? "").toLowerCase()] ?? NaN));
  if (!(bytes >= 100_000 && bytes <= 400_000_000)) {
    throw new ReportError(
      "BudgetInvalid",
      `"${text}" is no budget: give a size from 100kB to 400MB, e.g. --budget 5MB.`,
      { budget: text },
    );
  }
  return bytes;
}
