import { inspect } from "node:util";
import { counted, numberText } from "../figures.js";

/** At most so many rows and columns of a table are shown. */
export const SHOWN = 20;

const CELL_LENGTH = 80;

/** Data by rows and columns, wherever it lies. Only what is shown is read. */
export interface TableSource {
  columns: readonly { name: string; type?: string }[];
  /** Null when the source does not tell. */
  rowCount: number | null;
  /** How many rows `at` can be asked for when `rowCount` is null. */
  available?: number;
  at(row: number, column: number): unknown;
}

/** A table cut to what is shown, its cells as text. */
export interface Table {
  columns: { name: string; type: string | null; numeric: boolean }[];
  rows: string[][];
  /** "1,000 rows × 3 columns" */
  size: string;
  /** What is not shown, such as "… 980 more rows"; empty when all is. */
  more: string[];
}

/**
 * Reads what of a table is shown.
 *
 * @throws whatever reading a value throws
 * @example tableOf({ columns: [{ name: "a" }], rowCount: 1, at: () => 5 }).rows // [["5"]]
 */
export function tableOf(source: TableSource): Table {
  const total = source.rowCount ?? source.available ?? 0;
  const shownColumns = source.columns.slice(0, SHOWN);
  const values = Array.from({ length: Math.min(total, SHOWN) }, (_row, row) =>
    shownColumns.map((_column, column) => source.at(row, column)),
  );
  const columns = shownColumns.map(({ name, type }, column) => {
    const present = values
      .map((row) => row[column])
      .filter((value) => value !== null && value !== undefined);
    const numeric = present.length > 0 && present.every(isNumber);
    return { name, type: type ?? null, numeric };
  });
  const moreRows = total - values.length;
  const moreColumns = source.columns.length - columns.length;
  const more = [
    ...(moreRows > 0 && source.rowCount !== null ? [`… ${counted(moreRows, "more row")}`] : []),
    ...(moreRows > 0 && source.rowCount === null ? ["… more rows"] : []),
    ...(moreColumns > 0 ? [`… ${counted(moreColumns, "more column")}`] : []),
  ];
  const width = counted(source.columns.length, "column");
  return {
    columns,
    rows: values.map((row) => row.map(cellText)),
    size: source.rowCount === null ? width : `${counted(source.rowCount, "row")} × ${width}`,
    more,
  };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (isNumber(value)) return numberText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no date" : value.toISOString();
  const text =
    typeof value === "string"
      ? value
      : inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10 });
  const characters = Array.from(text.slice(0, CELL_LENGTH * 2));
  return characters.length > CELL_LENGTH
    ? `${characters.slice(0, CELL_LENGTH - 1).join("")}…`
    : text;
}
