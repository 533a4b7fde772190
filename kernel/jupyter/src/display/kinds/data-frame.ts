import { tableHtml } from "../table/table-html.js";
import { tableText } from "../table/table-text.js";
import { SHOWN, tableOf } from "../table/table.js";
import { hasMethods, type Duck, type Kind } from "./kind.js";

/** One more than is shown, to know whether there are more. */
const READ = SHOWN + 1;

/** Data frames as those of nodejs-polars. */
export const dataFrame: Kind = {
  name: "a table",
  bundle(value) {
    if (!hasMethods(value, "head", "toRecords")) return null;
    const { schema, height } = value as Duck;
    if ((typeof schema !== "object" && typeof schema !== "function") || !schema) return null;
    const types = (typeof schema === "function" ? schema.call(value) : schema) as Duck;
    const rows = (value.head(READ) as { toRecords(): Duck[] }).toRecords();
    const names = Object.keys(types);
    const table = tableOf({
      columns: names.map((name) => ({ name, type: typeName(types[name]) })),
      rowCount: typeof height === "number" ? height : rows.length < READ ? rows.length : null,
      available: rows.length,
      at: (row, column) => rows[row]?.[names[column]!],
    });
    return {
      "application/vnd.dataresource+json": {
        data: rows
          .slice(0, SHOWN)
          .map((row) => Object.fromEntries(names.map((name) => [name, plain(row[name])]))),
        schema: {
          fields: names.map((name) => ({ name, type: resourceType(typeName(types[name])) })),
        },
      },
      "text/html": tableHtml(table),
      "text/plain": tableText(table),
    };
  },
};

function typeName(type: unknown): string {
  const { variant } = (type ?? {}) as Duck;
  return typeof variant === "string" ? variant : String(type);
}

// The names of the Table Schema specification.
function resourceType(name: string): string {
  if (/^u?int/i.test(name)) return "integer";
  if (/^(float|decimal)/i.test(name)) return "number";
  if (/^bool/i.test(name)) return "boolean";
  if (/^datetime/i.test(name)) return "datetime";
  if (/^date/i.test(name)) return "date";
  if (/^time/i.test(name)) return "time";
  return /^(utf8|string|categorical|enum)/i.test(name) ? "string" : "any";
}

function plain(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
