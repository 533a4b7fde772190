import { Table } from "apache-arrow";

/**
 * Which of `count` items to keep: at most `most` (and at least two), spread evenly, the first and the last
 * among them.
 *
 * @example evenly(5, 3) // [0, 2, 4]
 */
export function evenly(count: number, most: number): number[] {
  const kept = Math.max(2, most);
  if (count <= kept) return Array.from({ length: count }, (_, index) => index);
  const stride = (count - 1) / (kept - 1);
  return Array.from({ length: kept }, (_, at) => Math.round(at * stride));
}

/**
 * A table with about `most` of its rows: all rows of some of its steps, spread evenly.
 *
 * @example thinnedTable(tableFromIPC(bytes), 500).numRows
 */
export function thinnedTable(table: Table, most: number): Table {
  const column = table.getChild("step")!;
  const step = Array.from({ length: table.numRows }, (_, row) => Number(column.get(row)));
  const steps = [...new Set(step)];
  const share = most / Math.max(1, table.numRows);
  const kept = new Set(
    evenly(steps.length, Math.floor(steps.length * share)).map((index) => steps[index]!),
  );
  const slices: Table[] = [];
  for (let row = 0; row < step.length;) {
    let end = row + 1;
    while (end < step.length && step[end] === step[row]) end++;
    if (kept.has(step[row]!)) slices.push(table.slice(row, end));
    row = end;
  }
  const [first, ...rest] = slices;
  return first ? first.concat(...rest) : table.slice(0, 0);
}
