import { tableHtml } from "../table/table-html.js";
import { tableText } from "../table/table-text.js";
import { tableOf } from "../table/table.js";
import { hasMethods, type Duck, type Kind } from "./kind.js";

interface Field {
  name: unknown;
  type: unknown;
}

/** Arrow tables and record batches, of whatever copy of the library made them. */
export const arrowTable: Kind = {
  name: "a table",
  bundle(value) {
    const { schema, numRows } = value as Duck;
    const fields = (schema as Duck | null | undefined)?.["fields"];
    if (!Array.isArray(fields) || typeof numRows !== "number") return null;
    if (!hasMethods(value, "getChild")) return null;
    // By place where it can be: two columns may have one name.
    const columns = fields.map(({ name }: Field, index) =>
      hasMethods(value, "getChildAt") ? value.getChildAt(index) : value.getChild(name),
    ) as ({ get(row: number): unknown } | null)[];
    const table = tableOf({
      columns: fields.map(({ name, type }: Field) => ({ name: String(name), type: String(type) })),
      rowCount: numRows,
      at: (row, column) => columns[column]?.get(row),
    });
    return { "text/html": tableHtml(table), "text/plain": tableText(table) };
  },
};
