import { createHash } from "node:crypto";
import type { RenderedCells } from "./cells.js";
import type { PageParts } from "./page-parts.js";
import type { SavedWidgets } from "./saved-widgets.js";

/** All that a report is made of. */
export interface PageContent {
  title: string;
  /** where and by what it was made, in one line */
  origin: string;
  /** what was left out of the data, a sentence each */
  notes: string[];
  rendered: RenderedCells;
  /** null where the notebook shows no view */
  widgets: SavedWidgets | null;
  parts: PageParts;
}

/**
 * A report as one HTML file. Its policy lets run the one script that is named by its digest, and lets nothing
 * be loaded from anywhere.
 *
 * @example writeFileSync("report.html", pageHtml(content));
 */
export function pageHtml(content: PageContent): string {
  const { title, origin, notes, rendered, widgets, parts } = content;
  const policy = [
    ...["default-src 'none'", "img-src data: blob:", "media-src data: blob:", "font-src data:"],
    ...["style-src 'unsafe-inline'", `script-src 'sha256-${sha256(parts.script)}'`],
    ...["base-uri 'none'", "form-action 'none'"],
  ].join("; ");
  const list = notes.map((note) => `<li>${escaped(note)}</li>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Forkpoint">
<title>${escaped(title)}</title>
<style>${themes(rendered)}</style>
<style>${rendered.style}</style>
<style>${parts.style}</style>
</head>
<body class="jp-Notebook jp-ThemedContainer" data-jp-theme-light="true">
<header class="report-head">
<p class="report-origin">${escaped(origin)}</p>
<button type="button" id="report-theme" class="report-button" hidden>Dark</button>
</header>
<noscript><p class="report-note">Scripts are off here: views stand as pictures and text.</p></noscript>
<main>
${rendered.cells}
</main>
${list && `<footer class="report-foot"><h2>About the data in this report</h2><ul>${list}</ul></footer>`}
${widgets ? `<script type="application/json" id="report-state">${inlineJson(widgets)}</script>` : ""}
<script>${parts.script}</script>
</body>
</html>
`;
}

/**
 * JSON that can stand in a script element, whatever its texts say.
 *
 * @example inlineJson("</script>") === '"\\u003c/script>"'
 */
export function inlineJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

// Dark by the system's wish or the reader's; on paper always light.
function themes({ light, dark }: RenderedCells): string {
  const darkFor = (selector: string): string => dark.replaceAll(":root", selector);
  return [
    light,
    `@media screen and (prefers-color-scheme: dark) { ${darkFor(':root:not([data-theme="light"])')} }`,
    `@media screen { ${darkFor(':root[data-theme="dark"]')} }`,
  ].join("\n");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
