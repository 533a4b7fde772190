import { escapeHtml } from "../escape.js";
import type { Table } from "./table.js";

// The caption stands below, not in the table: of a wide one it would scroll away. Named after the element and the class, so that JupyterLab's own rules for tables give way.
const STYLE = `<style>
.jts-scroll { overflow-x: auto; max-width: 100%; }
table.jts-table { border-collapse: collapse; margin: 4px 0; width: auto; border: none;
  font: 13px/1.5 var(--jp-ui-font-family, system-ui, sans-serif);
  color: var(--jp-content-font-color1, inherit); font-variant-numeric: tabular-nums; }
table.jts-table th, table.jts-table td { padding: 2px 12px; text-align: left; vertical-align: top;
  white-space: pre; max-width: none; border: none; background: none; }
table.jts-table thead th { font-weight: 600; vertical-align: bottom;
  border-bottom: 1px solid var(--jp-border-color1, rgba(128, 128, 128, 0.6)); }
table.jts-table tbody tr { background: none; }
table.jts-table tbody tr + tr > * { border-top: 1px solid var(--jp-border-color3, rgba(128, 128, 128, 0.2)); }
table.jts-table tbody tr:hover { background: var(--jp-rendermime-table-row-hover-background, rgba(128, 128, 128, 0.15)); }
table.jts-table tbody th { font-weight: 400; color: var(--jp-content-font-color2, inherit); text-align: right; }
table.jts-table .jts-number { text-align: right; }
table.jts-table small { display: block; font-weight: 400; font-size: 11px; color: var(--jp-content-font-color2, inherit); }
.jts-caption { padding: 2px 12px; font: 12px/1.5 var(--jp-ui-font-family, system-ui, sans-serif);
  color: var(--jp-content-font-color2, inherit); }
</style>`;

/**
 * A table as HTML: no script, everything escaped, colours from JupyterLab's theme.
 *
 * @param head said in the caption in place of the size
 * @example tableHtml(table).includes("<th scope=\"col\">") // true
 */
export function tableHtml({ columns, rows, size, more }: Table, head?: string): string {
  const names = columns.map(({ name, type, numeric }) => {
    const note = type === null ? "" : `<small>${escapeHtml(type)}</small>`;
    return `<th scope="col"${numberClass(numeric)}>${escapeHtml(name)}${note}</th>`;
  });
  const body = rows.map((row, index) => {
    const cells = row.map((text, column) => {
      return `<td${numberClass(columns[column]!.numeric)}>${escapeHtml(text)}</td>`;
    });
    return `<tr><th scope="row">${index}</th>${cells.join("")}</tr>`;
  });
  const caption = [head ?? size, ...more].join(" · ");
  return `${STYLE}
<div class="jts-scroll" role="region" aria-label="Table, ${escapeHtml(size)}" tabindex="0">
<table class="jts-table">
<thead><tr><td></td>${names.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>
</div>
<div class="jts-caption">${escapeHtml(caption)}</div>`;
}

function numberClass(numeric: boolean): string {
  return numeric ? ' class="jts-number"' : "";
}
