import {
  Binary,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Timestamp,
  TimeUnit,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import type { DataType } from "apache-arrow";
import { takenApart } from "../metrics/chunk.js";
import type { Chunk } from "../metrics/chunk.js";
import { MetricsInvalid } from "../errors/data-errors.js";
import { requireSnapshot } from "./snapshot.js";
import type { AttentionPayload, NewSnapshot, Snapshot } from "./snapshot.js";

/** A snapshot as a row of a file, live or sealed: what its kind has not is null. */
export interface SnapshotCells {
  step: bigint;
  wall: bigint;
  kind: string;
  prompt: string | null;
  text: string | null;
  tokens: { token: string; candidates: { token: string; probability: number }[] | null }[] | null;
  attention: {
    layers: number;
    heads: number;
    size: number;
    scales: number[];
    values: Uint8Array;
  } | null;
  points: { label: string; vector: number[] }[] | null;
}

const listOf = (type: DataType, nullable = false): List =>
  new List(new Field("element", type, nullable));
const structOf = (fields: Record<string, DataType>, nullable: readonly string[] = []): Struct =>
  new Struct(
    Object.entries(fields).map(([name, type]) => new Field(name, type, nullable.includes(name))),
  );
const candidate = structOf({ token: new Utf8(), probability: new Float64() });
const attention = structOf({
  ...{ layers: new Int32(), heads: new Int32(), size: new Int32() },
  ...{ scales: listOf(new Float32()), values: new Binary() },
});
const SCHEMA = new Schema([
  new Field("step", new Int64(), false),
  new Field("wall", new Timestamp(TimeUnit.MILLISECOND, "UTC"), false),
  new Field("kind", new Utf8(), false),
  new Field("prompt", new Utf8(), true),
  new Field("text", new Utf8(), true),
  new Field(
    "tokens",
    listOf(structOf({ token: new Utf8(), candidates: listOf(candidate) }, ["candidates"])),
    true,
  ),
  new Field("attention", attention, true),
  new Field("points", listOf(structOf({ label: new Utf8(), vector: listOf(new Float32()) })), true),
]);

/**
 * Makes a chunk of snapshots.
 *
 * @throws MetricsInvalid
 * @example const chunk = snapshotsChunk([{ step: 100, kind: "sample", prompt: "Shall I", text: "…" }]);
 */
export function snapshotsChunk(snapshots: readonly NewSnapshot[]): Chunk {
  let last = -1;
  for (const snapshot of snapshots) {
    requireSnapshot(snapshot);
    if (snapshot.step < last) {
      throw new MetricsInvalid({ reason: `step ${snapshot.step} comes after step ${last}` });
    }
    last = snapshot.step;
  }
  const rows = snapshots.map(cellsOf);
  const children = SCHEMA.fields.map(({ name, type }) => {
    if (name === "step" || name === "wall") {
      return makeData({ type, data: BigInt64Array.from(rows, (row) => row[name]) } as never);
    }
    return vectorFromArray(
      rows.map((row) => row[name as keyof SnapshotCells]),
      type,
    ).data[0]!;
  });
  const type = new Struct(SCHEMA.fields);
  const batch = new RecordBatch(SCHEMA, makeData({ type, length: rows.length, children }));
  const firstStep = snapshots[0]?.step ?? 0;
  return { ...takenApart(new Table(SCHEMA, [batch])), firstStep, lastStep: last };
}

/** A snapshot as a row. @example cellsOf({ step: 100, kind: "sample", prompt: "Shall I", text: "…" }) */
export function cellsOf(snapshot: NewSnapshot): SnapshotCells {
  const nothing = { prompt: null, text: null, tokens: null, attention: null, points: null };
  const { kind } = snapshot;
  const step = BigInt(snapshot.step);
  const wall = BigInt(snapshot.wall ?? Date.now());
  const row = { step, wall, kind, ...nothing };
  switch (snapshot.kind) {
    case "sample":
      return { ...row, prompt: snapshot.prompt, text: snapshot.text };
    case "probabilities": {
      const tokens = snapshot.tokens.map(({ token, candidates }) => ({
        token,
        candidates: candidates.map((item) => ({
          token: item.token,
          probability: item.probability,
        })),
      }));
      return { ...row, prompt: snapshot.prompt, tokens };
    }
    case "attention": {
      const { layers, heads, values } = snapshot;
      const tokens = snapshot.tokens.map((token) => ({ token, candidates: null }));
      const scales = [...snapshot.scales];
      const size = tokens.length;
      return { ...row, tokens, attention: { layers, heads, size, scales, values } };
    }
    case "embeddings": {
      const points = snapshot.points.map(({ label, vector }) => ({ label, vector: [...vector] }));
      return { ...row, points };
    }
  }
}

/**
 * The snapshot in a row; null for a kind that this version does not know.
 *
 * @throws Error when the cells do not fit each other
 * @example snapshotOf(cells)?.kind
 */
export function snapshotOf(cells: SnapshotCells): Snapshot | null {
  const at = { step: Number(cells.step), wall: Number(cells.wall) };
  const prompt = cells.prompt ?? "";
  const tokens = cells.tokens ?? [];
  switch (cells.kind) {
    case "sample":
      return { ...at, kind: "sample", prompt, text: cells.text ?? "" };
    case "probabilities":
      return {
        ...at,
        kind: "probabilities",
        prompt,
        tokens: tokens.map(({ token, candidates }) => ({ token, candidates: candidates ?? [] })),
      };
    case "attention": {
      const { layers, heads, scales, values } = cells.attention!;
      const found: AttentionPayload = {
        kind: "attention",
        tokens: tokens.map(({ token }) => token),
        ...{ layers, heads },
        scales: Float32Array.from(scales),
        values: Uint8Array.from(values),
      };
      requireSnapshot({ ...at, ...found });
      return { ...at, ...found };
    }
    case "embeddings": {
      const points = (cells.points ?? []).map(({ label, vector }) => ({
        label,
        vector: Float32Array.from(vector),
      }));
      return { ...at, kind: "embeddings", points };
    }
    default:
      return null;
  }
}

/** The rows of a segment as plain values. @example rowsOfTable(readSegment(bytes)!).map(snapshotOf) */
export function rowsOfTable(table: Table): SnapshotCells[] {
  return table.toArray().map((row) => plain(row) as SnapshotCells);
}

// Arrow's rows and vectors as objects and lists; bytes and numbers as they are.
function plain(value: unknown): unknown {
  if (value === null || value === undefined || typeof value !== "object") return value ?? null;
  if (ArrayBuffer.isView(value)) return value;
  if (Symbol.iterator in value && !("toJSON" in value && !("length" in value))) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  const entries = Object.entries((value as { toJSON(): object }).toJSON());
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
}
