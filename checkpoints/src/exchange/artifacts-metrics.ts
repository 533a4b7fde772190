import { statSync } from "node:fs";
import { join } from "node:path";
import {
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Timestamp,
  TimeUnit,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import type { DataType } from "apache-arrow";
import { ARTIFACTS } from "./artifacts.js";
import type { ArtifactsMetrics } from "./artifacts.js";

type Column = (number | string | null)[];

const NUMBERS = ["NaN", "Infinity", "-Infinity"];

/**
 * What a run of an artifacts folder measured, as an Arrow stream: from `metrics.json` where that is
 * of our making, else from the run's `per_step.csv`; null when neither is there.
 *
 * @param read gives the text of a file
 * @throws SyntaxError, RangeError when it is neither
 * @example metricsOfRun("artifacts/sessions/a", "r1", read)
 */
export function metricsOfRun(
  folder: string,
  run: string,
  read: (file: string) => string,
): Uint8Array | null {
  const all = join(folder, ARTIFACTS.metrics);
  if (statSync(all, { throwIfNoEntry: false })) {
    const metrics = JSON.parse(read(all)) as Partial<ArtifactsMetrics>;
    if (metrics?.format === "forkpoint-metrics-1") {
      const found = Object.entries(metrics.runs ?? {}).find(([id]) => id === run);
      return found ? stream(found[1].columns) : null;
    }
  }
  // A run's name becomes part of a path only where it is a plain one.
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}$/.test(run)) return null;
  const csv = join(folder, ARTIFACTS.runs, run, ARTIFACTS.perStep);
  return statSync(csv, { throwIfNoEntry: false }) ? stream(columnsOf(read(csv))) : null;
}

function columnsOf(csv: string): Record<string, Column> {
  const [head = "", ...lines] = csv.split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = head.split(",").map((name) => name.trim());
  if (names[0] !== "t") throw new SyntaxError('a per_step.csv of it has no column "t"');
  const rows = lines.map((line) => line.split(","));
  if (rows.some((row) => row.length !== names.length)) {
    throw new SyntaxError("a row of a per_step.csv of it has other columns");
  }
  const cell = (text: string): number | null => {
    if (text.trim() === "") return null;
    const word = text.trim().toLowerCase();
    const value = word === "nan" ? Number.NaN : Number(text);
    if (Number.isNaN(value) && word !== "nan") throw new SyntaxError(`"${text}" is no number`);
    return value;
  };
  return Object.fromEntries(
    names.map((name, at) => [name === "t" ? "step" : name, rows.map((row) => cell(row[at]!))]),
  );
}

function stream(columns: Record<string, Column>): Uint8Array | null {
  const length = columns["step"]?.length ?? 0;
  if (length === 0) return null;
  for (const values of Object.values(columns)) {
    if (!Array.isArray(values) || values.length !== length) {
      throw new SyntaxError("the columns of a run differ in length");
    }
  }
  const fields: Field[] = [];
  const children = Object.entries(columns).map(([name, values]) => {
    const type = typeOf(name, values);
    fields.push(new Field(name, type, name !== "step"));
    return vectorFromArray(
      values.map((value) => cellOf(value, type)),
      type,
    ).data[0]!;
  });
  const schema = new Schema(fields);
  const data = makeData({ type: new Struct(fields), length, nullCount: 0, children } as never);
  return tableToIPC(new Table(schema, [new RecordBatch(schema, data as never)]), "stream");
}

function typeOf(name: string, values: Column): DataType {
  if (name === "step") return new Int64();
  if (name === "wall") return new Timestamp(TimeUnit.MILLISECOND, "UTC");
  const isText = values.some((value) => typeof value === "string" && !NUMBERS.includes(value));
  return isText ? new Dictionary(new Utf8(), new Int32()) : new Float64();
}

function cellOf(value: number | string | null, type: DataType): unknown {
  if (value === null || value === undefined) return null;
  if (type instanceof Int64) return BigInt(value);
  if (type instanceof Dictionary) return String(value);
  return Number(value);
}
