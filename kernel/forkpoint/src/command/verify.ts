import { findStore, verify } from "@forkpoint/checkpoints";
import type { Fault, VerifyProgress, VerifyReport } from "@forkpoint/checkpoints";
import { CommandError } from "./command-error.js";

/**
 * Checks a store and says in plain words what is wrong with it; the exit status is 0 when all is
 * well, 1 when there are faults.
 */
export async function verifyStore(
  folder: string | undefined,
  options: { repair?: boolean; json?: boolean },
): Promise<void> {
  const path = folder ?? findStore(process.cwd());
  if (path === null) {
    throw new CommandError(
      "StoreNotFound",
      `There is no Forkpoint store in ${process.cwd()} or above it; name its folder: forkpoint verify FOLDER.`,
    );
  }
  const line = options.json || !process.stderr.isTTY ? null : progressLine();
  const { repair = false } = options;
  const report = await verify(path, { repair, ...(line ? { onProgress: line.show } : {}) });
  line?.clear();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : inWords(report));
  if (!report.ok) process.exitCode = 1;
}

/** A report for people. @example process.stdout.write(inWords(report)) */
export function inWords(report: VerifyReport): string {
  const { store, faults, repaired } = report;
  const lines = [`Store ${store}`];
  const catalogLost = faults.some(({ part, subjects }) => {
    return part === "catalog" && subjects.includes("catalog.sqlite");
  });
  if (!catalogLost) lines.push(checked(report));
  if (repaired.length > 0) lines.push("", "Mended:", ...repaired.map((what) => `  - ${what}`));
  if (report.ok) return `${[...lines, "", "All is well."].join("\n")}\n`;
  const faultsFound = faults.length === 1 ? "1 fault:" : `${faults.length} faults:`;
  lines.push("", faultsFound);
  for (const [index, fault] of faults.entries()) lines.push("", ...faultInWords(index + 1, fault));
  return `${lines.join("\n")}\n`;
}

function checked({ counts, bytes }: VerifyReport): string {
  const { sessions, runs, checkpoints, packs, blobs } = counts;
  const number = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
  return `Checked ${number(sessions, "session")}, ${number(runs, "run")}, ${number(checkpoints, "checkpoint")} in ${number(packs, "pack")}, ${number(blobs, "blob")}; read ${megabytes(bytes)}.`;
}

function faultInWords(number: number, { what, consequence, remedy }: Fault): string[] {
  return [
    `${number}. ${sentence(what)}`,
    `   What follows: ${sentence(consequence, false)}`,
    `   What to do:   ${sentence(remedy, false)}`,
  ];
}

function sentence(text: string, capital = true): string {
  const begun = capital ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return begun.endsWith(".") ? begun : `${begun}.`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

// One line that is written over: only where somebody looks on.
function progressLine(): { show: (progress: VerifyProgress) => void; clear: () => void } {
  let shown = 0;
  return {
    show({ part, done, total, bytes, totalBytes }) {
      if (Date.now() - shown < 100) return;
      shown = Date.now();
      const read = totalBytes > 0 ? `, ${megabytes(bytes)} of ${megabytes(totalBytes)}` : "";
      process.stderr.write(`\r\x1b[KChecking ${part}: ${done} of ${total}${read}`);
    },
    clear: () => void process.stderr.write("\r\x1b[K"),
  };
}
