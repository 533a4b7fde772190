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
