/** Values of a stretch of rows, in short. Rows are -1 and numbers 0 where none of its values is finite. */
export interface Span {
  /** rows of the first, the least, the greatest and the last value */
  first: number;
  low: number;
  high: number;
  last: number;
  sum: number;
  count: number;
}

/** Rows of a block. Stretches of fewer than some blocks are read row by row. */
const BLOCK = 64;
const FEW = 4 * BLOCK;

/** Spans of a column's blocks, a whole one each; made as they are asked for, and longer as the column grows. */
interface Blocks {
  made: number;
  rows: Int32Array;
  sums: Float64Array;
  counts: Uint8Array;
}

/** By the array that holds the column, so that none outlives it. */
const known = new WeakMap<Float64Array, Blocks>();

/**
 * What the values from row `begin` to before row `end` span: a million of them as fast as a few thousand, once
 * they have been read.
 *
 * @example spanOf(values, 0, values.length).high // the row of the greatest value
 */
export function spanOf(values: Float64Array, begin: number, end: number): Span {
  const span: Span = { first: -1, low: -1, high: -1, last: -1, sum: 0, count: 0 };
  if (end - begin < FEW) {
    read(values, begin, end, span);
    return span;
  }
  const [from, to] = [Math.ceil(begin / BLOCK), Math.floor(end / BLOCK)];
  const { rows, sums, counts } = blocksOf(values, to);
  read(values, begin, from * BLOCK, span);
  for (let block = from; block < to; block++) {
    if (counts[block] === 0) continue;
    const at = 4 * block;
    const low = rows[at + 1]!;
    const high = rows[at + 2]!;
    if (span.count === 0) {
      span.first = rows[at]!;
      span.low = low;
      span.high = high;
    }
    if (values[low]! < values[span.low]!) span.low = low;
    if (values[high]! > values[span.high]!) span.high = high;
    span.last = rows[at + 3]!;
    span.sum += sums[block]!;
    span.count += counts[block]!;
  }
  read(values, to * BLOCK, end, span);
  return span;
}

/**
 * Says that a column's values changed from a row on, or that another array holds them now.
 *
 * @example spansChanged(column, start, grown);
 */
export function spansChanged(values: Float64Array, row: number, now: Float64Array): void {
  const blocks = known.get(values);
  if (!blocks) return;
  blocks.made = Math.min(blocks.made, Math.floor(row / BLOCK));
  known.set(now, blocks);
}

function blocksOf(values: Float64Array, needed: number): Blocks {
  let blocks = known.get(values);
  if (!blocks || blocks.counts.length < needed) {
    const room = Math.max(needed, Math.floor(values.length / BLOCK));
    const grown: Blocks = {
      made: blocks?.made ?? 0,
      rows: new Int32Array(4 * room),
      sums: new Float64Array(room),
      counts: new Uint8Array(room),
    };
    if (blocks) {
      grown.rows.set(blocks.rows);
      grown.sums.set(blocks.sums);
      grown.counts.set(blocks.counts);
    }
    known.set(values, (blocks = grown));
  }
  for (; blocks.made < needed; blocks.made++) {
    const block = blocks.made;
    const span: Span = { first: -1, low: -1, high: -1, last: -1, sum: 0, count: 0 };
    read(values, block * BLOCK, (block + 1) * BLOCK, span);
    blocks.rows[4 * block] = span.first;
    blocks.rows[4 * block + 1] = span.low;
    blocks.rows[4 * block + 2] = span.high;
    blocks.rows[4 * block + 3] = span.last;
    blocks.sums[block] = span.sum;
    blocks.counts[block] = span.count;
  }
  return blocks;
}

function read(values: Float64Array, begin: number, end: number, span: Span): void {
  let { first, low, high, last, sum, count } = span;
  let least = count === 0 ? Infinity : values[low]!;
  let greatest = count === 0 ? -Infinity : values[high]!;
  for (let row = begin; row < end; row++) {
    const value = values[row]!;
    // Neither NaN nor infinite.
    if (value - value !== 0) continue;
    if (first < 0) first = row;
    if (value < least) {
      least = value;
      low = row;
    }
    if (value > greatest) {
      greatest = value;
      high = row;
    }
    last = row;
    sum += value;
    count++;
  }
  span.first = first;
  span.low = low;
  span.high = high;
  span.last = last;
  span.sum = sum;
  span.count = count;
}
