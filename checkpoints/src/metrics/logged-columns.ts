import { Field, Float64, makeData, RecordBatch, Schema, Struct, Table } from "apache-arrow";
import type { Data } from "apache-arrow";
import { isTextType, stepsOf } from "./columns.js";
import type { LoggedValue } from "../catalog/logged.js";

/**
 * Joins logged values to the rows of their steps: a float64 column for each name, after the
 * recorded ones and in the order of the names, or in the place of an asked one that nothing was
 * recorded for. What was recorded counts before what was logged later.
 *
 * @param table one batch, steps ascending
 * @param columns those wanted besides `step`; all if not given
 * @example joinLogged(table, listLogged(db, id, 0, 500)).getChild("probe")
 */
export function joinLogged(
  table: Table,
  logged: readonly LoggedValue[],
  columns?: readonly string[],
): Table {
  const wanted = columns && new Set(columns);
  const byName = new Map<string, Map<number, number>>();
  for (const { step, name, value } of logged) {
    if (wanted && !wanted.has(name)) continue;
    const values = byName.get(name) ?? new Map<number, number>();
    byName.set(name, values.set(step, value ?? Number.NaN));
  }
  if (byName.size === 0) return table;
  const steps = stepsOf(table);
  const names = table.schema.fields.map((field) => field.name);
  const added = [...byName.keys()].filter((name) => !names.includes(name)).sort();
  const fields = [
    ...table.schema.fields,
    ...added.map((name) => new Field(name, new Float64(), true)),
  ];
  const recorded = table.batches[0]?.data.children ?? [];
  const children = fields.map(({ name, type }, index) => {
    const values = isTextType(type) ? undefined : byName.get(name);
    return values ? filled(steps, recorded[index], values) : recorded[index]!;
  });
  const schema = new Schema(fields);
  const data = makeData({ type: new Struct(fields), length: steps.length, nullCount: 0, children });
  return new Table(schema, [new RecordBatch(schema, data)]);
}

function filled(
  steps: Float64Array,
  recorded: Data | undefined,
  logged: ReadonlyMap<number, number>,
): Data {
  const length = steps.length;
  const values = new Float64Array(length);
  const valid = new Uint8Array(Math.ceil(length / 8));
  let nulls = 0;
  for (const [row, step] of steps.entries()) {
    const value = recorded?.getValid(row) ? Number(recorded.values[row]) : logged.get(step);
    if (value === undefined) nulls += 1;
    else {
      values[row] = value;
      valid[row >> 3]! |= 1 << (row & 7);
    }
  }
  const bits = nulls > 0 ? { nullBitmap: valid } : {};
  return makeData({ type: new Float64(), length, nullCount: nulls, ...bits, data: values });
}
