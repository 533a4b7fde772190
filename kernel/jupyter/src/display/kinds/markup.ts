import type { Duck, Kind } from "./kind.js";

/** Elements of a document, such as jsdom's: SVG pictures and HTML. */
export const markup: Kind = {
  name: "markup",
  bundle(value) {
    const { outerHTML } = value as Duck;
    if (typeof outerHTML !== "string") return null;
    const svg = /^\s*<svg[\s>]/i.test(outerHTML);
    return { [svg ? "image/svg+xml" : "text/html"]: outerHTML };
  },
};
