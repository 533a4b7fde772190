import { counted } from "../figures.js";
import { cellText, isNumber, numberTexts } from "./cell-text.js";

/** At most so many rows and columns of a table are shown. */
export const SHOWN = 20;

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
  const read = shownColumns.map((_column, column) => values.map((row) => row[column]));
  const numeric = read.map(isNumeric);
  const texts = read.map((column, index) =>
    numeric[index] ? numberTexts(column) : column.map(cellText),
  );
  const columns = shownColumns.map(({ name, type }, column) => {
    return { name, type: type ?? null, numeric: numeric[column]! };
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
    rows: values.map((_row, row) => texts.map((column) => column[row]!)),
    size: source.rowCount === null ? width : `${counted(source.rowCount, "row")} × ${width}`,
    more,
  };
}

// At least one number, and what is no number is missing.
function isNumeric(column: readonly unknown[]): boolean {
  const present = column.filter((value) => value !== null && value !== undefined);
  return present.length > 0 && present.every(isNumber);
}
