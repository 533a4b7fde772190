import type { MimeBundle } from "../wire/display.js";
import { pictureText } from "./picture/picture.js";

/** Types whose source reads well as it is. */
const READABLE = ["text/markdown", "text/latex"];

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: " ",
};

/**
 * A text for a bundle that brings none: consoles, and frontends that know none of its types, show it.
 *
 * @param bundle with its binary forms in Base64
 * @example plainForm({ "text/html": "<b>5</b> &lt; 6" }) // "5 < 6"
 */
export function plainForm(bundle: MimeBundle): string {
  for (const type of READABLE) {
    if (typeof bundle[type] === "string") return bundle[type];
  }
  const html = bundle["text/html"];
  if (typeof html === "string") return textOfHtml(html) || "HTML";
  const [type, data] = Object.entries(bundle)[0]!;
  if (typeof data !== "string") return type;
  if (type === "image/svg+xml") return pictureText(type, null, Buffer.byteLength(data));
  if (type.startsWith("image/")) return pictureText(type, null, Buffer.byteLength(data, "base64"));
  return type === "application/pdf" ? "PDF document" : type;
}

function textOfHtml(html: string): string {
  return html
    .replaceAll(/<(script|style)\b[^]*?<\/\1\s*>/gi, "")
    .replaceAll(/<(br|\/?(p|div|tr|li|h\d|ul|ol|table|pre))\b[^>]*>/gi, "\n")
    .replaceAll(/<\/?t[dh]\b[^>]*>/gi, " ")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(\w+|#39);/g, (entity, name: string) => ENTITIES[name] ?? entity)
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}
