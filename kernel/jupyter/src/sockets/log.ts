import { writeSync } from "node:fs";

/**
 * Writes a line for whoever runs the Jupyter server. Straight to the file descriptor: what a
 * thread prints to `process.stderr` would come out in a cell.
 *
 * @example logLine("A message was dropped.");
 */
export function logLine(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch (error) {
    // A server that has gone took its end of the pipe with it: there is nobody left to tell.
    if (!["EPIPE", "EAGAIN", "EBADF"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
  }
}

/** Lines that a stranger can cause, within one window. */
const LINES = 20;

const WINDOW_MS = 10_000;

/** Characters of one such line. */
const LENGTH = 500;

/**
 * Makes a log for what strangers cause: a flood of it comes out as a few lines and a number.
 *
 * @example const log = createFloodLog(logLine); log("A message was dropped.");
 */
export function createFloodLog(write: (text: string) => void): (text: string) => void {
  let written = 0;
  let left = 0;

  function nextWindow(): void {
    if (left > 0) write(`${left} more lines like these were left out.`);
    written = 0;
    left = 0;
  }

  return (text) => {
    if (written === 0) setTimeout(nextWindow, WINDOW_MS).unref();
    written += 1;
    if (written > LINES) left += 1;
    else write(text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text);
  };
}
