import { fileURLToPath } from "node:url";
import type { CellSources } from "./cell-sources.js";
import { NAMES } from "./translate/names-in-cells.js";

/** Frames of this package: they say nothing about the user's code. */
const OWN = fileURLToPath(new URL("..", import.meta.url));

/** What Node's own loader and vm put between a cell and the code it runs. */
const BETWEEN = /\b(node:(internal\/|vm:|diagnostics_channel:)|__notebook__\.js:)/;

const FRAMES = 25;

/**
 * Makes every `error.stack` of this process speak of cells as they were written, without the
 * kernel's own frames.
 *
 * @example installStackTraces(sources);
 */
export function installStackTraces(sources: CellSources): void {
  Error.stackTraceLimit = FRAMES;
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites
      .map((site) => String(site))
      .filter((frame) => !isOwn(frame))
      .map((frame) => `\n    at ${sources.translate(frame)}`);
    return clean(headOf(error)) + frames.join("");
  };
}

/**
 * Takes the compiled cell's names for things out of an error's message.
 *
 * @example clean("(0 , __cells.f) is not a function") // "f is not a function"
 */
export function clean(message: string): string {
  return message
    .replaceAll(new RegExp(`\\(0 ?, ?${NAMES.scope}\\.([\\p{ID_Continue}$]+)\\)`, "gu"), "$1")
    .replaceAll(`${NAMES.scope}.`, "");
}

function isOwn(frame: string): boolean {
  return frame.includes(OWN) || BETWEEN.test(frame);
}

function headOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    // An error whose toString throws: a stack must come out all the same.
    return "Error";
  }
}
