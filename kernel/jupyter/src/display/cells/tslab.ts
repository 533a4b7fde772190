// What `import * as tslab from "tslab"` gives in a cell: the names and meanings of tslab 1.0.22.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { currentKernel } from "../../current.js";
import { NoKernel } from "../../errors.js";

/** Shows contents whose type is known. */
export interface Display {
  javascript(s: string): void;
  html(s: string): void;
  markdown(s: string): void;
  latex(s: string): void;
  svg(s: string): void;
  png(b: Uint8Array): void;
  jpeg(b: Uint8Array): void;
  gif(b: Uint8Array): void;
  pdf(b: Uint8Array): void;
  text(s: string): void;
  /** Shows contents of any type; bytes are sent as Base64. */
  raw(contentType: string, b: string | Uint8Array): void;
}

const require = createRequire(import.meta.url);

/** The version of tslab whose interface this is, and those of what cells run on. */
export const versions: { tslab: string; typescript: string; node: string } = {
  tslab: "1.0.22",
  typescript: (require("typescript/package.json") as { version: string }).version,
  node: process.version,
};

/**
 * Shows each content as an output of its own.
 *
 * @example tslab.display.html("Hello <b>tslab!</b>");
 */
export const display: Display = createDisplay();

/**
 * Makes a display with one output, which every further content replaces.
 *
 * @throws {NoKernel} when it is used outside a kernel
 * @example
 * const line = tslab.newDisplay();
 * for (let done = 0; done <= 100; done++) line.text(`${done} %`);
 */
export function newDisplay(): Display {
  return createDisplay(randomUUID());
}

function createDisplay(displayId?: string): Display {
  let shown = false;

  function raw(contentType: string, content: string | Uint8Array): void {
    const kernel = currentKernel();
    if (!kernel) throw new NoKernel("tslab's display");
    const bundle = { [contentType]: content };
    if (displayId === undefined) kernel.display(bundle);
    else kernel.display(bundle, { displayId, update: shown });
    shown = true;
  }

  return {
    javascript: (s) => raw("text/javascript", s),
    html: (s) => raw("text/html", s),
    markdown: (s) => raw("text/markdown", s),
    latex: (s) => raw("text/latex", s),
    svg: (s) => raw("image/svg+xml", s),
    png: (b) => raw("image/png", b),
    jpeg: (b) => raw("image/jpeg", b),
    gif: (b) => raw("image/gif", b),
    pdf: (b) => raw("application/pdf", b),
    text: (s) => raw("text/plain", s),
    raw,
  };
}
