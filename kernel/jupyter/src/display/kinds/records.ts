import { tableHtml } from "../table/table-html.js";
import { tableText } from "../table/table-text.js";
import { SHOWN, tableOf } from "../table/table.js";
import type { Duck, Kind } from "./kind.js";

/** A table of which less is filled than this says less than the records as they are. */
const FILLED = 0.5;

/** Arrays of plain records. */
export const records: Kind = {
  name: "a table",
  bundle(value) {
    if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) return null;
    const shown = value.slice(0, SHOWN);
    const names = [...new Set(shown.flatMap((record) => Object.keys(record)))];
    const filled = shown.reduce((sum, record) => sum + Object.keys(record).length, 0);
    if (names.length === 0 || filled < FILLED * names.length * shown.length) return null;
    const table = tableOf({
      columns: names.map((name) => ({ name })),
      rowCount: value.length,
      at: (row, column) => shown[row]![names[column]!],
    });
    return { "text/html": tableHtml(table), "text/plain": tableText(table) };
  },
};

function isRecord(value: unknown): value is Duck {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
